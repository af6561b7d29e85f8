import Classification
import Diagnostics

/// Whether a network's kernels are still random, judged from the kernels that got a name.
public struct RandomnessVerdict: Sendable, Equatable {
    /// The share of the live kernels that are identity, blur or edge, 0…1.
    public let namedShare: Double
    /// The share of random kernels of the same sizes that look so, each taken by itself, 0…1.
    public let chanceShare: Double
    /// How many layers are more than their own shuffled weights.
    public let structuredLayers: Int
    /// How many layers had enough kernels to say.
    public let testedLayers: Int
    /// How many kernels the verdict rests on: those that are finite and not zero.
    public let liveKernels: Int

    /// Judges the layers of a network.
    init(layers: [LayerStatistics], calibrations: [NetworkStatistics.SizeCalibration]) {
        var named = 0
        var live = 0
        var expected = 0.0
        for layer in layers {
            let counts = layer.counts
            let kernels = counts.total - counts[.zero] - layer.nonFiniteCount
            let rates = calibrations.first { $0.nullRates.size == layer.layer.kernelHeight }?.lookalikeRates
            live += kernels
            named += counts[.identity] + counts[.blur] + counts[.edge]
            expected += Double(kernels) * (rates?.named ?? 0)
        }
        liveKernels = live
        namedShare = live == 0 ? 0 : Double(named) / Double(live)
        chanceShare = live == 0 ? 0 : expected / Double(live)
        structuredLayers = layers.count { $0.structure?.isStructured == true }
        testedLayers = layers.count { $0.structure != nil }
    }

    /// Whether fewer than 5 % of the live kernels have a name, or fewer than a quarter of the layers have structure.
    public var isRandom: Bool { namedShare < 0.05 || structuredLayers * 4 < testedLayers }

    /// The verdict as one sentence with its numbers.
    public var sentence: String {
        guard liveKernels > 0 else { return "No kernel is finite and not zero: nothing can be said." }
        var numbers =
            "\(NumberFormat.percent(namedShare)) of the live kernels are identity, blur or edge "
            + "(random kernels that look so: \(NumberFormat.percent(chanceShare)))"
        if testedLayers > 0 {
            numbers += ", \(structuredLayers) of \(testedLayers) layers differ from their own shuffled weights"
        }
        return isRandom
            ? "The kernels look random, as in a network that was not trained: \(numbers)."
            : "The kernels are learned, not random: \(numbers)."
    }
}
