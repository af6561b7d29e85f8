import Classification
import Kernels
import Statistics

extension ClassificationReport {
    /// The report as JSON, keys sorted, a line end at the end.
    ///
    /// `layers[].counts` holds the five labels; `stride` and `sigmaPixels` are null where unknown.
    public var json: String { JSONText.of(Document(statistics)) }
}

/// A value that is written as null where it is missing.
private struct Nullable<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

private struct Document: Encodable {
    let schema: String
    let checkpoint: Checkpoint
    let settings: ClassifierSettings
    let calibrations: [Calibration]
    let layers: [Layer]
    let skipped: [Skipped]
    let total: Total
    let randomness: Randomness

    init(_ statistics: NetworkStatistics) {
        schema = ClassificationReport.schema
        checkpoint = Checkpoint(statistics)
        settings = statistics.settings
        calibrations = statistics.calibrations.map {
            Calibration(size: $0.nullRates.size, thresholds: $0.thresholds, nullRates: $0.nullRates)
        }
        layers = statistics.layers.map(Layer.init)
        skipped = statistics.skipped.map {
            Skipped(number: $0.number, name: $0.name, rows: $0.kernelHeight, columns: $0.kernelWidth)
        }
        total = Total(statistics.counts)
        randomness = Randomness(statistics.randomness)
    }

    struct Checkpoint: Encodable {
        let path: String
        let format: String
        let sha256: String
        let family: Nullable<String>
        let network: String

        init(_ statistics: NetworkStatistics) {
            let network = statistics.network
            path = network.checkpoint.path
            format = network.checkpoint.format
            sha256 = network.checkpoint.sha256
            family = Nullable(network.family)
            self.network = network.title
        }
    }

    struct Calibration: Encodable {
        let size: Int
        let thresholds: Thresholds
        let nullRates: NullRates
    }

    struct Layer: Encodable {
        let number: Nullable<Int>
        let name: String
        let size: Int
        let stride: Nullable<Int>
        let role: String
        let connectivity: String
        let kernels: Int
        let counts: [String: Int]
        let shares: [String: Double]
        let intervals: [String: [Double]]
        let shapes: [String: Int]
        let dcGain: Double
        let sigmaPixels: Nullable<Double>
        let uncertain: Int
        let nonFinite: Int
        let structure: Nullable<LayerStructure>
        let symmetry: SymmetryEnergies

        init(_ layer: LayerStatistics) {
            number = Nullable(layer.layer.number)
            name = layer.layer.name
            size = layer.layer.kernelHeight
            stride = Nullable(layer.layer.stride)
            role = layer.layer.role.rawValue
            connectivity = layer.layer.connectivity.description
            kernels = layer.counts.total
            counts = byLabel { layer.counts[$0] }
            shares = byLabel { layer.counts.share($0) }
            intervals = byLabel { [layer.interval($0).low, layer.interval($0).high] }
            shapes = layer.shapeCounts.reduce(into: [:]) { $0[$1.shape.rawValue] = $1.count }
            dcGain = layer.medianDCGain
            sigmaPixels = Nullable(layer.medianSigmaPixels)
            uncertain = layer.uncertainCount
            nonFinite = layer.nonFiniteCount
            structure = Nullable(layer.structure)
            symmetry = layer.symmetry
        }
    }

    struct Skipped: Encodable {
        let number: Int?
        let name: String
        let rows: Int
        let columns: Int
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
        let namedShare: Double
        let chanceShare: Double
        let structuredLayers: Int
        let testedLayers: Int

        init(_ verdict: RandomnessVerdict) {
            isRandom = verdict.isRandom
            namedShare = verdict.namedShare
            chanceShare = verdict.chanceShare
            structuredLayers = verdict.structuredLayers
            testedLayers = verdict.testedLayers
        }
    }
}

/// A value for each label, by its name.
private func byLabel<Value>(_ value: (KernelLabel) -> Value) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: KernelLabel.allCases.map { ($0.rawValue, value($0)) })
}
