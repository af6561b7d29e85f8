import Diagnostics
import Statistics
import VGNets

extension Derivation {
    /// Times a design beside the published net.
    public typealias Timing = (_ design: VGNetConfig, _ published: VGNetConfig) throws -> PairedTime

    /// Derives the largest design within all bounds of the budget, its latency included, as `measure` finds it.
    ///
    /// `measure` says how long a design takes beside the published net; it is called for up to fifteen designs. Without
    /// a latency in the budget this is `derive(from:options:)`. With nothing but milliseconds in it, the size is the
    /// smallest published one that takes as long. A design that is too slow is derived again with all bounds scaled
    /// down; every measurement corrects the next guess, until the net lies within 2 % below the wanted time or scales 1
    /// % apart lie on both sides of it.
    /// Throws `derive.impossibleLatency` where even the smallest net takes longer, and as `derive(from:options:)`.
    public static func derive(
        from networks: [AnalysedNetwork], options: DesignOptions, measure: Timing
    ) throws -> Derivation {
        var rules = try Self.rules(networks, options)
        guard let bound = options.budget.latency else { return Derivation(rules, try rules.solved()) }
        let isOnlyBound = options.budget.parameters == nil && options.budget.macs == nil
        if isOnlyBound, options.budget.sizeIndex == nil, case .milliseconds(let most) = bound {
            rules = try sized(rules, milliseconds: most, measure)
        }
        var search = LatencySearch(bound: bound)
        while let scale = search.next {
            let scaled = scale == 1 ? rules : rules.scaled(by: scale)
            let config: VGNetConfig
            do {
                config = try scaled.solved()
            } catch let error as KernelVizError where error.code == "derive.impossibleBudget" && scale < 1 {
                search.refuse()
                continue
            }
            if bound == .published, runsAsPublished(config, rules.target.reference) {
                return Derivation(scaled, config)
            }
            search.add(config, scaled, try measure(config, rules.target.reference))
        }
        guard let best = search.best else {
            throw KernelVizError(
                code: "derive.impossibleLatency", subject: "derive",
                found: search.fastest.map {
                    "the fastest net found, \($0.parameters) parameters, takes \(NumberFormat.fixed($0.time, 2)) ms"
                } ?? "no net was found",
                expected: bound.text,
                advice: search.fastest.map {
                    "The nearest possible is --latency \(NumberFormat.fixed($0.time * 1.005 + 0.005, 2)); a smaller "
                        + "--input-size is faster"
                } ?? "Allow more time")
        }
        var found = best.rules
        found.measured = "\(NumberFormat.fixed(best.time.milliseconds, 2)) ms measured for \(bound.text)"
        return Derivation(found, best.config, time: best.time)
    }

    /// The rules at the smallest published size that takes at least so long; the largest one where none does.
    private static func sized(
        _ rules: DesignRules, milliseconds: Double, _ measure: Timing
    ) throws -> DesignRules {
        var sized = rules
        for index in NetworkShape.published.indices {
            var budget = rules.options.budget
            budget.sizeIndex = index
            sized = try rules.replacing(budget: budget)
            let reference = sized.target.reference
            if try measure(reference, reference).milliseconds >= milliseconds { break }
        }
        return sized
    }

    /// Whether a design runs the same operations as the published net, so that it takes the same time: all but the
    /// weights and, where no channels are cut for them, the kinds of the downsampling kernels are alike.
    static func runsAsPublished(_ config: VGNetConfig, _ published: VGNetConfig) -> Bool {
        let isMixed = config.downsampling.values.contains { $0.share != nil }
        let same = try? published.replacing(
            name: config.name, downsampling: config.downsampling, depthwise: config.depthwise)
        return !isMixed && config.folded.depthwise == published.depthwise && same == config
    }
}

/// The search for the largest scale of the bounds at which a design is fast enough.
private struct LatencySearch {
    let bound: LatencyBound
    /// The scale to try; nil at the end.
    private(set) var next: Double? = 1
    private(set) var best: (config: VGNetConfig, rules: DesignRules, time: PairedTime)?
    private(set) var fastest: (parameters: Int, time: Double)?
    private var low = 1e-5
    private var high = 1.0
    private var tries = 0

    init(bound: LatencyBound) { self.bound = bound }

    /// There is no net at this scale.
    mutating func refuse() {
        guard let scale = next else { return }
        low = max(low, scale)
        advance((low * high).squareRoot())
    }

    mutating func add(_ config: VGNetConfig, _ rules: DesignRules, _ time: PairedTime) {
        guard let scale = next else { return }
        let used = bound.utilisation(time)
        if fastest.map({ time.milliseconds < $0.time }) ?? true {
            fastest = (config.parameters.learnable, time.milliseconds)
        }
        if used <= 1 {
            low = scale
            best = (config, rules, time)
            if scale == 1 || used >= 0.98 {
                next = nil
                return
            }
        } else {
            high = scale
        }
        // Time grows a little slower than the parameters.
        let factor = min(16, max(1.0 / 16, 1 / used))
        let guess = scale * factor * factor.squareRoot()
        advance(guess > low * 1.002 && guess < high / 1.002 ? guess : (low * high).squareRoot())
    }

    private mutating func advance(_ guess: Double) {
        tries += 1
        next = tries >= 10 || high / low < 1.01 ? nil : guess
    }
}
