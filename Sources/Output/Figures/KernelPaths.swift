import Classification
import Diagnostics
import Kernels
import Tensors

/// Which kernels feed which: the links from the depthwise kernels of one layer to those of the next through the 1×1
/// convolutions between them.
///
/// With M the product of the 1×1 weights, normalisations multiplied in, target j takes the share Mⱼᵢ² / Σᵢ Mⱼᵢ² of its
/// input from source i. Activations between 1×1 layers and what goes around them are left out of account.
public struct KernelPaths: Sendable, Equatable {
    /// Two layers of depthwise kernels with the links between them.
    public struct Stage: Sendable {
        /// The kernels that feed.
        public let sources: LabelledKernels
        /// The kernels that are fed.
        public let targets: LabelledKernels
        /// The product of the 1×1 weights, target by target; `targets × sources` numbers.
        public let links: [Double]

        /// Joins two layers; `links` has a number for each target and source.
        public init(from sources: LabelledKernels, to targets: LabelledKernels, links: [Double]) {
            precondition(links.count == sources.bank.count * targets.bank.count)
            (self.sources, self.targets, self.links) = (sources, targets, links)
        }
    }

    /// How much more of one label's input comes from another label than its kernels' number would give.
    public struct Preference: Sendable, Equatable {
        /// The share of the targets' input that comes from the sources, over the sources' share of all kernels; nil where
        /// there are none of either.
        public let ratio: Double?
        /// The share of shuffles of the sources' labels whose ratio is as far from 1, two-sided, with the ratio itself
        /// counted: (1 + k) / (1 + shuffles).
        public let pValue: Double
    }

    /// One of the strongest links.
    struct Link: Equatable {
        let stage: Int
        let source: Int
        let target: Int
        /// The share of the target's input, 0…1.
        let share: Double
        let isNegative: Bool
    }

    /// "4 → 5" for each stage.
    public let stageNames: [String]
    /// The targets of all stages.
    public let targetCount: Int
    /// Stages that were left out, with the reason.
    public let leftOut: [String]
    /// The strongest links, each target once.
    let strongest: [Link]
    /// The ratio of one pair of labels by stage.
    private let ratiosByStage: [[Double?]]
    private let preferences: [Preference]

    /// How often labels are shuffled.
    static let shuffles = 399

    /// Follows the links of `stages`; `leftOut` names layers that have none.
    ///
    /// Throws `figures.noPaths` without stages.
    public init(_ stages: [Stage], leftOut: [String] = [], network: String, seed: UInt64 = 1) throws {
        guard !stages.isEmpty else {
            throw KernelVizError(
                code: "figures.noPaths", subject: network,
                found: "no two depthwise layers with 1×1 convolutions between them",
                expected: "a network of depthwise and 1×1 layers, as MobileNets are",
                advice: leftOut.isEmpty ? nil : leftOut[0])
        }
        self.leftOut = leftOut
        stageNames = stages.map { "\($0.sources.shortName) → \($0.targets.shortName)" }
        targetCount = stages.reduce(0) { $0 + $1.targets.bank.count }
        let sums = stages.map(StageSums.init)
        ratiosByStage = sums.map { sum in Self.ratios([sum], labels: [sum.labels]) }
        let observed = Self.ratios(sums, labels: sums.map(\.labels))
        var exceeding = [Int](repeating: 0, count: observed.count)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<Self.shuffles {
            let ratios = Self.ratios(sums, labels: sums.map { $0.labels.shuffled(using: &generator) })
            for (place, own) in observed.enumerated() {
                guard let own, let other = ratios[place] else { continue }
                if abs(other - 1) >= abs(own - 1) - 1e-12 { exceeding[place] += 1 }
            }
        }
        preferences = zip(observed, exceeding).map {
            Preference(ratio: $0, pValue: Double(1 + $1) / Double(1 + Self.shuffles))
        }
        strongest = Array(Self.strongest(stages).prefix(60))
    }

    /// What kernels of `target` prefer of those of `source`.
    public func preference(from source: KernelLabel, to target: KernelLabel) -> Preference {
        preferences[Self.place(source, target)]
    }

    /// The same by stage, its ratio alone.
    public func ratios(from source: KernelLabel, to target: KernelLabel) -> [Double?] {
        ratiosByStage.map { $0[Self.place(source, target)] }
    }

    private static func place(_ source: KernelLabel, _ target: KernelLabel) -> Int {
        let labels = KernelLabel.allCases
        return (labels.firstIndex(of: source) ?? 0) * labels.count + (labels.firstIndex(of: target) ?? 0)
    }

    /// What each source gives to the targets of each label.
    private struct StageSums {
        let labels: [KernelLabel]
        /// Source by source, label by label: Σ of the shares that targets of the label take.
        let given: [Double]
        /// Targets of each label that take anything.
        let targets: [Double]

        init(_ stage: Stage) {
            let (sources, kinds) = (stage.sources.bank.count, KernelLabel.allCases.count)
            labels = stage.sources.classifications.map(\.label)
            var given = [Double](repeating: 0, count: sources * kinds)
            var targets = [Double](repeating: 0, count: kinds)
            for (target, classification) in stage.targets.classifications.enumerated() {
                let kind = KernelLabel.allCases.firstIndex(of: classification.label) ?? 0
                let row = stage.links[target * sources..<(target + 1) * sources]
                let total = row.reduce(0) { $0 + $1 * $1 }
                guard total > 0, total.isFinite else { continue }
                targets[kind] += 1
                for (source, link) in row.enumerated() { given[source * kinds + kind] += link * link / total }
            }
            (self.given, self.targets) = (given, targets)
        }
    }

    /// Source label by source label, target label by target label.
    private static func ratios(_ stages: [StageSums], labels: [[KernelLabel]]) -> [Double?] {
        let kinds = KernelLabel.allCases.count
        var (found, expected) = (
            [Double](repeating: 0, count: kinds * kinds), [Double](repeating: 0, count: kinds * kinds)
        )
        for (stage, labels) in zip(stages, labels) {
            var counts = [Double](repeating: 0, count: kinds)
            for (source, label) in labels.enumerated() {
                let kind = KernelLabel.allCases.firstIndex(of: label) ?? 0
                counts[kind] += 1
                for target in 0..<kinds { found[kind * kinds + target] += stage.given[source * kinds + target] }
            }
            for source in 0..<kinds {
                for target in 0..<kinds {
                    expected[source * kinds + target] += counts[source] / Double(labels.count) * stage.targets[target]
                }
            }
        }
        return zip(found, expected).map { $1 > 0 ? $0 / $1 : nil }
    }

    private static func strongest(_ stages: [Stage]) -> [Link] {
        var links: [Link] = []
        for (index, stage) in stages.enumerated() {
            let sources = stage.sources.bank.count
            for target in 0..<stage.targets.bank.count {
                let row = stage.links[target * sources..<(target + 1) * sources]
                let total = row.reduce(0) { $0 + $1 * $1 }
                guard total > 0, total.isFinite, let best = row.indices.max(by: { abs(row[$0]) < abs(row[$1]) }) else {
                    continue
                }
                let source = best - target * sources
                // Links between kernels of nothing are no paths.
                guard stage.sources.unit(source) != nil, stage.targets.unit(target) != nil,
                    stage.targets.classifications[target].label != .zero
                else { continue }
                links.append(
                    Link(
                        stage: index, source: source, target: target, share: row[best] * row[best] / total,
                        isNegative: row[best] < 0))
            }
        }
        return links.sorted { ($1.share, $0.stage, $0.target) < ($0.share, $1.stage, $1.target) }
    }
}
