import Files

/// What one tensor's numbers look like as float32.
public struct TensorStatistics: Sendable, Equatable {
    /// The smallest finite element; 0 without any.
    public let minimum: Float
    /// The largest finite element; 0 without any.
    public let maximum: Float
    /// The mean of the finite elements; 0 without any.
    public let mean: Double
    /// The population standard deviation of the finite elements; 0 without any.
    public let standardDeviation: Double
    /// How many elements are exactly zero.
    public let zeroCount: Int
    /// How many elements are NaN or infinite.
    public let nonFiniteCount: Int
    /// SHA-256 of the elements as little-endian float32 in the file's axis order, 64 hexadecimal digits.
    public let sha256: String

    /// Measures `values`.
    public init(_ values: [Float]) {
        var (low, high) = (Float.infinity, -Float.infinity)
        var (sum, zeros, finite) = (0.0, 0, 0)
        for value in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
            sum += Double(value)
            finite += 1
            if value == 0 { zeros += 1 }
        }
        let mean = finite > 0 ? sum / Double(finite) : 0
        var squares = 0.0
        for value in values where value.isFinite {
            let difference = Double(value) - mean
            squares += difference * difference
        }
        minimum = finite > 0 ? low : 0
        maximum = finite > 0 ? high : 0
        self.mean = mean
        standardDeviation = finite > 0 ? (squares / Double(finite)).squareRoot() : 0
        zeroCount = zeros
        nonFiniteCount = values.count - finite
        var digest = SHA256Digest()
        unsafe values.withUnsafeBytes { unsafe digest.update($0) }
        sha256 = digest.hexadecimal()
    }
}
