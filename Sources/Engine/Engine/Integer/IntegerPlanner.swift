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

// MARK: - Steps without weights

extension IntegerPlanner {
    /// A node that plain loops compute in floats.
    private mutating func planFloats(_ index: Int) throws {
        let node = graph.nodes[index]
        var touched: [Int] = []
        for input in node.inputs { touched.append(try floats(input.index).storage) }
        let view = makeFloats(index)
        append(
            node.name, kind(of: node.operation), macs: graph.macs(of: node, output: shapes[index]) / shapes[index][0],
            .floats(node: index), touching: touched + [view.storage], isInteger: false)
        setFloats(index, view)
    }

    private func kind(of operation: GraphOperation) -> StepKind {
        switch operation {
        case .convolution, .sharedDepthwise: .convolution
        case .linear: .linear
        case .pool, .globalAveragePool: .pool
        default: .elementwise
        }
    }

    /// The nodes of a fused node one by one, in floats.
    mutating func planFloats(_ fused: FusedNode) throws {
        var index = fused.head
        try planFloats(index)
        while index != fused.tail {
            guard
                let next = graph.nodes.indices.first(where: { candidate in
                    (fusion.isAbsorbed[candidate] || candidate == fused.tail) && candidate > index
                        && graph.nodes[candidate].inputs.contains { $0.index == index }
                })
            else { preconditionFailure("a fused node ends with its tail") }
            if case .dropout = graph.nodes[next].operation {
                setFloats(next, try floats(index))
            } else {
                try planFloats(next)
            }
            index = next
        }
    }

    /// Slices, joins and shuffles.
    private mutating func planChoice(_ index: Int) throws {
        let node = graph.nodes[index]
        var sources: [ByteView] = []
        for input in node.inputs { sources.append(try bytes(input.index)) }
        if case .slice(let range) = node.operation {
            var view = sources[0]
            view.channel += range.lowerBound
            view.channels = range.count
            return setBytes(index, view)
        }
        let scale = node.inputs.count == 1 ? sources[0].scale : try scale(index)
        let places = sources.enumerated().map { source, view in
            (0..<view.channels).map { (source: source, channel: $0) }
        }
        var runs: [ByteGatherStep.Run] = []
        for (target, place) in node.operation.chosenChannels(of: places).enumerated() {
            let source = sources[place.source]
            if let last = runs.last, last.source.storage == source.storage,
                last.source.channel + last.count == source.channel + place.channel
            {
                runs[runs.count - 1].count += 1
                continue
            }
            var start = source
            start.channel += place.channel
            let table =
                source.scale == scale ? nil : (0...255).map { scale.byte(source.scale.number(UInt8($0))) }
            runs.append(ByteGatherStep.Run(source: start, count: 1, target: target, table: table))
        }
        try planBytes(index, .copy, scale: scale, reading: sources.map(\.storage)) {
            ByteGatherStep(runs: runs, output: $0)
        }
    }

    /// Adds a step that writes a node's result in bytes; `step` makes it for the place of the result.
    private mutating func planBytes(
        _ index: Int, _ kind: StepKind = .elementwise, scale: ByteScale? = nil, reading storages: [Int],
        step: (ByteView) -> any IntegerStep
    ) throws {
        let view = makeBytes(index, try scale ?? self.scale(index))
        append(graph.nodes[index].name, kind, .step(step(view)), touching: storages + [view.storage])
        setBytes(index, view)
    }

    /// A function of each byte.
    private mutating func planTable(_ index: Int, _ function: ActivationFunction) throws {
        let source = try bytes(graph.nodes[index].inputs[0].index)
        let numbers = (0...255).map { source.scale.number(UInt8($0)) }
        var results = numbers
        results.withUnsafeMutableBufferPointer { results in
            numbers.withUnsafeBufferPointer { numbers in
                if let from = numbers.baseAddress, let to = results.baseAddress {
                    ReferenceOperators.activate(function, input: from, output: to, count: 256)
                }
            }
        }
        try planBytes(index, reading: [source.storage]) { output in
            let table = results.map(output.scale.byte)
            let run = ByteGatherStep.Run(source: source, count: source.channels, target: 0, table: table)
            return ByteGatherStep(runs: [run], output: output)
        }
    }

    private mutating func planSum(_ index: Int) throws {
        let inputs = graph.nodes[index].inputs
        let (first, second) = (try bytes(inputs[0].index), try bytes(inputs[1].index))
        try planBytes(index, reading: [first.storage, second.storage]) {
            ByteAddStep(first: first, second: second, output: $0)
        }
    }

    private mutating func planGated(_ index: Int) throws {
        let inputs = graph.nodes[index].inputs
        let (source, gate) = (try bytes(inputs[0].index), try floats(inputs[1].index))
        try planBytes(index, reading: [source.storage, gate.storage]) {
            ByteScaleStep(input: source, gate: gate, output: $0)
        }
    }

    private mutating func planMean(_ index: Int) throws {
        let node = graph.nodes[index]
        let source = try bytes(node.inputs[0].index)
        let staysFloat = isGate[index] || index == output
        let view = staysFloat ? nil : makeBytes(index, try scale(index))
        let floats = staysFloat ? makeFloats(index) : nil
        append(
            node.name, .pool, .step(ByteMeanStep(input: source, floats: floats, bytes: view)),
            touching: [source.storage] + [view?.storage, floats?.storage].compactMap { $0 })
        if let view { setBytes(index, view) }
        if let floats { setFloats(index, floats) }
    }

    private mutating func planMaximum(_ index: Int) throws {
        let node = graph.nodes[index]
        let source = try bytes(node.inputs[0].index)
        let geometry = try graph.convolutionGeometry(node, input: shapes[node.inputs[0].index])
        try planBytes(index, .pool, scale: source.scale, reading: [source.storage]) {
            ByteMaximumStep(input: source, output: $0, window: geometry.window)
        }
    }
}
