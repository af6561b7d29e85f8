import Engine
import Evaluation
import Tensors

/// Where the convolutions of a checkpoint stand in its graph (``ConvolutionPlaces``).
struct GraphPlaces {
    /// The place of each layer; nil where the graph has no such weights.
    let places: [GraphPlace?]
    /// The shape of every node's result for one image.
    let shapes: [Shape]

    /// Finds `layers` in a network; nil where its shapes do not fit each other.
    init?(_ network: RunnableNetwork, _ layers: [SubjectLayer]) {
        let graph = network.graph
        guard let shapes = try? graph.shapes(inputShape: network.inputShape()) else { return nil }
        self.shapes = shapes
        let readers = Self.readers(graph)
        var convolutions = ConvolutionPlaces(graph)
        places = layers.map { layer in
            convolutions.take(layer.weight).flatMap { Self.place($0, graph, shapes, readers) }
        }
    }

    /// The nodes that read each node's result.
    static func readers(_ graph: Graph) -> [[Int]] {
        var readers = Array(repeating: [Int](), count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { readers[input.position].append(index) }
        }
        return readers
    }

    private static func place(_ index: Int, _ graph: Graph, _ shapes: [Shape], _ readers: [[Int]]) -> GraphPlace? {
        guard case .convolution(let convolution) = graph.nodes[index].operation,
            let node = graph.node(named: graph.nodes[index].name), let source = graph.nodes[index].inputs.first
        else { return nil }
        var last = index
        var norm: Graph.NodeID?
        var activation: ActivationFunction?
        while readers[last].count == 1, let reader = readers[last].first {
            let next = graph.nodes[reader]
            if case .batchNormalization = next.operation, norm == nil, activation == nil {
                norm = graph.node(named: next.name)
            } else if case .activation(let function) = next.operation, activation == nil {
                activation = function
            } else {
                break
            }
            last = reader
        }
        guard let end = graph.node(named: graph.nodes[last].name) else { return nil }
        let kernel = graph[convolution.weight].shape
        let output = shapes[index]
        return GraphPlace(
            node: node, norm: norm, activation: activation, last: end, input: shapes[source.position], output: output,
            macs: output.elementCount * kernel[1] * kernel[2] * kernel[3], stride: convolution.stride,
            padding: convolution.padding)
    }
}
