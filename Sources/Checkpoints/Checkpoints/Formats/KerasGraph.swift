/// Reads what a Keras configuration computes into a ``LayerGraph``.
///
/// Sequential and functional models of every version, models inside models opened, shared layers once for each use.
struct KerasGraph {
    /// One result of a layer, as far as the configuration tells its shape.
    struct Value {
        /// The node that computes it.
        var node: String
        /// Rows, columns and channels of a map; nil where unknown.
        var rows: Int?
        var columns: Int?
        var channels: Int?
        /// Whether it is one vector for each image instead of a map.
        var isVector = false
        /// Rows, columns and channels that a Flatten with channels last laid side by side; only a Dense layer can take them.
        var flattened: [Int]?

        /// Whether it is one number for each channel.
        var isPoint: Bool { isVector || (rows == 1 && columns == 1) }

        /// What another node computes of it and arranges alike.
        func computed(by node: String) -> Value {
            var result = self
            result.node = node
            return result
        }
    }

    /// What follows a layer's name in that of the activation inside it.
    static let innerMark = "/activation"
    /// The most nodes that a graph may have, and uses of layers and models that are followed.
    static let maximumNodes = 50_000

    let weights: KerasWeights
    /// The major version of Keras, by which some words differ.
    let version: Int?
    let isChannelsFirst: Bool
    private(set) var nodes: [LayerGraph.Node] = []
    private var names: Set<String> = []
    private var useCount = 0

    /// The graph, without what its output does not need and with patterns of several layers joined; and the whole one.
    ///
    /// Nil where the configuration tells no graph: a subclassed model, or one whose layers do not meet.
    static func read(
        _ model: KerasLayer, weights: KerasWeights, version: Int?
    ) -> (graph: LayerGraph, whole: LayerGraph, outputCount: Int)? {
        guard model.isModel else { return nil }
        var reader = KerasGraph(weights: weights, version: version, isChannelsFirst: isChannelsFirst(model))
        guard let outputs = reader.run(model, nil, depth: 0), let output = outputs.first, !reader.isTooLarge else {
            return nil
        }
        let whole = LayerGraph(nodes: reader.nodes, output: output.node, origin: "Keras model_config")
        return (KerasGraphPasses.finished(whole), whole, Set(outputs.map(\.node)).count)
    }

    /// Whether the model's images have their channels first, by the first layer that says so.
    static func isChannelsFirst(_ model: KerasLayer) -> Bool {
        model.leaves.lazy.compactMap(\.core.isChannelsFirst).first ?? false
    }

    private var isTooLarge: Bool { nodes.count > Self.maximumNodes || useCount > Self.maximumNodes }

    // MARK: Models

    /// The results of a model; `inputs` is nil for the outermost, which has inputs of its own.
    private mutating func run(_ model: KerasLayer, _ inputs: [Value]?, depth: Int) -> [Value]? {
        guard depth < KerasLayer.maximumDepth, !isTooLarge else { return nil }
        useCount += 1
        let isFunctional = model.setting("output_layers") != nil
        return isFunctional ? functional(model, inputs, depth: depth) : sequential(model, inputs, depth: depth)
    }

    private mutating func sequential(_ model: KerasLayer, _ inputs: [Value]?, depth: Int) -> [Value]? {
        guard model.className == "Sequential" || model.settings.elements != nil else { return nil }
        var values: [Value]
        if let inputs {
            values = inputs
        } else {
            let first = model.layers.first
            let isInput = first?.className == "InputLayer"
            let shape = Self.firstShape(model)
            values = [input(isInput ? first?.name ?? "input" : "input", shape)]
        }
        for layer in model.layers where layer.className != "InputLayer" {
            guard let next = apply(layer, KerasCallValues(values), depth: depth) else { return nil }
            values = next
        }
        return values
    }

    /// The shape that the first layer, or the first of a model there, takes.
    private static func firstShape(_ model: KerasLayer) -> [Int?]? {
        var layer: KerasLayer? = model
        while let current = layer {
            if let shape = current.inputShape { return shape }
            layer = current.layers.first
        }
        return nil
    }

    private mutating func functional(_ model: KerasLayer, _ inputs: [Value]?, depth: Int) -> [Value]? {
        let layers = Dictionary(model.layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let given = KerasReference.all(model.setting("output_layers"))
        let offsets = Self.offsets(model, given)
        var results: [String: [[Value]?]] = [:]
        let taken = KerasReference.all(model.setting("input_layers"))
        for (index, reference) in taken.enumerated() {
            if let inputs {
                guard inputs.indices.contains(index) else { return nil }
                results[reference.layer] = [[inputs[index]]]
            } else {
                results[reference.layer] = [[input(reference.layer, layers[reference.layer]?.inputShape)]]
            }
        }
        var waiting: [(layer: KerasLayer, call: Int)] = []
        for layer in model.layers where results[layer.name] == nil {
            results[layer.name] = Array(repeating: nil, count: layer.calls.count)
            waiting += layer.calls.indices.map { (layer, $0) }
        }
        // Layers stand mostly behind what they read; those that do not wait for the next round.
        for _ in 0..<64 where !waiting.isEmpty {
            var later: [(layer: KerasLayer, call: Int)] = []
            for (layer, call) in waiting {
                guard let values = read(layer.calls[call].shifted(offsets), results) else {
                    later.append((layer, call))
                    continue
                }
                guard let result = apply(layer, values, depth: depth) else { return nil }
                results[layer.name]?[call] = result
            }
            if later.count == waiting.count { break }
            waiting = later
        }
        let outputs = given.map { Self.value($0.shifted(offsets), results) }
        let found = outputs.compactMap(\.self)
        return found.count == outputs.count && !found.isEmpty ? found : nil
    }

    /// What a call is given; nil where something of it is not computed yet.
    private func read(_ call: KerasCall, _ results: [String: [[Value]?]]) -> KerasCallValues? {
        var values = KerasCallValues([])
        for argument in call.arguments.flatMap(\.flat) {
            switch argument {
            case .value(let reference):
                guard let value = Self.value(reference, results) else { return nil }
                values.operands.append(.value(value))
            case .numbers(let numbers): values.operands.append(.numbers(numbers))
            case .list, .other: break
            }
        }
        for (name, argument) in call.keywords {
            switch argument {
            case .value(let reference):
                guard let value = Self.value(reference, results) else { return nil }
                values.operands.append(.value(value))
            case .numbers(let numbers): values.keywords[name] = numbers
            case .list(let list):
                for case .value(let reference) in list.flatMap(\.flat) {
                    guard let value = Self.value(reference, results) else { return nil }
                    values.operands.append(.value(value))
                }
            case .other: break
            }
        }
        return values
    }

    private static func value(_ reference: KerasReference, _ results: [String: [[Value]?]]) -> Value? {
        guard let calls = results[reference.layer], calls.indices.contains(reference.call),
            let values = calls[reference.call]
        else { return nil }
        return values.indices.contains(reference.output) ? values[reference.output] : nil
    }

    /// Versions count the calls of a model from 0 or 1: by how much the numbers in use are too high, by layer.
    private static func offsets(_ model: KerasLayer, _ outputs: [KerasReference]) -> [String: Int] {
        let counts = Dictionary(
            model.layers.map { ($0.name, max(1, $0.calls.count)) }, uniquingKeysWith: { first, _ in first })
        var offsets: [String: Int] = [:]
        for reference in model.layers.flatMap(\.calls).flatMap(\.values) + outputs {
            guard let count = counts[reference.layer], reference.call >= count, reference.call < count + 16 else {
                continue
            }
            offsets[reference.layer] = max(offsets[reference.layer] ?? 0, reference.call - count + 1)
        }
        return offsets
    }

    private mutating func apply(_ layer: KerasLayer, _ values: KerasCallValues, depth: Int) -> [Value]? {
        guard !isTooLarge else { return nil }
        return layer.isModel ? run(layer, values.values, depth: depth + 1) : [lower(layer, values)]
    }

    // MARK: Nodes

    private mutating func input(_ name: String, _ shape: [Int?]?) -> Value {
        let node = add(.input, name, [])
        guard let shape, shape.count == 4 else { return Value(node: node) }
        let lengths = shape.map { length in length.flatMap { (1...1 << 20).contains($0) ? $0 : nil } }
        return isChannelsFirst
            ? Value(node: node, rows: lengths[2], columns: lengths[3], channels: lengths[1])
            : Value(node: node, rows: lengths[1], columns: lengths[2], channels: lengths[3])
    }

    /// Adds a node under a name of its own.
    mutating func add(
        _ kind: LayerGraph.Kind, _ name: String, _ inputs: [String],
        settings: (inout LayerGraph.Node) -> Void = { _ in }
    ) -> String {
        var unique = name.isEmpty ? kind.rawValue : name
        var number = 2
        while !names.insert(unique).inserted {
            unique = "\(name):\(number)"
            number += 1
        }
        var node = LayerGraph.Node(kind, name: unique, inputs: inputs)
        settings(&node)
        nodes.append(node)
        return unique
    }

    /// A node for what has no counterpart; `what` names it in an error ("a Lambda layer").
    mutating func unsupported(_ layer: KerasLayer, _ inputs: [Value], _ what: String) -> Value {
        Value(node: add(.unsupported, layer.name, inputs.map(\.node)) { $0.function = what })
    }
}

/// What one use of a layer is given.
struct KerasCallValues {
    /// A result of another layer, or numbers.
    enum Operand {
        case value(KerasGraph.Value)
        case numbers([Double])
    }

    var operands: [Operand]
    /// Numbers by name.
    var keywords: [String: [Double]] = [:]

    init(_ values: [KerasGraph.Value]) { operands = values.map(Operand.value) }

    /// The results of other layers among them.
    var values: [KerasGraph.Value] {
        operands.compactMap { if case .value(let value) = $0 { value } else { nil } }
    }
}
