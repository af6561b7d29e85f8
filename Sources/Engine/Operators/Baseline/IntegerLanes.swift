import COperators
import OperatorInterface

/// Sixteen sums of 32 bits.
typealias Sums = SIMD16<Int32>

/// Two numbers of 16 bits for each of sixteen sums.
typealias Shorts = SIMD32<Int16>

/// a·b + c, rounded twice on every processor: integer operators give the same bits everywhere.
private enum Unfused: LaneArithmetic {
    @inline(__always) static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { a * b + c }
}

extension Sums {
    /// Sixteen sums from memory.
    @inline(__always) init(_ pointer: UnsafePointer<Int32>) {
        self = UnsafeRawPointer(pointer).loadUnaligned(as: Sums.self)
    }

    /// Adds the products of a pair of numbers with a pair of weights for each sum.
    @inline(__always) mutating func add(_ weights: Shorts, times pair: Int32) {
        self = kernelviz_add_pair_products(
            self, weights, unsafeBitCast(Sums(repeating: pair), to: Shorts.self))
    }
}

extension Lanes {
    /// The function of an epilogue, the same bits on every processor.
    @inline(__always) func applyingUnfused(_ function: Epilogue.Function) -> Lanes {
        switch function {
        case .none: self
        case .relu: rectified
        case .relu6: clampedToSix
        case .silu: self / (1 + exponential(-self, Unfused.self))
        case .hardSwish: self * (self + 3).clampedToSix * (1 / 6)
        case .sigmoid: 1 / (1 + exponential(-self, Unfused.self))
        case .hardSigmoid: (self + 3).clampedToSix * (1 / 6)
        }
    }
}

/// Steps 1 to 4 of an ``IntegerEpilogue`` on sixteen channels from `channel` on.
@inline(__always)
func scaled(
    _ sums: Sums, _ epilogue: IntegerEpilogue, _ channel: Int, _ residual: UnsafePointer<UInt8>?
) -> Lanes {
    var value = kernelviz_sums_as_floats(sums) * Lanes(epilogue.multiplier + channel)
    var summand = Lanes.zero
    if let residual {
        let bytes = kernelviz_load_bytes_as_sums(residual + channel) &- epilogue.residualZero
        summand = kernelviz_sums_as_floats(bytes) * epilogue.residualFactor
        if epilogue.addsResidualFirst { value += summand }
    }
    if !epilogue.function.isNone || epilogue.scale != nil {
        value = value.applyingUnfused(epilogue.function)
        if let scale = epilogue.scale { value *= Lanes(scale + channel) }
        if let shift = epilogue.shift { value += Lanes(shift + channel) }
    }
    if residual != nil, !epilogue.addsResidualFirst { value += summand }
    return value
}

/// Writes sixteen results, or the first `count` of them.
@inline(__always)
func store(_ value: Lanes, _ epilogue: IntegerEpilogue, _ target: UnsafeMutableRawPointer, _ index: Int, count: Int) {
    if epilogue.writesFloats {
        let place = target.assumingMemoryBound(to: Float.self) + index
        for lane in 0..<count { place[lane] = value[lane] }
    } else if count >= 16 {
        storeBytes(value, epilogue, target + index)
    } else {
        var bytes = SIMD16<UInt8>.zero
        withUnsafeMutableBytes(of: &bytes) { if let start = $0.baseAddress { storeBytes(value, epilogue, start) } }
        let place = target.assumingMemoryBound(to: UInt8.self) + index
        for lane in 0..<count { place[lane] = bytes[lane] }
    }
}

/// Step 5 of an ``IntegerEpilogue``: sixteen bytes.
@inline(__always)
func storeBytes(_ value: Lanes, _ epilogue: IntegerEpilogue, _ target: UnsafeMutableRawPointer) {
    kernelviz_store_quantized(value, epilogue.zero, epilogue.low, epilogue.high, target)
}
