import Classification
import Diagnostics
import Glibc
import Numerics

/// Whether a network's kernels are still random, judged from the kernels that got a name.
public struct RandomnessVerdict: Sendable, Equatable {
    /// What the kernels say.
    public enum Verdict: String, Sendable, Equatable, Codable {
        /// They are more than chance.
        case learned
        /// They look like those of a network that was not trained.
        case random
        /// There are too few of them to tell the two apart.
        case tooFew = "too few kernels to tell"
    }

    /// The share of the live kernels that are identity, blur or edge, 0…1.
    public let namedShare: Double
    /// The share of random kernels of the same sizes that look so, each taken by itself, 0…1.
    public let chanceShare: Double
    /// How many layers are more than their own shuffled weights.
    public let structuredLayers: Int
    /// How many layers had enough kernels to say.
    public let testedLayers: Int
    /// How many kernels the verdict rests on: those that are finite and not zero, in layers whose kernels are not fixed.
    public let liveKernels: Int
    /// How many kernels the design fixes; they learned nothing and say nothing.
    public let fixedKernels: Int
    /// The chance that as many random kernels get a name that nothing but the kernel speaks for; nil where layers were
    /// tested, which says more.
    public let nameProbability: Double?
    /// How many kernels are needed to call them random: so many that a network of which only a fifth has a name, far less
    /// than trained ones, would pass for learned in 95 of 100 cases (see `ChanceRules`).
    public let neededKernels: Int
    /// What the kernels say.
    public let verdict: Verdict

    /// Judges the layers of a network.
    init(layers: [LayerStatistics], calibrations: [NetworkStatistics.SizeCalibration]) {
        var named = 0
        var live = 0
        var expected = 0.0
        var expectedAlone = 0.0
        let learned = layers.filter { !$0.layer.isFixed }
        for layer in learned {
            let counts = layer.counts
            let kernels = counts.total - counts[.zero] - layer.nonFiniteCount
            let rates = calibrations.first { $0.nullRates.size == layer.layer.kernelHeight }
            live += kernels
            named += counts[.identity] + counts[.blur] + counts[.edge]
            expected += Double(kernels) * (rates?.uncorrectedFalsePositiveRates.named ?? 0)
            expectedAlone += Double(kernels) * (rates?.nullRates.named ?? 0)
        }
        liveKernels = live
        fixedKernels = layers.reduce(0) { $0 + ($1.layer.isFixed ? $1.counts.total : 0) }
        namedShare = live == 0 ? 0 : Double(named) / Double(live)
        chanceShare = live == 0 ? 0 : expected / Double(live)
        structuredLayers = learned.count { $0.structure?.isStructured == true }
        testedLayers = learned.count { $0.structure != nil }
        // Without calibrations nothing is known of chance but that it gives few names.
        let rate = live == 0 || expectedAlone == 0 ? ChanceRules.usualRate : expectedAlone / Double(live)
        neededKernels = Self.neededKernels(rate: rate)
        let probability = Binomial.tail(atLeast: named, of: live, rate: rate)
        nameProbability = testedLayers > 0 || live == 0 ? nil : probability
        if testedLayers == 0 {
            verdict =
                live > 0 && probability < ChanceRules.networkSignificance
                ? .learned : live < neededKernels ? .tooFew : .random
        } else {
            let least = ChanceRules.leastStructured
            let looksRandom =
                namedShare < ChanceRules.leastNamed || structuredLayers * least.of < testedLayers * least.layers
            verdict = !looksRandom ? .learned : live < neededKernels ? .tooFew : .random
        }
    }

    /// Whether the kernels look random, and are enough to say so.
    public var isRandom: Bool { verdict == .random }

    /// The verdict as one sentence with its numbers.
    public var sentence: String {
        let fixed =
            fixedKernels == 0 ? "" : " \(NumberFormat.grouped(fixedKernels)) further kernels are fixed by design."
        guard liveKernels > 0 else {
            return fixedKernels == 0
                ? "No kernel is finite and not zero: nothing can be said."
                : "All kernels that are finite and not zero are fixed by design: nothing can be said about learning."
        }
        if verdict == .tooFew {
            return "\(liveKernels) live \(liveKernels == 1 ? "kernel is" : "kernels are") too few to tell learned from "
                + "random ones (\(NumberFormat.percent(namedShare)) are identity, blur or edge; about \(neededKernels) "
                + "kernels are needed).\(fixed)"
        }
        var numbers =
            "\(NumberFormat.percent(namedShare)) of the live kernels are identity, blur or edge "
            + "(random kernels that look so: \(NumberFormat.percent(chanceShare)))"
        if testedLayers > 0 {
            numbers += ", \(structuredLayers) of \(testedLayers) layers differ from their own shuffled weights"
        }
        return
            (verdict == .random
            ? "The kernels look random, as in a network that was not trained: \(numbers)."
            : "The kernels are learned, not random: \(numbers).") + fixed
    }

    // MARK: - Chance

    /// The least n for which some k has P(X ≥ k) below `ChanceRules.networkSignificance` at `rate` and at least the power
    /// wanted at the share of the weakest learned network.
    static func neededKernels(rate: Double) -> Int {
        var k = 1
        for n in 1...1_000 {
            while Binomial.tail(atLeast: k, of: n, rate: rate) >= ChanceRules.networkSignificance { k += 1 }
            if Binomial.tail(atLeast: k, of: n, rate: ChanceRules.weakest.share) >= ChanceRules.weakest.power {
                return n
            }
        }
        return 1_000
    }
}
