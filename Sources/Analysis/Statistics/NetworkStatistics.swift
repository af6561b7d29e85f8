import Architectures
import Classification
import Diagnostics
import Kernels
import Parallel

/// What the classifier found in a network, in network order.
/// A value: nothing is read through it, so that it outlives the file (see `AnalysedNetwork` for the kernels).
public struct NetworkStatistics: Sendable, Equatable, Codable {
    /// The network that was analysed.
    public let network: NetworkFacts
    /// The settings that every label followed.
    public let settings: ClassifierSettings
    /// One entry per spatial layer whose kernels are square, in network order.
    public let layers: [LayerStatistics]
    /// One entry per kernel size that occurs, by size: what the labels find in random kernels, and the cut-offs in force.
    public let calibrations: [SizeCalibration]
    /// The spatial layers that were left out because their kernels are rectangular, in network order.
    public let skipped: [ConvLayer]

    /// The cut-offs for one kernel size, and what random kernels of that size get.
    public struct SizeCalibration: Sendable, Equatable, Codable {
        /// The cut-offs in force.
        public let thresholds: Thresholds
        /// The shares of random kernels that get each label.
        public let nullRates: NullRates
        /// The rubric's own cut-offs, in force in layers that are more than chance.
        public let rubricThresholds: Thresholds
        /// The shares of random kernels that look like each label by the rubric's own cut-offs.
        public let uncorrectedFalsePositiveRates: NullRates

        /// What a classifier was calibrated to.
        init(_ classifier: LayerClassifier) {
            thresholds = classifier.thresholds
            nullRates = classifier.nullRates
            rubricThresholds = classifier.rubricThresholds
            uncorrectedFalsePositiveRates = classifier.uncorrectedFalsePositiveRates
        }
    }

    /// Where the correlation of the layers' inputs was measured; nil where the prior of the settings holds.
    public let measuredInput: MeasuredInput?

    /// Input correlations measured on pictures.
    public struct MeasuredInput: Sendable, Equatable, Codable {
        /// The pictures' path.
        public let path: String
        /// How many they were.
        public let images: Int
        /// By the name of the layer's weight in the checkpoint.
        public let correlations: [String: InputCorrelation]

        /// Joins what was measured.
        public init(path: String, images: Int, correlations: [String: InputCorrelation]) {
            self.path = path
            self.images = images
            self.correlations = correlations
        }
    }

    /// Joins finished layers; see the properties.
    public init(
        network: NetworkFacts, settings: ClassifierSettings, layers: [LayerStatistics],
        calibrations: [SizeCalibration] = [], skipped: [ConvLayer] = [], measuredInput: MeasuredInput? = nil
    ) {
        self.measuredInput = measuredInput
        self.network = network
        self.settings = settings
        self.layers = layers
        self.calibrations = calibrations
        self.skipped = skipped.map(\.withoutBatchNorm)
    }

    /// Reads and labels every square N×N kernel of a network.
    ///
    /// - Parameters:
    ///   - network: whose layers are read a few at a time.
    ///   - settings: what the labels follow.
    ///   - measuredInput: correlations that take the place of the settings' prior in the layers that it has.
    ///   - progress: called after every few layers with how many are done and how many there are; what it throws ends the work.
    ///
    /// Throws `kernels.none` where the network has no square N×N layer, what reading the checkpoint throws and what
    /// `progress` throws.
    /// Cost: about a microsecond a 3×3 kernel, times `settings.perturbations` where stability is measured.
    public static func analyse(
        _ network: ConvNetwork, settings: ClassifierSettings = ClassifierSettings(),
        measuredInput: MeasuredInput? = nil,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> NetworkStatistics {
        let squares = try KernelBanks.squareLayers(of: network)
        try network.checkpoint.checkMemory(
            bytesNeeded(for: squares),
            "to classify its \(NumberFormat.grouped(squares.reduce(0) { $0 + $1.kernelCount })) kernels")
        // The digest of a large file takes a second; it is asked for at the end, and made there where no thread is to be had.
        _ = SystemThread.detach { _ = network.checkpoint.sha256 }
        var classifiers: [Int: LayerClassifier] = [:]
        var layers: [LayerStatistics] = []
        for start in stride(from: 0, to: squares.count, by: layersAtOnce) {
            let banks = try squares[start..<min(start + layersAtOnce, squares.count)].map {
                try KernelBanks.read($0, of: network)
            }
            for size in Set(banks.map(\.size)).sorted() where classifiers[size] == nil {
                classifiers[size] = LayerClassifier(settings: settings, size: size)
            }
            layers += label(banks, classifiers, measuredInput)
            try progress(layers.count, squares.count)
        }
        let calibrations = classifiers.sorted { $0.key < $1.key }.map {
            SizeCalibration($0.value)
        }
        return NetworkStatistics(
            network: NetworkFacts(network), settings: settings,
            layers: settings.chancePolicy == .demoted ? settled(layers) : layers, calibrations: calibrations,
            skipped: KernelBanks.skippedLayers(of: network), measuredInput: measuredInput)
    }

    /// How many layers are in memory together.
    private static let layersAtOnce = 4

    /// What a classification takes at its most: 64 bytes stay of every kernel, and of the layers that are in work their
    /// weights, a copy of these and some 100 bytes a kernel (measured: 226 a kernel of 3×3 in all).
    static func bytesNeeded(for layers: [ConvLayer]) -> Int {
        let kept = layers.reduce(0) { $0 + $1.kernelCount } * MemoryLayout<KernelClassification>.stride
        let working = stride(from: 0, to: layers.count, by: layersAtOnce).map { start in
            layers[start..<min(start + layersAtOnce, layers.count)].reduce(0) { sum, layer in
                sum + layer.kernelCount * (100 + 2 * MemoryLayout<Float>.size * layer.kernelHeight * layer.kernelWidth)
            }
        }
        return kept + (working.max() ?? 0)
    }

    /// Labels several banks, each on whatever thread is free; the result does not depend on the threads.
    private static func label(
        _ banks: [KernelBank], _ classifiers: [Int: LayerClassifier], _ measured: MeasuredInput?
    ) -> [LayerStatistics] {
        Parallel.everyCore.map(pieces: banks.count) { index -> LayerStatistics? in
            let bank = banks[index]
            guard let prior = classifiers[bank.size] else { return nil }
            let correlation = measured?.correlations[bank.layer.tensorName]
            return LayerStatistics(
                bank: bank, classifier: correlation.map { prior.calibrated(to: $0) } ?? prior,
                inputCorrelation: correlation)
        }.compactMap { $0 }
    }

    /// The layers with the names taken back that chance may have given; see `LabelledLayer.settled`.
    private static func settled(_ layers: [LayerStatistics]) -> [LayerStatistics] {
        let settled = LabelledLayer.settled(layers.map(\.labelled)) { layers[$0].layer.isFixed }
        return zip(layers, settled).map { $0.relabelled($1) }
    }

    /// The same without the evidence of single kernels: what a file of moderate size can hold.
    public var withoutKernels: NetworkStatistics {
        NetworkStatistics(
            network: network, settings: settings, layers: layers.map(\.withoutKernels), calibrations: calibrations,
            skipped: skipped, measuredInput: measuredInput)
    }

    /// The counts over all layers.
    public var counts: LabelCounts { layers.reduce(LabelCounts()) { $0 + $1.counts } }

    /// The 1×1 convolutions, in network order: they have no spatial kernel and so no label.
    public var pointwise: [ConvLayer] { network.layers.filter { $0.isPointwise } }

    /// The layers that stand one behind the other: those of the recognised family, or all of an unknown network.
    public var chain: [LayerStatistics] { layers.filter { !$0.layer.isOutsideFamily } }

    /// How the share of `label` goes with depth, over ``chain`` in network order; nil with fewer than four layers, where
    /// the share is the same everywhere, or where the order of the layers is not known.
    public func depthCorrelation(of label: KernelLabel) -> RankCorrelation? {
        guard network.isOrderKnown else { return nil }
        let chain = chain
        return RankCorrelation(chain.indices.map(Double.init), chain.map { $0.counts.share(label) })
    }

    /// Whether the kernels are still those of an untrained network.
    public var randomness: RandomnessVerdict { RandomnessVerdict(layers: layers, calibrations: calibrations) }
}
