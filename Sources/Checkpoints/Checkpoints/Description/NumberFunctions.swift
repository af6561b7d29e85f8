/// A reader's graph in the making, as far as functions of each number need it.
///
/// What the engine has no function for is put together here from those that it has, the same for every format.
protocol NumberFunctions {
    /// A result in the graph.
    associatedtype Value
    /// A function of the engine's, of each number.
    mutating func activation(_ function: String, _ value: Value, _ name: String) -> Value
    /// scale·x + shift, one number or one a channel.
    mutating func affine(_ value: Value, _ scale: [Float], _ shift: [Float], _ name: String) -> Value
    /// The sum or product of two results that are arranged alike.
    mutating func combined(_ kind: LayerGraph.Kind, _ a: Value, _ b: Value, _ name: String) -> Value
}

extension NumberFunctions {
    /// The function that files call so, in small letters without underscores, with its usual numbers; nil for a word that
    /// is not known or has numbers of which no usual ones are agreed upon.
    mutating func namedFunction(_ word: String, _ value: Value, _ name: String) -> Value? {
        let own = [
            "relu": "relu", "relu6": "relu6", "swish": "silu", "silu": "silu", "hardswish": "hardSwish",
            "hardsilu": "hardSwish", "sigmoid": "sigmoid", "hardsigmoid": "hardSigmoid", "gelu": "gelu",
            "softplus": "softplus", "mish": "mish", "exp": "exp", "exponential": "exp", "sqrt": "sqrt",
        ]
        if let function = own[word] { return activation(function, value, name) }
        switch word {
        case "tanh": return tanh(value, name)
        case "elu": return elu(value, 1, name)
        case "selu": return selu(value, Self.seluAlpha, Self.seluGamma, name)
        case "celu": return celu(value, 1, name)
        case "logsigmoid": return logSigmoid(value, name)
        case "abs", "absolute": return absolute(value, name)
        case "square": return combined(.multiply, value, value, name)
        case "negative", "neg": return affine(value, [-1], [0], name)
        default: return nil
        }
    }

    /// x where it is positive, slope·x elsewhere; one slope or one a channel.
    mutating func leakyRelu(_ value: Value, _ slope: [Float], _ name: String) -> Value {
        let zeros = slope.map { _ in Float(0) }
        let positive = affine(
            activation("relu", value, "\(name).relu"), slope.map { 1 - $0 }, zeros, "\(name).positive")
        return combined(.add, positive, affine(value, slope, zeros, "\(name).slope"), name)
    }

    /// The number or `low` where it is below it, `high` where it is above it, by relu and relu6; −∞ and ∞ are no bounds.
    /// Nil where the bounds leave no range between them.
    mutating func limited(_ value: Value, _ low: Float, _ high: Float, _ name: String) -> Value? {
        guard low < high else { return nil }
        switch (low == -.infinity, high == .infinity) {
        case (true, true): return value
        case (false, true):
            if low == 0 { return activation("relu", value, name) }
            let moved = affine(value, [1], [-low], "\(name).shifted")
            return affine(activation("relu", moved, "\(name).relu"), [1], [low], name)
        case (true, false):
            let turned = affine(value, [-1], [high], "\(name).turned")
            return affine(activation("relu", turned, "\(name).relu"), [-1], [high], name)
        case (false, false):
            if low == 0, high == 6 { return activation("relu6", value, name) }
            let range = high - low
            guard range.isFinite else { return nil }
            let moved = affine(value, [6 / range], [-low * 6 / range], "\(name).scaled")
            return affine(activation("relu6", moved, "\(name).relu6"), [range / 6], [low], name)
        }
    }

    /// 2·sigmoid(2x) − 1.
    mutating func tanh(_ value: Value, _ name: String) -> Value {
        let doubled = affine(value, [2], [0], "\(name).doubled")
        return affine(activation("sigmoid", doubled, "\(name).sigmoid"), [2], [-1], name)
    }

    /// The number without its sign.
    mutating func absolute(_ value: Value, _ name: String) -> Value {
        let positive = activation("relu", value, "\(name).positive")
        let negative = activation("relu", affine(value, [-1], [0], "\(name).turned"), "\(name).negative")
        return combined(.add, positive, negative, name)
    }

    /// The number to the power of a small whole number or a half; nil for other powers.
    mutating func power(_ value: Value, _ exponent: Float, _ name: String) -> Value? {
        if exponent == 0.5 { return activation("sqrt", value, name) }
        guard [1, 2, 3, 4].contains(exponent) else { return nil }
        if exponent == 1 { return value }
        let isLast = exponent == 2
        let square = combined(.multiply, value, value, isLast ? name : "\(name).square")
        return isLast ? square : combined(.multiply, square, exponent == 3 ? value : square, name)
    }

    // MARK: exponential units

    /// α and γ of SELU (Klambauer et al. 2017, as ONNX, PyTorch and Keras have them).
    static var seluAlpha: Float { 1.673_263_2 }
    /// See ``seluAlpha``.
    static var seluGamma: Float { 1.050_701 }

    /// x where it is positive, α·(e^x − 1) elsewhere.
    mutating func elu(_ value: Value, _ alpha: Float, _ name: String) -> Value {
        if alpha == 1 { return activation("elu", value, name) }
        return selu(value, alpha, 1, name)
    }

    /// γ·elu(x, α) = γ·relu(x) + γ·α·elu(min(x, 0), 1).
    mutating func selu(_ value: Value, _ alpha: Float, _ gamma: Float, _ name: String) -> Value {
        let rectified = activation("relu", value, "\(name).relu")
        let turned = activation("relu", affine(value, [-1], [0], "\(name).turned"), "\(name).below")
        let curve = activation("elu", affine(turned, [-1], [0], "\(name).negative"), "\(name).elu")
        let positive = gamma == 1 ? rectified : affine(rectified, [gamma], [0], "\(name).positive")
        return combined(.add, positive, affine(curve, [gamma * alpha], [0], "\(name).curve"), name)
    }

    /// α·elu(x/α, 1): max(x, 0) + min(0, α·(e^(x/α) − 1)) for α above 0.
    mutating func celu(_ value: Value, _ alpha: Float, _ name: String) -> Value {
        if alpha == 1 { return activation("elu", value, name) }
        let inner = affine(value, [1 / alpha], [0], "\(name).scaled")
        return affine(activation("elu", inner, "\(name).elu"), [alpha], [0], name)
    }

    /// −softplus(−x).
    mutating func logSigmoid(_ value: Value, _ name: String) -> Value {
        let turned = affine(value, [-1], [0], "\(name).turned")
        return affine(activation("softplus", turned, "\(name).softplus"), [-1], [0], name)
    }

    /// x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 = x·sigmoid(2·√(2/π)·x·(1 + 0.044715·x²)), the approximation of GELU.
    mutating func tanhGELU(_ value: Value, _ name: String) -> Value {
        let factor = 2 * (2 / Float.pi).squareRoot()
        let square = combined(.multiply, value, value, "\(name).square")
        let slope = affine(square, [0.044715 * factor], [factor], "\(name).slope")
        let gate = activation("sigmoid", combined(.multiply, value, slope, "\(name).inner"), "\(name).sigmoid")
        return combined(.multiply, value, gate, name)
    }
}

extension LayerGraphBuilder: NumberFunctions {
    mutating func combined(_ kind: LayerGraph.Kind, _ a: GraphValue, _ b: GraphValue, _ name: String) -> GraphValue {
        GraphValue(node: add(kind, name, [a.node, b.node]), axes: a.axes)
    }
}

extension KerasGraph: NumberFunctions {
    mutating func activation(_ function: String, _ value: Value, _ name: String) -> Value {
        applied(function, to: value, name: name)
    }

    mutating func affine(_ value: Value, _ scale: [Float], _ shift: [Float], _ name: String) -> Value {
        affine(scale.map(Double.init), shift.map(Double.init), of: value, name: name)
    }

    mutating func combined(_ kind: LayerGraph.Kind, _ a: Value, _ b: Value, _ name: String) -> Value {
        var result = a
        result.node = add(kind, name, [a.node, b.node])
        return result
    }
}
