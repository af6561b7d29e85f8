import KernelViz

/// Checkpoint to statistics, with progress: what every analysing verb begins with.
enum Analysis {
    /// Opens a checkpoint and classifies its kernels.
    static func statistics(
        of path: String, strides: StrideTable? = nil, settings: ClassifierSettings = ClassifierSettings()
    ) throws -> NetworkStatistics {
        try Interruption.check()
        let network = try Network.open(path, strides: strides)
        let progress = ProgressLine("Classifying \(network.title)")
        defer { progress.finish() }
        return try NetworkStatistics.analyse(network, settings: settings) { try progress.update($0, of: $1) }
    }

    /// The statistics of several checkpoints, each with its strides.
    static func statistics(
        of paths: [String], _ strides: StrideOptions, settings: ClassifierSettings = ClassifierSettings()
    ) throws -> [NetworkStatistics] {
        try zip(paths, strides.tables(for: paths)).map { path, strides in
            try statistics(of: path, strides: strides, settings: settings)
        }
    }
}
