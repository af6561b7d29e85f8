import Architectures
import Classification
import Kernels

/// The statistics of a network with the kernels that they describe, for whoever needs more than numbers.
public struct AnalysedNetwork: Sendable {
    /// What the classifier found.
    public let statistics: NetworkStatistics
    /// Where the kernels can be read; nil where only the statistics are at hand.
    public let kernels: (any KernelSource)?

    /// Joins statistics with their kernels.
    public init(_ statistics: NetworkStatistics, kernels: (any KernelSource)? = nil) {
        self.statistics = statistics
        self.kernels = kernels
    }

    /// Reads and labels every square N×N kernel of a network, which stays the source of its kernels.
    ///
    /// Throws what ``NetworkStatistics/analyse(_:settings:measuredInput:progress:)`` throws.
    public static func analyse(
        _ network: ConvNetwork, settings: ClassifierSettings = ClassifierSettings(),
        measuredInput: NetworkStatistics.MeasuredInput? = nil,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> AnalysedNetwork {
        AnalysedNetwork(
            try NetworkStatistics.analyse(
                network, settings: settings, measuredInput: measuredInput, progress: progress), kernels: network)
    }
}
