import Tensors

extension TFLiteGraphReader {
    /// What an operator gives; nil where it has no counterpart.
    mutating func operation(_ node: TFLiteModel.Operator, _ fallback: String) throws -> [GraphValue]? {
        let name = node.outputs.first.flatMap { $0 >= 0 ? names[$0] : nil } ?? fallback
        switch node.name {
        case "CONV_2D", "DEPTHWISE_CONV_2D": return try convolution(node, name, fallback).map { [$0] }
        case "TRANSPOSE_CONV": return try transposedConvolution(node, name, fallback).map { [$0] }
        case "FULLY_CONNECTED": return try linear(node, name, fallback).map { [$0] }
        case "ADD", "MUL", "SUB", "DIV", "ADD_N": return try arithmetic(node, name).map { [$0] }
        case "MAXIMUM", "MINIMUM":
            if let a = value(node, 0), let b = value(node, 1) {
                return builder.extreme(a, b, isLarger: node.name == "MAXIMUM", name).map { [$0] }
            }
            guard let value = value(node, 0) ?? value(node, 1),
                let bound = try floats(node, 1) ?? floats(node, 0), bound.numbers.count == 1
            else { return nil }
            let clipped =
                node.name == "MAXIMUM"
                ? builder.clipped(value, bound.numbers[0], .infinity, name)
                : builder.clipped(value, -.infinity, bound.numbers[0], name)
            return clipped.map { [$0] }
        case "SPLIT": return try split(node, name)
        case "SPLIT_V": return try split(node, name)
        case "CONCATENATION":
            let inputs = node.inputs.compactMap { values[$0] }
            guard inputs.count == node.inputs.count else { return nil }
            let joined = builder.concatenated(inputs, try option(node, 0), name)
            return try joined.flatMap { try activated($0, node, 1, name) }.map { [$0] }
        default: break
        }
        return try value(node, 0).flatMap { try operation(node, on: $0, name) }
    }

    /// What an operator gives whose first input is a result of the graph.
    private mutating func operation(
        _ node: TFLiteModel.Operator, on first: GraphValue, _ name: String
    ) throws -> [GraphValue]? {
        switch node.name {
        case "AVERAGE_POOL_2D", "MAX_POOL_2D": return try pool(node, first, name).map { [$0] }
        case "MEAN":
            guard let axes = try integers(node, 1) else { return nil }
            return builder.mean(first, axes, keeps: try byteOption(node, 0) != 0, name).map { [$0] }
        case "RESHAPE": return try reshape(node, first).map { [$0] }
        case "SQUEEZE":
            let axes = try node.options.flatMap { try model.buffer.ints($0, 0) } ?? []
            return first.squeezed(axes.isEmpty ? nil : axes).map { [$0] }
        case "EXPAND_DIMS": return try integers(node, 1).flatMap { first.unsqueezed($0) }.map { [$0] }
        case "TRANSPOSE": return try integers(node, 1).flatMap { first.transposed($0) }.map { [$0] }
        case "PAD", "PADV2": return try pad(node, first, name).map { [$0] }
        case "STRIDED_SLICE": return try stridedSlice(node, first, name).map { [$0] }
        case "SLICE": return try slice(node, first, name).map { [$0] }
        case "GATHER":
            guard let places = try integers(node, 1), places.count == 1, constants[node.inputs[1]]?.shape.rank == 0
            else {
                return nil
            }
            return builder.taken(first, try option(node, 0), places[0], name).map { [$0] }
        case "SOFTMAX", "LOG_SOFTMAX":
            // Results are logits.
            guard let output = node.outputs.first, isResult(output) else { return nil }
            builder.finalFunction = builder.finalFunction ?? node.name
            return [first]
        case "QUANTIZE", "DEQUANTIZE":
            note(
                "The rounding of quantised results is left out of the graph: logits differ a little from the model's own."
            )
            return [first]
        case "CAST": return [first]
        case "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR":
            guard let output = node.outputs.first, output >= 0,
                model.tensors[output].lengths == model.tensors[node.inputs[0]].lengths,
                !model.tensors[output].lengths.contains(-1)
            else { return nil }
            return [first]
        default: return try function(node, first, name).map { [$0] }
        }
    }

    /// A function of each number.
    private mutating func function(
        _ node: TFLiteModel.Operator, _ first: GraphValue, _ name: String
    ) throws -> GraphValue? {
        switch node.name {
        case "RELU": return builder.activation("relu", first, name)
        case "RELU6": return builder.activation("relu6", first, name)
        case "RELU_N1_TO_1": return builder.clipped(first, -1, 1, name)
        case "RELU_0_TO_1": return builder.clipped(first, 0, 1, name)
        case "LOGISTIC": return builder.activation("sigmoid", first, name)
        case "HARD_SWISH": return builder.activation("hardSwish", first, name)
        case "TANH": return builder.tanh(first, name)
        case "NEG", "ELU", "EXP", "SQRT", "SQUARE", "ABS":
            return builder.namedFunction(node.name.lowercased(), first, name)
        case "LOG": return builder.logarithm(first, name)
        case "GELU":
            return try byteOption(node, 0) == 0
                ? builder.activation("gelu", first, name) : builder.tanhGELU(first, name)
        case "POW":
            guard let exponent = try floats(node, 1), exponent.numbers.count == 1 else { return nil }
            return builder.power(first, exponent.numbers[0], name)
        case "LEAKY_RELU":
            return builder.leakyRelu(first, [try node.options.map { try model.buffer.float($0, 0) } ?? 0], name)
        case "PRELU":
            let first = builder.settled(first)
            guard let slope = try floats(node, 1),
                let numbers = builder.perChannel(slope.numbers, slope.shape, beside: first)
            else { return nil }
            return builder.leakyRelu(first, numbers, name)
        default: return nil
        }
    }

    // MARK: options

    /// A whole number of 32 bits among the options.
    func option(_ node: TFLiteModel.Operator, _ field: Int, _ fallback: Int = 0) throws -> Int {
        try node.options.map { try model.buffer.int32($0, field, fallback) } ?? fallback
    }

    /// A byte among the options.
    func byteOption(_ node: TFLiteModel.Operator, _ field: Int) throws -> Int {
        try node.options.map { try model.buffer.byte($0, field) } ?? 0
    }

    /// The activation that an operator joins with its result, told by a field of its options.
    mutating func activated(
        _ value: GraphValue, _ node: TFLiteModel.Operator, _ field: Int, _ name: String
    ) throws -> GraphValue? {
        // The node with the weights is called as the layer, so the result's name is free for this one.
        switch try byteOption(node, field) {
        case 0: return value
        case 1: return builder.activation("relu", value, "\(name).relu")
        case 2: return builder.clipped(value, -1, 1, "\(name).clip")
        case 3: return builder.activation("relu6", value, "\(name).relu6")
        case 4: return builder.tanh(value, "\(name).tanh")
        default: return nil
        }
    }

    /// The window of an operator: padding and strides lie in the same fields in all of them.
    private func window(_ node: TFLiteModel.Operator, _ size: [Int], dilation: Int?) throws -> LayerGraphBuilder.Window?
    {
        var window = LayerGraphBuilder.Window(size: size)
        window.strides = [try option(node, 2), try option(node, 1)]
        if let dilation { window.dilations = [try option(node, dilation + 1, 1), try option(node, dilation, 1)] }
        guard (window.size + window.strides + window.dilations).allSatisfy({ (1..<1 << 20).contains($0) }) else {
            return nil
        }
        if try byteOption(node, 0) == 0 { window.padding = .same }
        return window
    }

    // MARK: layers

    private mutating func convolution(
        _ node: TFLiteModel.Operator, _ name: String, _ fallback: String
    ) throws -> GraphValue? {
        guard node.inputs.count > 1, let weight = constants[node.inputs[1]], weight.shape.rank == 4 else { return nil }
        let isDepthwise = node.name == "DEPTHWISE_CONV_2D"
        let axes: WeightAxes = isDepthwise ? .oneRowsColumnsOutput : .outputRowsColumnsInput
        guard let shape = axes.outputFirst(weight.shape) else { return nil }
        let input = value(node, 0) ?? GraphValue(node: fallback, axes: nil)
        let module = module(node.inputs[1], fallback)
        let entry = parameter(node.inputs[1], weight, "weight", of: module, axes: axes)
        let bias = try bias(node, module, outputs: shape[0])
        var groups = 1
        if let channels = input.channels, channels > 0 {
            if isDepthwise { groups = channels } else if channels % shape[1] == 0 { groups = channels / shape[1] }
        } else if isDepthwise {
            groups = shape[0] / max(1, try option(node, 3))
        }
        func set(_ layer: inout LayerGraph.Node) {
            layer.weight = entry
            layer.bias = bias
        }
        var result: GraphValue?
        if shape[0] % max(1, groups) == 0,
            let window = try window(node, [shape[2], shape[3]], dilation: isDepthwise ? 5 : 4)
        {
            result = builder.convolution(
                input, Self.order, weight: shape.dimensions, window, groups: groups, module, set)
        }
        if result == nil {
            // The layer stays the file's; what it reads is not what it needs.
            let strange = builder.unsupported("\(node.name) of another input", name, [input])
            result = builder.convolution(
                strange, Self.order, weight: shape.dimensions, .init(size: [shape[2], shape[3]]), groups: 1, module, set
            )
        }
        return try result.flatMap { try activated($0, node, isDepthwise ? 4 : 3, module) }
    }

    /// The bias of a layer with outputs of its own; quantised ones without a scale have that of input times weight.
    private mutating func bias(
        _ node: TFLiteModel.Operator, _ module: String, outputs: Int, input: Int = 0, weight: Int = 1, at place: Int = 2
    ) throws -> String? {
        guard node.inputs.count > place, node.inputs[place] >= 0, var tensor = constants[node.inputs[place]],
            tensor.shape.elementCount == outputs
        else { return nil }
        if !tensor.recipe.type.isFloatingPoint, node.inputs[input] >= 0, node.inputs[weight] >= 0,
            let step = model.tensors[node.inputs[input]].scales?.scales.first,
            let scales = model.tensors[node.inputs[weight]].scales?.scales,
            let scaled = tensor.adding(.dequantise(.init(scales: scales.map { $0 * step })))
        {
            tensor = scaled
        }
        guard let flat = tensor.adding(.reshape([outputs])) else { return nil }
        return parameter(node.inputs[place], flat, "bias", of: module, axes: .outputInputRowsColumns)
    }

    private mutating func transposedConvolution(
        _ node: TFLiteModel.Operator, _ name: String, _ fallback: String
    ) throws -> GraphValue? {
        guard node.inputs.count > 2, let weight = constants[node.inputs[1]], weight.shape.rank == 4,
            let shape = WeightAxes.outputRowsColumnsInput.outputFirst(weight.shape)
        else { return nil }
        let input = value(node, 2) ?? GraphValue(node: fallback, axes: nil)
        let module = module(node.inputs[1], fallback)
        let entry = parameter(node.inputs[1], weight, "weight", of: module, axes: .outputRowsColumnsInput)
        let bias = try bias(node, module, outputs: shape[0], input: 2, at: 3)
        guard let window = try window(node, [shape[2], shape[3]], dilation: nil),
            let result = builder.convolution(
                input, Self.order, weight: shape.dimensions, window, groups: 1, kind: .transposedConvolution, module,
                {
                    $0.weight = entry
                    $0.bias = bias
                })
        else { return nil }
        return try activated(result, node, 3, module)
    }

    private mutating func linear(
        _ node: TFLiteModel.Operator, _ name: String, _ fallback: String
    ) throws -> GraphValue? {
        guard node.inputs.count > 1, let stored = constants[node.inputs[1]], stored.shape.rank == 2 else { return nil }
        let (outputs, inputs) = (stored.shape[0], stored.shape[1])
        let module = module(node.inputs[1], fallback)
        let value = value(node, 0).map { builder.settled($0) }
        var weight = stored
        let keepsAxes = try byteOption(node, 2) != 0
        if let value, keepsAxes, let axes = value.axes, axes.count == 4, value.map(Self.order)?.channels == inputs {
            // On every pixel: a 1×1 convolution.
            guard let turned = stored.adding(.reshape([outputs, 1, 1, inputs])) else { return nil }
            let entry = parameter(node.inputs[1], turned, "weight", of: module, axes: .outputRowsColumnsInput)
            let bias = try bias(node, module, outputs: outputs)
            let result = builder.convolution(
                value, Self.order, weight: [outputs, inputs, 1, 1], .init(size: [1, 1]), groups: 1, module
            ) {
                $0.weight = entry
                $0.bias = bias
            }
            return try result.flatMap { try activated($0, node, 0, module) }
        }
        let flat = value.flatMap { $0.axes == nil || $0.axes?.count == 2 ? $0 : $0.flattened(at: 1) }
        let flattening = flat.flatMap { builder.flattening($0, inputs: inputs) }
        if case .channelsLast(let rows, let columns, let channels)? = flattening {
            // Our order of the inputs is channels, rows, columns.
            guard
                let turned = stored.adding(.reshape([outputs, rows, columns, channels]))?
                    .adding(.transpose([0, 3, 1, 2]))?.adding(.reshape([outputs, inputs]))
            else { return nil }
            weight = turned
        }
        let entry = parameter(node.inputs[1], weight, "weight", of: module, axes: .outputInputRowsColumns)
        let bias = try bias(node, module, outputs: outputs)
        guard let flat, flattening != nil, try byteOption(node, 1) == 0 else { return nil }
        let result = builder.linear(flat, outputs: outputs, module) {
            $0.weight = entry
            $0.bias = bias
        }
        return try activated(result, node, 0, module)
    }

    private mutating func pool(
        _ node: TFLiteModel.Operator, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        guard let window = try window(node, [try option(node, 4), try option(node, 3)], dilation: nil) else {
            return nil
        }
        // Zeros of the border do not count in a mean.
        let result = builder.pool(
            node.name == "MAX_POOL_2D" ? .maximumPool : .averagePool, value, Self.order, window, countsPadding: false,
            name)
        return try result.flatMap { try activated($0, node, 5, name) }
    }

    // MARK: sums and products

    private mutating func arithmetic(_ node: TFLiteModel.Operator, _ name: String) throws -> GraphValue? {
        if node.name == "ADD_N" {
            guard var sum = value(node, 0) else { return nil }
            for place in node.inputs.indices.dropFirst() {
                guard let other = value(node, place), let next = builder.joined(.add, sum, other, name) else {
                    return nil
                }
                sum = next
            }
            return sum
        }
        let result: GraphValue?
        switch (value(node, 0), value(node, 1)) {
        case (let a?, let b?):
            switch node.name {
            case "ADD": result = builder.joined(.add, a, b, name)
            case "SUB":
                result = builder.joined(.add, a, builder.affine(b, [-1], [0], "\(name).negative"), name)
            case "MUL": result = builder.joined(.multiply, a, b, name)
            default: result = nil
            }
        case (let value?, nil): result = try affine(node, value, constant: 1, name)
        case (nil, let value?): result = try affine(node, value, constant: 0, name)
        default: result = nil
        }
        return try result.flatMap { try activated($0, node, 0, name) }
    }

    private mutating func affine(
        _ node: TFLiteModel.Operator, _ value: GraphValue, constant: Int, _ name: String
    ) throws -> GraphValue? {
        guard value.axes != nil else { return value }
        let value = builder.settled(value)
        guard let constantValue = try floats(node, constant),
            let numbers = builder.perChannel(constantValue.numbers, constantValue.shape, beside: value)
        else { return nil }
        let (ones, zeros) = (numbers.map { _ in Float(1) }, numbers.map { _ in Float(0) })
        switch node.name {
        case "ADD": return builder.affine(value, ones, numbers, name)
        case "MUL": return builder.affine(value, numbers, zeros, name)
        case "SUB":
            return constant == 0
                ? builder.affine(value, ones.map { -$0 }, numbers, name)
                : builder.affine(value, ones, numbers.map { -$0 }, name)
        case "DIV":
            guard constant == 1, numbers.allSatisfy({ $0 != 0 }) else { return nil }
            return builder.affine(value, numbers.map { 1 / $0 }, zeros, name)
        default: return nil
        }
    }

    // MARK: axes

    private mutating func reshape(_ node: TFLiteModel.Operator, _ value: GraphValue) throws -> GraphValue? {
        let lengths =
            try integers(node, 1) ?? node.options.flatMap { try model.buffer.ints($0, 0) }
            ?? node.outputs.first.flatMap { $0 >= 0 ? model.tensors[$0].lengths : nil }
        guard let lengths else { return nil }
        return builder.settled(value).reshaped(lengths.map(GraphLength.number))
            ?? value.reshaped(lengths.map(GraphLength.number))
    }

    private mutating func pad(_ node: TFLiteModel.Operator, _ value: GraphValue, _ name: String) throws -> GraphValue? {
        guard let pads = try integers(node, 1), pads.count.isMultiple(of: 2) else { return nil }
        if node.name == "PADV2" {
            guard let fill = try floats(node, 2), fill.numbers == [0] else { return nil }
        }
        return builder.padded(
            value, stride(from: 0, to: pads.count, by: 2).map { (pads[$0], pads[$0 + 1]) }, name)
    }

    private mutating func split(_ node: TFLiteModel.Operator, _ name: String) throws -> [GraphValue]? {
        let isListed = node.name == "SPLIT_V"
        guard let value = value(node, isListed ? 0 : 1), let axis = try integers(node, isListed ? 2 : 0)?.first else {
            return nil
        }
        let source = builder.settled(value)
        guard let rank = source.axes?.count else { return Array(repeating: source, count: node.outputs.count) }
        guard let length = source.length(of: axis < 0 ? axis + rank : axis)?.number else { return nil }
        let count = max(1, node.outputs.count)
        var lengths = isListed ? try integers(node, 1) ?? [] : Array(repeating: length / count, count: count)
        if let free = lengths.firstIndex(of: -1) {
            lengths[free] = length - lengths.enumerated().reduce(0) { $1.offset == free ? $0 : $0 + $1.element }
        }
        guard lengths.count == node.outputs.count, lengths.allSatisfy({ (1...length).contains($0) }),
            lengths.reduce(0, +) == length
        else { return nil }
        return builder.split(source, axis, lengths, name)
    }

    private mutating func slice(_ node: TFLiteModel.Operator, _ value: GraphValue, _ name: String) throws -> GraphValue?
    {
        var value = builder.settled(value)
        guard let axes = value.axes, let begins = try integers(node, 1), let sizes = try integers(node, 2),
            begins.count == axes.count, sizes.count == axes.count
        else { return nil }
        for axis in axes.indices {
            guard let length = value.length(of: axis)?.number else {
                guard begins[axis] == 0, sizes[axis] == -1 else { return nil }
                continue
            }
            let end = sizes[axis] == -1 ? length : begins[axis] + sizes[axis]
            guard begins[axis] >= 0, begins[axis] < end, end <= length,
                let next = builder.sliced(value, axis, begins[axis]..<end, name)
            else { return nil }
            value = next
        }
        return value
    }

    private mutating func stridedSlice(
        _ node: TFLiteModel.Operator, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        guard value.axes != nil, let begins = try integers(node, 1), let ends = try integers(node, 2),
            begins.count == ends.count, try option(node, 2) == 0, try option(node, 3) == 0
        else { return nil }
        let steps = try integers(node, 3) ?? begins.map { _ in 1 }
        let (beginMask, endMask, shrinkMask) = (try option(node, 0), try option(node, 1), try option(node, 4))
        var value = value
        guard let rank = value.axes?.count, begins.count <= rank, steps.count == begins.count else { return nil }
        for axis in begins.indices.reversed() {
            if shrinkMask >> axis & 1 == 1 {
                guard let next = builder.taken(value, axis, begins[axis], name) else { return nil }
                value = next
                continue
            }
            guard steps[axis] == 1 else { return nil }
            guard let length = value.length(of: axis)?.number else {
                guard beginMask >> axis & 1 == 1 || begins[axis] == 0, endMask >> axis & 1 == 1 else { return nil }
                continue
            }
            func clamped(_ place: Int) -> Int { min(max(place < 0 ? place + length : place, 0), length) }
            let begin = beginMask >> axis & 1 == 1 ? 0 : clamped(begins[axis])
            let end = endMask >> axis & 1 == 1 ? length : clamped(ends[axis])
            guard begin < end, let next = builder.sliced(value, axis, begin..<end, name) else { return nil }
            value = next
        }
        return value
    }
}
