import Classification
import Diagnostics
import VGNets

/// D6 and D8: how the evidence bends widths and depths.
struct WidthRules {
    let evidence: Evidence
    let rules: RuleSet

    static let enoughKernels = 50
    /// Fewer output channels than these have no share of dead ones.
    static let enoughFilters = 16
    /// Dead channels count from this lower end of their share's interval on.
    static let leastDead = 0.02

    /// D6: 1 − the share of dead channels at c0…c4; 1 where it is not clearly above nothing.
    func widthFactor(_ index: Int) -> Double {
        let pool = evidence.width(index)
        guard rules.contains(.deadWidths), pool.filterTotal >= Self.enoughFilters else { return 1 }
        let dead = pool.deadFilters
        return dead.low >= Self.leastDead ? 1 - min(0.75, dead.value) : 1
    }

    /// D8: the share of kernels at work in the body of a stage; nil with too few.
    private func working(_ stage: Int) -> Estimate? {
        let pool = evidence.body(stage)
        guard pool.total >= Self.enoughKernels else { return nil }
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
                        : "the published growth of widths, scaled to the budget"
                            + (bent ? " without dead channels" : "")),
                findings: widths.filter { !$0.isDefault || !$0.statistic.isEmpty } + growths, isDefault: !bent),
            Reason(
                field: "blocks", value: list(config.blocks), rule: .depths,
                rules.contains(.depths)
                    ? DerivationRule.depths.sentence
                    : "the depths of the published net nearest to the budget, shifted only as far as it needs (D8 is off)",
                findings: depths, isDefault: !rules.contains(.depths)),
        ]
    }

    private func widthFinding(_ index: Int) -> Reason.Finding {
        let place = index == 0 ? "stem" : "stage \(index)"
        let pool = evidence.width(index)
        guard pool.filterTotal >= Self.enoughFilters else {
            return Reason.Finding(place: place, value: "as published", statistic: "", isDefault: true)
        }
        let dead = pool.deadFilters
        let factor = widthFactor(index)
        let statistic = "\(dead.percent) of \(pool.filterTotal) channels are dead"
        guard factor < 1 else {
            return Reason.Finding(
                place: place, value: "as published", statistic: statistic, estimate: dead, sources: pool.layers,
                isDefault: true)
        }
        return Reason.Finding(
            place: place, value: "× \(NumberFormat.fixed(factor, 2)) before scaling", statistic: statistic,
            estimate: dead, sources: pool.layers)
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

    private func depthFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.body(stage)
        guard let working = working(stage) else {
            return Reason.Finding(
                place: "stage \(stage)", value: "as published",
                statistic: "only \(pool.total) kernels of stride 1 were found", isDefault: true)
        }
        return Reason.Finding(
            place: "stage \(stage)",
            value: rules.contains(.depths) ? "× \(NumberFormat.fixed(working.value, 2))" : "as published",
            statistic: "\(working.percent) of \(pool.total) kernels of stride 1 are neither identity nor dead",
            estimate: working, sources: pool.layers, isDefault: !rules.contains(.depths))
    }
}
