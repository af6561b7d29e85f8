/// The number types that checkpoints hold, in NumPy's (and ml_dtypes') spelling.
public enum NumberType: String, Sendable, Equatable, CaseIterable, CustomStringConvertible {
    case bool
    case int8
    case uint8
    case int16
    case uint16
    case int32
    case uint32
    case int64
    case uint64
    case float16
    case bfloat16
    case float32
    case float64
    case float8e4m3 = "float8_e4m3fn"
    case float8e5m2 = "float8_e5m2"

    /// "float32".
    public var description: String { rawValue }

    /// Bytes of one element.
    public var sizeBytes: Int {
        switch self {
        case .bool, .int8, .uint8, .float8e4m3, .float8e5m2: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// Whether it is a floating-point type.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64, .float8e4m3, .float8e5m2: true
        default: false
        }
    }

    /// Elements as float32, rounded to nearest where they do not fit; `bytes` holds whole little-endian elements.
    public func floats(_ bytes: [UInt8]) -> [Float] {
        switch self {
        case .bool: bytes.map { $0 == 0 ? 0 : 1 }
        case .int8: bytes.map { Float(Int8(bitPattern: $0)) }
        case .uint8: bytes.map { Float($0) }
        case .int16: Self.map(bytes) { (bits: Int16) in Float(bits) }
        case .uint16: Self.map(bytes) { (bits: UInt16) in Float(bits) }
        case .int32: Self.map(bytes) { (bits: Int32) in Float(bits) }
        case .uint32: Self.map(bytes) { (bits: UInt32) in Float(bits) }
        case .int64: Self.map(bytes) { (bits: Int64) in Float(bits) }
        case .uint64: Self.map(bytes) { (bits: UInt64) in Float(bits) }
        case .float16: Self.map(bytes) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
        case .bfloat16: Self.map(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .float32: Self.map(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
        case .float64: Self.map(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        case .float8e4m3: bytes.map { Self.float8($0, fractionBits: 3, bias: 7, hasInfinity: false) }
        case .float8e5m2: bytes.map { Self.float8($0, fractionBits: 2, bias: 15, hasInfinity: true) }
        }
    }

    /// Elements as float64, exactly but for 64-bit integers beyond 2⁵³.
    public func doubles(_ bytes: [UInt8]) -> [Double] {
        switch self {
        case .float64: Self.map(bytes) { (bits: UInt64) in Double(bitPattern: bits) }
        case .int32: Self.map(bytes) { (bits: Int32) in Double(bits) }
        case .uint32: Self.map(bytes) { (bits: UInt32) in Double(bits) }
        case .int64: Self.map(bytes) { (bits: Int64) in Double(bits) }
        case .uint64: Self.map(bytes) { (bits: UInt64) in Double(bits) }
        default: floats(bytes).map { Double($0) }
        }
    }

    private static func map<Bits: FixedWidthInteger & BitwiseCopyable, Number>(
        _ bytes: [UInt8], _ number: (Bits) -> Number
    ) -> [Number] {
        let size = MemoryLayout<Bits>.size
        return unsafe bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / size).map { index in
                number(Bits(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: index * size, as: Bits.self)))
            }
        }
    }

    /// Micikevicius et al., "FP8 Formats for Deep Learning" (arXiv 2209.05433), Table 1.
    private static func float8(_ byte: UInt8, fractionBits: Int, bias: Int, hasInfinity: Bool) -> Float {
        let sign: Float = byte & 0x80 == 0 ? 1 : -1
        let magnitude = Int(byte & 0x7F)
        let fraction = magnitude & ((1 << fractionBits) - 1)
        let exponent = magnitude >> fractionBits
        if hasInfinity, exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
        if !hasInfinity, magnitude == 0x7F { return .nan }
        let unit = Float(sign: .plus, exponent: (exponent == 0 ? 1 : exponent) - bias - fractionBits, significand: 1)
        return sign * Float(exponent == 0 ? fraction : fraction + (1 << fractionBits)) * unit
    }
}
