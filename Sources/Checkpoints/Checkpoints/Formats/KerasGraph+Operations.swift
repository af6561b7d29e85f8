extension KerasGraph {
    /// Layers and operations of several values, and of one with numbers; everything that is not known.
    mutating func operation(_ layer: KerasLayer, _ call: KerasCallValues) -> Value {
        let values = call.values
        var operands = call.operands
        for key in ["y", "b", "x2", "x", "a", "x1"] {
            // The numbers' place decides in a difference or a quotient.
            guard let numbers = call.keywords[key] else { continue }
            if ["x", "a", "x1"].contains(key) {
                operands.insert(.numbers(numbers), at: 0)
            } else {
                operands.append(.numbers(numbers))
            }
        }
        let name = Self.operationName(layer)
        switch name {
        case "nodeop": return tensorFlowOperation(layer, call)
        case "add", "addv2", "sum": return sum(operands, layer) ?? unsupported(layer, values, layer.className)
        case "multiply", "mul": return product(operands, layer) ?? unsupported(layer, values, layer.className)
        case "subtract", "sub": return difference(operands, layer) ?? unsupported(layer, values, layer.className)
        case "divide", "truediv", "realdiv", "truedivide":
            guard operands.count == 2, case .value(let value) = operands[0], case .numbers(let by) = operands[1],
                !by.isEmpty
            else { return unsupported(layer, values, "a quotient of two values") }
            return affine(by.map { 1 / $0 }, [0], of: value, name: layer.name)
        case "average" where values.count > 1:
            guard let total = sum(operands, layer) else { return unsupported(layer, values, layer.className) }
            return affine([1 / Double(values.count)], [0], of: total, name: layer.name + "/mean")
        case "mean", "reducemean":
            let axes = call.keywords["axis"] ?? layer.setting("axis")?.numbers
            guard values.count == 1, !values[0].isVector, axes == (isChannelsFirst ? [2, 3] : [1, 2]) else { break }
            return Value(
                node: add(.globalAveragePool, layer.name, [values[0].node]), rows: 1, columns: 1,
                channels: values[0].channels)
        case "concat", "concatenate", "concatv2":
            let axis = call.keywords["axis"]?.first ?? layer.setting("axis")?.double ?? -1
            return concatenation(layer, values, axis: Int(exactly: axis) ?? 0)
        default: if let result = elementwise(name, operands, layer, call) { return result }
        }
        if values.count == 1, call.operands.count == 1, LayerGraph.soundsLikeFunction(layer.className) {
            // What it gives is arranged as what it takes.
            var result = values[0]
            result.node = add(.unsupported, layer.name, [values[0].node]) {
                $0.function = Self.description(layer)
                $0.unknownFunction = layer.className
            }
            return result
        }
        return unsupported(layer, values, Self.description(layer))
    }

    /// What an operation is called without its package: "tf.math.add" → "add", Keras' layer "Add" → "add".
    private static func operationName(_ layer: KerasLayer) -> String {
        switch layer.className {
        case "TFOpLambda":
            let function = layer.setting("function")?.string ?? layer.name
            return bare(function.split(separator: ".").last.map(String.init) ?? function)
        case "TensorFlowOpLayer": return "nodeop"
        case "Merge":
            return ["sum": "add", "mul": "multiply", "ave": "average"][layer.setting("mode")?.string ?? ""] ?? "merge"
        default: return bare(layer.className)
        }
    }

    private static func bare(_ word: String) -> String { word.lowercased().filter { $0 != "_" } }

    private static func description(_ layer: KerasLayer) -> String {
        switch layer.className {
        case "TFOpLambda": "the operation \(layer.setting("function")?.string ?? layer.name)"
        case "Merge": "Merge '\(layer.setting("mode")?.string ?? "?")'"
        default: layer.className
        }
    }

    /// An operation of TensorFlow's graph, as versions until 2.3 kept it: its constants by their places.
    private mutating func tensorFlowOperation(_ layer: KerasLayer, _ call: KerasCallValues) -> Value {
        let definition = layer.setting("node_def")
        let tree = definition?.string.flatMap(JSONTree.init(parsing:)) ?? definition
        let name = Self.bare(tree?["op"]?.string ?? "")
        var operands = call.operands
        for (place, constant) in (layer.setting("constants")?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let place = Int(place), place >= 0, let numbers = constant.numbers else { continue }
            operands.insert(.numbers(numbers), at: min(place, operands.count))
        }
        switch name {
        case "add", "addv2", "biasadd": if let result = sum(operands, layer) { return result }
        case "mul": if let result = product(operands, layer) { return result }
        case "sub": if let result = difference(operands, layer) { return result }
        case "relu", "relu6", "sigmoid", "identity":
            if call.values.count == 1 { return function(name, of: call.values[0], layer, name: layer.name) }
        case "realdiv", "truediv":
            if operands.count == 2, case .value(let value) = operands[0], case .numbers(let by) = operands[1],
                !by.isEmpty
            {
                return affine(by.map { 1 / $0 }, [0], of: value, name: layer.name)
            }
        default: break
        }
        return unsupported(layer, call.values, "the operation \(tree?["op"]?.string ?? layer.name)")
    }

    private mutating func sum(_ operands: [KerasCallValues.Operand], _ layer: KerasLayer) -> Value? {
        let (values, constants) = Self.parts(operands)
        guard var total = values.first, values.count + constants.count > 1 else { return nil }
        for value in values.dropFirst() {
            let node = add(.add, layer.name, [total.node, value.node])
            total = total.channels == nil ? value : total
            total.node = node
        }
        for constant in constants { total = affine([1], constant, of: total, name: layer.name) }
        return total
    }

    private mutating func product(_ operands: [KerasCallValues.Operand], _ layer: KerasLayer) -> Value? {
        let (values, constants) = Self.parts(operands)
        guard var total = values.first, values.count + constants.count > 1 else { return nil }
        for value in values.dropFirst() {
            // What has one number a channel stands second.
            let isSwapped = total.isPoint && !value.isPoint
            let node = add(.multiply, layer.name, isSwapped ? [value.node, total.node] : [total.node, value.node])
            if isSwapped { total = value }
            total.node = node
        }
        for constant in constants { total = affine(constant, [0], of: total, name: layer.name) }
        return total
    }

    private mutating func difference(_ operands: [KerasCallValues.Operand], _ layer: KerasLayer) -> Value? {
        guard operands.count == 2 else { return nil }
        switch (operands[0], operands[1]) {
        case (.value(let value), .numbers(let numbers)) where !numbers.isEmpty:
            return affine([1], numbers.map { -$0 }, of: value, name: layer.name)
        case (.numbers(let numbers), .value(let value)) where !numbers.isEmpty:
            return affine([-1], numbers, of: value, name: layer.name)
        case (.value(var first), .value(let second)):
            let negative = affine([-1], [0], of: second, name: layer.name + "/minus")
            first.node = add(.add, layer.name, [first.node, negative.node])
            return first
        default: return nil
        }
    }

    static func parts(_ operands: [KerasCallValues.Operand]) -> (values: [Value], constants: [[Double]]) {
        var (values, constants): ([Value], [[Double]]) = ([], [])
        for operand in operands {
            switch operand {
            case .value(let value): values.append(value)
            case .numbers(let numbers): if !numbers.isEmpty { constants.append(numbers) }
            }
        }
        return (values, constants)
    }

    mutating func concatenation(_ layer: KerasLayer, _ values: [Value], axis: Int) -> Value {
        guard let first = values.first, values.allSatisfy({ isChannelAxis(axis, of: $0) }) else {
            return unsupported(layer, values, "a concatenation along axis \(axis)")
        }
        var result = first
        result.node = add(.concatenate, layer.name, values.map(\.node))
        let channels = values.compactMap(\.channels)
        result.channels = channels.count == values.count ? channels.reduce(0, &+) : nil
        return result
    }
}
