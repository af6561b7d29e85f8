import Engine
import Tensors

/// What every channel of every result holds, found by walking a graph from its input.
///
/// A channel is a constant, or a map with a number: maps of one number are equal for every image.
struct ChannelFacts: Sendable {
    /// The shapes of the results for the network's own images.
    let shapes: [Shape]
    /// The channels of each node's result.
    let values: [[ChannelValue]]

    init(_ graph: Graph, shapes: [Shape]) {
        self.shapes = shapes
        var table = ValueTable()
        var walk = FactWalk(graph: graph, shapes: shapes)
        for place in graph.nodes.indices { walk.values.append(walk.values(of: graph.nodes[place], place, &table)) }
        values = walk.values
    }

    /// The channels of the result that a node reads.
    func input(of node: Graph.Node, _ place: Int = 0) -> [ChannelValue] { values[node.inputs[place].position] }

    /// The layer of a node that mixes channels; nil for other nodes.
    func mixing(_ node: Graph.Node, in graph: Graph) -> MixingLayer? {
        node.inputs.first.flatMap { MixingLayer(node.operation, in: graph, input: shapes[$0.position]) }
    }
}

/// The walk from the input on.
private struct FactWalk {
    let graph: Graph
    let shapes: [Shape]
    var values: [[ChannelValue]] = []

    func values(of node: Graph.Node, _ place: Int, _ table: inout ValueTable) -> [ChannelValue] {
        let inputs = node.inputs.map { values[$0.position] }
        switch node.operation {
        case .input, .layerNormalization, .rmsNormalization, .responseNormalization:
            return (0..<shapes[place][1]).map { _ in table.fresh() }
        case .convolution, .sharedDepthwise, .linear: return rows(of: node, inputs[0], &table)
        case .batchNormalization(let norm): return affine(ChannelScale(norm, in: graph), inputs[0], &table)
        case .affine(let scale, let shift):
            return affine(ChannelScale(scale: scale, shift: shift, in: graph), inputs[0], &table)
        case .activation(let function): return inputs[0].map { function.value(of: $0, &table) }
        case .dropout: return inputs[0]
        case .add: return zip(inputs[0], inputs[1]).map { Self.sum($0, $1, &table) }
        case .multiply:
            let isGate = shapes[node.inputs[0].position] != shapes[node.inputs[1].position]
            return zip(inputs[0], inputs[1]).map { Self.product($0, $1, isGate: isGate, &table) }
        case .concatenate, .slice, .channelShuffle: return node.operation.chosenChannels(of: inputs)
        case .globalAveragePool:
            return inputs[0].map { value in
                guard case .map(let number) = value else { return value }
                let fingerprint = Fingerprint([6, UInt64(number)])
                let range = table.range(of: value)
                return table.value(of: fingerprint, range)
            }
        case .pool(let pool):
            let size = shapes[node.inputs[0].position].dimensions.dropFirst(2).map { UInt64($0) }
            return inputs[0].map { Self.pooled($0, pool, size, &table) }
        }
    }

    private func rows(of node: Graph.Node, _ input: [ChannelValue], _ table: inout ValueTable) -> [ChannelValue] {
        guard let layer = MixingLayer(node.operation, in: graph, input: shapes[node.inputs[0].position]) else {
            return []
        }
        var result: [ChannelValue] = []
        for group in 0..<layer.groups {
            let classes = InputClasses(input[group * layer.channels..<(group + 1) * layer.channels])
            for row in 0..<layer.rowsPerGroup {
                result.append(layer.value(ofRow: group * layer.rowsPerGroup + row, classes, &table))
            }
        }
        return result
    }

    private func affine(
        _ scales: ChannelScale, _ input: [ChannelValue], _ table: inout ValueTable
    ) -> [ChannelValue] {
        input.indices.map { channel in
            Self.scaled(input[channel], by: scales.scale[channel], plus: scales.shift[channel], &table)
        }
    }

    /// scale · x + shift.
    private static func scaled(
        _ value: ChannelValue, by scale: Double, plus shift: Double, _ table: inout ValueTable
    ) -> ChannelValue {
        guard case .map(let number) = value else {
            guard case .constant(let constant) = value else { return value }
            return .constant(Float(scale * Double(constant) + shift))
        }
        if Float(scale) == 0 { return .constant(Float(shift)) }
        if scale == 1, shift == 0 { return value }
        var fingerprint = Fingerprint([5, UInt64(number)])
        fingerprint.mix(Float(scale))
        fingerprint.mix(Float(shift))
        let range = table.range(of: value).scaled(by: scale) + ValueRange(Float(shift))
        return table.value(of: fingerprint, range)
    }

    private static func sum(_ a: ChannelValue, _ b: ChannelValue, _ table: inout ValueTable) -> ChannelValue {
        switch (a, b) {
        case (.constant(let number), let other), (let other, .constant(let number)):
            return scaled(other, by: 1, plus: Double(number), &table)
        case (.map(let one), .map(let two)):
            let range = table.range(of: a) + table.range(of: b)
            return table.value(of: Fingerprint([7, UInt64(min(one, two)), UInt64(max(one, two))]), range)
        }
    }

    /// - Parameter isGate: Whether `b` is one number for a whole channel.
    private static func product(
        _ a: ChannelValue, _ b: ChannelValue, isGate: Bool, _ table: inout ValueTable
    ) -> ChannelValue {
        switch (a, b) {
        case (let other, .constant(let factor)): return scaled(other, by: Double(factor), plus: 0, &table)
        case (.constant(let factor), let other):
            guard isGate, factor != 0, case .map(let number) = other else {
                return scaled(other, by: Double(factor), plus: 0, &table)
            }
            // One number spread over a map is another map than the number.
            var fingerprint = Fingerprint([9, UInt64(number)])
            fingerprint.mix(factor)
            let range = table.range(of: other).scaled(by: Double(factor))
            return table.value(of: fingerprint, range)
        case (.map(let one), .map(let two)):
            let pair = isGate ? [one, two] : [min(one, two), max(one, two)]
            let range = table.range(of: a) * table.range(of: b)
            return table.value(of: Fingerprint([isGate ? 10 : 8] + pair.map(UInt64.init)), range)
        }
    }

    private static func pooled(
        _ value: ChannelValue, _ pool: Pool, _ size: [UInt64], _ table: inout ValueTable
    ) -> ChannelValue {
        let reach = WindowReach(height: pool.size, width: pool.size, stride: pool.stride, padding: pool.padding)
        var hasZeros = false
        if case .average(countsPadding: true) = pool.kind { hasZeros = !reach.isUnpadded }
        var fingerprint = Fingerprint([11, UInt64(pool.size), UInt64(pool.stride)] + pool.padding.words + size)
        switch pool.kind {
        case .maximum: fingerprint.mix(1)
        case .average(let countsPadding): fingerprint.mix(countsPadding ? 2 : 3)
        }
        switch value {
        case .constant(let number):
            if number == 0 || !hasZeros { return value }
            fingerprint.mix(number)
        case .map(let number):
            if pool.size == 1, pool.stride == 1, reach.isUnpadded { return value }
            fingerprint.mix(1)
            fingerprint.mix(number)
        }
        let range = table.range(of: value)
        return table.value(of: fingerprint, hasZeros ? range.withZero : range)
    }
}
