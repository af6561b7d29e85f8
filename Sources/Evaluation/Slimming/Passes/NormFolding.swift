import Engine
import Tensors

/// Folds normalisations with running statistics into the convolutions before them, as the engine does when it plans.
struct NormFolding: Sendable {
    /// The graph with normalisations folded.
    let graph: Graph
    /// How many were folded.
    let count: Int
    /// How many others there are and why they stay, in one sentence; nil where there are none.
    let obstacle: String?

    init(_ graph: Graph) {
        let finder = FoldableNorms(graph)
        let folded = Set(finder.pairs.values)
        var rewriting = GraphRewriting(graph)
        var (count, unfolded) = (0, [String: Int]())
        for place in graph.nodes.indices where finder.isNeeded(place) {
            let node = graph.nodes[place]
            if folded.contains(place) { continue }
            if let source = finder.pairs[place], case .convolution(let convolution) = graph.nodes[source].operation,
                let scales = finder.scales(of: node)
            {
                Self.fold(convolution, scales, source: source, norm: place, &rewriting)
                count += 1
                continue
            }
            if let why = finder.obstacles[place] { unfolded[why, default: 0] += 1 }
            let inputs = node.inputs.compactMap { rewriting.result($0) }
            rewriting.copy(place, inputs: inputs)
        }
        self.count = count
        self.graph = count == 0 ? graph : rewriting.finished()
        let reasons = unfolded.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        obstacle = reasons.isEmpty ? nil : "normalisations that stay: " + reasons.joined(separator: ", ")
    }

    private static func fold(
        _ convolution: Convolution, _ scales: ChannelScale, source: Int, norm: Int, _ rewriting: inout GraphRewriting
    ) {
        let graph = rewriting.old
        let weight = graph[convolution.weight]
        let length = weight.shape.elementCount / weight.shape[0]
        let scaled = weight.scalars.indices.map { Float(Double(weight.scalars[$0]) * scales.scale[$0 / length]) }
        let old = convolution.bias.map { graph[$0].scalars }
        let biases = scales.scale.indices.map {
            Float(Double(old?[$0] ?? 0) * scales.scale[$0] + scales.shift[$0])
        }
        var folded = convolution
        folded.weight = rewriting.replace(
            convolution.weight, with: Tensor(shape: weight.shape, scalars: scaled), isComputed: true)
        folded.bias = rewriting.bias(convolution.bias, beside: convolution.weight, biases)
        let inputs = graph.nodes[source].inputs.compactMap { rewriting.result($0) }
        // Names of blocks stand at their last node.
        let (own, last) = (graph.nodes[source].name, graph.nodes[norm].name)
        rewriting.add(.convolution(folded), inputs, for: norm, name: last.hasPrefix(own) ? own : last)
    }
}

/// Finds normalisations that can be folded.
private struct FoldableNorms {
    private let graph: Graph
    private let needed: Set<Int>
    /// The place of each such normalisation, with that of its convolution.
    private(set) var pairs: [Int: Int] = [:]
    /// Why others stay.
    private(set) var obstacles: [Int: String] = [:]

    init(_ graph: Graph) {
        self.graph = graph
        let isNeeded = graph.neededNodes
        needed = Set(graph.nodes.indices.filter { isNeeded[$0] })
        var readers: [Int: Int] = [:]
        for place in needed { for input in graph.nodes[place].inputs { readers[input.position, default: 0] += 1 } }
        let parameterReaders = graph.readersOfParameters
        func isOwn(_ parameter: Graph.ParameterID) -> Bool { parameterReaders[graph.parameter(parameter).key] == 1 }
        for place in graph.nodes.indices where needed.contains(place) {
            guard scales(of: graph.nodes[place]) != nil, let input = graph.nodes[place].inputs.first else { continue }
            guard case .convolution(let convolution) = graph[input].operation else {
                obstacles[place] = "behind no convolution"
                continue
            }
            if readers[input.position] != 1 || graph.output == input {
                obstacles[place] = "behind a convolution that others read too"
            } else if !isOwn(convolution.weight) || convolution.bias.map(isOwn) == false {
                obstacles[place] = "behind a convolution whose weights serve several layers"
            } else if graph.parameter(convolution.weight).kind == .fixed {
                obstacles[place] = "behind fixed kernels"
            } else {
                pairs[place] = input.position
            }
        }
    }

    func isNeeded(_ place: Int) -> Bool { needed.contains(place) }

    /// What a node multiplies and adds; nil for other nodes.
    func scales(of node: Graph.Node) -> ChannelScale? {
        switch node.operation {
        case .batchNormalization(let norm): ChannelScale(norm, in: graph)
        case .affine(let scale, let shift): ChannelScale(scale: scale, shift: shift, in: graph)
        default: nil
        }
    }
}
