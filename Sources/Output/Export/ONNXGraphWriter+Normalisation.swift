import Engine
import ONNXSchema
import Tensors

// Opset 17 has neither GELU nor RMS normalisation, and its LayerNormalization works on the last axes only: all are written in parts.
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
        emit(
            "Div", [centred, deviation], name, node, gain: stored(norm.weight), shift: stored(norm.bias),
            words: ("normal", "scaled"))
    }

    /// x / √(mean of squares + ε) · weight + bias over the channels.
    mutating func writeRMSNormalization(_ node: Graph.Node, _ inputs: [String], _ norm: ChannelNormalization) {
        let name = node.name
        let squares = emitIntermediate("Mul", [inputs[0], inputs[0]], name: "\(name).squares")
        let mean = emitIntermediate("ReduceMean", [squares], name: "\(name).mean", axes([1]))
        let raised = emitIntermediate("Add", [mean, scalar(norm.epsilon)], name: "\(name).raised")
        let root = emitIntermediate("Sqrt", [raised], name: "\(name).root")
        emit(
            "Div", [inputs[0], root], name, node, gain: stored(norm.weight), shift: stored(norm.bias),
            words: ("normal", "scaled"))
    }

    /// x + weight · x · g / (mean of g + ε) + bias, g the norm of each channel.
    mutating func writeResponseNormalization(_ node: Graph.Node, _ inputs: [String], _ norm: ChannelNormalization) {
        let name = node.name
        let response = emitIntermediate("ReduceL2", inputs, name: "\(name).response", axes([2, 3]))
        let mean = emitIntermediate("ReduceMean", [response], name: "\(name).mean", axes([1]))
        let raised = emitIntermediate("Add", [mean, scalar(norm.epsilon)], name: "\(name).raised")
        let share = emitIntermediate("Div", [response, raised], name: "\(name).share")
        var factor = share
        if let gain = stored(norm.weight) {
            factor = emitIntermediate("Mul", [share, perChannel(gain)], name: "\(name).factor")
        }
        let scaled = emitIntermediate("Mul", [inputs[0], factor], name: "\(name).scaled")
        emit(
            "Add", [inputs[0], scaled], name, node, gain: nil, shift: stored(norm.bias), words: ("sum", "sum"))
    }

    /// An operator and what follows it: a product and a sum with numbers of the state dict, where it holds them.
    private mutating func emit(
        _ type: String, _ inputs: [String], _ name: String, _ node: Graph.Node, gain: Graph.ParameterID?,
        shift: Graph.ParameterID?, words: (own: String, scaled: String)
    ) {
        var steps: [(type: String, inputs: [String], name: String)] = [(type, inputs, "\(name).\(words.own)")]
        if let gain { steps.append(("Mul", ["", perChannel(gain)], "\(name).\(words.scaled)")) }
        if let shift { steps.append(("Add", ["", perChannel(shift)], name)) }
        var result = ""
        for (place, step) in steps.enumerated() {
            let inputs = step.inputs.map { $0.isEmpty ? result : $0 }
            if place == steps.count - 1 {
                emit(step.type, inputs, to: declareValue(of: node), name: name)
            } else {
                result = emitIntermediate(step.type, inputs, name: step.name)
            }
        }
    }

    /// A parameter that the state dict has; nil for ones and zeros that stand for one.
    private func stored(_ parameter: Graph.ParameterID) -> Graph.ParameterID? {
        graph.parameter(parameter).form.isAbsent ? nil : parameter
    }

    private func axes(_ axes: [Int]) -> [ONNXAttributeProto] {
        [ONNXAttributeProto("axes", axes), ONNXAttributeProto("keepdims", 1)]
    }

    private mutating func scalar(_ number: Float) -> String { constant(Tensor(shape: [], scalars: [number])) }

    /// A parameter of one value a channel as C×1×1; the initializer keeps the shape that it has in the state dict.
    mutating func perChannel(_ parameter: Graph.ParameterID) -> String {
        let (count, stored) = (graph[parameter].shape.elementCount, graph.parameter(parameter).form.shape)
        if let stored, stored == [count, 1, 1] || stored == [1, count, 1, 1] {
            return initializer(parameter, shape: stored)
        }
        if let stored, stored != [count], stored.elementCount == count {
            let whole = initializer(parameter, shape: stored)
            return emitIntermediate("Reshape", [whole, constant([count, 1, 1])], name: "\(whole).planes")
        }
        let whole = initializer(parameter)
        return emitIntermediate("Unsqueeze", [whole, constant([1, 2])], name: "\(whole).planes")
    }
}
