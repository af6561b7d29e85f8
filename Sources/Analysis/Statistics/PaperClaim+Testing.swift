import Classification
import Diagnostics
import Architectures

extension NetworkStatistics {
    /// Every statement of the paper about learned kernels, tested on this network, in the paper's order.
    public var paperClaims: [PaperClaim] { ClaimTests(self).all }
}

/// The tests, each on the layers behind the stem.
private struct ClaimTests {
    private let layers: [LayerStatistics]
    private let isOrderKnown: Bool

    init(_ statistics: NetworkStatistics) {
        layers = statistics.chain.filter { $0.layer.role != .stem }
        isOrderKnown = statistics.network.isOrderKnown
    }

    private static let orderUnknown = "order unknown: the file does not tell which layer follows which"

    var all: [PaperClaim] {
        [
            stridedBlur, stridedMixture, salientSlices, middleIdentity, depth(.edgesFall, of: .edge, rises: false),
            depth(.blurRises, of: .blur, rises: true), lastBlur, deadEarly,
        ]
    }

    private var strided: [LayerStatistics] { layers.filter(\.layer.isStrided) }
    private var unstrided: [LayerStatistics] { layers.filter(\.layer.isUnstrided) }

    private func counts(_ layers: [LayerStatistics]) -> LabelCounts { layers.reduce(LabelCounts()) { $0 + $1.counts } }

    private func untestable(_ statement: PaperClaim.Statement, _ why: String) -> PaperClaim {
        PaperClaim(statement, why, .notTestable)
    }

    private var stridedBlur: PaperClaim {
        let (few, many) = (counts(strided), counts(unstrided))
        guard few.total > 0, many.total > 0 else {
            return untestable(.stridedBlur, strided.isEmpty ? "no strided layer known" : "no layer of stride 1")
        }
        let p = FisherTest.greater(few[.blur], of: few.total, many[.blur], of: many.total)
        let gains = strided.map { NumberFormat.fixed($0.medianDCGain, 2) }.joined(separator: ", ")
        let sigmas = strided.map { $0.sigmaText ?? "·" }
        return PaperClaim(
            .stridedBlur,
            "\(share(few, .blur)) of \(few.total) blur, \(share(many, .blur)) at stride 1; by layer DC gain \(gains), "
                + "σ \(sigmas.joined(separator: ", "))", pValue: p,
            effect: .difference(few[.blur], of: few.total, many[.blur], of: many.total),
            few.share(.blur) >= ClaimRules.majority && p < ClaimRules.shareSignificance ? .supported : .notSupported)
    }

    private var stridedMixture: PaperClaim {
        let mixtures = strided.compactMap(\.mixture)
        guard !mixtures.isEmpty else { return untestable(.stridedMixture, "no strided layer known") }
        let mixed = mixtures.count(where: \.isMixture)
        let apart = mixtures.count { $0.separation >= 1 }
        return PaperClaim(
            .stridedMixture,
            "in \(mixed) of \(mixtures.count) strided layers, their means a deviation or more apart in \(apart)",
            effect: .share(mixed, of: mixtures.count, less: ClaimRules.majority),
            mixed * 2 > mixtures.count ? .supported : .notSupported)
    }

    private var salientSlices: PaperClaim {
        let blueprints = strided.compactMap(\.blueprint)
        let filters = blueprints.flatMap(\.filters)
        guard !filters.isEmpty else { return untestable(.salientSlices, "no standard or grouped strided layer") }
        let salient = blueprints.reduce(0.0) { $0 + $1.salientAboveChance * Double($1.filters.count) }
        let salience = salient / Double(filters.count)
        let lowPass = Double(filters.count { $0.dcGain >= ClaimRules.lowPassGain }) / Double(filters.count)
        return PaperClaim(
            .salientSlices,
            "\(NumberFormat.percent(salience)) of \(filters.count) filters have a slice beyond \(NumberFormat.percent(ClaimRules.randomQuantile)) of random ones, "
                + "\(NumberFormat.percent(lowPass)) of the blueprints are low-pass",
            effect: .share(Int(salient.rounded()), of: filters.count, less: ClaimRules.majority),
            salience > ClaimRules.majority && lowPass >= ClaimRules.majority ? .supported : .notSupported)
    }

    private var middleIdentity: PaperClaim {
        guard isOrderKnown else { return untestable(.middleIdentity, Self.orderUnknown) }
        guard layers.count >= ClaimRules.leastLayers else {
            return untestable(.middleIdentity, "\(layers.count) layers behind the stem")
        }
        let third = layers.count / 3
        let middle = Array(layers[third..<layers.count - third])
        let (inside, outside) = (counts(middle), counts(Array(layers[..<third] + layers[(layers.count - third)...])))
        let p = FisherTest.greater(inside[.identity], of: inside.total, outside[.identity], of: outside.total)
        let peak = highest(.identity, in: middle)
        return PaperClaim(
            .middleIdentity,
            "\(share(inside, .identity)) in the middle third, \(share(outside, .identity)) in the others; most in "
                + "\(peak.layer): \(NumberFormat.percent(peak.share))", pValue: p,
            effect: .difference(inside[.identity], of: inside.total, outside[.identity], of: outside.total),
            p < ClaimRules.shareSignificance && peak.share >= ClaimRules.identityPeak ? .supported : .notSupported)
    }

    /// The layer with the largest share of a label.
    private func highest(_ label: KernelLabel, in layers: [LayerStatistics]) -> (layer: String, share: Double) {
        let layer = layers.max { $0.counts.share(label) < $1.counts.share(label) }
        return (layer?.layer.label ?? "", layer?.counts.share(label) ?? 0)
    }

    private func depth(_ statement: PaperClaim.Statement, of label: KernelLabel, rises: Bool) -> PaperClaim {
        guard isOrderKnown else { return untestable(statement, Self.orderUnknown) }
        guard
            let found = RankCorrelation(layers.indices.map(Double.init), layers.map { $0.counts.share(label) })
        else { return untestable(statement, "\(layers.count) layers, or the same share in all") }
        let third = max(1, layers.count / 3)
        let (first, last) = (counts(Array(layers.prefix(third))), counts(Array(layers.suffix(third))))
        let isSo = (found.coefficient > 0) == rises && found.pValue < ClaimRules.depthSignificance
        return PaperClaim(
            statement, "\(share(first, label)) in the first third, \(share(last, label)) in the last",
            rankCorrelation: found.coefficient, pValue: found.pValue,
            effect: .correlation(found, rises: rises), isSo ? .supported : .notSupported)
    }

    private var lastBlur: PaperClaim {
        guard isOrderKnown else { return untestable(.lastBlur, Self.orderUnknown) }
        guard let last = layers.last, last.layer.role == .last, layers.count >= 3 else {
            return untestable(.lastBlur, "no last layer known")
        }
        let middle = counts(layers.dropLast().filter(\.layer.isUnstrided))
        guard middle.total > 0 else { return untestable(.lastBlur, "no other layer of stride 1") }
        let p = FisherTest.greater(last.counts[.blur], of: last.counts.total, middle[.blur], of: middle.total)
        let shapes = last.shapeCounts.filter { [.gaussian, .box, .ring, .directional].contains($0.shape) }
            .sorted { $0.count > $1.count }.prefix(2).map { "\($0.shape.rawValue) \($0.count)" }
        return PaperClaim(
            .lastBlur,
            "\(share(last.counts, .blur)) of \(NumberFormat.grouped(last.counts.total)) blur (\(shapes.joined(separator: ", "))), "
                + "\(share(middle, .blur)) in the others of stride 1", pValue: p,
            effect: .difference(last.counts[.blur], of: last.counts.total, middle[.blur], of: middle.total),
            last.counts.share(.blur) >= ClaimRules.majority && p < ClaimRules.shareSignificance
                ? .supported : .notSupported)
    }

    private var deadEarly: PaperClaim {
        guard isOrderKnown else { return untestable(.deadEarly, Self.orderUnknown) }
        guard layers.count >= 3 else { return untestable(.deadEarly, "\(layers.count) layers behind the stem") }
        let early = layers.prefix(max(1, layers.count / 3))
        let rest = counts(Array(layers.dropFirst(early.count)))
        let inside = counts(Array(early))
        let p = FisherTest.greater(inside[.zero], of: inside.total, rest[.zero], of: rest.total)
        let worst = highest(.zero, in: Array(early))
        return PaperClaim(
            .deadEarly,
            "\(share(inside, .zero)) of the first third, \(share(rest, .zero)) of the rest; most in "
                + "\(worst.layer): \(NumberFormat.percent(worst.share))", pValue: p,
            effect: .difference(inside[.zero], of: inside.total, rest[.zero], of: rest.total),
            worst.share >= ClaimRules.deadPeak ? .supported : .notSupported)
    }

    private func share(_ counts: LabelCounts, _ label: KernelLabel) -> String {
        counts[label] > 0 && counts.share(label) < 0.005 ? "<1 %" : NumberFormat.percent(counts.share(label))
    }
}
