import Diagnostics
import OperatorDispatch
import OperatorInterface
import Tensors

/// Turns a graph into steps on bytes, and into plain loops on floats where there is no step on bytes.
struct IntegerPlanner {
    /// A step, or the node that plain loops compute.
    enum Planned {
        case step(any IntegerStep)
        case floats(node: Int)
    }

    /// What is computed at a place.
    struct Entry {
        let name: String
        let kind: StepKind
        let macs: Int
        let isInteger: Bool
        /// Bytes of what it reads and writes, without constants.
        let byteCount: Int
        let work: Planned
    }

    let graph: Graph
    let shapes: [Shape]
    let fusion: FusionMap
    let quantization: Quantization
    let threads: Int
    let output: Int
    /// Nodes of the branches that compute one factor a channel: they stay in floats.
    let isGate: [Bool]

    private(set) var values: [IntegerValue]
    var storages = IntegerStorages()
    private(set) var entries: [Entry] = []

    init(
        _ graph: Graph, shapes: [Shape], isNeeded: [Bool], output: Int, quantization: Quantization, threads: Int
    ) {
        self.graph = graph
        self.shapes = shapes
        self.quantization = quantization
        self.threads = threads
        self.output = output
        fusion = FusionMap(graph, isNeeded: isNeeded, kept: [output])
        isGate = Self.gates(graph, shapes, isNeeded)
        values = Array(repeating: IntegerValue(), count: graph.nodes.count)
    }

    /// What lies between a mean of each channel and the product in which it scales channels.
    private static func gates(_ graph: Graph, _ shapes: [Shape], _ isNeeded: [Bool]) -> [Bool] {
        var isGate = Array(repeating: false, count: graph.nodes.count)
        func isPixel(_ index: Int) -> Bool { shapes[index].rank == 4 && shapes[index][2] * shapes[index][3] == 1 }
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] && node.operation == .multiply {
            let (first, second) = (node.inputs[0].index, node.inputs[1].index)
            guard isPixel(second), !isPixel(first) else { continue }
            var open = [second]
            while let next = open.popLast() {
                guard !isGate[next], isPixel(next) || shapes[next].rank == 2,
                    !graph.nodes[next].operation.choosesChannels
                else { continue }
                isGate[next] = true
                if graph.nodes[next].operation != .globalAveragePool {
                    open += graph.nodes[next].inputs.map(\.index)
                }
            }
        }
        return isGate
    }

    /// Adds what computes the node; its result is then known.
    mutating func plan(_ index: Int) throws {
        if fusion.isAbsorbed[index] { return }
        if let fused = fusion.byTail[index] { return try planFused(fused) }
        let node = graph.nodes[index]
        let inputs = node.inputs.map(\.index)
        switch node.operation {
        case .input: break
        case .dropout:
            if values[inputs[0]].floats == nil { _ = try bytes(inputs[0]) }
            values[index] = values[inputs[0]]
        case .slice, .concatenate, .channelShuffle: try planChoice(index)
        case .activation(let function) where !isGate[index]: try planTable(index, function)
        case .add where !isGate[index]: try planSum(index)
        case .multiply where isGate[inputs[1]] && values[inputs[1]].floats != nil: try planGated(index)
        case .globalAveragePool: try planMean(index)
        case .pool(let pool) where pool.kind == .maximum: try planMaximum(index)
        case .convolution, .sharedDepthwise, .linear: preconditionFailure("\(node.name) is fused")
        default: try planFloats(index)
        }
    }

    /// Adds a step that reads and writes these.
    mutating func append(
        _ name: String, _ kind: StepKind, macs: Int = 0, _ work: Planned, touching storage: [Int],
        isInteger: Bool = true
    ) {
        for index in storage { storages.touch(index, at: entries.count) }
        entries.append(
            Entry(
                name: name, kind: kind, macs: macs, isInteger: isInteger, byteCount: storages.byteCount(storage),
                work: work))
    }

    mutating func setBytes(_ index: Int, _ view: ByteView) { values[index].bytes = view }
    mutating func setFloats(_ index: Int, _ view: FloatView) { values[index].floats = view }

    /// The quanta of a node's result.
    ///
    /// Throws `engine.quantization` where the calibration did not measure it.
    func scale(_ index: Int) throws -> ByteScale {
        guard let range = quantization.ranges[graph.nodes[index].name] else {
            throw KernelVizError(
                code: "engine.quantization", subject: "'\(graph.nodes[index].name)'",
                found: "no range in the calibration", expected: "one", advice: "Calibrate this network itself")
        }
        return range.scale
    }

    private func size(_ index: Int) -> (channels: Int, height: Int, width: Int) {
        let shape = shapes[index]
        return shape.rank == 2 ? (shape[1], 1, 1) : (shape[1], shape[2], shape[3])
    }

    /// Room for a node's result in bytes.
    mutating func makeBytes(_ index: Int, _ scale: ByteScale, isImage: Bool = false) -> ByteView {
        let (channels, height, width) = size(index)
        let stride = isImage && channels <= 4 ? 4 : (channels + 15) / 16 * 16
        return ByteView(
            storage: storages.add(byteCount: stride * height * width), channel: 0, channels: channels, stride: stride,
            height: height, width: width, scale: scale)
    }

    /// Room for a node's result in floats.
    mutating func makeFloats(_ index: Int) -> FloatView {
        let (channels, height, width) = size(index)
        return FloatView(
            storage: storages.add(byteCount: channels * height * width * MemoryLayout<Float>.stride),
            channels: channels, height: height, width: width)
    }

    /// A result in bytes, rounded where it is known in floats only.
    mutating func bytes(_ index: Int) throws -> ByteView {
        if let view = values[index].bytes { return view }
        let name = graph.nodes[index].name
        if graph.nodes[index].operation == .input {
            let view = makeBytes(index, try scale(index), isImage: true)
            append(name, .copy, .step(QuantizeImageStep(output: view)), touching: [view.storage])
            values[index].bytes = view
            return view
        }
        guard let floats = values[index].floats else { preconditionFailure("\(name) is not known yet") }
        let view = makeBytes(index, try scale(index))
        append(
            "\(name) (to bytes)", .copy, .step(QuantizeStep(input: floats, output: view)),
            touching: [floats.storage, view.storage])
        values[index].bytes = view
        return view
    }

    /// A result in floats.
    mutating func floats(_ index: Int) throws -> FloatView {
        if let view = values[index].floats { return view }
        let source = try bytes(index)
        let view = makeFloats(index)
        append(
            "\(graph.nodes[index].name) (to floats)", .copy, .step(DequantizeStep(input: source, output: view)),
            touching: [source.storage, view.storage])
        values[index].floats = view
        return view
    }
}
