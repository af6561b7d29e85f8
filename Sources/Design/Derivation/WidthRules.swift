import Classification
import Diagnostics
import Numerics
import Statistics
import VGNets

/// D6 and D8: how the evidence bends widths and depths.
struct WidthRules {
    let evidence: Evidence
    let rules: RuleSet
    let spectra: PointwiseSpectra

    /// D6: 1 − the share of dead channels at c0…c4; 1 where it is not clearly above nothing.
    func widthFactor(_ index: Int) -> Double {
        let pool = evidence.width(index)
        guard rules.contains(.deadWidths), pool.filterTotal >= RuleCutoffs.filters else { return 1 }
        return Self.isDead(pool) ? 1 - min(RuleCutoffs.mostShrunk, pool.deadFilters.value) : 1
    }

    /// Whether channels are clearly dead: over the networks, or of one network by its own channels (Wilson).
    private static func isDead(_ pool: PooledKernels) -> Bool {
        let own = ShareInterval(
            count: pool.pools.reduce(0) { $0 + $1.filters.dead }, total: max(1, pool.filterTotal))
        return (pool.deadFilters.low ?? own.low) >= RuleCutoffs.leastDead
    }

    /// D8: the share of kernels at work in the body of a stage; nil with too few.
    private func working(_ stage: Int) -> Estimate? {
        let pool = evidence.body(stage)
        guard pool.total >= RuleCutoffs.kernels else { return nil }
        return pool.share(.blur, .edge, .other)
    }

    var shaping: Shaping {
        var shaping = Shaping()
        shaping.widthFactors = (0..<5).map(widthFactor)
        shaping.growth = WidthGrowth.bounds(evidence.networks.compactMap(\.growth).filter(\.isClear))
        if rules.contains(.depths) { shaping.depthFactors = (1...4).map { working($0)?.value ?? 1 } }
        return shaping
    }

    /// The reasons of widths and depths; `met` says how the budget was met.
    func reasons(_ config: VGNetConfig, met: String) -> [Reason] {
        let shape = NetworkShape(channels: config.channels, blocks: config.blocks)
        let isPublished = NetworkShape.published.contains { $0.shape == shape }
        let widths = (0..<5).map(widthFinding)
        let bent = widths.contains { !$0.isDefault }
        let list: ([Int]) -> String = { $0.map(String.init).joined(separator: ", ") }
        let growths = evidence.networks.compactMap(growthFinding)
        let depths = (1...4).map(depthFinding)
        return [
            Reason(
                field: "channels", value: list(config.channels), rule: .deadWidths,
                "\(met); "
                    + (isPublished
                        ? "the published widths"
                        : "the published growth of widths, scaled to the bounds"
                            + (bent ? " without dead channels" : "")),
                findings: widths + growths + spectra.findings, isDefault: !bent),
            Reason(
                field: "blocks", value: list(config.blocks), rule: .depths,
                rules.contains(.depths)
                    ? DerivationRule.depths.sentence
                    : "the depths of the published net nearest to the bounds, shifted only as far as they need",
                findings: depths, isDefault: !rules.contains(.depths)),
        ]
    }

    private func widthFinding(_ index: Int) -> Reason.Finding {
        let place = index == 0 ? "stem" : "stage \(index)"
        let pool = evidence.width(index)
        guard pool.filterTotal >= RuleCutoffs.filters else {
            return Reason.Finding(
                place: place, value: "as published",
                statistic: "only \(pool.filterTotal) channels were found, \(RuleCutoffs.filters) are needed",
                isDefault: true, support: .silent)
        }
        let dead = pool.deadFilters
        let factor = widthFactor(index)
        let support = Self.isDead(pool) ? Reason.Support.contradicts : .confirms
        let off = rules.contains(.deadWidths) ? "" : "; measured, decides nothing (D6 is off)"
        let statistic = "\(dead.percent) of \(pool.filterTotal) channels are dead"
        guard factor < 1 else {
            return Reason.Finding(
                place: place, value: "as published", statistic: statistic + off, estimate: dead, sources: pool.layers,
                isDefault: true, support: support)
        }
        return Reason.Finding(
            place: place, value: "× \(NumberFormat.fixed(factor, 2)) before scaling", statistic: statistic,
            estimate: dead, sources: pool.layers, support: support)
    }

    private func growthFinding(_ network: NetworkEvidence) -> Reason.Finding? {
        guard let growth = network.growth else { return nil }
        let factors = growth.stageGrowth.map { $0.map { "× " + NumberFormat.fixed($0, 2) } ?? "–" }
        return Reason.Finding(
            place: "growth", value: "",
            statistic:
                "\(network.title): w0 = \(Int(growth.initialWidth)), wa = \(NumberFormat.fixed(growth.slope, 1)), "
                + "wm = \(NumberFormat.fixed(growth.factor, 1)) (off by \(NumberFormat.percent(growth.error))), stage to "
                + "stage \(factors.joined(separator: " "))\(growth.isClear ? "" : ", too far off to count")",
            isDefault: true)
    }

    /// Whether the shares of all stages together, taken as depths, leave the published depth of this one; silent where a
    /// stage has too few kernels to compare with.
    private func depthSupport(_ stage: Int) -> Reason.Support {
        let shares = (1...4).map { working($0)?.value }
        guard shares.allSatisfy({ $0 != nil }) else { return .silent }
        let net = NetworkShape.published[0].shape
        var shaping = Shaping()
        shaping.depthFactors = shares.map { max(0.01, $0 ?? 1) }
        var profile = ShapeProfile(net)
        profile.bend(shaping)
        return profile.blocks[stage - 1] == net.blocks[stage - 1] ? .confirms : .contradicts
    }

    private func depthFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.body(stage)
        guard let working = working(stage) else {
            return Reason.Finding(
                place: "stage \(stage)", value: "as published",
                statistic: "only \(pool.total) kernels of stride 1 were found, \(RuleCutoffs.kernels) are needed",
                isDefault: true, support: .silent)
        }
        let off = rules.contains(.depths) ? "" : "; measured, decides nothing (D8 is off)"
        return Reason.Finding(
            place: "stage \(stage)",
            value: rules.contains(.depths) ? "× \(NumberFormat.fixed(working.value, 2))" : "as published",
            statistic:
                "\(working.percent) of \(pool.total) kernels of stride 1 are neither identity nor dead\(off)",
            estimate: working, sources: pool.layers, isDefault: !rules.contains(.depths), support: depthSupport(stage))
    }
}
