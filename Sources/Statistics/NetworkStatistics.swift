import Classification
import Kernels
import Weights

/// What the classifier found in a network, in network order.
public struct NetworkStatistics: Sendable {
    /// The network that was analysed.
    public let network: Network
    /// The settings that every label followed.
    public let settings: ClassifierSettings
    /// One entry per spatial layer whose kernels are square, in network order.
    public let layers: [LayerStatistics]
    /// One entry per kernel size that occurs, by size: what the labels find in random kernels, and the cut-offs in force.
    public let calibrations: [SizeCalibration]
    /// The spatial layers that were left out because their kernels are rectangular, in network order.
    public let skipped: [ConvLayer]

    /// The cut-offs for one kernel size, and what random kernels of that size get.
    public struct SizeCalibration: Sendable, Equatable {
        /// The cut-offs in force.
        public let thresholds: Thresholds
        /// The shares of random kernels that get each label.
        public let nullRates: NullRates
    }

    /// Joins finished layers; see the properties.
    public init(
        network: Network, settings: ClassifierSettings, layers: [LayerStatistics],
        calibrations: [SizeCalibration] = [], skipped: [ConvLayer] = []
    ) {
        self.network = network
        self.settings = settings
        self.layers = layers
        self.calibrations = calibrations
        self.skipped = skipped
    }

    /// Reads and labels every square N×N kernel of a network.
    ///
    /// - Parameters:
    ///   - network: whose layers are read one at a time.
    ///   - settings: what the labels follow.
    ///   - progress: called after each layer with how many are done and how many there are; what it throws ends the work.
    ///
    /// Throws `kernels.none` where the network has no square N×N layer, what reading the checkpoint throws and what
    /// `progress` throws.
    /// Cost: about a microsecond a 3×3 kernel, times `settings.perturbations` where stability is measured.
    public static func analyse(
        _ network: Network, settings: ClassifierSettings = ClassifierSettings(),
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> NetworkStatistics {
        let squares = try KernelBanks.squareLayers(of: network)
        var classifiers: [Int: KernelClassifier] = [:]
        var layers: [LayerStatistics] = []
        for (done, layer) in squares.enumerated() {
            let bank = try KernelBanks.read(layer, of: network)
            let classifier = classifiers[bank.size] ?? KernelClassifier(settings: settings, size: bank.size)
            classifiers[bank.size] = classifier
            layers.append(LayerStatistics(bank: bank, classifier: classifier))
            try progress(done + 1, squares.count)
        }
        let calibrations = classifiers.sorted { $0.key < $1.key }.map {
            SizeCalibration(thresholds: $1.thresholds, nullRates: $1.nullRates)
        }
        return NetworkStatistics(
            network: network, settings: settings, layers: layers, calibrations: calibrations,
            skipped: KernelBanks.skippedLayers(of: network))
    }

    /// The counts over all layers.
    public var counts: LabelCounts { layers.reduce(LabelCounts()) { $0 + $1.counts } }

    /// Whether the kernels are still those of an untrained network.
    public var randomness: RandomnessVerdict { RandomnessVerdict(layers: layers, calibrations: calibrations) }
}
