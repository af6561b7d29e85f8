import Engine
import Tensors
import Checkpoints

extension LayerGraph {
    /// What an engine graph computes, weights named by the keys of its state dict (dots between the parts).
    ///
    /// Dropout is left out: nothing happens there when a net is run.
    public init(_ graph: Graph) {
        let describer = NodeDescriber(graph: graph)
        var nodes: [Node] = []
        var names: [String: String] = [:]
        for node in graph.nodes {
            let inputs = node.inputs.map { names[graph[$0].name] ?? graph[$0].name }
            if case .dropout = node.operation {
                names[node.name] = inputs[0]
            } else {
                names[node.name] = node.name
                nodes.append(describer.describe(node, inputs: inputs))
            }
        }
        let output = graph.output.map { names[graph[$0].name] ?? graph[$0].name }
        self.init(nodes: nodes, output: output, origin: Self.ownOrigin)
    }

    /// Where the descriptions come from that stand in our own exports.
    static let ownOrigin = "description by kernelviz"
}

/// Describes nodes of a graph one by one.
private struct NodeDescriber {
    let graph: Graph

    func describe(_ node: Graph.Node, inputs: [String]) -> LayerGraph.Node {
        var result = LayerGraph.Node(.input, name: node.name, inputs: inputs)
        switch node.operation {
        case .input, .dropout: break
        case .convolution, .sharedDepthwise, .pool: describeWindow(node.operation, &result)
        case .batchNormalization, .layerNormalization, .rmsNormalization, .responseNormalization, .affine:
            describeNormalization(node.operation, &result)
        case .activation(let function):
            result.kind = .activation
            result.function = function.rawValue
        case .add: result.kind = .add
        case .multiply: result.kind = .multiply
        case .concatenate: result.kind = .concatenate
        case .slice(let range):
            result.kind = .slice
            result.range = [range.lowerBound, range.upperBound]
        case .globalAveragePool: result.kind = .globalAveragePool
        case .linear(let weight, let bias):
            result.kind = .linear
            result.weight = key(weight)
            result.bias = bias.map(key)
        case .channelShuffle(let groups):
            result.kind = .channelShuffle
            result.groups = groups
        }
        return result
    }

    private func describeWindow(_ operation: GraphOperation, _ result: inout LayerGraph.Node) {
        switch operation {
        case .convolution(let convolution):
            result.kind = .convolution
            result.weight = key(convolution.weight)
            result.bias = convolution.bias.map(key)
            if isMatrixOfMap(convolution.weight) {
                result.kind = .linear
                return
            }
            result.strides = Self.pair(convolution.stride)
            result.padding = LayerGraph.Padding(convolution.padding)
            result.groups = convolution.groups == 1 ? nil : convolution.groups
            result.dilations = dilations(convolution.weight)
        case .sharedDepthwise(let shared):
            result.kind = .sharedDepthwise
            result.weight = key(shared.weight)
            result.strides = Self.pair(shared.stride)
            result.padding = LayerGraph.Padding(shared.padding)
            result.dilations = dilations(shared.weight)
        case .pool(let pool):
            result.kind = pool.kind == .maximum ? .maximumPool : .averagePool
            if case .average(let countsPadding) = pool.kind { result.countsPadding = countsPadding }
            result.window = [pool.size, pool.size]
            result.strides = Self.pair(pool.stride)
            result.padding = LayerGraph.Padding(pool.padding)
        default: preconditionFailure("the operation has no window")
        }
    }

    private func describeNormalization(_ operation: GraphOperation, _ result: inout LayerGraph.Node) {
        switch operation {
        case .batchNormalization(let norm):
            result.kind = .batchNormalization
            result.weight = stored(norm.weight)
            result.bias = stored(norm.bias)
            result.mean = key(norm.runningMean)
            result.variance = key(norm.runningVariance)
            result.epsilon = norm.epsilon
        case .layerNormalization(let norm), .rmsNormalization(let norm), .responseNormalization(let norm):
            switch operation {
            case .rmsNormalization: result.kind = .rmsNormalization
            case .responseNormalization: result.kind = .responseNormalization
            default: result.kind = .layerNormalization
            }
            result.weight = stored(norm.weight)
            result.bias = stored(norm.bias)
            result.epsilon = norm.epsilon
        case .affine(let scale, let shift):
            if let weight = stored(scale) {
                result.kind = .affineTensors
                result.weight = weight
                result.bias = stored(shift)
            } else {
                result.kind = .affine
                result.scale = graph[scale].scalars
                result.shift = graph[shift].scalars
            }
        default: preconditionFailure("the operation scales no channels")
        }
    }

    /// Whether kernels are those of a fully connected layer that reads a whole map, its channels first: the file has a
    /// matrix, which a description calls a linear layer.
    private func isMatrixOfMap(_ weight: Graph.ParameterID) -> Bool {
        graph.parameter(weight).form.shape?.rank == 2 && graph[weight].shape.dimensions.suffix(2) != [1, 1]
    }

    private func key(_ parameter: Graph.ParameterID) -> String { graph.parameter(parameter).key }

    /// nil for what a state dict does not hold: ones and zeros of a normalisation, zeros that are added.
    private func stored(_ parameter: Graph.ParameterID) -> String? {
        graph.parameter(parameter).form.isAbsent ? nil : key(parameter)
    }

    private func dilations(_ weight: Graph.ParameterID) -> [Int]? {
        let dilations = graph.parameter(weight).form.dilations
        return dilations == [1, 1] ? nil : dilations
    }

    private static func pair(_ stride: Int) -> [Int]? { stride == 1 ? nil : [stride, stride] }
}

extension LayerGraph.Padding {
    init(_ padding: Padding) {
        switch padding {
        case .explicit(let top, let left, let bottom, let right): self = .explicit([top, left, bottom, right])
        case .same: self = .same
        }
    }
}
