import Files
import KernelViz

/// Checkpoint to statistics beside its kernels, with progress: what every analysing verb begins with.
enum Analysis {
    /// Opens a checkpoint and classifies its kernels.
    ///
    /// - Parameter calibratedOn: pictures on which the correlation of each layer's input is measured; nil takes the prior.
    static func network(
        of path: String, strides: StrideTable? = nil, settings: ClassifierSettings = ClassifierSettings(),
        calibratedOn pictures: String? = nil
    ) throws -> AnalysedNetwork {
        try Interruption.check()
        let network = try ConvNetwork.open(path, strides: strides)
        let measured = try pictures.map { try measuredInput(of: network, strides, on: $0) }
        return try analyse(network, settings: settings, measured)
    }

    /// Classifies the kernels of a network that is open.
    static func analyse(
        _ network: ConvNetwork, settings: ClassifierSettings = ClassifierSettings(),
        _ measured: NetworkStatistics.MeasuredInput? = nil
    ) throws -> AnalysedNetwork {
        let progress = ProgressLine("Classifying \(network.title)")
        defer { progress.finish() }
        return try AnalysedNetwork.analyse(network, settings: settings, measuredInput: measured) {
            try progress.update($0, of: $1)
        }
    }

    /// Runs the network on every picture.
    private static func measuredInput(
        of network: ConvNetwork, _ strides: StrideTable?, on pictures: String
    ) throws -> NetworkStatistics.MeasuredInput {
        let runnable = try RunnableNetwork(checkpoint: network.checkpoint.path, strides: strides)
        let images = try ImageFolder.open(pictures).images
        let progress = ProgressLine("Measuring the inputs of \(network.title)")
        defer { progress.finish() }
        let measurement = try InputMeasurement(runnable, of: NetworkFacts(network), on: images) {
            try progress.update($0, of: $1)
        }
        if measurement.turned > 0 {
            progress.finish()
            Console.note(
                "kernelviz: note: \(pictures): \(measurement.turned) of \(measurement.images) pictures were turned by their "
                    + "EXIF orientation")
        }
        return NetworkStatistics.MeasuredInput(
            path: measurement.path, images: measurement.images, correlations: measurement.correlations)
    }

    /// Several checkpoints, each with its strides.
    static func networks(
        of paths: [String], _ strides: StrideOptions, settings: ClassifierSettings = ClassifierSettings(),
        calibratedOn pictures: String? = nil
    ) throws -> [AnalysedNetwork] {
        try zip(paths, strides.tables(for: paths)).map { path, strides in
            try network(of: path, strides: strides, settings: settings, calibratedOn: pictures)
        }
    }

    /// Several checkpoints and saved classifications, in the order given; of the latter there are no kernels.
    static func networksOrSaved(_ paths: [String], _ strides: StrideOptions) throws -> [AnalysedNetwork] {
        try zip(paths, strides.tables(for: paths)).flatMap { path, strides -> [AnalysedNetwork] in
            guard let saved = try saved(path) else { return [try network(of: path, strides: strides)] }
            if strides != nil {
                Console.note(
                    "kernelviz: note: \(path): a saved classification has its strides; --strides is not read for it.")
            }
            for note in saved.notes(beside: ClassifierSettings()) { Console.note("kernelviz: note: \(note).") }
            return saved.networks.map { AnalysedNetwork($0) }
        }
    }

    /// The largest saved classification that is read: that of some million kernels.
    private static let mostSavedBytes = 1 << 30

    /// A file that 'classify --format json' wrote; nil for any other.
    private static func saved(_ path: String) throws -> SavedClassification? {
        guard !InputFile.isFolder(path), let head = try? InputFile.prefix(path, count: 64),
            SavedClassification.isLikely(head)
        else { return nil }
        return try SavedClassification(
            text: try InputFile.text(path, limitBytes: mostSavedBytes, expected: "JSON"), path: path)
    }
}
