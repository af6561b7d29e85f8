extension KerasGraph {
    /// The result of one use of a layer.
    mutating func lower(_ layer: KerasLayer, _ call: KerasCallValues) -> Value {
        let values = call.values
        guard let first = values.first else { return unsupported(layer, [], layer.className) }
        if first.flattened != nil, layer.className != "Dense", !Self.passing.contains(layer.className) {
            return unsupported(layer, values, "\(layer.className) on flattened maps")
        }
        if layer.isChannelsFirst == !isChannelsFirst { return unsupported(layer, values, "two orders of axes") }
        switch layer.className {
        case _ where Self.passing.contains(layer.className): return first
        case "Conv2D", "Convolution2D", "AtrousConvolution2D", "DepthwiseConv2D", "SeparableConv2D",
            "SeparableConvolution2D", "Conv2DTranspose", "Deconvolution2D", "Convolution2DTranspose":
            return values.count == 1
                ? convolution(layer, first) : unsupported(layer, values, "\(layer.className) of two values")
        case "BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2":
            return normalization(layer, first)
        case "LayerNormalization": return layerNormalization(layer, first)
        case "LayerScale": return layerScale(layer, first)
        case "Activation": return activation(layer.setting("activation"), of: first, layer, name: layer.name)
        case "ReLU": return rectifier(layer.settings, layer, first, name: layer.name, usual: 0)
        case "LeakyReLU": return rectifier(layer.settings, layer, first, name: layer.name, usual: 0.3)
        case "PReLU": return learnedSlopes(layer, first)
        case "Softmax": return softmax(first, name: layer.name)
        case "Dense": return dense(layer, first)
        case "GlobalAveragePooling2D":
            return Value(
                node: add(.globalAveragePool, layer.name, [first.node]), rows: 1, columns: 1,
                channels: first.channels)
        case "AveragePooling2D", "MaxPooling2D": return pool(layer, first)
        case "GlobalMaxPooling2D": return globalMaximum(layer, first)
        case "ZeroPadding2D": return zeros(layer, first)
        case "Flatten": return flatten(layer, first)
        case "Reshape": return reshape(layer, first)
        case "Permute":
            let order = layer.setting("dims")?.integers ?? []
            return order == Array(1..<order.count + 1) ? first : unsupported(layer, values, "Permute")
        case "Rescaling": return rescaling(layer, first)
        case "Normalization": return inputNormalization(layer, first)
        case "Concatenate",
            "Merge" where layer.className == "Concatenate" || mode(layer) == "concat":
            return concatenation(layer, values, axis: layer.setting("axis", "concat_axis")?.integer ?? -1)
        case "Lambda": return unsupported(layer, values, "a Lambda layer")
        default: return operation(layer, call)
        }
    }

    /// Layers that do nothing when a network is run.
    private static let passing: Set<String> = [
        "Dropout", "SpatialDropout2D", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
        "ActivityRegularization", "Identity", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation",
        "RandomContrast", "RandomBrightness", "FixedDropout", "StochasticDepth", "StopGradient",
    ]

    private func mode(_ layer: KerasLayer) -> String? { layer.setting("mode")?.string }

    // MARK: Windows

    private mutating func convolution(_ layer: KerasLayer, _ input: Value) -> Value {
        let isDepthwise = layer.className == "DepthwiseConv2D"
        let isSeparable = layer.className.hasPrefix("Separable")
        let isTransposed = layer.className.contains("Transpose") || layer.className == "Deconvolution2D"
        guard
            let strides = layer.pair("strides", "subsample")
                ?? (layer.setting("strides", "subsample") == nil ? [1, 1] : nil),
            let dilations = layer.pair("dilation_rate", "atrous_rate")
                ?? (layer.setting("dilation_rate", "atrous_rate") == nil ? [1, 1] : nil),
            let padding = Self.padding(layer)
        else { return unsupported(layer, [input], "\(layer.className) with settings that are not understood") }
        let entry =
            weights.entry(layer.path, isDepthwise || isSeparable ? "depthwise_kernel" : "kernel")
            ?? weights.entry(layer.path, "kernel")
        let shape = entry.flatMap { entry in
            entry.axes.forLayer(isDepthwise: isDepthwise || isSeparable).outputFirst(entry.shape)
        }
        let window = shape.map { [$0[2], $0[3]] } ?? layer.pair("kernel_size")
        let usesBias = layer.setting("use_bias", "bias")?.bool ?? true
        let bias = usesBias ? weights.entry(layer.path, "bias")?.name : nil
        let channels = shape.map { $0[0] }
        let groups =
            isDepthwise || isSeparable
            ? entry.flatMap { $0.shape.rank == 4 ? $0.shape[2] : nil } : layer.setting("groups")?.integer
        let node = add(
            isTransposed ? .transposedConvolution : .convolution, isSeparable ? layer.name + "/depthwise" : layer.name,
            [input.node]
        ) { node in
            node.weight = entry?.name
            node.bias = isSeparable ? nil : bias
            node.strides = strides == [1, 1] ? nil : strides
            node.dilations = dilations == [1, 1] ? nil : dilations
            node.padding = padding
            node.groups = groups.flatMap { $0 > 1 ? $0 : nil }
        }
        var result = Value(node: node, channels: channels)
        if !isTransposed, let window {
            result.rows = Self.length(input.rows, window[0], strides[0], dilations[0], padding)
            result.columns = Self.length(input.columns, window[1], strides[1], dilations[1], padding)
        }
        if isSeparable {
            let pointwise = weights.entry(layer.path, "pointwise_kernel")
            result.node = add(.convolution, layer.name, [result.node]) { node in
                node.weight = pointwise?.name
                node.bias = bias
            }
            result.channels = pointwise.flatMap { $0.axes.outputFirst($0.shape) }.map { $0[0] }
        }
        return activation(layer.setting("activation"), of: result, layer, name: layer.name + Self.innerMark)
    }

    /// Nil for a word that is none of Keras'.
    private static func padding(_ layer: KerasLayer) -> LayerGraph.Padding? {
        switch layer.setting("padding", "border_mode")?.string.map({ $0.lowercased() }) {
        case "same": .same
        case "valid", nil: LayerGraph.Padding.none
        default: nil
        }
    }

    /// Outputs along one axis; nil where that is unknown or none.
    private static func length(
        _ input: Int?, _ window: Int, _ stride: Int, _ dilation: Int, _ padding: LayerGraph.Padding
    ) -> Int? {
        guard let input, stride > 0, window > 0, dilation > 0, window < 1 << 20, dilation < 1 << 20 else { return nil }
        if padding == .same { return (input + stride - 1) / stride }
        let covered = (window - 1) * dilation + 1
        return input >= covered ? (input - covered) / stride + 1 : nil
    }

    private mutating func pool(_ layer: KerasLayer, _ input: Value) -> Value {
        guard let window = layer.pair("pool_size"), let padding = Self.padding(layer),
            let strides = layer.setting("strides") == nil ? window : layer.pair("strides")
        else { return unsupported(layer, [input], "\(layer.className) with settings that are not understood") }
        let isMaximum = layer.className == "MaxPooling2D"
        let node = add(isMaximum ? .maximumPool : .averagePool, layer.name, [input.node]) { node in
            node.window = window
            node.strides = strides == [1, 1] ? nil : strides
            node.padding = padding
            node.countsPadding = isMaximum ? nil : false
        }
        return Value(
            node: node, rows: Self.length(input.rows, window[0], strides[0], 1, padding),
            columns: Self.length(input.columns, window[1], strides[1], 1, padding), channels: input.channels)
    }

    private mutating func globalMaximum(_ layer: KerasLayer, _ input: Value) -> Value {
        guard let rows = input.rows, let columns = input.columns else {
            return unsupported(layer, [input], "a maximum over maps of unknown size")
        }
        let node = add(.maximumPool, layer.name, [input.node]) { node in
            node.window = [rows, columns]
            node.strides = [rows, columns]
        }
        return Value(node: node, rows: 1, columns: 1, channels: input.channels)
    }

    private mutating func zeros(_ layer: KerasLayer, _ input: Value) -> Value {
        guard let lengths = Self.border(layer.setting("padding")), lengths.allSatisfy({ (0...4096).contains($0) })
        else { return unsupported(layer, [input], "ZeroPadding2D with settings that are not understood") }
        let node = add(.pad, layer.name, [input.node]) { $0.padding = .explicit(lengths) }
        return Value(
            node: node, rows: input.rows.map { $0 + lengths[0] + lengths[2] },
            columns: input.columns.map { $0 + lengths[1] + lengths[3] }, channels: input.channels)
    }

    /// Top, left, bottom, right, from 1, [1, 2], [[0, 1], [0, 1]] or Keras 1's words.
    private static func border(_ setting: JSONTree?) -> [Int]? {
        guard let setting else { return [1, 1, 1, 1] }
        if let all = setting.integer { return [all, all, all, all] }
        if let words = setting.members {
            return ["top_pad", "left_pad", "bottom_pad", "right_pad"].map { words[$0]?.integer ?? 0 }
        }
        guard let list = setting.elements else { return nil }
        if let both = setting.integers {
            switch both.count {
            case 2: return [both[0], both[1], both[0], both[1]]
            // Keras 1: top, bottom, left, right.
            case 4: return [both[0], both[2], both[1], both[3]]
            default: return nil
            }
        }
        guard list.count == 2, let rows = list[0].integers, let columns = list[1].integers, rows.count == 2,
            columns.count == 2
        else { return nil }
        return [rows[0], columns[0], rows[1], columns[1]]
    }

    // MARK: Numbers

    private mutating func normalization(_ layer: KerasLayer, _ input: Value) -> Value {
        let axis = layer.setting("axis")?.integer ?? layer.setting("axis")?.integers?.first ?? -1
        guard isChannelAxis(axis, of: input), (layer.setting("mode")?.integer ?? 0) == 0 else {
            return unsupported(layer, [input], "a batch normalisation along axis \(axis)")
        }
        let names = ["gamma", "beta", "moving_mean", "moving_variance"].map { weights.entry(layer.path, $0)?.name }
        let node = add(.batchNormalization, layer.name, [input.node]) { node in
            node.weight = names[0]
            node.bias = names[1]
            node.mean = names[2]
            node.variance = names[3]
            // Keras 1 had 1e-5 to begin with; all later versions 1e-3.
            node.epsilon = Float(layer.setting("epsilon")?.double ?? 1e-3)
        }
        return input.computed(by: node)
    }

    private mutating func layerNormalization(_ layer: KerasLayer, _ input: Value) -> Value {
        let axis = layer.setting("axis")?.integer ?? layer.setting("axis")?.integers?.first ?? -1
        let axes = layer.setting("axis")?.integers?.count ?? 1
        guard axes == 1, isChannelAxis(axis, of: input), let scale = weights.entry(layer.path, "gamma"),
            let shift = weights.entry(layer.path, "beta"), layer.setting("rms_scaling")?.bool != true
        else { return unsupported(layer, [input], "a LayerNormalization that is not one of all channels") }
        let node = add(.layerNormalization, layer.name, [input.node]) { node in
            node.weight = scale.name
            node.bias = shift.name
            node.epsilon = Float(layer.setting("epsilon")?.double ?? 1e-3)
        }
        return input.computed(by: node)
    }

    /// One factor a channel (ConvNeXt).
    private mutating func layerScale(_ layer: KerasLayer, _ input: Value) -> Value {
        guard let scale = weights.entry(layer.path, "gamma") ?? weights.entry(layer.path, "0") else {
            return unsupported(layer, [input], "LayerScale without its factors")
        }
        var result = input
        result.node = add(.affineTensors, layer.name, [input.node]) { $0.weight = scale.name }
        return result
    }

    /// Whether a number names the channels of a value.
    func isChannelAxis(_ axis: Int, of value: Value) -> Bool {
        if value.isVector { return axis == -1 || axis == 1 }
        return isChannelsFirst ? axis == 1 || axis == -3 : axis == -1 || axis == 3
    }

    private mutating func dense(_ layer: KerasLayer, _ input: Value) -> Value {
        let entry = weights.entry(layer.path, "kernel")
        let usesBias = layer.setting("use_bias", "bias")?.bool ?? true
        let bias = usesBias ? weights.entry(layer.path, "bias")?.name : nil
        let isPoint = input.isPoint || input.flattened != nil
        let node = add(isPoint && input.flattened == nil ? .linear : .convolution, layer.name, [input.node]) { node in
            node.weight = entry?.name
            node.bias = bias
            node.isInputFirst = true
            node.window = input.flattened.map { Array($0.prefix(2)) }
        }
        let units = entry.flatMap { $0.shape.rank == 2 ? $0.shape[1] : nil }
        let result = Value(
            node: node, rows: isPoint ? 1 : input.rows, columns: isPoint ? 1 : input.columns, channels: units,
            isVector: input.isVector || input.flattened != nil)
        return activation(layer.setting("activation"), of: result, layer, name: layer.name + Self.innerMark)
    }

    private mutating func flatten(_ layer: KerasLayer, _ input: Value) -> Value {
        var result = input
        if input.isPoint || isChannelsFirst {
            // Rows and columns of each channel lie together, as the engine has them.
            result.isVector = true
            return result
        }
        guard let rows = input.rows, let columns = input.columns, let channels = input.channels else {
            return unsupported(layer, [input], "a Flatten of maps of unknown size")
        }
        result.flattened = [rows, columns, channels]
        return result
    }

    /// Only between a vector and a map of 1×1.
    private mutating func reshape(_ layer: KerasLayer, _ input: Value) -> Value {
        let target = layer.setting("target_shape", "dims")?.integers ?? []
        let inner = target.filter { $0 != 1 }
        let own =
            isChannelsFirst
            ? [input.channels, input.rows, input.columns] : [input.rows, input.columns, input.channels]
        if !input.isVector, target.count == 3, own.compactMap(\.self) == target { return input }
        guard input.isPoint, !target.isEmpty, inner.count <= 1,
            inner.first.map({ $0 == -1 || input.channels == nil || $0 == input.channels }) ?? true,
            target.count != 3 || target[isChannelsFirst ? 0 : 2] != 1 || inner.isEmpty
        else { return unsupported(layer, [input], "Reshape to \(target.map(String.init).joined(separator: "×"))") }
        var result = input
        result.isVector = target.count != 3
        if target.count == 3 { (result.rows, result.columns) = (1, 1) }
        return result
    }

    // MARK: Inputs

    private mutating func rescaling(_ layer: KerasLayer, _ input: Value) -> Value {
        guard let scale = layer.setting("scale")?.numbers, !scale.isEmpty else {
            return unsupported(layer, [input], "Rescaling without a scale")
        }
        let offset = layer.setting("offset")?.numbers ?? [0]
        return affine(scale, offset.isEmpty ? [0] : offset, of: input, name: layer.name)
    }

    private mutating func inputNormalization(_ layer: KerasLayer, _ input: Value) -> Value {
        if let mean = layer.setting("mean")?.numbers, let variance = layer.setting("variance")?.numbers, !mean.isEmpty,
            mean.count == variance.count
        {
            // Keras divides by no less than 1e-7.
            let scale = variance.map { 1 / max($0.squareRoot(), 1e-7) }
            return affine(scale, zip(mean, scale).map { -$0 * $1 }, of: input, name: layer.name)
        }
        let isInverse = layer.setting("invert")?.bool == true
        guard !isInverse, let mean = weights.entry(layer.path, "mean"), mean.shape.elementCount > 1 else {
            return unsupported(layer, [input], "a Normalization without one mean a channel")
        }
        let variance = weights.entry(layer.path, "variance")?.name
        let node = add(.batchNormalization, layer.name, [input.node]) { node in
            node.mean = mean.name
            node.variance = variance
            node.epsilon = 0
        }
        return input.computed(by: node)
    }

    /// scale·x + shift; of images one number a channel, where how many they have is known.
    mutating func affine(_ scale: [Double], _ shift: [Double], of input: Value, name: String) -> Value {
        var (scale, shift) = (scale, shift)
        if let channels = input.channels, (1...4).contains(channels) {
            if scale.count == 1 { scale = Array(repeating: scale[0], count: channels) }
            if shift.count == 1 { shift = Array(repeating: shift[0], count: channels) }
        }
        let node = add(.affine, name, [input.node]) { node in
            node.scale = scale.map { Float($0) }
            node.shift = shift.map { Float($0) }
        }
        return input.computed(by: node)
    }
}
