import COperators
import OperatorInterface

/// How activations lie in memory, as a type: operators are compiled for each.
protocol ActivationFormat {
    /// Words of a pixel of one block.
    static var pixelWords: Int { get }
    /// The sixteen channels of a pixel.
    static func load(_ pointer: UnsafePointer<Float>) -> Lanes
    /// Writes sixteen channels of a pixel.
    static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>)
    /// sum + the products of weights with one word that is the same in all lanes.
    static func adding(_ sum: Lanes, _ weights: Lanes, times word: Lanes) -> Lanes
    /// The same for half a block.
    static func adding(_ sum: HalfLanes, _ weights: HalfLanes, times word: HalfLanes) -> HalfLanes
}

/// ``ElementFormat/float32``.
enum Singles: ActivationFormat {
    @inline(__always) static var pixelWords: Int { 16 }
    @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Lanes { Lanes(pointer) }
    @inline(__always) static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
        lanes.store(pointer)
    }
    @inline(__always) static func adding(_ sum: Lanes, _ weights: Lanes, times word: Lanes) -> Lanes {
        sum.adding(weights, times: word)
    }
    @inline(__always) static func adding(_ sum: HalfLanes, _ weights: HalfLanes, times word: HalfLanes) -> HalfLanes {
        sum.adding(weights, times: word)
    }
}

/// ``ElementFormat/bfloat16``.
enum Pairs: ActivationFormat {
    @inline(__always) static var pixelWords: Int { 8 }
    @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Lanes { kernelviz_load_bfloat16(pointer) }
    @inline(__always) static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
        kernelviz_store_bfloat16(lanes, pointer)
    }
    @inline(__always) static func adding(_ sum: Lanes, _ weights: Lanes, times word: Lanes) -> Lanes {
        kernelviz_add_pairs(sum, weights, word)
    }
    @inline(__always) static func adding(_ sum: HalfLanes, _ weights: HalfLanes, times word: HalfLanes) -> HalfLanes {
        kernelviz_add_half_pairs(sum, weights, word)
    }
}
