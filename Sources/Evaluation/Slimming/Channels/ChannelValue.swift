/// What is known of one channel of a result, whatever the image.
enum ChannelValue: Hashable, Sendable {
    /// The same number at every pixel.
    case constant(Float)
    /// A map that depends on the image or on the distance from the border; equal numbers are equal maps.
    case map(Int)
}

/// Bounds of what a channel can hold; they may be infinite.
struct ValueRange: Sendable {
    var low: Double
    var high: Double

    static let unbounded = ValueRange(low: -.infinity, high: .infinity)

    /// The bounds of a channel of one number.
    init(_ number: Float) { self.init(low: Double(number), high: Double(number)) }

    init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// The range with zeros, such as stand around an image.
    var withZero: ValueRange { ValueRange(low: min(low, 0), high: max(high, 0)) }

    /// The bounds of factor · x; a factor of 0 gives 0.
    func scaled(by factor: Double) -> ValueRange {
        guard factor != 0 else { return ValueRange(0) }
        return factor > 0
            ? ValueRange(low: low * factor, high: high * factor) : ValueRange(low: high * factor, high: low * factor)
    }

    static func + (a: ValueRange, b: ValueRange) -> ValueRange {
        ValueRange(low: a.low + b.low, high: a.high + b.high)
    }

    /// The bounds of a product.
    static func * (a: ValueRange, b: ValueRange) -> ValueRange {
        // Infinity times zero is zero here: the zero is reached, the infinity is not.
        let products = [a.low, a.high].flatMap { x in [b.low, b.high].map { x == 0 || $0 == 0 ? 0 : x * $0 } }
        return ValueRange(low: products.min() ?? -.infinity, high: products.max() ?? .infinity)
    }
}

/// 128 bits of what a channel is computed from; two that differ agree with a chance below 10⁻²⁵.
struct Fingerprint: Hashable, Sendable {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    init(_ words: [UInt64]) { for word in words { mix(word) } }

    mutating func mix(_ word: UInt64) {
        first = (first ^ word) &* 0xBF58_476D_1CE4_E5B9
        first ^= first >> 29
        second = (second &+ word) &* 0x94D0_49BB_1331_11EB
        second ^= second >> 32
    }

    mutating func mix(_ number: Int) { mix(UInt64(truncatingIfNeeded: number)) }

    /// Zeros of both signs are one.
    mutating func mix(_ number: Float) { mix(UInt64((number == 0 ? 0 : number).bitPattern)) }
}

/// Gives the same number to what is computed in the same way from the same.
struct ValueTable: Sendable {
    private var numbers: [Fingerprint: Int] = [:]
    private var ranges: [ValueRange] = []

    /// A map that equals no other.
    mutating func fresh(_ range: ValueRange = .unbounded) -> ChannelValue {
        ranges.append(range)
        return .map(ranges.count - 1)
    }

    /// The map that is computed so.
    mutating func value(of fingerprint: Fingerprint, _ range: @autoclosure () -> ValueRange) -> ChannelValue {
        if let number = numbers[fingerprint] { return .map(number) }
        let value = fresh(range())
        numbers[fingerprint] = ranges.count - 1
        return value
    }

    /// The bounds of a channel.
    func range(of value: ChannelValue) -> ValueRange {
        switch value {
        case .constant(let number): ValueRange(number)
        case .map(let number): ranges[number]
        }
    }
}
