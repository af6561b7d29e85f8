/// How a network is computed in bytes: the range of each result, found on images.
///
/// Weights need no images; they are symmetric, one scale an output channel. See ``ExecutionOptions/Precision/int8``.
public struct Quantization: Sendable, Equatable {
    /// How the range of a result follows from the numbers that were met.
    public enum Method: String, Sendable, Equatable, CaseIterable, Codable {
        /// From the least to the largest.
        case minMax = "min-max"
        /// Without the outermost 1/20,000 on each side.
        case percentile
        /// The range whose quanta make the least squared error, clipping included.
        case squaredError = "mse"

        /// What is taken unless another is asked for.
        public static let standard = percentile
    }

    /// The least and the largest number that a byte stands for.
    public struct Range: Sendable, Equatable, Codable {
        /// At most 0.
        public let lower: Float
        /// At least 0.
        public let upper: Float

        /// The range from `lower` to `upper`, widened to 0.
        public init(lower: Float, upper: Float) {
            self.lower = min(lower, 0)
            self.upper = max(upper, 0)
        }

        /// The quanta of the range.
        public var scale: ByteScale { ByteScale(lower: lower, upper: upper) }
    }

    /// How ranges were chosen.
    public let method: Method
    /// On how many images.
    public let images: Int
    /// Which images those were, in words.
    public let source: String
    /// The range of each result that may be kept in bytes, by its node's name.
    public let ranges: [String: Range]

    /// Groups what was found elsewhere.
    public init(method: Method, images: Int, source: String, ranges: [String: Range]) {
        self.method = method
        self.images = images
        self.source = source
        self.ranges = ranges
    }
}
