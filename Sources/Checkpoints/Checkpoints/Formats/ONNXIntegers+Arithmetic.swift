import ONNXSchema

/// Sums, quotients and roundings, with which exporters compute pads from an image's lengths ("SAME" in PyTorch:
/// max((⌈length / stride⌉ − 1) · stride + reach − length, 0), in floating-point numbers).
extension ONNXIntegers {
    /// Numbers of ONNX for floating-point types: float32, float16, float64, bfloat16.
    private static let realTypes: Set<Int> = [1, 10, 11, 16]

    /// What is left of fractions; nil for other operators.
    static func rounded(_ operation: String, _ first: ONNXIntegers, to type: Int?) -> ONNXIntegers? {
        var result = first
        switch operation {
        case "Identity": return first
        case "Cast":
            guard let type else { return nil }
            let isReal = realTypes.contains(type)
            // To a whole number: towards zero.
            if !isReal { result = first.quotients { $0 / $1 } }
            result.isReal = isReal
            return result
        case "Floor": return first.quotients { $0 / $1 - ($0 % $1 < 0 ? 1 : 0) }
        case "Ceil": return first.quotients { $0 / $1 + ($0 % $1 > 0 ? 1 : 0) }
        default: return nil
        }
    }

    /// Sums and products of whole numbers, and quotients; nil for other operators.
    static func arithmetic(
        _ node: ONNXNodeProto, _ first: ONNXIntegers, _ inputs: [ONNXIntegers?]
    ) -> ONNXIntegers? {
        switch node.opType {
        case "Neg": return first.map(first) { number, _ in checked(0.subtractingReportingOverflow(number)) }
        case "Relu": return first.map(first) { number, _ in max(number, 0) }
        case "Clip": return first.clipped(node, inputs)
        case "Add", "Sub", "Mul", "Div", "Max", "Min":
            guard inputs.count == 2, let second = inputs[1] else { return nil }
            if node.opType == "Div", first.isReal { return first.divided(by: second) }
            let operation: (Int, Int) -> Int? =
                switch node.opType {
                case "Add": { checked($0.addingReportingOverflow($1)) }
                case "Sub": { checked($0.subtractingReportingOverflow($1)) }
                case "Mul": { checked($0.multipliedReportingOverflow(by: $1)) }
                case "Max": { max($0, $1) }
                case "Min": { min($0, $1) }
                default: { $1 == 0 || $1 == -1 ? nil : $0 / $1 }
                }
            return first.map(second, operation)
        default: return nil
        }
    }

    private static func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
        result.overflow ? nil : result.partialValue
    }

    /// Fractions with one divisor for all.
    private func divided(by other: ONNXIntegers) -> ONNXIntegers? {
        guard other.items.count == 1, let divisor = other.numbers?.first, (1...1 << 20).contains(divisor) else {
            return nil
        }
        var result = self
        result.denominator = divisor
        return result
    }

    /// Not below a number nor above another: attributes before opset 11, inputs since.
    private func clipped(_ node: ONNXNodeProto, _ inputs: [ONNXIntegers?]) -> ONNXIntegers? {
        let attributes = ONNXAttributes(node)
        /// Nil where the bound is there and not known.
        func bound(_ place: Int, _ name: String, _ none: Int) -> Int? {
            if let number = attributes.float(name) { return Int(exactly: number) ?? (abs(number) > 1e18 ? none : nil) }
            guard node.input.count > place, !node.input[place].isEmpty else { return none }
            return inputs[place]?.numbers.flatMap { $0.count == 1 ? $0[0] : nil }
        }
        guard let low = bound(1, "min", .min), let high = bound(2, "max", .max) else { return nil }
        return map(self) { number, _ in min(max(number, low), high) }
    }

    /// Whole numbers from fractions.
    private func quotients(_ operation: (Int, Int) -> Int) -> ONNXIntegers {
        guard denominator > 1 else { return self }
        var result = self
        result.denominator = 1
        result.items = items.map { item in item?.number.map { .number(operation($0, denominator)) } }
        return result
    }

    /// Number by number; one number beside many counts for all.
    private func map(_ other: ONNXIntegers, _ operation: (Int, Int) -> Int?) -> ONNXIntegers? {
        let count = max(items.count, other.items.count)
        guard [1, count].contains(items.count), [1, count].contains(other.items.count) else { return nil }
        let results = (0..<count).map { place -> GraphLength? in
            let (a, b) = (items[items.count == 1 ? 0 : place], other.items[other.items.count == 1 ? 0 : place])
            guard let x = a?.number, let y = b?.number else { return nil }
            return operation(x, y).map(GraphLength.number)
        }
        return ONNXIntegers(shape: items.count >= other.items.count ? shape : other.shape, items: results)
    }
}
