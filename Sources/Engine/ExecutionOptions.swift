import Diagnostics
import EngineOperators
import OperatorCalls

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
    }

    /// The family.
    public var operators: Operators
    /// Threads, 1 or more; one means that the caller's own thread does all.
    public var threads: Int

    /// Groups the choices.
    public init(operators: Operators = .automatic, threads: Int = 1) {
        self.operators = operators
        self.threads = threads
    }

    /// The families that this processor runs.
    public static var available: [Operators] {
        Operators.allCases.filter { $0 == .reference || $0 == .automatic || operatorSet($0) != nil }
    }

    /// The name of what ``Operators/automatic`` chooses here ("avx512").
    public static var fastest: String { OperatorSet.fastest.name }

    /// The functions, or nil for plain loops.
    ///
    /// Throws `engine.operators` where the processor lacks them, `engine.threads` for a number that makes no sense.
    func resolved() throws -> OperatorSet? {
        guard (1...256).contains(threads) else {
            throw KernelVizError(
                code: "engine.threads", subject: "threads", found: "\(threads)", expected: "1 to 256")
        }
        if operators == .reference { return nil }
        guard let set = Self.operatorSet(operators) else {
            let names = Self.available.map(\.rawValue).joined(separator: ", ")
            throw KernelVizError(
                code: "engine.operators", subject: "operators", found: "this processor lacks \(operators.rawValue)",
                expected: names)
        }
        return set
    }

    private static func operatorSet(_ operators: Operators) -> OperatorSet? {
        switch operators {
        case .automatic: .fastest
        case .reference: nil
        case .baseline: .baseline
        case .avx2: .avx2
        case .avx512: .avx512
        }
    }
}
