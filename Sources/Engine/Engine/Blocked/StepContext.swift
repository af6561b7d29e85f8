import OperatorInterface

/// The memory that one thread works on while it runs a part of a step for one image.
struct StepContext {
    /// The image, channel-major as the caller gave it.
    let image: UnsafePointer<Float>
    /// All results of the image.
    let arena: UnsafeMutablePointer<Float>
    /// The thread's own scratch memory.
    let scratch: UnsafeMutablePointer<Float>
    /// The packed weights of all matrix products, in the order of the steps.
    let weights: UnsafePointer<Float>
    let operators: OperatorSet
    /// Which rows of a stem scratch memory still holds from the part before.
    let lineBuffer: UnsafeMutablePointer<LineBuffer>
}

/// Rows of a stem in a thread's scratch memory: those that the next part needs too are not computed again.
struct LineBuffer: BitwiseCopyable {
    var first = 0
    var end = 0

    /// Words before scratch memory that hold these numbers.
    static let words = ChannelSpan.lanes
}

/// A step of a plan on blocked channels: parts that may run in any order on any thread.
protocol BlockedStep: Sendable {
    var partCount: Int { get }
    func run(_ part: Int, _ context: StepContext)
}
