import Engine
import ONNXSchema
import Tensors

extension ONNXGraphWriter {
    /// Writes one node of the graph; its inputs were written before.
    mutating func write(_ node: Graph.Node) {
        if let source = sourceOfUnchanged(node) {
            alias(node, to: value(of: source))
            return
        }
        let inputs = node.inputs.map { value(of: $0) }
        switch node.operation {
        case .input: writeInput(node)
        case .convolution(let convolution): write(convolution, node, inputs)
        case .sharedDepthwise(let shared): write(shared, node, inputs)
        case .batchNormalization(let norm):
            let constants = [norm.weight, norm.bias, norm.runningMean, norm.runningVariance].map { operand($0) }
            emit(
                "BatchNormalization", inputs + constants, to: declareValue(of: node), name: node.name,
                [ONNXAttributeProto("epsilon", norm.epsilon)])
        case .layerNormalization(let norm): writeLayerNormalization(node, inputs, norm)
        case .rmsNormalization(let norm): writeRMSNormalization(node, inputs, norm)
        case .responseNormalization(let norm): writeResponseNormalization(node, inputs, norm)
        case .affine(let scale, let shift): writeAffine(node, inputs, scale: scale, shift: shift)
        case .activation(let function): write(function, node, inputs)
        case .add: emit("Add", inputs, to: declareValue(of: node), name: node.name)
        case .multiply: emit("Mul", inputs, to: declareValue(of: node), name: node.name)
        case .concatenate:
            emit("Concat", inputs, to: declareValue(of: node), name: node.name, [ONNXAttributeProto("axis", 1)])
        case .slice(let channels): writeSlice(node, inputs, channels)
        case .globalAveragePool: emit("GlobalAveragePool", inputs, to: declareValue(of: node), name: node.name)
        case .pool(let pool): write(pool, node, inputs)
        case .linear(let weight, let bias): writeLinear(node, inputs, weight: weight, bias: bias)
        case .channelShuffle(let groups): writeChannelShuffle(node, inputs, groups: groups)
        case .dropout: preconditionFailure("dropout hands its input on")
        }
    }

    private mutating func write(_ convolution: Convolution, _ node: Graph.Node, _ inputs: [String]) {
        var constants = [operand(convolution.weight)]
        if let bias = convolution.bias { constants.append(operand(bias)) }
        emit(
            "Conv", inputs + constants, to: declareValue(of: node), name: node.name,
            convolutionAttributes(
                node, convolution.weight, stride: convolution.stride, padding: convolution.padding,
                groups: convolution.groups))
    }

    private mutating func write(_ shared: SharedDepthwise, _ node: Graph.Node, _ inputs: [String]) {
        let shape = graph[shared.weight].shape
        let channels = self.shape(of: node)[1]
        let repetitions = channels / shape[0]
        let weight: String
        if sharedKernels == .repeated || repetitions == 1 {
            weight = initializer(shared.weight, repetitions: repetitions)
        } else {
            let once = operand(shared.weight)
            weight = emitIntermediate(
                "Concat", Array(repeating: once, count: repetitions), name: "\(node.name).weight",
                [ONNXAttributeProto("axis", 0)])
        }
        emit(
            "Conv", inputs + [weight], to: declareValue(of: node), name: node.name,
            convolutionAttributes(
                node, shared.weight, stride: shared.stride, padding: shared.padding, groups: channels))
    }

    private func convolutionAttributes(
        _ node: Graph.Node, _ weight: Graph.ParameterID, stride: Int, padding: Padding, groups: Int
    ) -> [ONNXAttributeProto] {
        let dilations = graph.parameter(weight).form.dilations
        // What the window covers, and what of it is weights.
        let covered = Array(graph[weight].shape.dimensions.suffix(2))
        return [
            ONNXAttributeProto("dilations", dilations),
            ONNXAttributeProto("group", groups),
            ONNXAttributeProto("kernel_shape", zip(covered, dilations).map { ($0 - 1) / $1 + 1 }),
            ONNXAttributeProto("pads", pads(node, kernel: covered, stride: stride, padding: padding)),
            ONNXAttributeProto("strides", [stride, stride]),
        ]
    }

    /// Zeros above, left, below and right: what "SAME" means depends on the image.
    private func pads(_ node: Graph.Node, kernel: [Int], stride: Int, padding: Padding) -> [Int] {
        switch padding {
        case .explicit(let top, let left, let bottom, let right): return [top, left, bottom, right]
        case .same:
            let input = shape(of: node.inputs[0])
            let output = shape(of: node)
            // The output has ceil(length / stride) pixels; of an odd surplus the larger part lies below and to the right.
            let surplus = (0..<2).map { max(0, (output[$0 + 2] - 1) * stride + kernel[$0] - input[$0 + 2]) }
            return surplus.map { $0 / 2 } + surplus.map { $0 - $0 / 2 }
        }
    }

    /// scale·x + shift as a batch normalisation of mean 0 and variance 1, scale·x with a scale of the state dict as a
    /// product: all constants keep the shape that they have in the state dict.
    private mutating func writeAffine(
        _ node: Graph.Node, _ inputs: [String], scale: Graph.ParameterID, shift: Graph.ParameterID
    ) {
        let channels = shape(of: node)[1]
        let (factors, summands) = (graph.parameter(scale), graph.parameter(shift))
        if !factors.form.isAbsent, summands.form.isAbsent, summands.tensor.scalars.allSatisfy({ $0 == 0 }) {
            emit("Mul", [inputs[0], perChannel(scale)], to: declareValue(of: node), name: node.name)
            return
        }
        let mean = constant(Tensor(shape: [channels], repeating: 0))
        let variance = constant(Tensor(shape: [channels], repeating: 1))
        emit(
            "BatchNormalization", inputs + [operand(scale), operand(shift), mean, variance],
            to: declareValue(of: node), name: node.name, [ONNXAttributeProto("epsilon", Float(0))])
    }

    private mutating func write(_ function: ActivationFunction, _ node: Graph.Node, _ inputs: [String]) {
        switch function {
        case .relu: emit("Relu", inputs, to: declareValue(of: node), name: node.name)
        case .relu6:
            let limits = [Float(0), 6].map { constant(Tensor(shape: [], scalars: [$0])) }
            emit("Clip", inputs + limits, to: declareValue(of: node), name: node.name)
        case .silu:
            // Opset 17 has no operator of its own for x · sigmoid(x).
            let gate = emitIntermediate("Sigmoid", inputs, name: "\(node.name).sigmoid")
            emit("Mul", inputs + [gate], to: declareValue(of: node), name: node.name)
        case .hardSwish: emit("HardSwish", inputs, to: declareValue(of: node), name: node.name)
        case .sigmoid: emit("Sigmoid", inputs, to: declareValue(of: node), name: node.name)
        case .hardSigmoid:
            emit(
                "HardSigmoid", inputs, to: declareValue(of: node), name: node.name,
                [ONNXAttributeProto("alpha", Float(1) / 6), ONNXAttributeProto("beta", Float(0.5))])
        case .gelu: writeGELU(node, inputs)
        case .elu: emit("Elu", inputs, to: declareValue(of: node), name: node.name)
        case .softplus: emit("Softplus", inputs, to: declareValue(of: node), name: node.name)
        case .mish:
            // Opset 17 has no operator of its own for x · tanh(softplus(x)).
            let soft = emitIntermediate("Softplus", inputs, name: "\(node.name).softplus")
            let gate = emitIntermediate("Tanh", [soft], name: "\(node.name).tanh")
            emit("Mul", inputs + [gate], to: declareValue(of: node), name: node.name)
        case .exponential: emit("Exp", inputs, to: declareValue(of: node), name: node.name)
        case .squareRoot: emit("Sqrt", inputs, to: declareValue(of: node), name: node.name)
        }
    }

    private mutating func write(_ pool: Pool, _ node: Graph.Node, _ inputs: [String]) {
        let kernel = [pool.size, pool.size]
        if pool.size == 1, pool.stride == 1, case .average(countsPadding: true) = pool.kind {
            // Means of single pixels, zeros outside; ONNX Runtime refuses a pool whose border is as wide as its window.
            let border = pads(node, kernel: kernel, stride: 1, padding: pool.padding)
            let lengths = constant([0, 0] + border[0..<2] + [0, 0] + border[2..<4])
            emit("Pad", [inputs[0], lengths], to: declareValue(of: node), name: node.name)
            return
        }
        var attributes = [
            ONNXAttributeProto("kernel_shape", kernel),
            ONNXAttributeProto("pads", pads(node, kernel: kernel, stride: pool.stride, padding: pool.padding)),
            ONNXAttributeProto("strides", [pool.stride, pool.stride]),
        ]
        var type = "MaxPool"
        if case .average(let countsPadding) = pool.kind {
            type = "AveragePool"
            attributes.insert(ONNXAttributeProto("count_include_pad", countsPadding ? 1 : 0), at: 0)
        }
        emit(type, inputs, to: declareValue(of: node), name: node.name, attributes)
    }

    private mutating func writeLinear(
        _ node: Graph.Node, _ inputs: [String], weight: Graph.ParameterID, bias: Graph.ParameterID?
    ) {
        var flat = inputs[0]
        if shape(of: node.inputs[0]).rank != 2 {
            flat = emitIntermediate("Flatten", [flat], name: "\(node.name).flatten", [ONNXAttributeProto("axis", 1)])
        }
        var constants = [operand(weight)]
        if let bias { constants.append(operand(bias)) }
        emit(
            "Gemm", [flat] + constants, to: declareValue(of: node), name: node.name,
            [ONNXAttributeProto("transB", 1)])
    }

    /// Channel g·(C/G) + i becomes i·G + g.
    private mutating func writeChannelShuffle(_ node: Graph.Node, _ inputs: [String], groups: Int) {
        let shape = self.shape(of: node)
        // A length of 0 keeps the batch as it is.
        let cut = constant([0, groups, shape[1] / groups, shape[2], shape[3]])
        let whole = constant([0, shape[1], shape[2], shape[3]])
        let grouped = emitIntermediate("Reshape", [inputs[0], cut], name: "\(node.name).grouped")
        let swapped = emitIntermediate(
            "Transpose", [grouped], name: "\(node.name).transposed", [ONNXAttributeProto("perm", [0, 2, 1, 3, 4])])
        emit("Reshape", [swapped, whole], to: declareValue(of: node), name: node.name)
    }

    /// A Split where the slices of one value cover it without gap or overlap, else a Slice.
    private mutating func writeSlice(_ node: Graph.Node, _ inputs: [String], _ channels: Range<Int>) {
        if splitSlices.contains(node.name) { return }
        let parts = neededSlices(of: node.inputs[0]).sorted { $0.channels.lowerBound < $1.channels.lowerBound }
        let width = shape(of: node.inputs[0])[1]
        let bounds = parts.map(\.channels.lowerBound) + [width]
        if parts.count > 1, parts.map(\.channels.upperBound) == Array(bounds.dropFirst()), bounds[0] == 0 {
            let sizes = constant(parts.map(\.channels.count))
            let outputs = parts.map { declareValue(of: $0.node) }
            splitSlices.formUnion(parts.map(\.node.name))
            emit(
                "Split", [inputs[0], sizes], to: outputs, name: "\(graph[node.inputs[0]].name).split",
                [ONNXAttributeProto("axis", 1)])
        } else {
            let range = [constant([channels.lowerBound]), constant([channels.upperBound]), constant([1])]
            emit("Slice", inputs + range, to: declareValue(of: node), name: node.name)
        }
    }
}
