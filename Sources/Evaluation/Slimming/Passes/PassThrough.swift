import Engine

/// Takes nodes out that hand on what they read: identity convolutions, sums with zeros, functions of what they do not
/// change.
struct PassThrough: Sendable {
    /// The graph without them; the old one where there are none.
    let graph: Graph
    /// The nodes that went, layers by the names of their weights.
    let removed: [String]

    /// - Parameter facts: What the channels of the graph hold.
    init(_ graph: Graph, _ facts: ChannelFacts) {
        let isNeeded = graph.neededNodes
        var sources: [Int: Graph.NodeID] = [:]
        for place in graph.nodes.indices where isNeeded[place] {
            let node = graph.nodes[place]
            guard Self.computes(node.operation) else { continue }
            sources[place] = node.inputs.first {
                facts.shapes[$0.position] == facts.shapes[place] && facts.values[$0.position] == facts.values[place]
            }
        }
        removed = sources.keys.sorted().map { graph.layerName(of: graph.nodes[$0]) ?? graph.nodes[$0].name }
        guard !sources.isEmpty else {
            self.graph = graph
            return
        }
        var rewriting = GraphRewriting(graph)
        for place in graph.nodes.indices where isNeeded[place] {
            if let source = sources[place], let result = rewriting.result(source) {
                rewriting.setResult(place, result)
            } else {
                let inputs = graph.nodes[place].inputs.compactMap { rewriting.result($0) }
                rewriting.copy(place, inputs: inputs)
            }
        }
        self.graph = rewriting.finished().withoutUnread
    }

    /// Whether a node computes numbers when a network runs. Dropout stays for training.
    private static func computes(_ operation: GraphOperation) -> Bool {
        switch operation {
        case .convolution, .sharedDepthwise, .batchNormalization, .affine, .activation, .add, .multiply, .pool, .linear:
            true
        case .input, .layerNormalization, .rmsNormalization, .responseNormalization, .concatenate, .slice,
            .globalAveragePool,
            .channelShuffle, .dropout:
            false
        }
    }
}
