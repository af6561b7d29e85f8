import ONNXSchema
import Tensors

// Parts of results, and other axes for the same numbers.
extension ONNXGraphReader {
    mutating func split(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> [GraphValue]? {
        let axis = attributes.int("axis") ?? 0
        let value = builder.settled(value)
        guard let rank = value.axes?.count else { return Array(repeating: value, count: node.output.count) }
        guard let length = value.length(of: axis < 0 ? axis + rank : axis)?.number else {
            return refuse("with axis \(axis) of \(words(value))")
        }
        var lengths = try numbers(node, "split", input: 1) ?? []
        if lengths.isEmpty {
            let count = max(1, node.output.count)
            let each = (length + count - 1) / count
            lengths = (0..<count).map { min(each, max(0, length - $0 * each)) }
        }
        guard lengths.count == node.output.count, lengths.allSatisfy({ (1...length).contains($0) }),
            lengths.reduce(0, +) == length
        else { return refuse("with split \(Self.list(lengths)) of an axis of \(length)") }
        return builder.split(value, axis, lengths, name) ?? refuse("with axis \(axis) of \(words(value))")
    }

    mutating func slice(_ node: ONNXNodeProto, _ value: GraphValue, _ name: String) throws -> GraphValue? {
        guard let starts = try numbers(node, "starts", input: 1), let ends = try numbers(node, "ends", input: 2),
            starts.count == ends.count
        else { return refuse("with places that are computed") }
        let axes = try numbers(node, "axes", input: 3) ?? Array(starts.indices)
        let steps = try numbers(node, "steps", input: 4) ?? Array(repeating: 1, count: starts.count)
        guard steps.allSatisfy({ $0 == 1 }) else { return refuse("with steps \(Self.list(steps))") }
        guard axes.count == starts.count else { return refuse("with \(axes.count) axes for \(starts.count) starts") }
        var value = builder.settled(value)
        guard let rank = value.axes?.count else { return value }
        for (place, axis) in axes.enumerated() {
            let (start, end) = (starts[place], ends[place])
            let about = "with starts \(start) and ends \(end) on axis \(axis) of \(words(value))"
            guard let length = value.length(of: axis < 0 ? axis + rank : axis) else { return refuse(about) }
            guard let length = length.number else {
                guard start == 0, end >= 1 << 30 else { return refuse(about) }
                continue
            }
            func clamped(_ place: Int) -> Int { min(max(place < 0 ? max(place, -length) + length : place, 0), length) }
            guard clamped(start) < clamped(end),
                let next = builder.sliced(value, axis, clamped(start)..<clamped(end), name)
            else { return refuse(about) }
            value = next
        }
        return value
    }

    mutating func reshape(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue
    ) throws -> GraphValue? {
        guard value.axes != nil else { return value }
        let wanted: [GraphLength?]
        if let lengths = attributes.ints("shape") {
            wanted = lengths.map(GraphLength.number)
        } else {
            guard node.input.count > 1, let shape = try integers(node.input[1]), shape.shape.count == 1 else {
                return refuse("to a shape that is computed")
            }
            wanted = shape.items
        }
        let keepsZero = attributes.int("allowzero") == 1
        var lengths: [GraphLength] = []
        for (place, length) in wanted.enumerated() {
            switch length {
            case .number(0) where !keepsZero:
                guard let own = value.length(of: place) else { return refuse("of \(words(value))") }
                lengths.append(own)
            case let known?: lengths.append(known)
            case nil:
                // One unknown length may be what the others leave.
                guard !wanted.contains(.number(-1)), wanted.count(where: { $0 == nil }) == 1 else {
                    return refuse("to a shape that is computed")
                }
                lengths.append(.number(-1))
            }
        }
        let words = lengths.map { $0.number.map(String.init) ?? "?" }.joined(separator: "×")
        return value.reshaped(lengths) ?? refuse("of \(self.words(value)) to \(words)")
    }

    mutating func pad(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        guard var pads = try numbers(node, "pads", input: 1) ?? attributes.ints("paddings"),
            pads.count.isMultiple(of: 2)
        else { return refuse("with pads that are computed") }
        if pads.allSatisfy({ $0 == 0 }) { return value }
        var fill = attributes.float("value") ?? 0
        if node.input.count > 2, !node.input[2].isEmpty {
            guard let given = try scalar(node.input[2]) else { return refuse("with a constant_value that is computed") }
            fill = given
        }
        let mode = attributes.text("mode") ?? "constant"
        guard mode == "constant" else { return refuse("with mode '\(mode)'") }
        guard fill == 0 else { return refuse("with constant_value \(fill)") }
        if node.input.count > 3, let rank = value.axes?.count {
            guard let axes = try numbers(node, "axes", input: 3), axes.count * 2 == pads.count else {
                return refuse("with axes that are computed")
            }
            var all = Array(repeating: 0, count: 2 * rank)
            for (place, axis) in axes.enumerated() {
                let axis = axis < 0 ? axis + rank : axis
                guard (0..<rank).contains(axis) else {
                    return refuse("with axes \(Self.list(axes)) of \(words(value))")
                }
                all[axis] = pads[place]
                all[axis + rank] = pads[place + axes.count]
            }
            pads = all
        }
        let rank = pads.count / 2
        return builder.padded(value, (0..<rank).map { (pads[$0], pads[$0 + rank]) }, name)
            ?? refuse("with pads \(Self.list(pads)) of \(words(value))")
    }

    mutating func resized(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue
    ) throws -> GraphValue? {
        let mode = "with mode \(attributes.text("mode") ?? "nearest") and "
        if let scales = attributes.floats("scales") {
            return scales.allSatisfy { $0 == 1 } ? value : refuse(mode + "scales \(Self.words(scales))")
        }
        let place = node.opType == "Upsample" ? 1 : 2
        guard node.input.count > place, let scales = try floats(node.input[place]), !scales.numbers.isEmpty else {
            return refuse(mode + "sizes instead of scales")
        }
        return scales.numbers.allSatisfy { $0 == 1 } ? value : refuse(mode + "scales \(Self.words(scales.numbers))")
    }

    private static func words(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }
}
