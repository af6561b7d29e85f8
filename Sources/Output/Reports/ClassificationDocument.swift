import Architectures
import Checkpoints
import Classification
import Diagnostics
import Kernels
import Statistics

/// A classification as JSON has it.
struct ClassificationDocument: Encodable {
    let schema: String
    let checkpoint: Checkpoint
    let settings: ClassifierSettings
    let calibrations: [Calibration]
    let layers: [Layer]
    let skipped: [Skipped]
    let pointwise: [Pointwise]
    let depthCorrelations: [String: RankCorrelation]
    let total: Total
    let randomness: Randomness
    let measuredOn: Nullable<Measured>
    /// The version that wrote a file which is read back; nil in reports.
    let version: String?
    /// What is read back; nil in reports.
    let statistics: NetworkStatistics?

    struct Measured: Encodable {
        let path: String
        let images: Int
    }

    init(_ statistics: NetworkStatistics, kernels: Bool = false, savedBy version: String? = nil) {
        self.version = version
        self.statistics = version == nil ? nil : statistics.withoutKernels
        schema = ClassificationReport.schema
        checkpoint = Checkpoint(statistics)
        settings = statistics.settings
        calibrations = statistics.calibrations.map {
            Calibration(
                size: $0.nullRates.size, thresholds: $0.thresholds, nullRates: $0.nullRates,
                rubricThresholds: $0.rubricThresholds, uncorrectedFalsePositiveRates: $0.uncorrectedFalsePositiveRates)
        }
        layers = statistics.layers.map { Layer($0, kernels: kernels) }
        skipped =
            statistics.skipped.map { Skipped($0) } + statistics.network.leftOut.map { Skipped($0) }
        pointwise = statistics.pointwise.map { Pointwise(name: $0.name, shape: $0.weightShape.dimensions) }
        depthCorrelations = KernelLabel.allCases.reduce(into: [:]) {
            $0[$1.rawValue] = statistics.depthCorrelation(of: $1)
        }
        total = Total(statistics.counts)
        randomness = Randomness(statistics.randomness)
        measuredOn = Nullable(statistics.measuredInput.map { Measured(path: $0.path, images: $0.images) })
    }

    struct Checkpoint: Encodable {
        let path: String
        let format: String
        let sha256: String
        let family: Nullable<String>
        let network: String
        let recognition: String
        let orderKnown: Bool
        let missing: [String]
        let conventions: [Convention]
        let contradictions: [String]?
        let notes: [String]

        init(_ statistics: NetworkStatistics) {
            let network = statistics.network
            path = network.checkpoint.path
            format = network.checkpoint.format
            sha256 = network.checkpoint.sha256
            family = Nullable(network.family)
            self.network = network.title
            recognition = network.recognition
            orderKnown = network.isOrderKnown
            missing = network.missingTensors
            conventions = network.conventions
            contradictions = network.contradictions
            notes = network.checkpoint.notes
        }
    }

    struct Calibration: Encodable {
        let size: Int
        let thresholds: Thresholds
        let nullRates: NullRates
        let rubricThresholds: Thresholds
        let uncorrectedFalsePositiveRates: NullRates
    }

    struct Layer: Encodable {
        let number: Nullable<Int>
        let name: String
        let size: Int
        let stride: Nullable<Int>
        /// Rows and columns, where they differ.
        let strides: [Int]?
        let role: String
        let connectivity: String
        let dilation: Nullable<Int>
        let apparentDilation: Nullable<Int>
        let outsideFamily: Bool
        let fixed: Bool
        let kernels: Int
        let counts: [String: Int]
        let shares: [String: Double]
        let intervals: [String: [Double]]
        let shapes: [String: Int]
        let dcGain: Double
        let sigmaPixels: Nullable<Double>
        /// How many blurs are wider than the size can show, and where that begins; they are in no median.
        let sigmaAtBound: Int
        let sigmaBoundPixels: Double
        let uncertain: Int
        let nonFinite: Int
        let structure: Nullable<LayerStructure>
        let symmetry: SymmetryEnergies
        let sigmaQuantiles: Nullable<Quantiles>
        let spectrum: [String: Int]
        let diversity: Nullable<FilterDiversity>
        let zeroGap: Nullable<ZeroGap>
        let mixture: Nullable<GaussianMixture>
        let blueprint: Nullable<Blueprint>
        let inputCorrelation: Nullable<InputCorrelation>
        let classifications: [KernelEntry]?

        init(_ layer: LayerStatistics, kernels withKernels: Bool) {
            number = Nullable(layer.layer.number)
            name = layer.layer.name
            size = layer.layer.kernelHeight
            stride = Nullable(layer.layer.stride)
            strides = layer.layer.unevenStrides
            role = layer.layer.role.rawValue
            connectivity = layer.layer.connectivity.description
            dilation = Nullable(layer.layer.dilation)
            apparentDilation = Nullable(layer.apparentDilation)
            outsideFamily = layer.layer.isOutsideFamily
            fixed = layer.layer.isFixed
            kernels = layer.counts.total
            counts = byLabel { layer.counts[$0] }
            shares = byLabel { layer.counts.share($0) }
            intervals = byLabel { [layer.interval($0).low, layer.interval($0).high] }
            shapes = layer.shapeCounts.reduce(into: [:]) { $0[$1.shape.rawValue] = $1.count }
            dcGain = layer.medianDCGain
            sigmaPixels = Nullable(layer.medianSigmaPixels)
            sigmaAtBound = layer.summary.blursAtBound
            sigmaBoundPixels = KernelClassification.sigmaBound(size: layer.layer.kernelHeight)
            uncertain = layer.uncertainCount
            nonFinite = layer.nonFiniteCount
            structure = Nullable(layer.structure)
            symmetry = layer.symmetry
            sigmaQuantiles = Nullable(layer.sigmaQuantiles)
            spectrum = layer.spectralCounts.reduce(into: [:]) { $0[$1.spectralClass.rawValue] = $1.count }
            diversity = Nullable(layer.diversity)
            zeroGap = Nullable(layer.zeroGap)
            mixture = Nullable(layer.mixture)
            blueprint = Nullable(layer.blueprint.map(Blueprint.init))
            inputCorrelation = Nullable(layer.inputCorrelation)
            let inputs = max(1, layer.layer.weightShape[1])
            classifications =
                withKernels
                ? layer.classifications.enumerated().map {
                    KernelEntry(outputChannel: $0.offset / inputs, inputChannel: $0.offset % inputs, $0.element)
                } : nil
        }
    }

    struct Blueprint: Encodable {
        let filters: Int
        let slices: Int
        let counts: [String: Int]
        let explainedVariance: Double
        let explainedVarianceOfRandom: BlueprintStatistics.Null
        let explainedAboveChance: Double
        let salience: Double
        let salienceOfRandom: BlueprintStatistics.Null
        let salientAboveChance: Double
        let lowPassShare: Double

        init(_ blueprint: BlueprintStatistics) {
            filters = blueprint.filters.count
            slices = blueprint.slices
            counts = byLabel { blueprint.counts[$0] }
            explainedVariance = blueprint.medianExplainedVariance
            explainedVarianceOfRandom = blueprint.explainedNull
            explainedAboveChance = blueprint.explainedAboveChance
            salience = blueprint.medianSalience
            salienceOfRandom = blueprint.salienceNull
            salientAboveChance = blueprint.salientAboveChance
            lowPassShare = blueprint.lowPassShare
        }
    }

    struct Pointwise: Encodable {
        let name: String
        let shape: [Int]
    }

    struct Skipped: Encodable {
        let number: Int?
        let name: String
        let rows: Int?
        let columns: Int?
        let shape: [Int]
        let kernels: Int
        let reason: String

        init(_ layer: ConvLayer) {
            number = layer.number
            name = layer.name
            rows = layer.kernelHeight
            columns = layer.kernelWidth
            shape = layer.weightShape.dimensions
            kernels = layer.kernelCount
            reason = LeftOutTensor.Reason.rectangular.rawValue
        }

        init(_ tensor: LeftOutTensor) {
            number = nil
            name = tensor.name
            rows = tensor.extents.count == 2 ? tensor.extents[0] : nil
            columns = tensor.extents.count == 2 ? tensor.extents[1] : nil
            shape = tensor.shape.dimensions
            kernels = tensor.kernels
            reason = tensor.reason.rawValue
        }
    }

    struct Total: Encodable {
        let kernels: Int
        let counts: [String: Int]
        let shares: [String: Double]

        init(_ counts: LabelCounts) {
            kernels = counts.total
            self.counts = byLabel { counts[$0] }
            shares = byLabel { counts.share($0) }
        }
    }

    struct Randomness: Encodable {
        let isRandom: Bool
        let verdict: String
        let liveKernels: Int
        let fixedKernels: Int
        let neededKernels: Int
        let namedShare: Double
        let chanceShare: Double
        let structuredLayers: Int
        let testedLayers: Int

        init(_ verdict: RandomnessVerdict) {
            isRandom = verdict.isRandom
            self.verdict = verdict.verdict.rawValue
            liveKernels = verdict.liveKernels
            fixedKernels = verdict.fixedKernels
            neededKernels = verdict.neededKernels
            namedShare = verdict.namedShare
            chanceShare = verdict.chanceShare
            structuredLayers = verdict.structuredLayers
            testedLayers = verdict.testedLayers
        }
    }
}

/// One kernel, its channels beside its classification's own fields.
struct KernelEntry: Encodable {
    let outputChannel: Int
    let inputChannel: Int
    let classification: KernelClassification

    init(outputChannel: Int, inputChannel: Int, _ classification: KernelClassification) {
        self.outputChannel = outputChannel
        self.inputChannel = inputChannel
        self.classification = classification
    }

    private enum Key: CodingKey { case outputChannel, inputChannel }

    func encode(to encoder: any Encoder) throws {
        try classification.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(outputChannel, forKey: .outputChannel)
        try container.encode(inputChannel, forKey: .inputChannel)
    }
}

/// A value for each label, by its name.
func byLabel<Value>(_ value: (KernelLabel) -> Value) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: KernelLabel.allCases.map { ($0.rawValue, value($0)) })
}
