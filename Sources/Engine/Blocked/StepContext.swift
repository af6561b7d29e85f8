import OperatorCalls

/// The memory that one thread works on while it runs a part of a step for one image.
struct StepContext {
    /// The image, channel-major as the caller gave it.
    let image: UnsafePointer<Float>
    /// All results of the image.
    let arena: UnsafeMutablePointer<Float>
    /// The thread's own strip.
    let strip: UnsafeMutablePointer<Float>
    /// The packed weights of all matrix products, in the order of the steps.
    let weights: UnsafePointer<Float>
    let operators: OperatorSet
}

/// A step of a plan on blocked channels: parts that may run in any order on any thread.
protocol BlockedStep: Sendable {
    var partCount: Int { get }
    func run(_ part: Int, _ context: StepContext)
}
