import Diagnostics
import Statistics
import VGNets

extension Derivation {
    /// Derives the largest design that runs within a time, as `measure` finds it.
    ///
    /// - Parameters:
    ///   - options: Its budget is where the search begins.
    ///   - milliseconds: The time for one image, positive.
    ///   - measure: How long a design takes; called for up to ten designs.
    ///
    /// Time grows about as a power of the parameters; every measurement corrects the next guess, until the net lies
    /// within 2 % below the wanted time or budgets 1 % apart lie on both sides of it.
    /// Throws `derive.impossibleLatency` where even the smallest net takes longer, and as ``derive(from:options:)``.
    public static func derive(
        from networks: [NetworkStatistics], options: DesignOptions, milliseconds: Double,
        measure: (VGNetConfig) throws -> Double
    ) throws -> Derivation {
        guard milliseconds > 0, milliseconds.isFinite else {
            throw KernelVizError(
                code: "derive.badBudget", subject: "--latency", found: "found '\(milliseconds)'",
                expected: "a number of milliseconds such as 3.5")
        }
        var rules = try Self.rules(networks, options)
        var (low, high) = (1.0, 1e9)
        var guess = 1e6
        var best: (config: VGNetConfig, rules: DesignRules, time: Double)?
        var smallest: (count: Int, time: Double)?
        for _ in 0..<10 {
            rules.options.budget = .parameters(Int(guess))
            let config: VGNetConfig
            do {
                config = try rules.solved()
            } catch let error as KernelVizError where error.code == "derive.impossibleBudget" {
                // Below the smallest net, or between two nets that lie too far apart.
                low = max(low, guess)
                guess = min(guess * 1.15, (low * high).squareRoot())
                if high / low < 1.2 { break }
                continue
            }
            let time = try measure(config)
            let count = config.parameters.learnable
            if smallest.map({ count < $0.count }) ?? true { smallest = (count, time) }
            if time <= milliseconds {
                low = guess
                if best.map({ $0.time < time }) ?? true {
                    rules.measured = "\(NumberFormat.fixed(time, 2)) ms measured for at most \(milliseconds) ms"
                    best = (config, rules, time)
                }
                if time >= 0.98 * milliseconds { break }
            } else {
                high = guess
            }
            if high / low < 1.01 { break }
            let power = guess * correction(milliseconds / time)
            guess = power > low * 1.002 && power < high / 1.002 ? power : (low * high).squareRoot()
        }
        guard let best else {
            throw KernelVizError(
                code: "derive.impossibleLatency", subject: "derive",
                found: smallest.map {
                    "the fastest net found, \($0.count) parameters, takes \(NumberFormat.fixed($0.time, 2)) ms"
                } ?? "no net was found",
                expected: "at most \(milliseconds) ms (--latency)",
                advice: "Allow more time, or pass a smaller --input-size")
        }
        return Derivation(best.rules, best.config)
    }

    /// By which factor the budget changes for a factor of time: time grows a little slower than parameters.
    private static func correction(_ factor: Double) -> Double { min(16, max(1.0 / 16, factor * factor.squareRoot())) }
}
