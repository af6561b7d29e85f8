/// What the bytes of a result stand for: scale · (byte − zero).
///
/// Zero is always a byte of its own, so that padding and ReLU are exact.
public struct ByteScale: Sendable, Equatable, Codable {
    /// One quantum; above zero.
    public let scale: Float
    /// The byte that stands for 0.
    public let zero: UInt8

    /// The quanta that reach from `lower` to `upper` in 255 steps, both moved so that 0 lies between them.
    ///
    /// The quantum is (upper − lower)/255 in 64-bit floats, then the nearest 32-bit one; zero is the nearest whole number of
    /// −lower/quantum, ties to even.
    public init(lower: Float, upper: Float) {
        let (low, high) = (Double(min(lower, 0)), Double(max(upper, 0)))
        // Results that are always 0 get a quantum that divides nothing by nothing.
        scale = high - low > 1e-30 ? Float((high - low) / 255) : 1
        zero = UInt8(min(255, max(0, (-low / Double(scale)).rounded(.toNearestOrEven))))
    }

    /// The nearest byte of a number, ties to even.
    public func byte(_ number: Float) -> UInt8 {
        UInt8(min(255, max(0, (number * (1 / scale)).rounded(.toNearestOrEven) + Float(zero))))
    }

    /// The number of a byte.
    public func number(_ byte: UInt8) -> Float { Float(Int32(byte) - Int32(zero)) * scale }
}
