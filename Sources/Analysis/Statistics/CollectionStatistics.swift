import Classification
import Glibc
import Kernels
import Numerics
import Checkpoints

/// What the classifier found in a data set of kernels, in memory that does not grow with it.
///
/// A value: nothing is read through it.
public struct CollectionStatistics: Sendable, Equatable, Codable {
    /// What is known of the data set.
    public struct Source: Sendable, Equatable, Codable {
        /// The file as the user named it.
        public let path: String
        /// How many kernels it holds.
        public let kernels: Int
        /// N.
        public let size: Int
        /// How many layers the kernels come from; 0 where the file does not tell.
        public let layers: Int

        /// Keeps what is known of a data set.
        init(_ kernels: KernelDataset) {
            path = kernels.checkpoint.path
            self.kernels = kernels.count
            size = kernels.size
            layers = kernels.layers.count
        }
    }

    /// The data set.
    public let source: Source
    /// What the labels followed.
    public let settings: ClassifierSettings
    /// What chance is called.
    public let calibration: NetworkStatistics.SizeCalibration
    /// How many kernels carry each label.
    public internal(set) var counts = LabelCounts()
    /// How many kernels have each shape.
    public internal(set) var shapes: [KernelShape: Int] = [:]
    /// How many live kernels pass which frequencies.
    public internal(set) var spectrum: [SpectralClass: Int] = [:]
    /// How many names hold for the kernel alone (`KernelClassification.isBeyondChance`).
    public internal(set) var beyondChance = 0
    /// Kernels with weights that are not finite.
    public internal(set) var nonFinite = 0
    /// |Σw| / Σ|w| of the live kernels, in steps of 0.001.
    public internal(set) var dcGain = Tally(limit: 1.0005, steps: 1001)
    /// The blurs' σ in pixels, in steps of 0.005; those beyond the fit's bound are left out.
    public internal(set) var sigmaPixels = Tally(limit: 5, steps: 1000)
    /// How many blurs are wider than a 3×3 kernel can show; they stand not among ``sigmaPixels``.
    public internal(set) var blursAtBound = 0
    /// Pieces (layers, where the file tells them) that were compared with their shuffled selves.
    public internal(set) var testedPieces = 0
    /// How many of those are more than chance.
    public internal(set) var structuredPieces = 0
    /// Kernels with every |w| below 1 % of their piece's largest.
    public internal(set) var sparse = 0

    /// Energy by symmetry, each live kernel counted alike; sums.
    var symmetrySums = [Double](repeating: 0, count: 5)
    /// Σ w and Σ w wᵀ of the finite kernels.
    var sums: [Double]
    var products: [Double]
    var finite = 0

    init(_ kernels: KernelDataset, _ classifier: LayerClassifier) {
        source = Source(kernels)
        settings = classifier.settings
        calibration = NetworkStatistics.SizeCalibration(classifier)
        let cells = kernels.size * kernels.size
        sums = Array(repeating: 0, count: cells)
        products = Array(repeating: 0, count: cells * cells)
    }

    /// How the kernels' energy divides among the five symmetry types; sums to 1.
    public var symmetry: SymmetryEnergies {
        let total = symmetrySums.reduce(0, +)
        guard total > 0 else { return .none }
        let shares = symmetrySums.map { $0 / total }
        return SymmetryEnergies(
            fullySymmetric: shares[0], swirl: shares[1], axisSaddle: shares[2], diagonalSaddle: shares[3],
            odd: shares[4])
    }

    /// Entropy to the base 10 of the shares of variance along the principal components, 0…log₁₀ N², as CNN Filter DB has
    /// it; 0 without finite kernels.
    public var varianceEntropy: Double {
        let cells = source.size * source.size
        guard finite > 0 else { return 0 }
        let n = Double(finite)
        var covariance = SymmetricMatrix(size: cells)
        covariance.fill { a, b in products[a * cells + b] / n - sums[a] / n * sums[b] / n }
        let variances = covariance.eigen().map { max(0, $0.value) }
        let total = variances.reduce(0, +)
        guard total > 0 else { return 0 }
        return variances.reduce(0) { $1 > 0 ? $0 - $1 / total * log10($1 / total) : $0 }
    }

    /// The share of `label` with its 95 % interval.
    public func interval(_ label: KernelLabel) -> ShareInterval {
        ShareInterval(count: counts[label], total: counts.total)
    }
}
