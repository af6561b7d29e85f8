import Engine
import Tensors

/// Adds layers with their parameters to a graph; names of parameters are paths of the network's state dict.
struct LayerBuilder<Provider: ParameterProvider> {
    var graph = Graph()
    var provider: Provider

    init(_ provider: Provider) { self.provider = provider }

    mutating func parameter(
        _ name: String, _ shape: Shape, _ initial: InitialValue, kind: Graph.ParameterKind = .learnable
    ) throws -> Graph.ParameterID {
        graph.addParameter(name, try provider.tensor(name, shape, initial), kind: kind)
    }

    /// A fixed parameter, compared with what the source holds.
    mutating func fixedParameter(_ name: String, _ tensor: Tensor) throws -> Graph.ParameterID {
        try provider.check(name, fixed: tensor)
        return graph.addParameter(name, tensor, kind: .fixed)
    }

    /// A convolution from `path`/weight of shape O×(I/groups)×k×k and, with `hasBias`, `path`/bias.
    ///
    /// Without `padding` it is padded by half of its kernel.
    mutating func convolution(
        _ input: Graph.NodeID, _ path: String, _ shape: Shape, stride: Int = 1, padding: Padding? = nil,
        groups: Int = 1, hasBias: Bool = false, name: String
    ) throws -> Graph.NodeID {
        let fanIn = shape[1] * shape[2] * shape[3]
        let weight = try parameter("\(path)/weight", shape, .uniform(fanIn: fanIn))
        let bias = hasBias ? try parameter("\(path)/bias", [shape[0]], .uniform(fanIn: fanIn)) : nil
        return graph.add(
            .convolution(
                Convolution(
                    weight: weight, bias: bias, stride: stride, padding: padding ?? .symmetric(shape[2] / 2),
                    groups: groups)),
            input, name: name)
    }

    /// Batch normalisation from `path`/{weight, bias, running_mean, running_var}.
    mutating func batchNorm(
        _ input: Graph.NodeID, _ path: String, channels: Int, epsilon: Float, name: String
    ) throws -> Graph.NodeID {
        let norm = BatchNormalization(
            weight: try parameter("\(path)/weight", [channels], .ones),
            bias: try parameter("\(path)/bias", [channels], .zeros),
            runningMean: try parameter("\(path)/running_mean", [channels], .zeros, kind: .runningStatistic),
            runningVariance: try parameter("\(path)/running_var", [channels], .ones, kind: .runningStatistic),
            epsilon: epsilon)
        return graph.add(.batchNormalization(norm), input, name: name)
    }

    /// A linear layer from `path`/{weight, bias}.
    mutating func linear(
        _ input: Graph.NodeID, _ path: String, features: Int, classes: Int, name: String
    ) throws -> Graph.NodeID {
        let weight = try parameter("\(path)/weight", [classes, features], .uniform(fanIn: features))
        let bias = try parameter("\(path)/bias", [classes], .uniform(fanIn: features))
        return graph.add(.linear(weight: weight, bias: bias), input, name: name)
    }
}
