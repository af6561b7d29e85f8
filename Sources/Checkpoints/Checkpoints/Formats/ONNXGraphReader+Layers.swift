import ONNXSchema
import Tensors

extension ONNXGraphReader {
    /// What a node with weights gives; nil for another one, or where it has no counterpart.
    mutating func weighted(_ node: ONNXNodeProto) throws -> [GraphValue]? {
        switch node.opType {
        case "Conv", "ConvTranspose", "FusedConv": return try convolution(node).map { [$0] }
        case "ConvInteger", "MatMulInteger": return try integerLayer(node).map { [$0] }
        case "QLinearConv": return try quantisedConvolution(node).map { [$0] }
        case "BatchNormalization": return try normalisation(node).map { [$0] }
        case "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization":
            return layerNormalisation(node).map { [$0] }
        case "Gemm", "MatMul", "FusedGemm", "FusedMatMul": return try matrix(node).map { [$0] }
        case "QLinearMatMul", "QGemm": return try quantisedMatrix(node).map { [$0] }
        case "QLinearAdd", "QLinearMul", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearAveragePool",
            "QLinearSigmoid", "QLinearLeakyRelu":
            return try quantisedOperation(node).map { [$0] }
        default: return nil
        }
    }

    // MARK: convolutions

    private mutating func convolution(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard node.input.count > 1, let tensor = constants.tensors[node.input[1]] else { return nil }
        let input = values[node.input[0]] ?? GraphValue(node: node.input[0], axes: nil)
        let isTransposed = node.opType == "ConvTranspose"
        // A bias that is computed has no place in a layer.
        if node.input.count > 2, !node.input[2].isEmpty, !constants.contains(node.input[2]) { return nil }
        let module = module(node, weight: node.input[1])
        guard tensor.shape.rank == 4 else {
            // One or three axes: the weights are the file's all the same.
            _ = parameter(node.input[1], "weight", of: module)
            return builder.unsupported("\(node.opType) \(tensor.shape.rank - 2)-D", label(node), [input])
        }
        // A fully connected layer's matrix on every pixel stays the matrix that its state dict holds.
        let matrix = isTransposed || ONNXAttributes(node).int("group") ?? 1 != 1 ? nil : tensor.matrixOrPoint
        let weight =
            matrix.map { parameter($0, named: node.input[1], "weight", of: module) }
            ?? parameter(
                node.input[1], "weight", of: module,
                axes: isTransposed ? .inputOutputRowsColumns : .outputInputRowsColumns)
        let bias = node.input.count > 2 ? parameter(node.input[2], "bias", of: module) : nil
        let result = place(node, input, tensor.shape.dimensions, weight, bias, module, isTransposed: isTransposed)
        guard node.opType == "FusedConv" else { return result }
        return try fused(node, result)
    }

    /// The convolution's node; behind an unsupported one where the input is not what it reads.
    mutating func place(
        _ node: ONNXNodeProto, _ input: GraphValue, _ shape: [Int], _ weight: String?, _ bias: String?,
        _ module: String,
        isTransposed: Bool = false
    ) -> GraphValue {
        let attributes = ONNXAttributes(node)
        let groups = attributes.int("group") ?? 1
        let order: [GraphValue.Axis] = [.batch, .channels, .rows, .columns]
        func set(_ layer: inout LayerGraph.Node) {
            layer.weight = weight
            layer.bias = bias
        }
        let isOdd = isTransposed && (attributes.ints("output_padding") ?? []).contains { $0 != 0 }
        if !isOdd, let window = window(attributes, Array(shape.suffix(2)), input, order),
            let result = builder.convolution(
                input, order, weight: shape, window, groups: groups,
                kind: isTransposed ? .transposedConvolution : .convolution, module, set)
        {
            return result
        }
        let strange = builder.unsupported("\(node.opType) with \(settings(attributes))", label(node), [input])
        var window = LayerGraphBuilder.Window(size: Array(shape.suffix(2)))
        window.strides = Self.pair(attributes.ints("strides"))
        window.dilations = Self.pair(attributes.ints("dilations"))
        return builder.convolution(
            strange, order, weight: shape, window, groups: max(1, groups),
            kind: isTransposed ? .transposedConvolution : .convolution, module, set) ?? strange
    }

    /// What a node that is not understood asks for, in few words.
    private func settings(_ attributes: ONNXAttributes) -> String {
        var words: [String] = []
        for name in ["pads", "strides", "dilations", "output_padding"] {
            if let numbers = attributes.ints(name) {
                words.append("\(name) \(numbers.map(String.init).joined(separator: " "))")
            }
        }
        if let text = attributes.text("auto_pad") { words.append(text) }
        if let groups = attributes.int("group"), groups != 1 { words.append("group \(groups)") }
        return words.isEmpty ? "an input of other axes" : words.joined(separator: ", ")
    }

    private static func pair(_ numbers: [Int]?) -> [Int] {
        guard let numbers, numbers.count == 2, numbers.allSatisfy({ (1..<1 << 20).contains($0) }) else {
            return [1, 1]
        }
        return numbers
    }

    /// The window of a convolution or pool by its attributes; nil where it has other than two axes or pads that cannot be.
    func window(
        _ attributes: ONNXAttributes, _ size: [Int], _ input: GraphValue, _ order: [GraphValue.Axis]
    ) -> LayerGraphBuilder.Window? {
        var window = LayerGraphBuilder.Window(size: size)
        guard size.count == 2, size.allSatisfy({ (1..<1 << 20).contains($0) }) else { return nil }
        for name in ["strides", "dilations"] {
            guard let numbers = attributes.ints(name) else { continue }
            guard numbers.count == 2, numbers.allSatisfy({ (1..<1 << 20).contains($0) }) else { return nil }
            if name == "strides" { window.strides = numbers } else { window.dilations = numbers }
        }
        window.roundsUp = attributes.int("ceil_mode") == 1
        switch attributes.text("auto_pad") ?? "NOTSET" {
        case "SAME_UPPER": window.padding = .same
        case "SAME_LOWER":
            // Of an odd surplus the larger part above and to the left.
            let map = input.map(order)
            var pads = [0, 0, 0, 0]
            for (axis, length) in [map?.rows, map?.columns].enumerated() {
                let extent = (size[axis] - 1) * window.dilations[axis] + 1
                let stride = window.strides[axis]
                let sum: Int
                if let number = length?.number {
                    sum = max(0, ((number - 1) / stride) * stride + extent - number)
                } else if stride == 1 {
                    sum = extent - 1
                } else {
                    return nil
                }
                pads[axis] = (sum + 1) / 2
                pads[axis + 2] = sum / 2
            }
            window.padding = .explicit(pads)
        case "VALID": break
        default:
            guard let pads = attributes.ints("pads") else { break }
            guard LayerGraphBuilder.arePads(pads) else { return nil }
            window.padding = .explicit(pads)
        }
        return window
    }

    /// The sum and activation that ONNX Runtime joins with a convolution.
    private mutating func fused(_ node: ONNXNodeProto, _ result: GraphValue) throws -> GraphValue? {
        let attributes = ONNXAttributes(node)
        var result = result
        let name = label(node)
        if node.input.count > 3, !node.input[3].isEmpty {
            guard let other = values[node.input[3]], let sum = builder.joined(.add, result, other, "\(name).sum") else {
                return nil
            }
            result = sum
        }
        let numbers = attributes.floats("activation_params") ?? []
        switch attributes.text("activation") ?? "" {
        case "": return result
        case "Relu": return builder.activation("relu", result, "\(name).relu")
        case "Sigmoid": return builder.activation("sigmoid", result, "\(name).sigmoid")
        case "Tanh": return builder.tanh(result, "\(name).tanh")
        case "HardSwish": return builder.activation("hardSwish", result, "\(name).hardswish")
        case "LeakyRelu" where numbers.count == 1: return builder.leakyRelu(result, numbers, "\(name).leakyrelu")
        case "Clip" where numbers.count == 2: return builder.clipped(result, numbers[0], numbers[1], "\(name).clip")
        case "HardSigmoid" where numbers.count == 2 && LayerGraphBuilder.isNear([numbers[0]], 1 / 6):
            return builder.activation("hardSigmoid", result, "\(name).hardsigmoid")
        default: return nil
        }
    }

    // MARK: pools

    mutating func pool(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        let order: [GraphValue.Axis] = [.batch, .channels, .rows, .columns]
        if node.output.count > 1, node.output.dropFirst().contains(where: isRead) { return refuse("with two results") }
        guard let size = attributes.ints("kernel_shape"), let window = window(attributes, size, value, order) else {
            return refuse(
                "with kernel_shape \(Self.list(attributes.ints("kernel_shape") ?? [])), \(settings(attributes))")
        }
        let countsPadding = attributes.int("count_include_pad") == 1
        // A window of unequal sides on all of a map is the mean of each channel.
        if node.opType != "MaxPool", size[0] != size[1], let map = builder.settled(value).map(order),
            window.padding == .none,
            map.rows == .number(size[0]), map.columns == .number(size[1]), window.dilations == [1, 1]
        {
            return builder.mean(value, [2, 3], keeps: true, name)
        }
        let result = builder.pool(
            node.opType == "MaxPool" ? .maximumPool : .averagePool, value, order, window,
            countsPadding: countsPadding, name)
        if let result { return result }
        if window.dilations != [1, 1] { return refuse("with dilations \(Self.list(window.dilations))") }
        guard window.roundsUp else {
            return refuse("with kernel_shape \(Self.list(size)) on \(words(value))")
        }
        return refuse(
            "with ceil_mode 1" + (countsPadding && node.opType != "MaxPool" ? " and count_include_pad 1" : "")
                + " on \(words(value))")
    }

    // MARK: batch normalisation

    private mutating func normalisation(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard node.input.count == 5 else { return nil }
        let value = builder.settled(values[node.input[0]] ?? GraphValue(node: node.input[0], axes: nil))
        let module = module(node, weight: node.input[1])
        let attributes = ONNXAttributes(node)
        let words = ["weight", "bias", "running_mean", "running_var"]
        let names = zip(node.input.dropFirst(), words).map { parameter($0, $1, of: module) }
        guard names.allSatisfy({ $0 != nil }) else { return nil }
        let isPlain = value.axes == nil || value.isChannels(1)
        guard isPlain else { return refuse("of \(self.words(value)), whose channels are not axis 1") }
        for (name, usual) in [("spatial", 1), ("training_mode", 0)] {
            if let own = attributes.int(name), own != usual { return refuse("with \(name) \(own)") }
        }
        let layer = builder.add(.batchNormalization, module, [value.node]) {
            ($0.weight, $0.bias, $0.mean, $0.variance) = (names[0], names[1], names[2], names[3])
            $0.epsilon = attributes.float("epsilon") ?? 1e-5
        }
        return GraphValue(node: layer, axes: value.axes)
    }

    // MARK: layer normalisation

    /// With the mean, or without (RMS: opset 23's, and ONNX Runtime's own word for it).
    private mutating func layerNormalisation(_ node: ONNXNodeProto) -> GraphValue? {
        guard node.input.count > 1, constants.contains(node.input[1]) else {
            return refuse("with a scale that is computed")
        }
        let value = values[node.input[0]] ?? GraphValue(node: node.input[0], axes: nil)
        let attributes = ONNXAttributes(node)
        let module = module(node, weight: node.input[1])
        let weight = perChannel(node.input[1], "weight", of: module)
        let shift = node.input.count > 2 && !node.input[2].isEmpty ? node.input[2] : nil
        let bias = shift.flatMap { perChannel($0, "bias", of: module) }
        guard shift == nil || bias != nil else { return refuse("with a bias that is computed") }
        guard !node.output.dropFirst().contains(where: isRead) else { return refuse("with a second result") }
        let axis = attributes.int("axis") ?? -1
        let kind: LayerGraph.Kind = node.opType == "LayerNormalization" ? .layerNormalization : .rmsNormalization
        let result = builder.layerNormalisation(kind, value, from: axis, module) {
            ($0.weight, $0.bias, $0.epsilon) = (weight, bias, attributes.float("epsilon") ?? 1e-5)
        }
        return result ?? refuse("with axis \(axis) of \(words(value))")
    }

    // MARK: matrices

    private mutating func matrix(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard node.input.count > 1, let tensor = constants.tensors[node.input[1]] else {
            return refuse("of two results")
        }
        guard tensor.shape.rank == 2 else { return refuse("with a weight of shape \(tensor.shape)") }
        let attributes = ONNXAttributes(node)
        let module = module(node, weight: node.input[1])
        let isGemm = node.opType.hasSuffix("Gemm")
        let isOutputFirst = isGemm && attributes.int("transB") == 1
        let plain =
            attributes.int("transA") ?? 0 == 0 && (attributes.float("alpha") ?? 1) == 1
            && (attributes.float("beta") ?? 1) == 1 && (isGemm || attributes.int("transB") ?? 0 == 0)
            && attributes.text("activation") ?? "" == "" && !attributes.has("transBatchB")
        let bias = isGemm && node.input.count > 2 && !node.input[2].isEmpty ? node.input[2] : nil
        return try linear(
            node, values[node.input[0]], tensor, isOutputFirst: isOutputFirst, bias: bias, module, isPlain: plain)
    }

    /// A linear layer; the weight's inputs in our order where the file flattens N×H×W×C.
    mutating func linear(
        _ node: ONNXNodeProto, _ input: GraphValue?, _ tensor: ONNXTensor, isOutputFirst: Bool, bias: String?,
        _ module: String, isPlain: Bool
    ) throws -> GraphValue? {
        let (inputs, outputs) = (tensor.shape[isOutputFirst ? 1 : 0], tensor.shape[isOutputFirst ? 0 : 1])
        let axes: WeightAxes = isOutputFirst ? .outputInputRowsColumns : .rowsColumnsInputOutput
        let word = isOutputFirst ? "weight" : "kernel"
        let name = node.input[node.opType.hasPrefix("QLinear") || node.opType == "QGemm" ? 3 : 1]
        var weight: String?
        let input = input.map { builder.settled($0) }
        switch input.flatMap({ builder.flattening($0, inputs: inputs) }) {
        case .channelsLast(let rows, let columns, let channels):
            var changed = tensor
            let own: Shape = isOutputFirst ? [outputs, rows, columns, channels] : [rows, columns, channels, outputs]
            for step: TensorRecipe.Step in [
                .reshape(own), .transpose(isOutputFirst ? [0, 3, 1, 2] : [2, 0, 1, 3]), .reshape(tensor.shape),
            ] {
                guard let next = changed.adding(step) else { return nil }
                changed = next
            }
            weight = parameter(changed, named: name, word, of: module, axes: axes)
        case .direct, nil:
            let own = isOutputFirst ? tensor.matrixOrPoint ?? tensor : tensor
            weight = parameter(own, named: name, word, of: module, axes: axes)
        }
        guard let input else { return nil }
        guard isPlain else { return refuse("with transA, alpha, beta or an activation") }
        let isVector = builder.flattening(input, inputs: inputs) != nil
        guard isVector || input.isChannels((input.axes?.count ?? 0) - 1), input.axes == nil || fits(input, inputs)
        else {
            return refuse("with a weight of \(inputs) inputs on \(words(input))")
        }
        var biasName: String?
        if let bias {
            guard let shape = constants.tensors[bias]?.shape else { return refuse("with a bias that is computed") }
            guard shape.elementCount == outputs, let name = parameter(bias, "bias", of: module, .reshape([outputs]))
            else { return refuse("with a bias of shape \(shape) for \(outputs) outputs") }
            biasName = name
        }
        func set(_ layer: inout LayerGraph.Node) {
            layer.weight = weight
            layer.bias = biasName
            if !isOutputFirst { layer.isInputFirst = true }
        }
        if isVector { return builder.linear(input, outputs: outputs, module, set) }
        return builder.perPixel(input, inputs: inputs, outputs: outputs, module, set)
    }

    /// Whether the last axis of a value is as long as a matrix wants, as far as it is known.
    private func fits(_ value: GraphValue, _ inputs: Int) -> Bool {
        guard let axes = value.axes, let length = value.length(of: axes.count - 1)?.number else { return true }
        return length == inputs
    }

    // MARK: quantised operators

    private mutating func quantisedConvolution(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard node.input.count > 7, let tensor = constants.tensors[node.input[3]], tensor.shape.rank == 4 else {
            return nil
        }
        let input = values[node.input[0]] ?? GraphValue(node: node.input[0], axes: nil)
        let module = module(node, weight: node.input[3])
        guard let (scales, sources) = try constants.scales(node.input[4], node.input[5], axis: 0),
            var weight = tensor.adding(.dequantise(scales))
        else {
            _ = parameter(node.input[3], "weight", of: module)
            return nil
        }
        weight.sources += sources
        let name = parameter(weight, named: node.input[3], "weight", of: module)
        var bias: String?
        if node.input.count > 8, !node.input[8].isEmpty {
            guard let stored = constants.tensors[node.input[8]], let input = try scalar(node.input[1]) else {
                return nil
            }
            let own = TensorRecipe.Scales(scales: scales.scales.map { $0 * input })
            guard let numbers = stored.adding(.dequantise(own)) else { return nil }
            bias = parameter(numbers, named: node.input[8], "bias", of: module)
        }
        leaveOutRounding()
        let result = self.place(node, input, tensor.shape.dimensions, name, bias, module)
        guard let scale = try scalar(node.input[6]) else { return nil }
        return try clamped(result, scale, node.input[7], "\(label(node)).range")
    }

    private mutating func quantisedMatrix(_ node: ONNXNodeProto) throws -> GraphValue? {
        let isGemm = node.opType == "QGemm"
        guard node.input.count > (isGemm ? 5 : 7), let stored = constants.tensors[node.input[3]], stored.shape.rank == 2
        else { return nil }
        let attributes = ONNXAttributes(node)
        let isOutputFirst = isGemm && attributes.int("transB") == 1
        let module = module(node, weight: node.input[3])
        guard let (scales, sources) = try constants.scales(node.input[4], node.input[5], axis: isOutputFirst ? 0 : 1),
            var weight = stored.adding(.dequantise(scales))
        else { return nil }
        weight.sources += sources
        leaveOutRounding()
        let plain = attributes.int("transA") ?? 0 == 0 && (attributes.float("alpha") ?? 1) == 1
        guard
            let result = try linear(
                node, values[node.input[0]], weight, isOutputFirst: isOutputFirst, bias: nil, module, isPlain: plain)
        else { return nil }
        if isGemm, node.input.count > 6, !node.input[6].isEmpty {
            guard let stored = constants.tensors[node.input[6]], let input = try scalar(node.input[1]),
                let bias = stored.adding(.dequantise(.init(scales: scales.scales.map { $0 * input })))
            else { return nil }
            let name = parameter(bias, named: node.input[6], "bias", of: module)
            builder.change(result.node) { $0.bias = name }
        }
        let (scale, zero) = isGemm ? (7, 8) : (6, 7)
        guard node.input.count > zero, let step = try scalar(node.input[scale]) else { return result }
        return try clamped(result, step, node.input[zero], "\(label(node)).range")
    }

    /// ONNX Runtime's operators between quantised results, as those between numbers.
    private mutating func quantisedOperation(_ node: ONNXNodeProto) throws -> GraphValue? {
        leaveOutRounding()
        let name = label(node)
        let attributes = ONNXAttributes(node)
        var result: GraphValue?
        var scale = 3
        switch node.opType {
        case "QLinearAdd", "QLinearMul":
            guard node.input.count > 6 else { return nil }
            scale = 6
            let kind: LayerGraph.Kind = node.opType == "QLinearAdd" ? .add : .multiply
            if let a = values[node.input[0]], let b = values[node.input[3]] {
                result = builder.joined(kind, a, b, name)
            }
        case "QLinearConcat":
            guard node.input.count >= 5, node.input.count % 3 == 2 else { return nil }
            scale = 0
            let inputs = stride(from: 2, to: node.input.count, by: 3).compactMap { values[node.input[$0]] }
            guard inputs.count == node.input.count / 3 else { return nil }
            result = builder.concatenated(inputs, attributes.int("axis") ?? 1, name)
        default:
            guard let input = node.input.first.flatMap({ values[$0] }) else { return nil }
            switch node.opType {
            case "QLinearGlobalAveragePool":
                guard attributes.int("channels_last") ?? 0 == 0 else { return nil }
                result = builder.mean(input, [2, 3], keeps: true, name)
            case "QLinearSigmoid": result = builder.activation("sigmoid", input, name)
            case "QLinearLeakyRelu": result = builder.leakyRelu(input, [attributes.float("alpha") ?? 0.01], name)
            default:
                let order: [GraphValue.Axis] = [.batch, .channels, .rows, .columns]
                guard attributes.int("channels_last") ?? 0 == 0, let size = attributes.ints("kernel_shape"),
                    let window = window(attributes, size, input, order)
                else { return nil }
                result = builder.pool(
                    .averagePool, input, order, window, countsPadding: attributes.int("count_include_pad") == 1, name)
            }
        }
        guard let result else { return nil }
        guard node.input.count > scale + (scale == 0 ? 1 : 1), let step = try scalar(node.input[scale]) else {
            return result
        }
        return try clamped(result, step, node.input[scale + 1], "\(name).range")
    }
}
