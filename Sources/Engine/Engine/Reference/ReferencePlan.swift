import Tensors

/// A plan on channel-major images with the plain loops that define every operator.
struct ReferencePlan: Sendable {
    let steps: [Step]
    let slots: [ArenaSlot]
    let floatCount: Int
    private let constants: ConstantBlock
    private let output: ArenaView
    private let taps: [(step: Int, view: ArenaView)]

    init(_ graph: Graph, shapes: [Shape], isNeeded: [Bool], output: Int, taps: [Int]) throws {
        let layout = ArenaLayout(graph: graph, shapes: shapes, isNeeded: isNeeded, output: output)
        var packer = StepPacker(graph: graph, shapes: shapes, views: layout.views)
        var steps: [Step] = []
        for index in graph.nodes.indices where isNeeded[index] { steps.append(try packer.step(index)) }
        func view(_ index: Int) -> ArenaView {
            guard let view = layout.views[index] else { preconditionFailure("a needed node has a place") }
            return view
        }
        self.steps = steps
        slots = layout.slots
        floatCount = layout.floatCount
        constants = packer.block()
        self.output = view(output)
        self.taps = taps.map { ($0, view($0)) }
    }

    /// Runs all images at once; results as in ``BlockedPlan``.
    func run(
        images: Int, input: UnsafeBufferPointer<Float>, memory: UnsafeMutablePointer<Float>,
        result: UnsafeMutablePointer<Float>, tapResults: [UnsafeMutablePointer<Float>]
    ) {
        for step in steps {
            step.run(input: input, images: images, constants: constants.base, arena: memory)
            for (tap, target) in zip(taps, tapResults) where tap.step == step.node {
                copy(tap.view, images, memory, to: target)
            }
        }
        copy(output, images, memory, to: result)
    }

    private func copy(
        _ view: ArenaView, _ images: Int, _ memory: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
    ) {
        for image in 0..<images {
            (target + image * view.imageCount)
                .update(from: memory + (view.offset + image * view.imageStride), count: view.imageCount)
        }
    }
}
