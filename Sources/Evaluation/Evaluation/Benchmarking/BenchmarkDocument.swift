import Diagnostics
import Engine

/// The JSON of `bench --format json`, for its writer and for those who read it.
public struct BenchmarkDocument: Sendable, Codable {
    /// A network, and how near it comes to the machine's limit.
    public struct Entry: Sendable, Codable {
        /// What was measured.
        public let benchmark: NetworkBenchmark
        /// The share of the multiply-add limit of so many threads, at the median.
        public let peakShare: Double

        /// Groups the values.
        public init(benchmark: NetworkBenchmark, peakShare: Double) {
            self.benchmark = benchmark
            self.peakShare = peakShare
        }
    }

    /// The form's name.
    public let schema: String
    /// What the machine can do.
    public let limits: Roofline
    /// The networks.
    public let benchmarks: [Entry]
    /// How they grow; nil where that was not measured.
    public let scaling: [ScalingBenchmark]?

    /// What is written of measurements.
    public init(limits: Roofline, benchmarks: [Entry], scaling: [ScalingBenchmark]) {
        schema = DocumentSchema.bench.rawValue
        self.limits = limits
        self.benchmarks = benchmarks
        self.scaling = scaling.isEmpty ? nil : scaling
    }
}
