import OperatorDispatch
import OperatorInterface

/// What this processor can do at most with some operators, measured on one thread.
public struct Roofline: Sendable, Equatable, Codable {
    /// The operators ("avx512").
    public let operators: String
    /// Multiply-adds that stay in registers, two operations each, in billions a second.
    public let gigaflops: Double
    /// Reading 16 KiB again and again, in billions of bytes a second: the first-level cache.
    public let firstLevelGigabytesPerSecond: Double
    /// Reading 512 KiB again and again: the second-level cache.
    public let secondLevelGigabytesPerSecond: Double
    /// Reading 64 MiB: what lies behind the caches of a core.
    public let memoryGigabytesPerSecond: Double

    /// Measures, in about half a second. Each number is the best of several short runs, so that other work on the
    /// machine disturbs it little.
    ///
    /// Throws `engine.operators` where the processor lacks the operators; plain loops are measured with the baseline's.
    public static func measure(_ operators: ExecutionOptions.Operators = .automatic) throws -> Roofline {
        let set = try ExecutionOptions(operators: operators).resolved() ?? .baseline
        return Roofline(
            operators: set.name, gigaflops: multiplyAdds(set), firstLevelGigabytesPerSecond: reading(16 << 10, set),
            secondLevelGigabytesPerSecond: reading(512 << 10, set), memoryGigabytesPerSecond: reading(64 << 20, set))
    }

    private static func multiplyAdds(_ operators: OperatorSet) -> Double {
        let count = 20_000
        var total: Float = 0
        let best = fastest(of: 30) { total += operators.loops.multiplyAdds(count) }
        // Reading the total keeps the work from being dropped.
        precondition(total.isFinite)
        return 512 * Double(count) / (best / .nanoseconds(1))
    }

    private static func reading(_ byteCount: Int, _ operators: OperatorSet) -> Double {
        let memory = Workspace(floatCount: byteCount / 4 + 16, threads: 1)
        let pixels = byteCount / 64
        let rounds = max(1, (8 << 20) / byteCount)
        let best = fastest(of: 10) {
            for _ in 0..<rounds {
                operators.loops.mean(memory.base, pixels, memory.base + byteCount / 4, .float32)
            }
        }
        return Double(byteCount * rounds) / (best / .nanoseconds(1))
    }

    private static func fastest(of runs: Int, _ body: () -> Void) -> Duration {
        let clock = ContinuousClock()
        return (0..<runs).reduce(Duration.seconds(1_000)) { best, _ in min(best, clock.measure(body)) }
    }
}
