import Engine
import Tensors
import Weights

extension LayerGraph {
    /// What an engine graph computes, weights named by the keys of its state dict (dots between the parts).
    ///
    /// Dropout is left out: nothing happens there when a net is run.
    public init(_ graph: Graph) {
        var nodes: [Node] = []
        var names: [String: String] = [:]
        func key(_ parameter: Graph.ParameterID) -> String {
            graph.name(of: parameter).replacing("/", with: ".")
        }
        for node in graph.nodes {
            let inputs = node.inputs.map { names[graph[$0].name] ?? graph[$0].name }
            names[node.name] = node.name
            var result = Node(.input, name: node.name, inputs: inputs)
            switch node.operation {
            case .input: result.kind = .input
            case .convolution(let convolution):
                result.kind = .convolution
                result.weight = key(convolution.weight)
                result.bias = convolution.bias.map(key)
                result.strides = Self.pair(convolution.stride)
                result.padding = Padding(convolution.padding)
                result.groups = convolution.groups == 1 ? nil : convolution.groups
            case .sharedDepthwise(let shared):
                result.kind = .sharedDepthwise
                result.weight = key(shared.weight)
                result.strides = Self.pair(shared.stride)
                result.padding = Padding(shared.padding)
            case .batchNormalization(let norm):
                result.kind = .batchNormalization
                result.weight = key(norm.weight)
                result.bias = key(norm.bias)
                result.mean = key(norm.runningMean)
                result.variance = key(norm.runningVariance)
                result.epsilon = norm.epsilon
            case .layerNormalization(let norm), .responseNormalization(let norm):
                result.kind = .layerNormalization
                if case .responseNormalization = node.operation { result.kind = .responseNormalization }
                result.weight = key(norm.weight)
                result.bias = key(norm.bias)
                result.epsilon = norm.epsilon
            case .affine(let scale, let shift):
                result.kind = .affineTensors
                result.weight = key(scale)
                result.bias = key(shift)
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
            case .pool(let pool):
                result.kind = pool.kind == .maximum ? .maximumPool : .averagePool
                if case .average(let countsPadding) = pool.kind { result.countsPadding = countsPadding }
                result.window = [pool.size, pool.size]
                result.strides = Self.pair(pool.stride)
                result.padding = Padding(pool.padding)
            case .linear(let weight, let bias):
                result.kind = .linear
                result.weight = key(weight)
                result.bias = bias.map(key)
            case .channelShuffle(let groups):
                result.kind = .channelShuffle
                result.groups = groups
            case .dropout:
                names[node.name] = inputs[0]
                continue
            }
            nodes.append(result)
        }
        let output = graph.output.map { names[graph[$0].name] ?? graph[$0].name }
        self.init(nodes: nodes, output: output, origin: "description by kernelviz")
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
