import COperators
import OperatorInterface

// Everything here is inlined into its callers, which are compiled for several instruction sets.

/// Sixteen numbers that are computed together: one register with AVX-512, two with AVX2, four without.
@usableFromInline package typealias Lanes = SIMD16<Float>

@inlinable package var laneCount: Int { 16 }

@inlinable @inline(__always)
package func load(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inlinable @inline(__always)
package func load(_ pointer: UnsafeMutablePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inlinable @inline(__always)
package func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
}

/// Writes the first `count` lanes only.
@inlinable @inline(__always)
package func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>, first count: Int) {
    kernelviz_store_first(lanes, pointer, count)
}

/// Reads `count` lanes; the others are zero and their memory is not touched.
@inlinable @inline(__always)
package func load(_ pointer: UnsafePointer<Float>, first count: Int) -> Lanes {
    kernelviz_load_first(pointer, count)
}

/// a·b + c, rounded once on every processor, so that all give the same bits (slow where there is no such instruction).
@inlinable @inline(__always)
package func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes {
    kernelviz_multiply_add(a, b, c)
}

/// The sum of all lanes, pairwise.
@inlinable @inline(__always)
package func sum(_ lanes: Lanes) -> Float {
    let eight = lanes.lowHalf + lanes.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
}

@inlinable @inline(__always)
package func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .> a) }

@inlinable @inline(__always)
package func minimum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }

/// `value` where `gate` is positive, zero elsewhere.
@inlinable @inline(__always)
package func passing(_ value: Lanes, where gate: Lanes) -> Lanes {
    Lanes(repeating: 0).replacing(with: value, where: gate .> 0)
}

/// a·b + c, rounded once everywhere.
@usableFromInline
package enum RoundedOnce: LaneArithmetic {
    @inlinable @inline(__always)
    package static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { kernelviz_multiply_add(a, b, c) }
}

/// eˣ, with the limits of OperatorInterface's `exponential`, the same bits on every processor.
@inlinable @inline(__always)
package func exponential(_ x: Lanes) -> Lanes { exponential(x, RoundedOnce.self) }

/// Sixteen rows of sixteen numbers become columns.
///
/// Each round turns the index (row, column) of a number, eight bits, by one place; after four rounds they have changed
/// places.
@inlinable @inline(__always)
package func transpose(_ rows: InlineArray<16, Lanes>) -> InlineArray<16, Lanes> {
    shuffled(shuffled(shuffled(shuffled(rows))))
}

@inlinable @inline(__always)
package func shuffled(_ rows: InlineArray<16, Lanes>) -> InlineArray<16, Lanes> {
    var result = rows
    for i in 0..<8 {
        result[2 * i] = kernelviz_interleave_low(rows[i], rows[i + 8])
        result[2 * i + 1] = kernelviz_interleave_high(rows[i], rows[i + 8])
    }
    return result
}

/// Lets `body` write to the memory of 24 registers, zeros at first.
///
/// A tuple: the initializer of an InlineArray becomes a weak symbol in every copy of the operators, of which the linker
/// keeps one for all, whatever instructions it was compiled for.
@inlinable @inline(__always)
package func withTileMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    let zero = Lanes(repeating: 0)
    let six = (zero, zero, zero, zero, zero, zero)
    var memory = (six, six, six, six)
    withUnsafeMutablePointer(to: &memory) {
        body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self))
    }
}

/// Names a number of rows.
package enum Tile<let count: Int> {}

/// What is done to numbers as they are loaded: scale · number + shift.
///
/// It lies here because a type brings helpers of the compiler with it, which copies of the operators would share.
package struct Loading {
    package let scale: Float
    package let shift: Float

    @inlinable @inline(__always)
    package init(scale: Float, shift: Float) {
        self.scale = scale
        self.shift = shift
    }

    @inlinable package static var plain: Loading { Loading(scale: 1, shift: 0) }
}
