import ONNXSchema

/// What is computed of all numbers of each channel, and the larger of several results.
extension ONNXGraphReader {
    /// The mean, sum, largest or smallest number over rows and columns.
    mutating func reduced(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        guard let axes = try numbers(node, "axes", input: 1), !axes.isEmpty else {
            return refuse("without constant axes")
        }
        let keeps = attributes.int("keepdims") != 0
        let result: GraphValue?
        switch node.opType {
        case "ReduceSum": result = builder.sum(value, axes, keeps: keeps, name)
        case "ReduceMax": result = builder.maximum(value, axes, keeps: keeps, name)
        case "ReduceMin":
            let turned = builder.affine(value, [-1], [0], "\(name).turned")
            result = builder.maximum(turned, axes, keeps: keeps, "\(name).maximum")
                .map { builder.affine($0, [-1], [0], name) }
        default: result = builder.mean(value, axes, keeps: keeps, name)
        }
        return result ?? refuse("with axes \(Self.list(axes)) of \(words(value))")
    }

    /// The mean over rows and then over columns, or the other way round, is the mean of the map; nil for other nodes.
    mutating func meanOfLines(_ node: ONNXNodeProto) throws -> PatternStep? {
        guard node.opType == "ReduceMean", let name = node.input.first,
            let places = try numbers(node, "axes", input: 1)
        else { return nil }
        let keeps = ONNXAttributes(node).int("keepdims") != 0
        guard case .meanOfLines(let x, let first, let kept)? = patterns[name], let axes = x.axes else {
            guard let value = values[name].map({ builder.settled($0) }), let axes = value.axes else { return nil }
            let own = places.map { $0 < 0 ? $0 + axes.count : $0 }
            guard own.allSatisfy(axes.indices.contains) else { return nil }
            let reduced = Set(own.flatMap { axes[$0].map(\.axis) })
            let left = axes.indices.filter { !own.contains($0) }.flatMap { axes[$0].map(\.axis) }
            let isHalf =
                reduced == [.rows] && left.contains(.columns) || reduced == [.columns] && left.contains(.rows)
            return isHalf ? .part(.meanOfLines(value, places: own, keeps: keeps)) : nil
        }
        let left = axes.indices.filter { kept || !first.contains($0) }
        let own = places.map { $0 < 0 ? $0 + left.count : $0 }
        guard own.allSatisfy(left.indices.contains) else { return nil }
        let second = own.map { left[$0] }
        guard var result = builder.mean(x, first + second, keeps: true, label(node)) else { return nil }
        let lost = Set((kept ? [] : first) + (keeps ? [] : second))
        result.axes = result.axes.map { axes in axes.indices.filter { !lost.contains($0) }.map { axes[$0] } }
        return .whole(result)
    }

    /// The largest or smallest of results and numbers.
    mutating func extreme(_ node: ONNXNodeProto, _ name: String) throws -> GraphValue? {
        let isLarger = node.opType == "Max"
        var result: GraphValue?
        var bounds: [Float] = []
        for input in node.input {
            guard let value = values[input] else {
                guard let bound = try scalar(input) else {
                    return refuse("of something other than results and single numbers")
                }
                bounds.append(bound)
                continue
            }
            guard let before = result else {
                result = value
                continue
            }
            guard let next = builder.extreme(before, value, isLarger: isLarger, name) else {
                return refuse("of \(words(before)) and \(words(value))")
            }
            result = next
        }
        guard let bound = isLarger ? bounds.max() : bounds.min() else { return result }
        return result.flatMap {
            isLarger ? builder.clipped($0, bound, .infinity, name) : builder.clipped($0, -.infinity, bound, name)
        }
    }
}
