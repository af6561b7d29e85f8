// Functions of each number: as settings of layers, layers and operations.
extension KerasGraph {
    /// A function of each number, as `activation` names it: a word, a function of the user's or a layer.
    mutating func activation(_ setting: JSONTree?, of input: Value, _ layer: KerasLayer, name: String) -> Value {
        guard let setting else { return input }
        var word = setting.string
        if let members = setting.members {
            // Keras 3 writes functions and layers as objects.
            let className = members["class_name"]?.string ?? ""
            word = className == "function" ? members["config"]?.string : className
            if className == "ReLU" || className == "LeakyReLU" {
                guard let config = setting["config"] else { return unsupported(layer, [input], className) }
                return rectifier(config, layer, input, name: name, usual: className == "ReLU" ? 0 : 0.3)
            }
        }
        guard let word else { return unsupported(layer, [input], "an activation that is not understood") }
        return function(word, of: input, layer, name: name)
    }

    /// A function of each number by one of its names.
    mutating func function(_ word: String, of input: Value, _ layer: KerasLayer, name: String) -> Value {
        let bare = word.split { $0 == "." || $0 == ">" || $0 == "/" }.last.map { String($0).lowercased() } ?? ""
        let short = bare.filter { $0 != "_" }
        switch short {
        case "linear", "identity": return input
        case "softmax": return softmax(input, name: name)
        // The function's own slope where nothing is told, other than the layer's.
        case "leakyrelu": return leaky(input, 0.2, name: name)
        case "hardsigmoid" where version != 3:
            // Until Keras 2: min(max(0.2·x + 0.5, 0), 1), which is the other one of 1.2·x.
            let wider = affine([1.2], [0], of: input, name: name + "/scale")
            return applied("hardSigmoid", to: wider, name: name)
        default: break
        }
        if let result = namedFunction(short, input, name) { return result }
        let node = add(.unsupported, name, [input.node]) {
            $0.function = "the activation '\(word)'"
            $0.unknownFunction = word
        }
        return input.computed(by: node)
    }

    mutating func applied(_ function: String, to input: Value, name: String) -> Value {
        var result = input
        result.node = add(.activation, name, [input.node]) { $0.function = function }
        return result
    }

    /// Left out where it is the network's last step; nothing else is a network here that has one elsewhere.
    mutating func softmax(_ input: Value, name: String) -> Value {
        var result = input
        result.node = add(.unsupported, name, [input.node]) { $0.function = KerasGraphPasses.softmax }
        return result
    }

    /// An operation that is a function of each number, maybe with numbers beside it; nil for another one.
    mutating func elementwise(
        _ name: String, _ operands: [KerasCallValues.Operand], _ layer: KerasLayer, _ call: KerasCallValues
    ) -> Value? {
        let values = call.values
        switch name {
        case "elu", "celu":
            let alpha = Float((call.keywords["alpha"] ?? layer.setting("alpha")?.numbers)?.first ?? 1)
            guard values.count == 1, alpha.isFinite, name == "elu" || alpha > 0 else { return nil }
            return name == "elu" ? elu(values[0], alpha, layer.name) : celu(values[0], alpha, layer.name)
        case "gelu":
            guard values.count == 1 else { return nil }
            // Keras' own operation approximates unless told otherwise, TensorFlow's does not.
            let approximates = layer.setting("approximate")?.bool ?? (layer.className == "Gelu")
            return approximates ? tanhGELU(values[0], layer.name) : applied("gelu", to: values[0], name: layer.name)
        case "maximum", "minimum", "clip", "clipbyvalue": return bounded(name, operands, layer, call)
        case "power", "pow":
            guard operands.count == 2, case .value(let value) = operands[0], case .numbers(let exponent) = operands[1],
                exponent.count == 1, let result = power(value, Float(exponent[0]), layer.name)
            else { return nil }
            return result
        case "relu", "relu6", "sigmoid", "silu", "swish", "hardswish", "hardsilu", "hardsigmoid", "softmax", "tanh",
            "identity", "selu", "softplus", "mish", "logsigmoid", "exp", "sqrt", "square", "abs", "absolute",
            "negative":
            guard values.count == 1 else { return nil }
            return function(name, of: values[0], layer, name: layer.name)
        case "leakyrelu":
            let slope = call.keywords["alpha"] ?? call.keywords["negative_slope"]
            guard values.count == 1 else { return nil }
            return leaky(values[0], slope?.first ?? Self.slope(layer.settings) ?? 0.2, name: layer.name)
        default: return nil
        }
    }

    /// The larger or smaller of a result and a number, or a result between two.
    private mutating func bounded(
        _ name: String, _ operands: [KerasCallValues.Operand], _ layer: KerasLayer, _ call: KerasCallValues
    ) -> Value? {
        let (values, constants) = Self.parts(operands)
        guard values.count == 1 else { return nil }
        func bound(_ words: [String]) -> Float? {
            words.lazy.compactMap { (call.keywords[$0] ?? layer.setting($0)?.numbers)?.first }.first.map { Float($0) }
        }
        switch (name, constants.count) {
        case ("maximum", 1) where constants[0].count == 1:
            return limited(values[0], Float(constants[0][0]), .infinity, layer.name)
        case ("minimum", 1) where constants[0].count == 1:
            return limited(values[0], -.infinity, Float(constants[0][0]), layer.name)
        case ("clip", 2), ("clipbyvalue", 2):
            guard constants[0].count == 1, constants[1].count == 1 else { return nil }
            return limited(values[0], Float(constants[0][0]), Float(constants[1][0]), layer.name)
        case ("clip", 0), ("clipbyvalue", 0):
            guard let low = bound(["x_min", "clip_value_min"]), let high = bound(["x_max", "clip_value_max"]) else {
                return nil
            }
            return limited(values[0], low, high, layer.name)
        default: return nil
        }
    }
}
