import Classification
import Diagnostics
import Architectures

/// How the labels of two checkpoints differ, layer by layer.
///
/// Layers are matched by name, where both checkpoints name their layers alike, else by number.
public struct NetworkComparison: Sendable {
    /// One layer of the first checkpoint beside its match in the second.
    public struct Pair: Sendable {
        /// The layer in the first checkpoint.
        public let first: LayerStatistics
        /// The layer in the second.
        public let second: LayerStatistics

        /// The second share of `label` minus the first, −1…1.
        public func difference(_ label: KernelLabel) -> Double {
            second.counts.share(label) - first.counts.share(label)
        }

        /// Half the sum of all differences without their signs: the share of kernels that would have to change label,
        /// 0…1.
        public var distance: Double {
            KernelLabel.allCases.reduce(0) { $0 + abs(difference($1)) } / 2
        }

        /// Whether the 95 % intervals of some label's two shares lie apart.
        public var isDifferent: Bool {
            KernelLabel.allCases.contains { label in
                let (a, b) = (first.interval(label), second.interval(label))
                return a.high < b.low || b.high < a.low
            }
        }

        /// The share of kernels that keep their label, kernel by kernel; nil where the shapes differ.
        public var sameLabelShare: Double? {
            guard first.layer.weightShape == second.layer.weightShape, !first.classifications.isEmpty else {
                return nil
            }
            let same = zip(first.classifications, second.classifications).count { $0.label == $1.label }
            return Double(same) / Double(first.classifications.count)
        }
    }

    /// The first checkpoint.
    public let first: NetworkStatistics
    /// The second checkpoint.
    public let second: NetworkStatistics
    /// Whether layers were matched by name; by number otherwise.
    public let isMatchedByName: Bool
    /// The layers that both have, in the first's order.
    public let pairs: [Pair]
    /// The first's layers without a match.
    public let onlyFirst: [ConvLayer]
    /// The second's layers without a match.
    public let onlySecond: [ConvLayer]

    /// Compares two analysed networks.
    ///
    /// Throws `compare.noMatch` where no layer has a match.
    public init(_ first: NetworkStatistics, _ second: NetworkStatistics) throws {
        self.first = first
        self.second = second
        let names = Set(second.layers.map(\.layer.name))
        let byName = first.layers.contains { names.contains($0.layer.name) }
        var rest = second.layers
        var pairs: [Pair] = []
        var alone: [ConvLayer] = []
        for layer in first.layers {
            let match = rest.firstIndex {
                byName ? $0.layer.name == layer.layer.name : $0.layer.number == layer.layer.number
            }
            if let match {
                pairs.append(Pair(first: layer, second: rest.remove(at: match)))
            } else {
                alone.append(layer.layer)
            }
        }
        isMatchedByName = byName
        self.pairs = pairs
        onlyFirst = alone
        onlySecond = rest.map(\.layer)
        guard !pairs.isEmpty else {
            throw KernelVizError(
                code: "compare.noMatch", subject: second.network.checkpoint.path,
                found: "no layer has the name or the number of one in \(first.network.checkpoint.path)",
                expected: "two checkpoints of like networks", advice: "Classify them one by one instead")
        }
    }
}
