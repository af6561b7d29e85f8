import ONNXSchema

/// A small tensor of whole numbers of which some are known only when the network runs: what exporters compute shapes with.
struct ONNXIntegers: Equatable {
    /// Empty for a single number.
    var shape: [Int]
    /// Nil for a number of which nothing is known.
    var items: [GraphLength?]
    /// What each number is still to be divided by.
    var denominator = 1
    /// Whether the graph has them as floating-point numbers, whose quotients are not rounded.
    var isReal = false

    /// One axis.
    init(_ items: [GraphLength?]) {
        shape = [items.count]
        self.items = items
    }

    /// Any axes.
    init(shape: [Int], items: [GraphLength?]) {
        self.shape = shape
        self.items = items
    }

    /// The numbers where all are known and whole.
    var numbers: [Int]? {
        guard denominator == 1 else { return nil }
        let known = items.compactMap { $0?.number }
        return known.count == items.count ? known : nil
    }

    /// What an operator makes of small tensors; nil for others, and where it would be large.
    static func computed(_ node: ONNXNodeProto, _ inputs: [ONNXIntegers?]) -> ONNXIntegers? {
        let attributes = ONNXAttributes(node)
        if node.opType == "ConstantOfShape" {
            guard let lengths = inputs.first??.numbers, let count = count(lengths) else { return nil }
            var value = 0
            if let tensor = attributes.constant {
                guard tensor.int64Data.count == 1 || tensor.rawData.count == 8 else { return nil }
                let raw = tensor.rawData.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                value = tensor.int64Data.first.map { Int($0) } ?? Int(Int64(bitPattern: raw))
            }
            return ONNXIntegers(shape: lengths, items: Array(repeating: .number(value), count: count))
        }
        guard let first = inputs.first ?? nil else { return nil }
        if let result = rounded(node.opType, first, to: attributes.int("to")) { return result }
        // Fractions are rounded before anything else is done with them.
        guard inputs.allSatisfy({ $0.map { $0.denominator == 1 } ?? true }) else { return nil }
        var result = arithmetic(node, first, inputs) ?? rearranged(node, first, inputs)
        result?.isReal = first.isReal
        return result
    }

    /// The numbers in another order, or some of them.
    private static func rearranged(
        _ node: ONNXNodeProto, _ first: ONNXIntegers, _ inputs: [ONNXIntegers?]
    ) -> ONNXIntegers? {
        let attributes = ONNXAttributes(node)
        /// An input's known numbers, or an attribute's.
        func numbers(_ place: Int, _ name: String) -> [Int]? {
            attributes.ints(name) ?? (inputs.count > place ? inputs[place]?.numbers : nil)
        }
        switch node.opType {
        case "Squeeze":
            return ONNXIntegers(
                shape: first.shape.count == 1 && first.items.count == 1 ? [] : first.shape, items: first.items)
        case "Unsqueeze": return first.shape.isEmpty ? ONNXIntegers(first.items) : nil
        case "Concat":
            guard inputs.allSatisfy({ $0?.shape.count == 1 }) else { return nil }
            let items = inputs.flatMap { $0?.items ?? [] }
            return items.count <= 64 ? ONNXIntegers(items) : nil
        case "Gather":
            guard first.shape.count == 1, inputs.count == 2, let second = inputs[1], let places = second.numbers else {
                return nil
            }
            let wanted = places.map { $0 < 0 ? $0 + first.items.count : $0 }
            guard wanted.allSatisfy(first.items.indices.contains) else { return nil }
            return ONNXIntegers(shape: second.shape, items: wanted.map { first.items[$0] })
        case "Slice":
            return first.sliced(
                numbers(1, "starts"), numbers(2, "ends"), numbers(3, "axes"),
                inputs.count > 4 ? inputs[4]?.numbers : nil)
        case "Reshape":
            guard var lengths = numbers(1, "shape") else { return nil }
            if let free = lengths.firstIndex(of: -1) {
                lengths[free] = 1
                guard let rest = count(lengths), rest > 0 else { return nil }
                lengths[free] = first.items.count / rest
            }
            return count(lengths) == first.items.count ? ONNXIntegers(shape: lengths, items: first.items) : nil
        case "Transpose":
            guard first.shape.count == 2, (attributes.ints("perm") ?? [1, 0]) == [1, 0] else { return nil }
            let (rows, columns) = (first.shape[0], first.shape[1])
            return ONNXIntegers(
                shape: [columns, rows],
                items: (0..<columns).flatMap { column in (0..<rows).map { first.items[$0 * columns + column] } })
        default: return nil
        }
    }

    /// How many numbers lie in such a shape; nil for more than 64.
    private static func count(_ lengths: [Int]) -> Int? {
        lengths.reduce(1) { product, length in
            guard let product, (0...64).contains(length), product * length <= 64 else { return nil }
            return product * length
        }
    }

    /// Places of the first axis, also backwards.
    private func sliced(_ starts: [Int]?, _ ends: [Int]?, _ axes: [Int]?, _ steps: [Int]?) -> ONNXIntegers? {
        guard let start = starts?.first, let end = ends?.first, starts?.count == 1, (axes ?? [0]) == [0],
            let length = shape.first, length > 0
        else { return nil }
        let step = steps?.first ?? 1
        guard step == 1 || step == -1 else { return nil }
        func clamped(_ place: Int, _ low: Int, _ high: Int) -> Int {
            min(max(place < 0 ? max(place, -(1 << 40)) + length : place, low), high)
        }
        let places =
            step == 1
            ? Array(stride(from: clamped(start, 0, length), to: clamped(end, 0, length), by: 1))
            : Array(stride(from: clamped(start, 0, length - 1), to: clamped(end, -1, length - 1), by: -1))
        let inner = items.count / length
        return ONNXIntegers(
            shape: [places.count] + shape.dropFirst(),
            items: places.flatMap { items[$0 * inner..<($0 + 1) * inner] })
    }
}
