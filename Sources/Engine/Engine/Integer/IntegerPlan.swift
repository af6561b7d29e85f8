import Diagnostics
import OperatorDispatch
import OperatorInterface
import Parallel
import Tensors

/// Steps on bytes, ready to run for one image after another.
struct IntegerPlan: @unchecked Sendable {
    // Sendable: nothing is written once the initializer has returned.

    /// A step and what it computes.
    struct NamedStep: Sendable {
        let name: String
        let kind: StepKind
        let macs: Int
        /// Whether it computes in bytes.
        let isInteger: Bool
        /// What must be read and written at least, for one image.
        let byteCount: Int
        let step: any IntegerStep
    }

    let steps: [NamedStep]
    let operators: OperatorSet
    let threads: Int
    private let output: (shape: Shape, value: IntegerValue)
    private let offsets: ConstantMemory<Int>
    /// Bytes of one image's results, and of one thread's own memory.
    private let arenaBytes: Int
    private let scratchBytes: Int

    /// Throws `engine.quantization` where the calibration lacks a result, `engine.tooLarge`, and what shapes throw.
    init(
        _ graph: Graph, shapes: [Shape], isNeeded: [Bool], output: Int, quantization: Quantization,
        operators: OperatorSet, threads: Int
    ) throws {
        var planner = IntegerPlanner(
            graph, shapes: shapes, isNeeded: isNeeded, output: output, quantization: quantization, threads: threads)
        for index in graph.nodes.indices where isNeeded[index] { try planner.plan(index) }
        // An output of the image itself, or of bytes, is read behind the last step.
        let value: IntegerValue
        if let floats = planner.values[output].floats {
            value = IntegerValue(floats: floats)
        } else {
            value = IntegerValue(bytes: try planner.bytes(output))
        }
        for storage in [value.bytes?.storage, value.floats?.storage].compactMap({ $0 }) {
            planner.storages.touch(storage, at: planner.entries.count)
        }
        let (offsets, size) = planner.storages.placed()
        self.offsets = ConstantMemory(offsets)
        let floats = FloatNodes(graph, shapes, planner.values, offsets)
        steps = try planner.entries.map { entry in
            let step: any IntegerStep
            switch entry.work {
            case .step(let known): step = known
            case .floats(let node): step = try floats.step(node)
            }
            return NamedStep(
                name: entry.name, kind: entry.kind, macs: entry.macs, isInteger: entry.isInteger,
                byteCount: entry.byteCount + step.constantCount, step: step)
        }
        // Sixteen bytes are read wherever a channel lies.
        arenaBytes = size + 64
        scratchBytes = (steps.reduce(64) { max($0, $1.step.scratchCount) } + 63) / 64 * 64
        self.output = (shapes[output], value)
        self.operators = operators
        self.threads = threads
    }

    /// Numbers of 32 bits of a workspace for `images` images.
    func workspaceCount(images: Int) -> Int {
        (arenaBytes * (images >= threads ? threads : 1) + scratchBytes * threads) / 4
    }

    /// Runs all images; arguments as in ``BlockedPlan``.
    func run(
        images: Int, input: UnsafePointer<Float>, imageCount: Int, memory: UnsafeMutablePointer<Float>,
        pool: WorkerPool?, result: UnsafeMutablePointer<Float>
    ) {
        let base = UnsafeMutableRawPointer(memory)
        let resultCount = output.shape.elementCount / max(1, output.shape[0])
        func context(_ image: Int, arena: Int, worker: Int) -> IntegerContext {
            IntegerContext(
                image: input + image * imageCount, arena: base + arena * arenaBytes,
                scratch: base + (arenaBytes * (images >= threads ? threads : 1) + worker * scratchBytes),
                offsets: offsets.start, operators: operators)
        }
        func runWhole(_ image: Int, _ worker: Int) {
            let context = context(image, arena: worker, worker: worker)
            for named in steps {
                for part in 0..<named.step.partCount { named.step.run(part, context) }
            }
            read(context, to: result + image * resultCount)
        }
        pool.forEachImage(images, threads: threads, whole: runWhole) { image, pool in
            for named in steps {
                pool.run(parts: named.step.partCount) { part, worker in
                    named.step.run(part, context(image, arena: 0, worker: worker))
                }
            }
            read(context(image, arena: 0, worker: 0), to: result + image * resultCount)
        }
    }

    /// Milliseconds of each step in each round, for the first image on the caller's thread.
    func stepTimes(_ input: Tensor, images: Int, rounds: Int) -> [[Double]] {
        let workspace = Workspace(floatCount: workspaceCount(images: images), threads: 1)
        return input.scalars.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return steps.map { _ in [] } }
            let base = UnsafeMutableRawPointer(workspace.base)
            let context = IntegerContext(
                image: start, arena: base, scratch: base + arenaBytes, offsets: offsets.start, operators: operators)
            return StepProfile.times(of: steps, rounds: rounds) { named in
                for part in 0..<named.step.partCount { named.step.run(part, context) }
            }
        }
    }

    private func read(_ context: IntegerContext, to target: UnsafeMutablePointer<Float>) {
        if let floats = output.value.floats {
            target.update(from: context.floats(floats), count: floats.channels * floats.pixels)
        } else if let bytes = output.value.bytes {
            dequantize(context.bytes(bytes), bytes, to: target)
        }
    }
}

/// Nodes that plain loops compute in floats, with their places in the arena and their constants.
private struct FloatNodes {
    private let graph: Graph
    private let shapes: [Shape]
    private let views: [ArenaView?]

    init(_ graph: Graph, _ shapes: [Shape], _ values: [IntegerValue], _ offsets: [Int]) {
        self.graph = graph
        self.shapes = shapes
        views = values.map { value in
            value.floats.map { view in
                ArenaView(
                    offset: offsets[view.storage] / MemoryLayout<Float>.stride,
                    imageStride: view.channels * view.pixels, channels: view.channels, height: view.height,
                    width: view.width)
            }
        }
    }

    func step(_ node: Int) throws -> FloatStep {
        var packer = StepPacker(graph: graph, shapes: shapes, views: views)
        let step = try packer.step(node)
        return FloatStep(step: step, constants: packer.block())
    }
}

/// A node in floats by plain loops.
private struct FloatStep: IntegerStep {
    let step: Step
    let constants: ConstantBlock

    var partCount: Int { 1 }

    func run(_ part: Int, _ context: IntegerContext) {
        step.run(
            input: UnsafeBufferPointer(start: nil, count: 0), images: 1, constants: constants.base,
            arena: context.arena.assumingMemoryBound(to: Float.self))
    }
}
