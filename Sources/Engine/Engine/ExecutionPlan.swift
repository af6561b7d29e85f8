import Diagnostics
import OperatorDispatch
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

    private enum Backend: Sendable {
        case reference(ReferencePlan)
        case blocked(BlockedPlan)
        case integer(IntegerPlan)
    }

    /// N×C×H×W of the input.
    public let inputShape: Shape
    /// The shape of the result.
    public let outputShape: Shape
    /// The names of the nodes whose results are kept as well.
    public let tapNames: [String]
    /// Multiply-accumulates of convolutions and linear layers in one run, all images together.
    public let macs: Int
    /// How it computes.
    public let options: ExecutionOptions
    /// The operators that were chosen ("avx512", "reference").
    public let operatorsName: String

    /// The ranges of results in int8; nil in other precisions.
    public let quantization: Quantization?

    private let backend: Backend
    private let tapShapes: [Shape]

    /// Plans `graph` for an input of N×C×H×W.
    ///
    /// Throws `engine.shape` where shapes do not fit, `engine.noTap` for an unknown name in `taps`, `engine.tooLarge`
    /// where a run would need more memory than the machine has, `engine.operators`, `engine.precision` and
    /// `engine.threads` for options that the machine cannot serve, `engine.quantization` for one that does not suit the
    /// graph. `quantization` has the ranges of results; it is read, and needed, in int8 alone, where there are no taps.
    public init(
        _ graph: Graph, inputShape: Shape, taps tapNames: [String] = [],
        options: ExecutionOptions = ExecutionOptions(), quantization: Quantization? = nil
    ) throws {
        guard let output = graph.output else {
            throw KernelVizError(code: "engine.shape", subject: "graph", found: "has no nodes")
        }
        let operators = try options.resolved()
        let tapNodes = try tapNames.map { try Self.tap($0, in: graph) }
        let shapes = try graph.shapes(inputShape: inputShape)
        let isNeeded = graph.needed(by: [output] + tapNodes)
        if let operators, options.precision == .int8 {
            backend = .integer(
                try IntegerPlan(
                    graph, shapes: shapes, isNeeded: isNeeded, output: output.index,
                    quantization: try Self.quantization(quantization, taps: tapNames), operators: operators,
                    threads: options.threads))
        } else if let operators {
            backend = .blocked(
                try BlockedPlan(
                    graph, shapes: shapes, isNeeded: isNeeded, output: output.index, taps: tapNodes.map(\.index),
                    operators: operators, threads: options.threads, format: options.precision.format))
        } else {
            backend = .reference(
                try ReferencePlan(
                    graph, shapes: shapes, isNeeded: isNeeded, output: output.index, taps: tapNodes.map(\.index)))
        }
        self.inputShape = inputShape
        self.outputShape = shapes[output.index]
        self.tapNames = tapNames
        self.tapShapes = tapNodes.map { shapes[$0.index] }
        self.options = options
        self.quantization = options.precision == .int8 ? quantization : nil
        self.operatorsName = operators?.name ?? "reference"
        macs = graph.nodes.indices.reduce(0) {
            $0 + (isNeeded[$1] ? graph.macs(of: graph.nodes[$1], output: shapes[$1]) : 0)
        }
        try Self.checkMemory(floatCount + inputShape.elementCount + outputShape.elementCount)
    }

    /// The memory that a run works in.
    public var workspaceByteCount: Int { floatCount * MemoryLayout<Float>.stride }

    /// Memory and threads for one run at a time.
    public func makeWorkspace() -> Workspace { Workspace(floatCount: floatCount, threads: options.threads) }

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
        try check(input)
        return Tensor(shape: outputShape, scalars: floats(outputShape) { execute(input, &workspace, $0, []) })
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
        try check(input)
        let kept = tapShapes.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.elementCount) }
        defer { for buffer in kept { buffer.deallocate() } }
        let output = floats(outputShape) { execute(input, &workspace, $0, kept.compactMap(\.baseAddress)) }
        return Outcome(
            output: Tensor(shape: outputShape, scalars: output),
            taps: zip(tapShapes, kept).map { Tensor(shape: $0, scalars: Array($1)) })
    }

    private func floats(_ shape: Shape, _ fill: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
            if let target = buffer.baseAddress { fill(target) }
            count = shape.elementCount
        }
    }

    private func execute(
        _ input: Tensor, _ workspace: inout Workspace, _ result: UnsafeMutablePointer<Float>,
        _ tapResults: [UnsafeMutablePointer<Float>]
    ) {
        precondition(workspace.floatCount >= floatCount, "a workspace of another plan")
        let images = inputShape[0]
        input.scalars.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            switch backend {
            case .reference(let plan):
                plan.run(
                    images: images, input: source, memory: workspace.base, result: result, tapResults: tapResults)
            case .blocked(let plan):
                plan.run(
                    images: images, input: start, imageCount: source.count / images, memory: workspace.base,
                    pool: workspace.pool, result: result, tapResults: tapResults)
            case .integer(let plan):
                plan.run(
                    images: images, input: start, imageCount: source.count / images, memory: workspace.base,
                    pool: workspace.pool, result: result)
            }
        }
    }

    private func check(_ input: Tensor) throws {
        guard input.shape == inputShape else {
            throw KernelVizError(
                code: "engine.inputShape", subject: "input", found: "shape \(input.shape)", expected: "\(inputShape)")
        }
    }

    private static func quantization(_ quantization: Quantization?, taps: [String]) throws -> Quantization {
        guard taps.isEmpty, let quantization else {
            throw KernelVizError(
                code: "engine.precision", subject: "int8",
                found: taps.isEmpty ? "no ranges of results" : "results of single nodes are asked for",
                expected: taps.isEmpty ? "a calibration on images" : "the network's result alone",
                advice: taps.isEmpty ? nil : "Use another precision")
        }
        return quantization
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

extension ExecutionPlan {
    private var floatCount: Int {
        switch backend {
        case .reference(let plan): plan.floatCount
        case .blocked(let plan): plan.workspaceCount(images: inputShape[0])
        case .integer(let plan): plan.workspaceCount(images: inputShape[0])
        }
    }

    /// The places of results in the arena, for tests of their lifetimes.
    package var slots: [ArenaSlot] {
        switch backend {
        case .reference(let plan): plan.slots
        case .blocked(let plan): plan.slots
        case .integer: []
        }
    }

    /// The steps on blocked channels; nil with plain loops.
    var blocked: BlockedPlan? { if case .blocked(let plan) = backend { plan } else { nil } }

    /// The steps on bytes; nil in other precisions.
    var integer: IntegerPlan? { if case .integer(let plan) = backend { plan } else { nil } }
}
