// ReLU and what differs from it below 0 or above a maximum.
extension KerasGraph {
    /// The slope below 0 by every version's word for it; nil where none is told.
    static func slope(_ settings: JSONTree) -> Double? {
        ["negative_slope", "alpha"].lazy.compactMap { settings[$0]?.numbers?.first }.first
    }

    /// max(x, 0), or slope·x below 0, no more than a maximum; `usual` is the slope where the file tells none.
    mutating func rectifier(
        _ settings: JSONTree, _ layer: KerasLayer, _ input: Value, name: String, usual: Double
    ) -> Value {
        let slope = Self.slope(settings) ?? usual
        let threshold = settings["threshold"]?.numbers?.first ?? 0
        let maximum = settings["max_value"]?.numbers?.first.flatMap { $0.isFinite ? $0 : nil }
        guard threshold == 0, slope.isFinite, maximum.map({ $0 > 0 }) ?? true else {
            var result = input
            let what = threshold == 0 ? "a maximum of \(maximum ?? 0)" : "a threshold of \(threshold)"
            result.node = add(.unsupported, name, [input.node]) {
                $0.function = "\(layer.className) with \(what)"
                $0.unknownFunction = $0.function
            }
            return result
        }
        switch maximum {
        case nil: return leaky(input, slope, name: name)
        case 6? where slope == 0: return applied("relu6", to: input, name: name)
        case let maximum?:
            // min(x, m) = m − relu(m − x).
            let least = limited(input, -.infinity, Float(maximum), "\(name)/least") ?? input
            return leaky(least, slope, name: name)
        }
    }

    /// slope·x + (1 − slope)·max(x, 0).
    mutating func leaky(_ input: Value, _ slope: Double, name: String) -> Value {
        if slope == 0 { return applied("relu", to: input, name: name) }
        if slope == 1 { return input }
        return leakyRelu(input, [Float(slope)], name)
    }

    /// max(x, 0) − alpha·max(−x, 0), one slope a channel (PReLU with shared rows and columns).
    mutating func learnedSlopes(_ layer: KerasLayer, _ input: Value) -> Value {
        guard let slopes = weights.entry(layer.path, "alpha"), let channels = input.channels,
            slopes.shape.elementCount == channels
        else { return unsupported(layer, [input], "PReLU without one slope a channel") }
        let positive = applied("relu", to: input, name: "\(layer.name)/relu")
        let turned = affine([-1], [0], of: input, name: "\(layer.name)/turned")
        let below = applied("relu", to: turned, name: "\(layer.name)/below")
        var scaled = affine([-1], [0], of: below, name: "\(layer.name)/negative")
        scaled.node = add(.affineTensors, "\(layer.name)/slopes", [scaled.node]) { $0.weight = slopes.name }
        var result = input
        result.node = add(.add, layer.name, [positive.node, scaled.node])
        return result
    }
}
