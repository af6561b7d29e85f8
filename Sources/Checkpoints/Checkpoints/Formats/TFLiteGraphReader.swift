import Tensors

/// Follows a model's operators one by one: which constant is what to which layer, and what the network computes.
struct TFLiteGraphReader {
    /// A constant as a layer's parameter.
    struct Use {
        let module: String
        let parameter: String
        let axes: WeightAxes
        let tensor: TFLiteTensor
    }

    /// TensorFlow's order of a map's axes.
    static let order: [GraphValue.Axis] = [.batch, .rows, .columns, .channels]

    let model: TFLiteModel
    let path: String
    var builder = LayerGraphBuilder()
    /// What the tensors of the graph stand for, by their places.
    var values: [Int: GraphValue] = [:]
    /// Constants by their tensors' places, with those that are computed from constants alone.
    private(set) var constants: [Int: TFLiteTensor] = [:]
    /// The names of entries, each once, by the tensors' places.
    private(set) var names: [String] = []
    /// Parameters by the names of their entries, in the order of the operators.
    private(set) var uses: [(name: String, use: Use)] = []
    /// Tensors of which others are made.
    private(set) var hidden: Set<Int> = []
    /// What the description leaves out, a sentence each.
    private(set) var notes: [String] = []
    /// Rows of the input image.
    private(set) var inputSize: Int?
    private var usedNames: [String: Int] = [:]
    private var modules: Set<String> = []
    private var readers: [Int: [Int]] = [:]

    init(_ model: TFLiteModel, path: String) throws {
        self.model = model
        self.path = path
        var taken: Set<String> = []
        for (place, tensor) in model.tensors.enumerated() {
            var name = tensor.name.isEmpty ? "tensor_\(place)" : tensor.name
            if !taken.insert(name).inserted {
                name = "\(name)_\(place)"
                while !taken.insert(name).inserted { name += "_" }
            }
            names.append(name)
            constants[place] = try TFLiteTensor(tensor, path: path)
        }
        for (place, node) in model.operators.enumerated() {
            for input in node.inputs where input >= 0 { readers[input, default: []].append(place) }
        }
        if model.graphCount > 1 { note("Only the first of \(model.graphCount) graphs is read.") }
        if model.outputs.count > 1 { note("The graph's result is the first of its \(model.outputs.count) outputs.") }
        addInputs()
        for (place, node) in model.operators.enumerated() {
            if try addConstant(node) { continue }
            if let results = try operation(node, "\(node.name.lowercased())_\(place)") {
                for (output, result) in zip(node.outputs, results) where output >= 0 { values[output] = result }
                continue
            }
            if isArithmetic(node) { continue }
            let inputs = node.inputs.compactMap { values[$0] }
            let result = builder.unsupported(node.name, label(node, place), inputs)
            for output in node.outputs where output >= 0 { values[output] = result }
        }
    }

    /// Says once what is left out.
    mutating func note(_ sentence: String) { if !notes.contains(sentence) { notes.append(sentence) } }

    private mutating func addInputs() {
        var hasImage = false
        for place in model.inputs where place >= 0 && constants[place] == nil {
            let tensor = model.tensors[place]
            if !hasImage, tensor.lengths.count == 4 {
                hasImage = true
                let isFirst = isChannelsFirst(place, tensor.lengths)
                let order: [GraphValue.Axis] = isFirst ? [.batch, .channels, .rows, .columns] : Self.order
                var lengths = tensor.lengths.map { $0 > 0 ? $0 : nil }
                if lengths[isFirst ? 1 : 3] == nil { lengths[isFirst ? 1 : 3] = 3 }
                if let rows = lengths[isFirst ? 2 : 1], rows > 1 { inputSize = rows }
                values[place] = builder.input(names[place], order, lengths)
            } else {
                values[place] = builder.unsupported("input of \(tensor.lengths.count) axes", names[place], [])
            }
        }
    }

    /// Whether images come as N×C×H×W, as models from PyTorch have them: the first operator turns them, or their lengths
    /// say so.
    private func isChannelsFirst(_ place: Int, _ lengths: [Int]) -> Bool {
        var known: Set<Int> = [place]
        for node in model.operators where node.inputs.contains(where: known.contains) {
            if node.name == "TRANSPOSE" {
                return (try? node.inputs.last.flatMap { try constants[$0]?.integers(path) }) == [0, 2, 3, 1]
            }
            if node.name.hasSuffix("CONV_2D") { return false }
            known.formUnion(node.outputs)
        }
        return [1, 3, 4].contains(lengths[1]) && ![1, 3, 4].contains(lengths[3])
    }

    // MARK: constants

    /// A constant that an operator makes of another one: half precision and quantised weights, and turned ones.
    private mutating func addConstant(_ node: TFLiteModel.Operator) throws -> Bool {
        guard let input = node.inputs.first, input >= 0, let tensor = constants[input], let output = node.outputs.first,
            output >= 0, values[output] == nil
        else { return false }
        let result: TFLiteTensor?
        switch node.name {
        case "DEQUANTIZE", "CAST":
            result = tensor.recipe.type.isFloatingPoint ? tensor.adding(.round(.float32)) : nil
        case "TRANSPOSE":
            result = try integers(node, 1).flatMap { tensor.adding(.transpose($0)) }
        case "RESHAPE", "SQUEEZE", "EXPAND_DIMS":
            result = Shape.checked(model.tensors[output].lengths).flatMap { tensor.adding(.reshape($0)) }
        default: return false
        }
        guard let result else { return false }
        constants[output] = result
        hidden.insert(input)
        return true
    }

    /// The whole numbers of an input; nil where it is absent or not constant.
    func integers(_ node: TFLiteModel.Operator, _ place: Int) throws -> [Int]? {
        guard node.inputs.indices.contains(place) else { return nil }
        return try constants[node.inputs[place]]?.integers(path)
    }

    /// The numbers of an input and its axes; nil where it is absent, large or not constant.
    func floats(_ node: TFLiteModel.Operator, _ place: Int) throws -> (numbers: [Float], shape: [Int])? {
        guard node.inputs.indices.contains(place), let tensor = constants[node.inputs[place]],
            let numbers = try tensor.floats(path)
        else { return nil }
        return (numbers, tensor.shape.dimensions)
    }

    /// Whether an operator computes shapes: whole numbers without a scale.
    private func isArithmetic(_ node: TFLiteModel.Operator) -> Bool {
        !["ARG_MAX", "ARG_MIN", "TOPK_V2"].contains(node.name)
            && node.outputs.allSatisfy { output in
                output >= 0 && [2, 4].contains(model.tensors[output].type) && model.tensors[output].scales == nil
            }
    }

    /// The value of an input; nil where it is absent or constant.
    func value(_ node: TFLiteModel.Operator, _ place: Int) -> GraphValue? {
        node.inputs.indices.contains(place) ? values[node.inputs[place]] : nil
    }

    // MARK: parameters

    /// Registers a constant as a layer's parameter; gives the entry's name.
    mutating func parameter(
        _ place: Int, _ tensor: TFLiteTensor, _ parameter: String, of module: String, axes: WeightAxes
    ) -> String {
        var name = names[place]
        var number = 2
        while let index = usedNames[name] {
            if uses[index].use.tensor == tensor { return name }
            name = "\(names[place])_\(number)"
            number += 1
        }
        usedNames[name] = uses.count
        uses.append((name, Use(module: module, parameter: parameter, axes: axes, tensor: tensor)))
        return name
    }

    /// The layer's name: from its weight's, without TensorFlow's words for what the weight is; else the operator's.
    mutating func module(_ weight: Int, _ fallback: String) -> String {
        let words: Set<String> = [
            "Conv2D", "depthwise", "depthwise_weights", "weights", "weights_quant", "FakeQuantWithMinMaxVars", "MatMul",
            "ReadVariableOp", "BiasAdd", "kernel", "filter", "separable_conv2d", "Conv2D_Fold_bias", "resource",
            "depthwise_kernel", "Relu", "Relu6", "FusedBatchNormV3", "weight", "LastValueQuant", "convolution",
            "Tensordot",
        ]
        func isWord(_ part: Substring) -> Bool {
            var part = part
            while let last = part.last, last.isNumber, !words.contains(String(part)) { part.removeLast() }
            while part.last == "_" { part.removeLast() }
            return words.contains(String(part))
        }
        let all = model.tensors[weight].name.split(separator: ";")
        let named =
            all.first { name in ["Conv2D", "depthwise", "MatMul"].contains { name.contains("/\($0)") } } ?? all.first
            ?? ""
        var parts = named.split(whereSeparator: { $0 == "/" || $0 == "." })
        while parts.count > 1, let last = parts.last, isWord(last) { parts.removeLast() }
        let preferred = parts.isEmpty ? fallback : parts.joined(separator: ".")
        var name = preferred
        var number = 2
        while !modules.insert(name).inserted {
            name = "\(preferred)_\(number)"
            number += 1
        }
        return name
    }

    private func label(_ node: TFLiteModel.Operator, _ place: Int) -> String {
        node.outputs.first.flatMap { $0 >= 0 ? names[$0] : nil } ?? "\(node.name.lowercased())_\(place)"
    }

    // MARK: results

    /// Whether nothing but the graph's results is made of a value, numbers unchanged.
    func isResult(_ place: Int, depth: Int = 0) -> Bool {
        let next = readers[place] ?? []
        if next.isEmpty { return model.outputs.contains(place) }
        return depth < 8
            && next.allSatisfy { index in
                let node = model.operators[index]
                return ["DEQUANTIZE", "QUANTIZE", "RESHAPE", "SQUEEZE", "CAST"].contains(node.name)
                    && node.outputs.count == 1 && isResult(node.outputs[0], depth: depth + 1)
            }
    }

    /// What the network computes.
    var graph: LayerGraph {
        builder.graph(model.outputs.lazy.compactMap { values[$0] }.first, origin: "TFLite graph")
    }
}
