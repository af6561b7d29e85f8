import KernelViz

/// Checkpoint to statistics, with progress: what every analysing verb begins with.
enum Analysis {
    /// Opens a checkpoint and classifies its kernels.
    static func statistics(
        of path: String, settings: ClassifierSettings = ClassifierSettings()
    ) throws -> NetworkStatistics {
        try Interruption.check()
        let network = try Network.open(path)
        let progress = ProgressLine("Classifying \(network.title)")
        defer { progress.finish() }
        return try NetworkStatistics.analyse(network, settings: settings) { try progress.update($0, of: $1) }
    }
}
