import Engine
import ONNXSchema
import Tensors

// Opset 17 has no GELU, and its LayerNormalization works on the last axes only: both are written in parts.
extension ONNXGraphWriter {
    /// x · (1 + erf(x / √2)) / 2.
    mutating func writeGELU(_ node: Graph.Node, _ inputs: [String]) {
        let scaled = emitIntermediate("Mul", [inputs[0], scalar(Float(0.5).squareRoot())], name: "\(node.name).scaled")
        let error = emitIntermediate("Erf", [scaled], name: "\(node.name).erf")
        let sum = emitIntermediate("Add", [error, scalar(1)], name: "\(node.name).sum")
        let half = emitIntermediate("Mul", [inputs[0], scalar(0.5)], name: "\(node.name).half")
        emit("Mul", [half, sum], to: declareValue(of: node), name: node.name)
    }

    /// (x − mean) / √(variance + ε) · weight + bias over the channels.
    mutating func writeLayerNormalization(_ node: Graph.Node, _ inputs: [String], _ norm: ChannelNormalization) {
        let name = node.name
        let mean = emitIntermediate("ReduceMean", inputs, name: "\(name).mean", axes([1]))
        let centred = emitIntermediate("Sub", [inputs[0], mean], name: "\(name).centred")
        let squares = emitIntermediate("Mul", [centred, centred], name: "\(name).squares")
        let variance = emitIntermediate("ReduceMean", [squares], name: "\(name).variance", axes([1]))
        let raised = emitIntermediate("Add", [variance, scalar(norm.epsilon)], name: "\(name).raised")
        let deviation = emitIntermediate("Sqrt", [raised], name: "\(name).deviation")
        let normal = emitIntermediate("Div", [centred, deviation], name: "\(name).normal")
        let scaled = emitIntermediate("Mul", [normal, perChannel(norm.weight)], name: "\(name).scaled")
        emit("Add", [scaled, perChannel(norm.bias)], to: declareValue(of: node), name: name)
    }

    /// x + weight · x · g / (mean of g + ε) + bias, g the norm of each channel.
    mutating func writeResponseNormalization(_ node: Graph.Node, _ inputs: [String], _ norm: ChannelNormalization) {
        let name = node.name
        let response = emitIntermediate("ReduceL2", inputs, name: "\(name).response", axes([2, 3]))
        let mean = emitIntermediate("ReduceMean", [response], name: "\(name).mean", axes([1]))
        let raised = emitIntermediate("Add", [mean, scalar(norm.epsilon)], name: "\(name).raised")
        let share = emitIntermediate("Div", [response, raised], name: "\(name).share")
        let factor = emitIntermediate("Mul", [share, perChannel(norm.weight)], name: "\(name).factor")
        let scaled = emitIntermediate("Mul", [inputs[0], factor], name: "\(name).scaled")
        let sum = emitIntermediate("Add", [inputs[0], scaled], name: "\(name).sum")
        emit("Add", [sum, perChannel(norm.bias)], to: declareValue(of: node), name: name)
    }

    private func axes(_ axes: [Int]) -> [ONNXAttributeProto] {
        [ONNXAttributeProto("axes", axes), ONNXAttributeProto("keepdims", 1)]
    }

    private mutating func scalar(_ number: Float) -> String { constant(Tensor(shape: [], scalars: [number])) }

    /// A parameter of one value a channel as C×1×1; the initializer keeps the shape that it has in the state dict.
    private mutating func perChannel(_ parameter: Graph.ParameterID) -> String {
        let whole = initializer(parameter)
        return emitIntermediate("Unsqueeze", [whole, constant([1, 2])], name: "\(whole).planes")
    }
}
