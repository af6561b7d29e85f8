import Tensors

/// A bank of fixed 3×3 kernels; channel i uses kernel i mod ``count``.
public enum FixedBank: Sendable, Equatable {
    /// Four edge kernels (VGNetF3, F4).
    case fourEdge
    /// Six edge and two Gaussian kernels (VGNetF1, F2; Fig. 7).
    case sixEdgeTwoGaussian
    /// Kernels drawn once, nine numbers each, uniform in ±1/3 (PyTorch's start), the same for the same seed.
    ///
    /// The control of Gavrikov and Keuper, "The Power of Linear Combinations" (2023): whether it matters which kernels
    /// are fixed.
    case random(count: Int, seed: UInt64)
    /// Kernels that the config lists.
    case listed(ListedBank)

    /// The paper's banks.
    public static let published: [FixedBank] = [.fourEdge, .sixEdgeTwoGaussian]

    /// How many kernels the bank holds.
    public var count: Int {
        switch self {
        case .fourEdge: 4
        case .sixEdgeTwoGaussian: 8
        case .random(let count, _): count
        case .listed(let bank): bank.kernels.count
        }
    }

    /// The name in a file: "4ek", "6ek2gk", "random8-seed1" or that of a listed bank.
    public var text: String {
        switch self {
        case .fourEdge: "4ek"
        case .sixEdgeTwoGaussian: "6ek2gk"
        case .random(let count, let seed): "random\(count)-seed\(seed)"
        case .listed(let bank): bank.name
        }
    }

    /// Of what the width that it filters must be a multiple: whole banks for the paper's, as in the authors' code.
    public var widthMultiple: Int { Self.published.contains(self) ? count : 1 }

    /// The kernels of random and listed banks, nine row-major weights each; nil for the paper's, which have names.
    public var givenKernels: [[Float]]? {
        switch self {
        case .fourEdge, .sixEdgeTwoGaussian: return nil
        case .listed(let bank): return bank.kernels
        case .random(let count, let seed):
            var generator = SeededGenerator(seed: seed)
            return (0..<count).map { _ in (0..<9).map { _ in Float((2 * generator.uniform() - 1) / 3) } }
        }
    }

    /// A published or random bank by its name in a file.
    init?(builtIn text: String) {
        if let bank = Self.published.first(where: { $0.text == text }) {
            self = bank
            return
        }
        guard text.hasPrefix("random"), let dash = text.firstIndex(of: "-"),
            let count = Int(text[text.index(text.startIndex, offsetBy: 6)..<dash]),
            text[dash...].hasPrefix("-seed"), let seed = UInt64(text[dash...].dropFirst(5))
        else { return nil }
        self = .random(count: count, seed: seed)
    }
}

/// Kernels under a name that the config gives them; checked by ``VGNetConfig``.
public struct ListedBank: Sendable, Equatable {
    /// A small letter, then small letters, digits and hyphens; at most 40.
    public let name: String
    /// 1…256 kernels, nine row-major weights each, applied as cross-correlation (no flip).
    public let kernels: [[Float]]

    /// Names kernels; the rules are checked by ``VGNetConfig``.
    public init(name: String, kernels: [[Float]]) {
        self.name = name
        self.kernels = kernels
    }
}
