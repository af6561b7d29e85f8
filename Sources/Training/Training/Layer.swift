import TrainingOperatorInterface

/// Which way a step goes through the layers.
enum Direction: Sendable {
    case forward, backward
}

/// What a pass is for.
enum Purpose: Sendable {
    /// A step: batches have their own statistics; the seed names the random numbers.
    case training(seed: UInt64)
    /// Running statistics, nothing at random.
    case evaluation

    var isTraining: Bool { if case .training = self { true } else { false } }
}

/// The images of one shard that a layer works on now, and the memory that it may use.
struct Pass {
    let operators: any OperatorSet.Type
    /// The shard's activations and gradients.
    let arena: UnsafeMutablePointer<Float>
    /// All parameters, one after another.
    let weights: UnsafePointer<Float>
    /// Weights packed for matrix products.
    let packed: UnsafeMutablePointer<Float>
    /// The shard's gradients of all parameters.
    let gradients: UnsafeMutablePointer<Float>
    /// Sums over the shard's images, in 64 bits.
    let statistics: UnsafeMutablePointer<Double>
    /// Per-channel factors that all shards share.
    let factors: UnsafePointer<Float>
    /// The thread's own.
    let scratch: UnsafeMutablePointer<Float>
    /// The thread's table of rows that lie in its own memory.
    let table: UnsafePointer<Int>
    /// Which images of the shard.
    let firstImage: Int
    let images: Int
    /// The place of the shard's first image in the batch.
    let shardStart: Int
    let purpose: Purpose

    /// The first pixel of these images in a result with `plane` pixels an image.
    func base(_ rows: Rows) -> UnsafeMutablePointer<Float> { arena + firstImage * rows.plane }
    /// Where each row lies, seen from there.
    func places(_ rows: Rows) -> UnsafePointer<Int> {
        rows.tableIndex < 0 ? UnsafePointer(rows.start) : table + rows.tableIndex
    }
    /// The pixels of one channel, from one of these images on.
    func row(_ rows: Rows, _ channel: Int, image: Int = 0) -> UnsafeMutablePointer<Float> {
        base(rows) + (places(rows)[channel] + image * rows.plane)
    }
    /// The channels of a result as loops read them.
    func source(_ rows: Rows) -> SourceRows { SourceRows(base(rows), places(rows)) }
    /// The channels of a result as loops write them.
    func target(_ rows: Rows) -> TargetRows { TargetRows(base(rows), places(rows)) }
    /// The channels of a gradient as loops write them or add to them.
    func target(_ gradient: GradientTarget) -> GradientRows {
        GradientRows(target(gradient.rows), accumulates: gradient.accumulates)
    }
    /// How many pixels these images have there.
    func columns(_ rows: Rows) -> Int { images * rows.plane }
}

/// What a layer may read and write before its phase.
struct Preparation {
    let operators: any OperatorSet.Type
    let weights: UnsafePointer<Float>
    let packed: UnsafeMutablePointer<Float>
    let factors: UnsafeMutablePointer<Float>
}

/// What the last shard's end makes known to all: runs on one thread between two phases.
struct Barrier {
    let weights: UnsafeMutablePointer<Float>
    let factors: UnsafeMutablePointer<Float>
    /// The gradients of the first shard.
    let gradients: UnsafeMutablePointer<Float>
    /// The statistics of each shard and its number of images.
    let shards: [(statistics: UnsafeMutablePointer<Double>, images: Int)]
    let isTraining: Bool
}

/// One operation of a network in both directions.
///
/// A direction has one stage, or two with a barrier between them at which sums over the whole batch are known.
protocol Layer: Sendable {
    /// The node's name.
    var name: String { get }
    var forwardStages: Int { get }
    var backwardStages: Int { get }
    /// Rows that a stage reads or writes, so that no one else gets their memory meanwhile.
    func touched(_ direction: Direction) -> [Rows]
    /// Packs weights and gathers factors; runs once a step on one thread, before the phase of the layer's first stage.
    func prepare(_ preparation: Preparation)
    func forward(_ pass: Pass, stage: Int)
    func backward(_ pass: Pass, stage: Int)
    /// Between the two stages of a direction.
    func finishForward(_ barrier: Barrier)
    func finishBackward(_ barrier: Barrier)
    /// Completes gradients when they are summed over the shards.
    func finishGradients(_ barrier: Barrier)
}

extension Layer {
    var forwardStages: Int { 1 }
    var backwardStages: Int { 1 }
    func prepare(_ preparation: Preparation) {}
    func finishForward(_ barrier: Barrier) {}
    func finishBackward(_ barrier: Barrier) {}
    func finishGradients(_ barrier: Barrier) {}
}

/// Where a layer's input gradient goes; nil where nobody needs it.
struct GradientTarget: @unchecked Sendable {
    // Sendable: the flags belong to a PlanMemory that outlives them.
    let rows: Rows
    /// Whether a row is added to (another layer wrote it before) or overwritten.
    let accumulates: UnsafePointer<Bool>
}

/// What a layer reads and writes: results going forward, their gradients going backward.
struct Ports {
    let inputs: [Rows]
    let output: Rows
    let outputGradient: Rows
    /// One an input; nil where nobody needs it.
    let inputGradients: [GradientTarget?]

    /// Those of a layer with one input.
    var unary: UnaryPorts {
        UnaryPorts(
            input: inputs[0], output: output, outputGradient: outputGradient, inputGradient: inputGradients[0])
    }
}

/// What a layer with one input reads and writes.
struct UnaryPorts {
    let input: Rows
    let output: Rows
    let outputGradient: Rows
    let inputGradient: GradientTarget?
}

/// A layer with one input.
protocol UnaryLayer: Layer {
    var ports: UnaryPorts { get }
    /// Whether the backward pass needs the input, or the output.
    var backwardReadsInput: Bool { get }
    var backwardReadsOutput: Bool { get }
}

extension UnaryLayer {
    var backwardReadsOutput: Bool { false }
    var input: Rows { ports.input }
    var output: Rows { ports.output }
    var outputGradient: Rows { ports.outputGradient }
    var inputGradient: GradientTarget? { ports.inputGradient }

    func touched(_ direction: Direction) -> [Rows] {
        if direction == .forward { return [input, output] }
        return (backwardReadsInput ? [input] : []) + [outputGradient] + (backwardReadsOutput ? [output] : [])
            + (inputGradient.map { [$0.rows] } ?? [])
    }
}
