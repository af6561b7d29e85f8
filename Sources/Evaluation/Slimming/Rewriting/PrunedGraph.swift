import Engine
import Tensors

/// Writes a graph with the channels that stay.
struct PrunedGraph {
    private let facts: ChannelFacts
    /// The channels of each node's result that stay, in their new order.
    private let kept: [[Int]]
    private var rewriting: GraphRewriting

    init(_ graph: Graph, _ facts: ChannelFacts, kept: [[Int]]) {
        self.facts = facts
        self.kept = kept
        rewriting = GraphRewriting(graph)
    }

    /// The graph without the channels that go.
    mutating func write() -> Graph {
        for place in rewriting.old.nodes.indices where !kept[place].isEmpty { write(place) }
        return rewriting.finished()
    }

    /// Whether all channels stay where they are.
    private func isWhole(_ place: Int) -> Bool { kept[place].elementsEqual(facts.values[place].indices) }

    private mutating func write(_ place: Int) {
        let node = rewriting.old.nodes[place]
        let inputs = node.inputs.compactMap { rewriting.result($0) }
        if isWhole(place), node.inputs.allSatisfy({ isWhole($0.position) }) {
            return rewriting.copy(place, inputs: inputs)
        }
        switch node.operation {
        case .convolution(let convolution):
            if convolution.groups == 1 {
                writeMixing(place, inputs)
            } else {
                writeGroups(place, convolution, inputs)
            }
        case .linear: writeMixing(place, inputs)
        case .batchNormalization, .affine, .layerNormalization, .rmsNormalization, .responseNormalization:
            let operation = node.operation.mappingParameters {
                rewriting.replace($0, with: rewriting.old[$0].rows(kept[place]))
            }
            rewriting.add(operation, inputs, for: place)
        case .slice(let range): writeSlice(place, range, node.inputs[0].position, inputs[0])
        case .concatenate:
            if inputs.count == 1 {
                rewriting.setResult(place, inputs[0])
            } else {
                rewriting.add(.concatenate, inputs, for: place)
            }
        case .channelShuffle(let groups): writeShuffle(place, groups, node.inputs[0].position, inputs[0])
        case .input, .sharedDepthwise, .activation, .add, .multiply, .globalAveragePool, .pool, .dropout:
            rewriting.copy(place, inputs: inputs)
        }
    }

    private mutating func writeSlice(_ place: Int, _ range: Range<Int>, _ source: Int, _ input: Graph.NodeID) {
        let start = kept[source].count { $0 < range.lowerBound }
        let own = start..<start + kept[place].count
        if own == 0..<kept[source].count {
            rewriting.setResult(place, input)
        } else {
            rewriting.add(.slice(own), [input], for: place)
        }
    }

    private mutating func writeShuffle(_ place: Int, _ groups: Int, _ source: Int, _ input: Graph.NodeID) {
        let runs = ShuffleRun.runs(kept: kept[source], channels: facts.values[source].count, groups: groups)
        let isRegular = runs.count == 1 && runs[0].groups.count == groups
        if isRegular {
            guard kept[source].count > groups else { return rewriting.setResult(place, input) }
            return rewriting.add(.channelShuffle(groups: groups), [input], for: place)
        }
        let name = rewriting.old.nodes[place].name
        let parts = runs.enumerated().map { write($1, of: input, width: kept[source].count, "\(name).part\($0 + 1)") }
        if parts.count == 1 {
            rewriting.setResult(place, parts[0])
        } else {
            rewriting.add(.concatenate, parts, for: place)
        }
    }

    private mutating func write(_ run: ShuffleRun, of input: Graph.NodeID, width: Int, _ name: String) -> Graph.NodeID {
        let slices = run.places.enumerated().map { index, range in
            range == 0..<width
                ? input : rewriting.addHelper(.slice(range), [input], name: "\(name).group\(run.groups[index] + 1)")
        }
        guard slices.count > 1 else { return slices[0] }
        let joined = rewriting.addHelper(.concatenate, slices, name: "\(name).joined")
        guard run.places[0].count > 1 else { return joined }
        return rewriting.addHelper(.channelShuffle(groups: slices.count), [joined], name: name)
    }

    /// A convolution in groups, of which some stay whole.
    private mutating func writeGroups(_ place: Int, _ convolution: Convolution, _ inputs: [Graph.NodeID]) {
        let old = rewriting.old
        var convolution = convolution
        let perGroup = facts.values[place].count / convolution.groups
        convolution.groups = kept[place].count / perGroup
        convolution.bias = convolution.bias.map { rewriting.replace($0, with: old[$0].rows(kept[place])) }
        convolution.weight = rewriting.replace(convolution.weight, with: old[convolution.weight].rows(kept[place]))
        rewriting.add(.convolution(convolution), inputs, for: place)
    }

    private mutating func writeMixing(_ place: Int, _ inputs: [Graph.NodeID]) {
        let old = rewriting.old
        let node = old.nodes[place]
        let source = node.inputs[0].position
        guard let layer = facts.mixing(node, in: old) else { return }
        let rows = PrunedRows(
            layer, inputs: facts.values[source], keptInputs: kept[source], outputs: facts.values[place],
            keptOutputs: kept[place])
        switch node.operation {
        case .convolution(var convolution):
            let kernel = old[convolution.weight].shape
            let weight = Tensor(
                shape: [kept[place].count, kept[source].count, kernel[2], kernel[3]], scalars: rows.weights)
            if convolution.bias != nil || rows.biases.contains(where: { $0 != 0 }) {
                convolution.bias = rewriting.bias(convolution.bias, beside: convolution.weight, rows.biases)
            }
            convolution.weight = rewriting.replace(convolution.weight, with: weight, isComputed: true)
            rewriting.add(.convolution(convolution), inputs, for: place)
        case .linear(let weight, let bias):
            let tensor = Tensor(shape: [kept[place].count, kept[source].count * layer.taps], scalars: rows.weights)
            var newBias: Graph.ParameterID?
            if bias != nil || rows.biases.contains(where: { $0 != 0 }) {
                newBias = rewriting.bias(bias, beside: weight, rows.biases)
            }
            let newWeight = rewriting.replace(weight, with: tensor, isComputed: true)
            rewriting.add(.linear(weight: newWeight, bias: newBias), inputs, for: place)
        default: return
        }
    }
}
