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
        var parts: [String: LaidOutParts] = [:]
        for layers in Self.candidates(graph, reordering, findsShared: findsShared) {
            let layout = PartLayout(layers.map(\.parts), channels: layers[0].parts.kinds.count)
            // What no whole block is left of stays whole.
            let split = layers.indices.filter { layout.runs[$0].contains { $0.kind != .own } }
            guard !split.isEmpty, reordering.add(layers[0].place, order: layout.order) else { continue }
            for index in split {
                parts[graph.nodes[layers[index].place].name] = LaidOutParts(
                    parts: layers[index].parts, runs: layout.runs[index], order: layout.order)
            }
        }
        layers = graph.nodes.compactMap { node in
            parts[node.name].map { $0.account(layer: graph.layerName(of: node) ?? node.name) }
        }
        guard !parts.isEmpty else {
            self.graph = graph
            return
        }
        var writer = SplitGraph(reordering.reordered(), parts)
        self.graph = writer.write()
    }

    private typealias Candidate = (place: Int, parts: DepthwiseParts)

    /// Depthwise layers with channels that need no kernel of their own, those side by side that have the same channels.
    private static func candidates(
        _ graph: Graph, _ reordering: ChannelReordering, findsShared: Bool
    ) -> [[Candidate]] {
        let isNeeded = graph.neededNodes
        let readers = graph.readersOfParameters
        var groups: [(sets: [Int], layers: [Candidate])] = []
        for place in graph.nodes.indices where isNeeded[place] {
            guard case .convolution(let convolution) = graph.nodes[place].operation,
                graph.isPlainDepthwise(convolution, readers: readers)
            else { continue }
            let weight = graph[convolution.weight]
            let found = DepthwiseParts(
                weight, WindowCell(convolution, kernel: weight.shape), findsShared: findsShared)
            guard found.kinds.contains(where: { $0 != .own }) else { continue }
            let sets = reordering.sets(of: place)
            if let group = groups.firstIndex(where: { $0.sets == sets }) {
                groups[group].layers.append((place, found))
            } else {
                groups.append((sets, [(place, found)]))
            }
        }
        return groups.map(\.layers)
    }
}

/// What a depthwise layer is taken apart into, and in which order its channels lie then.
private struct LaidOutParts {
    let parts: DepthwiseParts
    let runs: [PartLayout.Run]
    let order: [Int]

    func account(layer: String) -> SplitLayer {
        func count(_ isCounted: (DepthwiseParts.Kind) -> Bool) -> [Int] {
            runs.filter { isCounted($0.kind) }.map(\.places.count)
        }
        return SplitLayer(
            layer: layer, passing: count { $0 == .passing }.reduce(0, +),
            shared: count { $0 != .passing && $0 != .own }, own: count { $0 == .own }.reduce(0, +))
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
    private let parts: [String: LaidOutParts]
    private var rewriting: GraphRewriting

    init(_ graph: Graph, _ parts: [String: LaidOutParts]) {
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
        _ place: Int, _ convolution: Convolution, _ own: LaidOutParts, input: Graph.NodeID,
        _ function: ActivationFunction?
    ) {
        let name = rewriting.old.nodes[place].name
        var counts = (passing: 0, shared: 0, own: 0)
        var results: [Graph.NodeID] = []
        for run in own.runs {
            switch run.kind {
            case .passing:
                counts.passing += 1
                let word = Self.word("pass", counts.passing)
                let channels = slice(run.places, of: convolution, input, "\(name).\(word)")
                results.append(passing(run.places, convolution, cell: own.parts.cell ?? 0, channels, name, word))
            case .shared(let number):
                counts.shared += 1
                let word = "shared\(counts.shared)"
                let channels = slice(run.places, of: convolution, input, "\(name).\(word)")
                let gains = own.order[run.places].map { own.parts.gains[$0] }
                results.append(
                    shared(run.places, convolution, (own.parts.kernels[number], gains), channels, name, word))
            case .own:
                counts.own += 1
                let word = Self.word("own", counts.own)
                let channels = slice(run.places, of: convolution, input, "\(name).\(word)")
                results.append(others(run.places, convolution, channels, name, word))
            }
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

    /// A part's name in nodes and weights: "own", "own2", "own3" …
    private static func word(_ kind: String, _ number: Int) -> String { number == 1 ? kind : "\(kind)\(number)" }

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
        _ range: Range<Int>, _ convolution: Convolution, cell: Int, _ channels: Graph.NodeID, _ layer: String,
        _ word: String
    ) -> Graph.NodeID {
        let weight = rewriting.old[convolution.weight]
        let taps = weight.shape[2] * weight.shape[3]
        let gains = range.map { weight.scalars[$0 * taps + cell] }
        let biases = bias(convolution, range)
        if convolution.stride == 1, gains.allSatisfy({ $0 == 1 }), biases?.allSatisfy({ $0 == 0 }) != false {
            return channels
        }
        let operation = Convolution(
            weight: rewriting.addParameter(
                beside: convolution.weight, "\(word).weight", Tensor(shape: [range.count, 1, 1, 1], scalars: gains)),
            bias: biases.map {
                rewriting.addParameter(
                    beside: convolution.weight, "\(word).bias", Tensor(shape: [range.count], scalars: $0))
            }, stride: convolution.stride, padding: .symmetric(0), groups: range.count)
        return rewriting.addHelper(.convolution(operation), [channels], name: "\(layer).\(word)")
    }

    private mutating func shared(
        _ range: Range<Int>, _ convolution: Convolution, _ part: (kernel: [Float], gains: [Float]),
        _ channels: Graph.NodeID, _ layer: String, _ word: String
    ) -> Graph.NodeID {
        let name = "\(layer).\(word)"
        let kernel = rewriting.old[convolution.weight].shape
        let weight = rewriting.addParameter(
            beside: convolution.weight, "\(word).weight",
            Tensor(shape: [1, 1, kernel[2], kernel[3]], scalars: part.kernel))
        let filtered = rewriting.addHelper(
            .sharedDepthwise(
                SharedDepthwise(weight: weight, stride: convolution.stride, padding: convolution.padding)),
            [channels], name: name)
        let scale = rewriting.addParameter(
            beside: convolution.weight, "\(word).scale", Tensor(shape: [range.count], scalars: part.gains))
        let shift = rewriting.addParameter(
            beside: convolution.weight, "\(word).shift",
            Tensor(
                shape: [range.count], scalars: bias(convolution, range) ?? Array(repeating: 0, count: range.count)))
        return rewriting.addHelper(.affine(scale: scale, shift: shift), [filtered], name: "\(name).gain")
    }

    /// The first such part keeps the layer's weight by its name in the file.
    private mutating func others(
        _ range: Range<Int>, _ convolution: Convolution, _ channels: Graph.NodeID, _ layer: String, _ word: String
    ) -> Graph.NodeID {
        var own = convolution
        own.groups = range.count
        let weight = rewriting.old[convolution.weight].rows(Array(range))
        let biases = bias(convolution, range).map { Tensor(shape: [range.count], scalars: $0) }
        if word == Self.word("own", 1) {
            own.weight = rewriting.replace(convolution.weight, with: weight)
            if let old = convolution.bias, let biases { own.bias = rewriting.replace(old, with: biases) }
        } else {
            own.weight = rewriting.addParameter(beside: convolution.weight, "\(word).weight", weight)
            own.bias = biases.map { rewriting.addParameter(beside: convolution.weight, "\(word).bias", $0) }
        }
        return rewriting.addHelper(.convolution(own), [channels], name: "\(layer).\(word)")
    }
}
