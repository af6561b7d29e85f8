import OperatorDispatch
import OperatorInterface
import Tensors

// Steps without weights.
extension IntegerPlanner {
    /// A node that plain loops compute in floats.
    mutating func planFloats(_ index: Int) throws {
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
    mutating func planChoice(_ index: Int) throws {
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
    mutating func planTable(_ index: Int, _ function: ActivationFunction) throws {
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

    mutating func planSum(_ index: Int) throws {
        let inputs = graph.nodes[index].inputs
        let (first, second) = (try bytes(inputs[0].index), try bytes(inputs[1].index))
        try planBytes(index, reading: [first.storage, second.storage]) {
            ByteAddStep(first: first, second: second, output: $0)
        }
    }

    mutating func planGated(_ index: Int) throws {
        let inputs = graph.nodes[index].inputs
        let (source, gate) = (try bytes(inputs[0].index), try floats(inputs[1].index))
        try planBytes(index, reading: [source.storage, gate.storage]) {
            ByteScaleStep(input: source, gate: gate, output: $0)
        }
    }

    mutating func planMean(_ index: Int) throws {
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

    mutating func planMaximum(_ index: Int) throws {
        let node = graph.nodes[index]
        let source = try bytes(node.inputs[0].index)
        let geometry = try graph.convolutionGeometry(node, input: shapes[node.inputs[0].index])
        try planBytes(index, .pool, scale: source.scale, reading: [source.storage]) {
            ByteMaximumStep(input: source, output: $0, window: geometry.window)
        }
    }
}
