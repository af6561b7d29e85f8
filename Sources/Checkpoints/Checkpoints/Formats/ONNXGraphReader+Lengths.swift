import ONNXSchema

/// Lengths of results and what is computed from them: shapes, pads, places.
extension ONNXGraphReader {
    /// Reads a node that computes with small whole numbers alone; false for others.
    mutating func readIntegers(_ node: ONNXNodeProto) throws -> Bool {
        guard let output = node.output.first, !output.isEmpty, !node.input.isEmpty || node.opType == "Constant" else {
            return false
        }
        if node.opType == "Shape" {
            guard let lengths = lengths(of: node.input[0]) else { return false }
            let attributes = ONNXAttributes(node)
            let rank = lengths.count
            func clamped(_ place: Int) -> Int { min(max(place < 0 ? place + rank : place, 0), rank) }
            let start = clamped(attributes.int("start") ?? 0)
            let end = clamped(attributes.int("end") ?? rank)
            integers[output] = ONNXIntegers(start < end ? Array(lengths[start..<end]) : [])
            measured.insert(output)
            return true
        }
        guard !node.input.contains(where: { values[$0] != nil }) else { return false }
        var inputs = try node.input.map { try integers($0) }
        let isMeasured = node.input.contains(where: measured.contains)
        // A number that an exporter computed itself; weights have axes.
        let isFolded = ["Ceil", "Floor"].contains(node.opType) && constants.tensors[node.input[0]]?.shape.rank == 0
        if isMeasured || isFolded {
            for (place, name) in node.input.enumerated() where inputs[place] == nil && !name.isEmpty {
                inputs[place] = try real(name, rounding: isFolded ? node.opType : nil)
            }
        }
        guard let result = ONNXIntegers.computed(node, inputs) else { return false }
        integers[output] = result
        if isMeasured || isFolded { measured.insert(output) }
        return true
    }

    /// The axes of a result, or of the small numbers that a name stands for.
    private func lengths(of name: String) -> [GraphLength?]? {
        if let value = values[name] { return (0..<(value.axes?.count ?? 0)).map(value.length) }
        return integers[name]?.shape.map(GraphLength.number)
    }

    /// Constant floating-point numbers that are whole, or are rounded so by an operator.
    private func real(_ name: String, rounding operation: String?) throws -> ONNXIntegers? {
        guard let constant = try floats(name), constant.numbers.count <= 64 else { return nil }
        let items = constant.numbers.map { number in
            Int(exactly: operation.map { number.rounded($0 == "Ceil" ? .up : .down) } ?? number)
        }
        let known = items.compactMap { $0.map(GraphLength.number) }
        guard known.count == items.count else { return nil }
        var result = ONNXIntegers(shape: constant.shape, items: known)
        result.isReal = true
        return result
    }
}
