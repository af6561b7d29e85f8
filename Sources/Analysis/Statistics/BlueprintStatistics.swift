import Classification
import Kernels
import Numerics
import Tensors

/// What the filters of a standard or grouped convolution have in common over their slices, beside chance.
///
/// A filter of M slices (one N×N kernel an input channel) has a *blueprint*: the first principal component of its slices,
/// the one kernel that explains most of their energy when every slice may scale it (Haase and Amthor, BSConv, 2020;
/// uncentred). Its *salience* is the energy of its strongest slice relative to the mean slice (VGNet paper, Fig. 2).
/// Both are high by chance in small filters, so each is given with its values in Gaussian filters of the same M and N.
public struct BlueprintStatistics: Sendable, Equatable, Codable {
    /// One filter's numbers.
    public struct Filter: Sendable, Equatable, Codable {
        /// The label of the blueprint.
        public let label: KernelLabel
        /// Its shape.
        public let shape: KernelShape
        /// |Σw| / Σ|w| of the blueprint, 0…1.
        public let dcGain: Double
        /// The share of the slices' energy that the blueprint explains, 0…1.
        public let explainedVariance: Double
        /// The share of random filters that explain as much.
        public let explainedProbability: Double
        /// The strongest slice's energy over the mean slice's, 1…M.
        public let salience: Double
        /// The share of random filters with as salient a slice.
        public let salienceProbability: Double
        /// The input channel (within its group) of the strongest slice.
        public let strongestSlice: Int
    }

    /// One value of random filters: its median and its 95 % quantile.
    public struct Null: Sendable, Equatable, Codable {
        /// The median.
        public let median: Double
        /// What one in twenty random filters exceeds.
        public let p95: Double
    }

    /// M: slices a filter.
    public let slices: Int
    /// The filters that are finite and not zero, in bank order.
    public let filters: [Filter]
    /// Explained variance of random filters.
    public let explainedNull: Null
    /// Salience of random filters.
    public let salienceNull: Null

    /// How many random filters the probabilities rest on.
    static let draws = 99

    /// Measures a bank; nil for depthwise layers (one slice a filter) and where no filter is finite and not zero.
    init?(bank: KernelBank, classifier: LayerClassifier) {
        let slices = bank.layer.weightShape[1]
        guard slices > 1 else { return nil }
        let cells = bank.size * bank.size
        let length = slices * cells
        let measured = (0..<bank.count / slices).compactMap {
            Measure(bank.values[$0 * length..<($0 + 1) * length], cells: cells)
        }
        guard !measured.isEmpty else { return nil }
        var generator = SeededGenerator(seed: classifier.settings.seed ^ 0xB1DE_9A17 &+ UInt64(length))
        let random = (0..<Self.draws).compactMap { _ in
            Measure((0..<length).map { _ in Float(generator.normal()) }[...], cells: cells)
        }
        let explained = random.map(\.explained).sorted()
        let salience = random.map(\.salience).sorted()
        let labels = classifier.label(measured.flatMap(\.blueprint), chance: .untested).classifications
        self.slices = slices
        explainedNull = Self.null(explained)
        salienceNull = Self.null(salience)
        filters = zip(measured, labels).map { filter, label in
            Filter(
                label: label.label, shape: label.shape, dcGain: label.dcGain, explainedVariance: filter.explained,
                explainedProbability: Self.probability(filter.explained, explained), salience: filter.salience,
                salienceProbability: Self.probability(filter.salience, salience), strongestSlice: filter.strongest)
        }
    }

    /// How many blueprints carry each label.
    public var counts: LabelCounts {
        var counts = LabelCounts()
        for filter in filters { counts[filter.label] += 1 }
        return counts
    }

    /// The median share of energy that the blueprints explain, 0…1.
    public var medianExplainedVariance: Double { filters.map(\.explainedVariance).median ?? 0 }
    /// The median salience, 1…M.
    public var medianSalience: Double { filters.map(\.salience).median ?? 0 }
    /// The share of filters whose blueprint explains more than in 95 % of random filters.
    public var explainedAboveChance: Double { share { $0.explainedVariance > explainedNull.p95 } }
    /// The share of filters with a slice more salient than in 95 % of random filters.
    public var salientAboveChance: Double { share { $0.salience > salienceNull.p95 } }
    /// The share of filters whose blueprint is low-pass (``ClaimRules/lowPassGain``).
    public var lowPassShare: Double { share { $0.dcGain >= ClaimRules.lowPassGain } }

    private func share(_ holds: (Filter) -> Bool) -> Double {
        filters.isEmpty ? 0 : Double(filters.count(where: holds)) / Double(filters.count)
    }

    private static func null(_ sorted: [Double]) -> Null {
        let quantiles = Quantiles(sorted)
        return Null(median: quantiles?.p50 ?? 0, p95: quantiles?.p95 ?? 0)
    }

    /// (1 + how many are at least `value`) / (1 + how many there are).
    private static func probability(_ value: Double, _ sorted: [Double]) -> Double {
        Double(1 + sorted.count { $0 >= value }) / Double(1 + sorted.count)
    }

    /// Blueprint and salience of one filter.
    private struct Measure {
        let blueprint: [Float]
        let explained: Double
        let salience: Double
        let strongest: Int

        /// Nil where a weight is not finite or all are zero.
        init?(_ filter: ArraySlice<Float>, cells: Int) {
            var largest: Float = 0
            for weight in filter {
                guard weight.isFinite else { return nil }
                largest = max(largest, abs(weight))
            }
            guard largest >= .leastNormalMagnitude * 4 else { return nil }
            var moments = SymmetricMatrix(size: cells)
            var slice = [Double](repeating: 0, count: cells)
            var (best, bestEnergy) = (0, -1.0)
            let count = filter.count / cells
            for index in 0..<count {
                var energy = 0.0
                for cell in 0..<cells {
                    slice[cell] = Double(filter[filter.startIndex + index * cells + cell] / largest)
                    energy += slice[cell] * slice[cell]
                }
                if energy > bestEnergy { (best, bestEnergy) = (index, energy) }
                moments.add(outerProductOf: slice)
            }
            guard let leading = moments.leading() else { return nil }
            blueprint = leading.vector.map(Float.init)
            explained = min(1, leading.value / moments.trace)
            salience = bestEnergy * Double(count) / moments.trace
            strongest = best
        }
    }
}
