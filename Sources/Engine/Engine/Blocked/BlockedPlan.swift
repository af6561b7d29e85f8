import Diagnostics
import OperatorDispatch
import OperatorInterface
import Parallel
import Tensors

/// Steps on blocked channels with addresses, ready to run for one image after another.
struct BlockedPlan: @unchecked Sendable {
    // Sendable: the pointer leads to constants that nobody writes.

    /// A step and what it computes.
    struct NamedStep: Sendable {
        let name: String
        let kind: StepKind
        /// Multiply-accumulates for one image.
        let macs: Int
        /// What must be read and written at least, in bytes, for one image.
        let byteCount: Int
        var step: any BlockedStep
    }

    /// A result that is read from outside, once the step before it has run.
    struct Reading: Sendable {
        let afterStep: Int
        let shape: Shape
        /// The first pixel of each channel in the arena, in numbers of its format.
        let channels: [Int]
        let format: ElementFormat

        var imageCount: Int { shape.elementCount / max(1, shape[0]) }

        /// Copies one image's result, channel-major.
        func copy(from arena: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
            let pixels = imageCount / max(1, channels.count)
            let halves = UnsafeRawPointer(arena).assumingMemoryBound(to: UInt16.self)
            for (channel, offset) in channels.enumerated() {
                let plane = target + channel * pixels
                if format.isFloat {
                    for pixel in 0..<pixels { plane[pixel] = arena[offset + pixel * ChannelSpan.lanes] }
                } else {
                    for pixel in 0..<pixels {
                        plane[pixel] = BFloat16.number(halves[offset + pixel * ChannelSpan.lanes])
                    }
                }
            }
        }
    }

    let steps: [NamedStep]
    let output: Reading
    let taps: [Reading]
    let operators: OperatorSet
    let threads: Int
    /// Words of 32 bits of one image's results, and of one thread's scratch memory.
    let arenaCount: Int
    let scratchCount: Int
    /// The places of results in the arena.
    let slots: [ArenaSlot]
    private let weights: UnsafePointer<Float>
    private let constants: ConstantArena

    init(
        _ graph: Graph, shapes: [Shape], isNeeded: [Bool], output: Int, taps: [Int], operators: OperatorSet,
        threads: Int, format: ElementFormat
    ) throws {
        let fusion = FusionMap(graph, isNeeded: isNeeded, kept: taps + [output])
        var planner = BlockedPlanner(
            graph: graph, shapes: shapes, fusion: fusion, operators: operators, threads: threads, format: format,
            output: output)
        var marks: [Int: (step: Int, value: BlockedValue)] = [:]
        for index in graph.nodes.indices where isNeeded[index] {
            try planner.plan(index)
            guard index == output || taps.contains(index) else { continue }
            let value = planner.value(index)
            let step = planner.steps.count - 1
            for place in value.places { planner.storages.touch(place.storage, at: step) }
            marks[index] = (step, value)
        }
        planner.storages.place()
        let storages = planner.storages
        arenaCount = storages.floatCount
        guard arenaCount < Int(Int32.max) else {
            throw KernelVizError(
                code: "engine.tooLarge", subject: "graph", found: "one image needs \(arenaCount) numbers of 4 bytes",
                expected: "fewer than 2^31", advice: "Use a smaller image or a smaller net")
        }
        let constants = ConstantArena(streamCapacity: planner.steps.reduce(0) { $0 + $1.packedCount })
        var steps = planner.steps.map { pending in
            let touched = Set(pending.touched).reduce(0) { $0 + storages.storages[$1].floatCount }
            return NamedStep(
                name: pending.name, kind: pending.kind, macs: pending.macs,
                byteCount: 4 * (touched + pending.constantCount), step: pending.resolved(storages, constants))
        }
        WeightPrefetch.assign(to: &steps, streamCount: constants.streamCount)
        self.steps = steps
        weights = constants.stream
        scratchCount = planner.steps.reduce(0) { max($0, $1.scratchFloatCount) }
        func reading(_ index: Int) -> Reading {
            guard let mark = marks[index] else { preconditionFailure("\(index) was marked") }
            return Reading(
                afterStep: mark.step, shape: shapes[index], channels: mark.value.places.map { storages.offset($0) },
                format: mark.value.places.first.map { storages.storages[$0.storage].format } ?? .float32)
        }
        self.output = reading(output)
        self.taps = taps.map(reading)
        self.operators = operators
        self.threads = threads
        self.constants = constants
        slots = storages.storages.filter { !$0.isInScratch && $0.lastStep >= 0 }.map {
            ArenaSlot(range: $0.offset..<$0.offset + $0.floatCount, steps: $0.firstStep...$0.lastStep)
        }
    }

    /// Numbers of a workspace for `images` images: an arena for each image in work, scratch for each thread.
    func workspaceCount(images: Int) -> Int {
        arenaStride * (images >= threads ? threads : 1) + scratchStride * threads
    }

    private var arenaStride: Int { (arenaCount + 31) / 32 * 32 }
    private var scratchStride: Int { (scratchCount + LineBuffer.words + 31) / 32 * 32 }

    /// The memory of one image and one thread.
    func context(
        image: Int, arena: Int, worker: Int, images: Int, input: UnsafePointer<Float>, imageCount: Int,
        memory: UnsafeMutablePointer<Float>
    ) -> StepContext {
        let scratch = memory + (arenaStride * (images >= threads ? threads : 1) + worker * scratchStride)
        return StepContext(
            image: input + image * imageCount, arena: memory + arena * arenaStride,
            scratch: scratch + LineBuffer.words, weights: weights, operators: operators,
            lineBuffer: UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: LineBuffer.self))
    }

    /// Runs all images. `input` holds them channel-major, `result` takes the outputs, `tapResults` the taps' ones.
    func run(
        images: Int, input: UnsafePointer<Float>, imageCount: Int, memory: UnsafeMutablePointer<Float>,
        pool: WorkerPool?, result: UnsafeMutablePointer<Float>, tapResults: [UnsafeMutablePointer<Float>] = []
    ) {
        func context(_ image: Int, arena: Int, worker: Int) -> StepContext {
            self.context(
                image: image, arena: arena, worker: worker, images: images, input: input, imageCount: imageCount,
                memory: memory)
        }
        func runWhole(_ image: Int, _ worker: Int) {
            let context = context(image, arena: worker, worker: worker)
            for (index, named) in steps.enumerated() {
                let step = named.step
                context.lineBuffer.pointee = LineBuffer()
                for part in 0..<step.partCount { step.run(part, context) }
                read(index, image, context.arena, tapResults)
            }
            output.copy(from: context.arena, to: result + image * output.imageCount)
        }
        pool.forEachImage(images, threads: threads, whole: runWhole) { image, pool in
            for (index, named) in steps.enumerated() {
                let step = named.step
                for worker in 0..<threads { context(image, arena: 0, worker: worker).lineBuffer.pointee = LineBuffer() }
                pool.run(parts: step.partCount) { part, worker in
                    step.run(part, context(image, arena: 0, worker: worker))
                }
                read(index, image, memory, tapResults)
            }
            output.copy(from: memory, to: result + image * output.imageCount)
        }
    }

    private func read(
        _ step: Int, _ image: Int, _ arena: UnsafePointer<Float>, _ results: [UnsafeMutablePointer<Float>]
    ) {
        guard !results.isEmpty else { return }
        for (tap, target) in zip(taps, results) where tap.afterStep == step {
            tap.copy(from: arena, to: target + image * tap.imageCount)
        }
    }
}
