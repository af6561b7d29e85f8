import Diagnostics
import EngineOperators
import Glibc
import Tensors

/// A graph made ready for one input shape: steps in order, constants packed, every result's place in the arena fixed.
///
/// Immutable; threads may share it, each with its own ``Workspace``. Results that neither the output nor a tap needs
/// are not computed.
public struct ExecutionPlan: Sendable {
    /// What a run gives when the plan has taps.
    public struct Outcome: Sendable, Equatable {
        /// The graph's result.
        public let output: Tensor
        /// The results of the tapped nodes, in the order in which the plan was asked for them.
        public let taps: [Tensor]
    }

    /// N×C×H×W of the input.
    public let inputShape: Shape
    /// The shape of the result.
    public let outputShape: Shape
    /// The names of the nodes whose results are kept as well.
    public let tapNames: [String]
    /// Multiply-accumulates of convolutions and linear layers in one run, all images together.
    public let macs: Int
    /// The memory that a run works in.
    public var workspaceByteCount: Int { floatCount * MemoryLayout<Float>.stride }
    /// The places of results in the arena, for tests of their lifetimes.
    package let slots: [ArenaSlot]

    private let steps: [Step]
    private let constants: ConstantBlock
    private let floatCount: Int
    private let outputView: ArenaView
    private let taps: [(step: Int, view: ArenaView, shape: Shape)]

    /// Plans `graph` for an input of N×C×H×W.
    ///
    /// Throws `engine.shape` where shapes do not fit, `engine.noTap` for an unknown name in `taps`, `engine.tooLarge`
    /// where a run would need more memory than the machine has.
    public init(_ graph: Graph, inputShape: Shape, taps tapNames: [String] = []) throws {
        guard let output = graph.output else {
            throw KernelVizError(code: "engine.shape", subject: "graph", found: "has no nodes")
        }
        let tapNodes = try tapNames.map { try Self.tap($0, in: graph) }
        let shapes = try graph.shapes(inputShape: inputShape)
        let isNeeded = graph.needed(by: [output] + tapNodes)
        let layout = ArenaLayout(graph: graph, shapes: shapes, isNeeded: isNeeded, output: output.index)
        try Self.checkMemory(layout.floatCount)

        var packer = StepPacker(graph: graph, shapes: shapes, views: layout.views)
        var steps: [Step] = []
        for index in graph.nodes.indices where isNeeded[index] { steps.append(try packer.step(index)) }
        guard let outputView = layout.views[output.index] else { preconditionFailure("the output has no place") }

        self.inputShape = inputShape
        self.outputShape = shapes[output.index]
        self.tapNames = tapNames
        self.macs = steps.reduce(0) { $0 + $1.macs }
        self.slots = layout.slots
        self.steps = steps
        self.constants = packer.block()
        self.floatCount = layout.floatCount
        self.outputView = outputView
        self.taps = tapNodes.map { node in
            guard let view = layout.views[node.index] else { preconditionFailure("a tap has no place") }
            return (node.index, view, shapes[node.index])
        }
    }

    /// Memory for one run at a time.
    public func makeWorkspace() -> Workspace { Workspace(floatCount: floatCount) }

    /// Runs the plan in memory of its own.
    ///
    /// Throws `engine.inputShape` where `input` has another shape than the plan.
    public func run(_ input: Tensor) throws -> Tensor {
        var workspace = makeWorkspace()
        return try run(input, in: &workspace)
    }

    /// Runs the plan in memory that is used again and again; taps are computed but not copied.
    ///
    /// Throws as ``run(_:)`` does.
    public func run(_ input: Tensor, in workspace: inout Workspace) throws -> Tensor {
        try execute(input, in: &workspace) { _ in }
        return copy(outputView, outputShape, workspace.base)
    }

    /// Runs the plan and keeps the results of its taps.
    ///
    /// Throws as ``run(_:)`` does.
    public func runWithTaps(_ input: Tensor) throws -> Outcome {
        var workspace = makeWorkspace()
        return try runWithTaps(input, in: &workspace)
    }

    /// Runs the plan in memory that is used again and keeps the results of its taps.
    ///
    /// Throws as ``run(_:)`` does.
    public func runWithTaps(_ input: Tensor, in workspace: inout Workspace) throws -> Outcome {
        var kept = [Tensor?](repeating: nil, count: taps.count)
        let base = workspace.base
        try execute(input, in: &workspace) { step in
            for (index, tap) in taps.enumerated() where tap.step == step {
                kept[index] = copy(tap.view, tap.shape, base)
            }
        }
        return Outcome(output: copy(outputView, outputShape, workspace.base), taps: kept.compactMap { $0 })
    }

    private func execute(
        _ input: Tensor, in workspace: inout Workspace, afterStep: (_ node: Int) -> Void
    ) throws {
        guard input.shape == inputShape else {
            throw KernelVizError(
                code: "engine.inputShape", subject: "input", found: "shape \(input.shape)", expected: "\(inputShape)")
        }
        precondition(workspace.floatCount >= floatCount, "a workspace of another plan")
        let base = workspace.base
        input.scalars.withUnsafeBufferPointer { source in
            for step in steps {
                step.run(input: source, images: inputShape[0], constants: constants.base, arena: base)
                afterStep(step.node)
            }
        }
    }

    /// The numbers of a view, images one after another.
    private func copy(_ view: ArenaView, _ shape: Shape, _ base: UnsafeMutablePointer<Float>) -> Tensor {
        let images = shape.dimensions.first ?? 1
        let scalars = [Float](unsafeUninitializedCapacity: images * view.imageCount) { buffer, count in
            if let target = buffer.baseAddress {
                for image in 0..<images {
                    (target + image * view.imageCount)
                        .initialize(from: base + (view.offset + image * view.imageStride), count: view.imageCount)
                }
            }
            count = images * view.imageCount
        }
        return Tensor(shape: shape, scalars: scalars)
    }

    private static func tap(_ name: String, in graph: Graph) throws -> Graph.NodeID {
        guard let node = graph.node(named: name) else {
            throw KernelVizError(
                code: "engine.noTap", subject: "graph", found: "no result called '\(name)'",
                advice: NearestName.advice(for: name, among: graph.nodes.map(\.name)))
        }
        return node
    }

    private static func checkMemory(_ floatCount: Int) throws {
        let machineBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let (bytes, overflow) = floatCount.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        guard !overflow, machineBytes <= 0 || bytes <= machineBytes else {
            throw KernelVizError(
                code: "engine.tooLarge", subject: "graph", found: "a run needs \(floatCount) numbers of 4 bytes",
                expected: "at most the \(machineBytes) bytes of this machine",
                advice: "Use a smaller image, a smaller batch or a smaller net")
        }
    }
}
