import Diagnostics
import VGNets

extension Derivation {
    /// What the design costs as it runs when trained.
    public var cost: DesignCost { DesignCost(config) }

    /// The published net that the design is but for its classes and the size of its images; nil for none.
    public var published: String? { DesignTarget.published(like: config) }

    /// Whether the design runs the published net's operations, so that timing both would compare a net with itself.
    public var runsAsPublished: Bool { Self.runsAsPublished(config, target.reference) }

    /// Parameters, multiply-accumulates and time beside the published net's, one line.
    public var costLine: String { costLine(withTime: true) }

    /// Without the time where it decided nothing, so that the same kernels lead to the same text.
    var reproducibleCostLine: String { costLine(withTime: isTimeBound) }

    private func costLine(withTime isTimed: Bool) -> String {
        let time = isTimed ? time : nil
        func text(_ name: String, _ cost: DesignCost, _ time: Double?) -> String {
            let time = time.map { ", \(NumberFormat.fixed($0, 2)) ms" } ?? ""
            return "\(name): \(cost.parameters) learnable parameters, \(cost.macs) MACs\(time)"
        }
        let own = text(config.name, cost, time?.milliseconds)
        let other = text(target.reference.name, target.referenceCost, time?.referenceMilliseconds)
        if config.name == target.reference.name { return "\(own); it is the published net, its time included" }
        let timing =
            time.map {
                "time ÷ time \(NumberFormat.fixed($0.ratio, 3)), the median of \($0.rounds) paired rounds"
            } ?? (runsAsPublished ? "the same operations, so the same time" : isTimed ? "not timed" : nil)
        return (["\(own)", "published \(other)"] + [timing].compactMap { $0 }).joined(separator: "; ")
    }
}
