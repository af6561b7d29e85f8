import Engine
import Tensors

/// What a depthwise layer was taken apart into.
public struct SplitLayer: Sendable, Equatable, Codable {
    /// The layer, by the name of its weight in the file.
    public let layer: String
    /// Channels that pass on a pixel, times a gain.
    public let passing: Int
    /// Channels that share a kernel, by group.
    public let shared: [Int]
    /// Channels that keep kernels of their own.
    public let own: Int
}

/// Takes depthwise layers apart: channels that pass a pixel on, channels that share a kernel up to a factor, the others.
///
/// The channels of each part come to lie side by side, which costs nothing: whoever makes and reads them has its rows and
/// columns in the new order.
struct DepthwiseSplit {
    /// The graph with layers taken apart; the old one where there are none.
    let graph: Graph
    /// The layers, in network order.
    let layers: [SplitLayer]

    /// - Parameter findsShared: Whether channels that share a kernel become a part.
    init(_ graph: Graph, _ facts: ChannelFacts, findsShared: Bool) {
        var reordering = ChannelReordering(graph, facts)
        var parts: [String: DepthwiseParts] = [:]
        var layers: [SplitLayer] = []
        let isNeeded = graph.neededNodes
        let readers = graph.readersOfParameters
        for place in graph.nodes.indices where isNeeded[place] {
            let node = graph.nodes[place]
            guard case .convolution(let convolution) = node.operation,
                graph.isPlainDepthwise(convolution, readers: readers)
            else { continue }
            let weight = graph[convolution.weight]
            let cell = WindowCell(convolution, kernel: weight.shape)
            let found = DepthwiseParts(weight, cell, findsShared: findsShared)
            guard !found.isWhole, reordering.add(place, order: found.order) else { continue }
            parts[node.name] = found
            layers.append(
                SplitLayer(
                    layer: graph.layerName(of: node) ?? node.name, passing: found.passing.count,
                    shared: found.shared.map(\.channels.count), own: found.others.count))
        }
        self.layers = layers
        guard !parts.isEmpty else {
            self.graph = graph
            return
        }
        var writer = SplitGraph(reordering.reordered(), parts)
        self.graph = writer.write()
    }
}

extension Graph {
    /// Whether each channel has one kernel that no other layer reads, without a dilation: what can be taken apart.
    ///
    /// - Parameter readers: ``readersOfParameters``.
    func isPlainDepthwise(_ convolution: Convolution, readers: [String: Int]) -> Bool {
        let weight = parameter(convolution.weight)
        return convolution.groups == weight.tensor.shape[0] && weight.tensor.shape[1] == 1 && convolution.groups > 1
            && weight.form.dilations == [1, 1] && readers[weight.key] == 1
    }
}

/// Writes a graph with depthwise layers in parts whose channels lie side by side.
private struct SplitGraph {
    private let parts: [String: DepthwiseParts]
    private var rewriting: GraphRewriting

    init(_ graph: Graph, _ parts: [String: DepthwiseParts]) {
        self.parts = parts
        rewriting = GraphRewriting(graph)
    }

    mutating func write() -> Graph {
        let graph = rewriting.old
        let isNeeded = graph.neededNodes
        // A function that alone reads such a layer is computed in each part, where it costs no step of its own.
        var functions: [Int: ActivationFunction] = [:]
        var absorbed: Set<Int> = []
        for place in graph.nodes.indices where isNeeded[place] && parts[graph.nodes[place].name] != nil {
            let readers = graph.nodes.indices.filter { reader in
                isNeeded[reader] && graph.nodes[reader].inputs.contains { $0.position == place }
            }
            guard readers.count == 1, graph.output?.position != place,
                case .activation(let function) = graph.nodes[readers[0]].operation
            else { continue }
            functions[place] = function
            absorbed.insert(readers[0])
        }
        for place in graph.nodes.indices where isNeeded[place] {
            let node = graph.nodes[place]
            let inputs = node.inputs.compactMap { rewriting.result($0) }
            if absorbed.contains(place) {
                rewriting.setResult(place, inputs[0])
            } else if let own = parts[node.name], case .convolution(let convolution) = node.operation {
                split(place, convolution, own, input: inputs[0], functions[place])
            } else {
                rewriting.copy(place, inputs: inputs)
            }
        }
        return rewriting.finished()
    }

    private mutating func split(
        _ place: Int, _ convolution: Convolution, _ own: DepthwiseParts, input: Graph.NodeID,
        _ function: ActivationFunction?
    ) {
        let name = rewriting.old.nodes[place].name
        var results: [Graph.NodeID] = []
        var start = 0
        func next(_ count: Int) -> Range<Int> {
            defer { start += count }
            return start..<start + count
        }
        if !own.passing.isEmpty {
            let range = next(own.passing.count)
            results.append(passing(range, convolution, cell: own.cell ?? 0, input, "\(name).pass"))
        }
        for (number, group) in own.shared.enumerated() {
            let range = next(group.channels.count)
            results.append(shared(range, convolution, group, input, name, word: "shared\(number + 1)"))
        }
        if !own.others.isEmpty {
            results.append(others(next(own.others.count), convolution, input, "\(name).own"))
        }
        if let function {
            results = results.enumerated().map {
                rewriting.addHelper(.activation(function), [$1], name: "\(name).function\($0 + 1)")
            }
        }
        if results.count == 1 {
            rewriting.setResult(place, results[0])
        } else {
            rewriting.add(.concatenate, results, for: place)
        }
    }

    /// The channels of a part; the whole input where the part is all of it.
    private mutating func slice(
        _ range: Range<Int>, of convolution: Convolution, _ input: Graph.NodeID, _ name: String
    ) -> Graph.NodeID {
        range.count == convolution.groups
            ? input : rewriting.addHelper(.slice(range), [input], name: "\(name).channels")
    }

    private func bias(_ convolution: Convolution, _ range: Range<Int>) -> [Float]? {
        convolution.bias.map { Array(rewriting.old[$0].scalars[range]) }
    }

    private mutating func passing(
        _ range: Range<Int>, _ convolution: Convolution, cell: Int, _ input: Graph.NodeID, _ name: String
    ) -> Graph.NodeID {
        let weight = rewriting.old[convolution.weight]
        let taps = weight.shape[2] * weight.shape[3]
        let gains = range.map { weight.scalars[$0 * taps + cell] }
        let biases = bias(convolution, range)
        let channels = slice(range, of: convolution, input, name)
        if convolution.stride == 1, gains.allSatisfy({ $0 == 1 }), biases?.allSatisfy({ $0 == 0 }) != false {
            return channels
        }
        let operation = Convolution(
            weight: rewriting.addParameter(
                beside: convolution.weight, "pass.weight", Tensor(shape: [range.count, 1, 1, 1], scalars: gains)),
            bias: biases.map {
                rewriting.addParameter(
                    beside: convolution.weight, "pass.bias", Tensor(shape: [range.count], scalars: $0))
            }, stride: convolution.stride, padding: .symmetric(0), groups: range.count)
        return rewriting.addHelper(.convolution(operation), [channels], name: name)
    }

    private mutating func shared(
        _ range: Range<Int>, _ convolution: Convolution, _ group: DepthwiseParts.Shared, _ input: Graph.NodeID,
        _ layer: String, word: String
    ) -> Graph.NodeID {
        let name = "\(layer).\(word)"
        let kernel = rewriting.old[convolution.weight].shape
        let weight = rewriting.addParameter(
            beside: convolution.weight, "\(word).weight",
            Tensor(shape: [1, 1, kernel[2], kernel[3]], scalars: group.kernel))
        let filtered = rewriting.addHelper(
            .sharedDepthwise(
                SharedDepthwise(weight: weight, stride: convolution.stride, padding: convolution.padding)),
            [slice(range, of: convolution, input, name)], name: name)
        let scale = rewriting.addParameter(
            beside: convolution.weight, "\(word).scale", Tensor(shape: [range.count], scalars: group.gains))
        let shift = rewriting.addParameter(
            beside: convolution.weight, "\(word).shift",
            Tensor(
                shape: [range.count], scalars: bias(convolution, range) ?? Array(repeating: 0, count: range.count)))
        return rewriting.addHelper(.affine(scale: scale, shift: shift), [filtered], name: "\(name).gain")
    }

    private mutating func others(
        _ range: Range<Int>, _ convolution: Convolution, _ input: Graph.NodeID, _ name: String
    ) -> Graph.NodeID {
        var own = convolution
        let places = Array(range)
        own.groups = places.count
        own.weight = rewriting.replace(convolution.weight, with: rewriting.old[convolution.weight].rows(places))
        own.bias = convolution.bias.map { rewriting.replace($0, with: rewriting.old[$0].rows(places)) }
        return rewriting.addHelper(.convolution(own), [slice(range, of: convolution, input, name)], name: name)
    }
}
