import Diagnostics
import InstructionSets
import OperatorDispatch
import OperatorInterface

/// How a plan computes: with which operators and on how many threads.
public struct ExecutionOptions: Sendable, Equatable {
    /// A family of operators.
    public enum Operators: String, Sendable, Equatable, CaseIterable, Codable {
        /// The fastest that this processor runs.
        case automatic
        /// Plain loops on channel-major images: the definition of every operator, some ten times slower.
        case reference
        /// Blocked operators with what every processor of the architecture has (SSE2, NEON).
        case baseline
        /// Blocked operators for x86 with AVX2 and FMA.
        case avx2
        /// Blocked operators for x86 with AVX-512 (F, VL, DQ, BW).
        case avx512
        /// The same with products of bfloat16 (AVX512_BF16).
        case avx512bf16
    }

    /// In what numbers activations are kept and multiplied.
    public enum Precision: String, Sendable, Equatable, CaseIterable, Codable {
        /// 32-bit floats.
        case float32 = "f32"
        /// Bfloat16, 8 bits of precision: activations and the weights of matrix products are rounded to it, to the nearest,
        /// ties to even. Sums, depthwise weights, normalisation and the graph's last layer stay 32-bit floats.
        ///
        /// Processors without such products compute them from 32-bit ones, which is slower than ``float32``.
        case bfloat16 = "bf16"

        /// Unsigned bytes, and weights of signed bytes with one scale an output channel, multiplied exactly in 32 bits; a
        /// plan needs a ``Quantization``. What has no such form is computed in 32-bit floats: see
        /// ``ExecutionPlan/quantizationSummary``.
        case int8

        /// Of the numbers that are no bytes.
        var format: ElementFormat { self == .bfloat16 ? .bfloat16 : .float32 }
    }

    /// The family.
    public var operators: Operators
    /// Threads, 1 or more; one means that the caller's own thread does all.
    public var threads: Int
    /// The numbers.
    public var precision: Precision

    /// Groups the choices.
    public init(operators: Operators = .automatic, threads: Int = 1, precision: Precision = .float32) {
        self.operators = operators
        self.threads = threads
        self.precision = precision
    }

    /// The families that this processor runs.
    public static var available: [Operators] {
        Operators.allCases.filter { $0 == .reference || $0 == .automatic || operatorSet($0, .float32) != nil }
    }

    /// The name of what ``Operators/automatic`` chooses here ("avx512").
    public static var fastest: String { OperatorSet.fastest.name }

    /// The functions, or nil for plain loops.
    ///
    /// Throws `engine.operators` where the processor lacks them, `engine.precision` for plain loops in another precision
    /// than f32, `engine.threads` for a number that makes no sense.
    func resolved() throws -> OperatorSet? {
        guard (1...256).contains(threads) else {
            throw KernelVizError(
                code: "engine.threads", subject: "threads", found: "\(threads)", expected: "1 to 256")
        }
        if operators == .reference {
            guard precision == .float32 else {
                throw KernelVizError(
                    code: "engine.precision", subject: "operators",
                    found: "the reference operators compute in f32, not in \(precision.rawValue)",
                    expected: "f32, or other operators")
            }
            return nil
        }
        guard let set = Self.operatorSet(operators, precision.format) else {
            let names = Self.available.map(\.rawValue).joined(separator: ", ")
            throw KernelVizError(
                code: "engine.operators", subject: "operators", found: "this processor lacks \(operators.rawValue)",
                expected: names)
        }
        return set
    }

    private static func operatorSet(_ operators: Operators, _ format: ElementFormat) -> OperatorSet? {
        switch operators {
        case .automatic: .fastest(for: format)
        case .reference: nil
        case .baseline: .compiled(for: .baseline)
        case .avx2: .compiled(for: .avx2)
        case .avx512: .compiled(for: .avx512)
        case .avx512bf16: .compiled(for: .avx512bf16)
        }
    }
}
