import OperatorDispatch
import OperatorInterface

/// The memory that one thread works on while it runs a part of a step for one image.
struct IntegerContext {
    /// The image, channel-major as the caller gave it.
    let image: UnsafePointer<Float>
    /// All results of the image.
    let arena: UnsafeMutableRawPointer
    /// The thread's own memory.
    let scratch: UnsafeMutableRawPointer
    /// Bytes from the start of the arena to each storage.
    let offsets: UnsafePointer<Int>
    let operators: OperatorSet

    /// The first channel of the first pixel.
    func bytes(_ view: ByteView) -> UnsafeMutablePointer<UInt8> {
        (arena + offsets[view.storage] + view.channel).assumingMemoryBound(to: UInt8.self)
    }

    /// The first channel's first pixel.
    func floats(_ view: FloatView) -> UnsafeMutablePointer<Float> {
        (arena + offsets[view.storage]).assumingMemoryBound(to: Float.self)
    }
}

/// A step of a plan in bytes: parts that may run in any order on any thread.
protocol IntegerStep: Sendable {
    var partCount: Int { get }
    /// Bytes of a thread's own memory.
    var scratchCount: Int { get }
    /// Bytes of constants that a run reads.
    var constantCount: Int { get }
    func run(_ part: Int, _ context: IntegerContext)
}

extension IntegerStep {
    var scratchCount: Int { 0 }
    var constantCount: Int { 0 }
}

/// The nearest whole number, ties to even, of a number below 2²² either way: adding 1.5·2²³ rounds.
@inline(__always)
func nearest(_ number: Float) -> Float { (number + 12_582_912) - 12_582_912 }

/// min(max(round(number) + zero, 0), 255).
@inline(__always)
func quantizedByte(_ number: Float, zero: Float) -> UInt8 {
    let bounded = min(max(number, -1000), 1000)
    return UInt8(min(max(nearest(bounded) + zero, 0), 255))
}
