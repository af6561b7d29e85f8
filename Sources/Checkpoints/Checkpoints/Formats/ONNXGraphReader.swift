import ONNXSchema
import Tensors

/// Follows a model's graph node by node: which constant is what to which layer, and what the network computes.
struct ONNXGraphReader {
    /// A constant as a layer's parameter.
    struct Use {
        let module: String
        let parameter: String
        let place: Int
        let axes: WeightAxes
        var tensor: ONNXTensor
    }

    var builder = LayerGraphBuilder()
    var constants: ONNXConstants
    /// What the names of the graph stand for.
    var values: [String: GraphValue] = [:]
    var integers: [String: ONNXIntegers] = [:]
    /// Names of numbers that were computed from the lengths of a result.
    var measured: Set<String> = []
    /// Parameters by the names of their entries.
    private(set) var uses: [String: Use] = [:]
    /// Nodes of branches and loops, which the graph does not compute whole.
    private(set) var sideNodes: [LayerGraph.Node] = []
    /// Rows of the input image.
    private(set) var inputSize: Int?
    /// What the description leaves out or does not know, a sentence each.
    var remarks: [String] = []
    /// Results that are quantised when the network runs, and what their scales are called: numbers here stay as they are,
    /// so that these scales are 1.
    var dynamic: Set<String> = []
    /// Products of such a scale and a weight's, by the name of the weight's.
    var dynamicScales: [String: String] = [:]
    /// Layers of whole numbers whose weight's scale a later product tells, by their nodes.
    var unscaled: [String: (entry: String, stored: ONNXTensor, zeros: [Float], axis: Int)] = [:]
    /// What results are on the way to, by the graph's names.
    var patterns: [String: GraphPattern] = [:]
    /// Places of flat results by the names of what computes them.
    var flatPlaces: [String: ONNXPlaces] = [:]
    /// Why the node at hand has no counterpart although its operator has one: the setting that is not understood.
    private var refusal: String?
    private var readers: [String: Int] = [:]
    /// Nodes of the builder whose results more than one node of the file reads.
    private var shared: Set<String> = []
    private var place = 0
    private let versions: [String: Int]
    private var depth: Int
    private var branchCount = 0

    /// Branches and loops in which layers are looked for.
    private static let maximumBranches = 256

    /// The newest version of ONNX's own operators that this reader was written for.
    static let newestVersion = 24

    /// Reads a whole model.
    init(_ model: ONNXModelProto, _ constants: ONNXConstants) throws {
        self.constants = constants
        depth = 0
        outputs = model.graph.output.map(\.name)
        versions = Dictionary(
            model.opsetImport.map { ($0.domain == "ai.onnx" ? "" : $0.domain, Int(clamping: $0.version)) },
            uniquingKeysWith: { first, _ in first })
        if let version = versions[""], version > Self.newestVersion {
            remarks.append(
                "Its operators are of opset \(version), newer than \(Self.newestVersion), the newest known here.")
        }
        try self.constants.add(model.graph)
        count(model.graph, depth: 0)
        addInputs(model.graph)
        if outputs.count > 1 { remarks.append("The graph's result is the first of its \(outputs.count) outputs.") }
        try read(model.graph)
        for name in unscaled.keys.sorted() {
            builder.change(name) {
                $0.kind = .unsupported
                $0.function = "a layer of whole numbers without a scale"
            }
        }
    }

    /// The names of the model's results.
    private(set) var outputs: [String] = []

    /// The version of ONNX's own operators.
    var opset: Int { versions[""] ?? 1 }

    // MARK: values

    /// How often each name is read, in branches too.
    private mutating func count(_ graph: ONNXGraphProto, depth: Int) {
        for node in graph.node {
            for name in node.input { readers[name, default: 0] += 1 }
            guard depth < 16 else { continue }
            for (_, inner) in ONNXAttributes(node).graphs { count(inner, depth: depth + 1) }
        }
        for output in graph.output { readers[output.name, default: 0] += 1 }
    }

    private mutating func addInputs(_ graph: ONNXGraphProto) {
        var hasImage = false
        for input in graph.input where !constants.contains(input.name) {
            let lengths = input.type.tensorType.shape.dim.map { $0.dimValue > 0 ? Int($0.dimValue) : nil }
            if !hasImage, lengths.count == 4 {
                hasImage = true
                let isLast = isChannelsLast(input.name, lengths, graph)
                let order: [GraphValue.Axis] =
                    isLast ? [.batch, .rows, .columns, .channels] : [.batch, .channels, .rows, .columns]
                let rows = lengths[isLast ? 1 : 2]
                if let rows, rows > 1 { inputSize = rows }
                var known = lengths
                // A net of photographs.
                if known[isLast ? 3 : 1] == nil { known[isLast ? 3 : 1] = 3 }
                if let value = builder.input(input.name, order, known) { set(input.name, value) }
            } else {
                values[input.name] = builder.unsupported("input of \(lengths.count) axes", input.name, [])
            }
        }
    }

    /// Whether images come as N×H×W×C: the first node that depends on the order turns them, or their lengths say so.
    private func isChannelsLast(_ name: String, _ lengths: [Int?], _ graph: ONNXGraphProto) -> Bool {
        var names: Set<String> = [name]
        for node in graph.node where node.input.contains(where: names.contains) {
            if node.opType == "Transpose" { return ONNXAttributes(node).ints("perm") == [0, 3, 1, 2] }
            if node.opType.hasSuffix("Conv") { return false }
            names.formUnion(node.output)
        }
        guard let last = lengths[3], let second = lengths[1] else { return false }
        return [1, 3, 4].contains(last) && ![1, 3, 4].contains(second)
    }

    /// Gives a name of the graph its meaning.
    mutating func set(_ name: String, _ value: GraphValue) {
        values[name] = value
        if readers[name, default: 0] > 1 { shared.insert(value.node) }
    }

    /// Whether nothing but the node at hand reads the result of a node of the builder.
    func isOwn(_ node: String) -> Bool { !shared.contains(node) }

    /// The small whole numbers that a name stands for.
    mutating func integers(_ name: String) throws -> ONNXIntegers? {
        if let known = integers[name] { return known }
        guard let tensor = constants.tensors[name], let numbers = try constants.data.integers(tensor) else {
            return nil
        }
        let result = ONNXIntegers(shape: tensor.shape.dimensions, items: numbers.map(GraphLength.number))
        integers[name] = result
        return result
    }

    /// The known whole numbers that an attribute or an input holds.
    mutating func numbers(_ node: ONNXNodeProto, _ attribute: String, input: Int) throws -> [Int]? {
        if let numbers = ONNXAttributes(node).ints(attribute) { return numbers }
        guard node.input.count > input, !node.input[input].isEmpty else { return nil }
        return try integers(node.input[input])?.numbers
    }

    /// The numbers of a small constant and its axes.
    func floats(_ name: String) throws -> (numbers: [Float], shape: [Int])? {
        guard let tensor = constants.tensors[name], let numbers = try constants.data.floats(tensor) else { return nil }
        return (numbers, tensor.shape.dimensions)
    }

    /// One constant number.
    func scalar(_ name: String?) throws -> Float? {
        guard let name, let constant = try floats(name), constant.numbers.count == 1 else { return nil }
        return constant.numbers[0]
    }

    // MARK: parameters

    /// Registers a constant as a layer's parameter; gives the entry's name, nil where `name` is no constant.
    mutating func parameter(
        _ name: String?, _ parameter: String, of module: String, axes: WeightAxes = .outputInputRowsColumns,
        _ step: TensorRecipe.Step? = nil
    ) -> String? {
        guard let name, var tensor = constants.tensors[name] else { return nil }
        if let step {
            guard let changed = tensor.adding(step) else { return nil }
            tensor = changed
        }
        return self.parameter(tensor, named: name, parameter, of: module, axes: axes)
    }

    /// Gives a parameter its numbers when they are known later than its layer.
    mutating func change(_ entry: String, to tensor: ONNXTensor) { uses[entry]?.tensor = tensor }

    /// A parameter of this very tensor, which no name of the graph stands for.
    mutating func parameter(
        _ tensor: ONNXTensor, named name: String, _ parameter: String, of module: String,
        axes: WeightAxes = .outputInputRowsColumns
    ) -> String {
        // What several layers share has the first name for the first of them only.
        let origin = constants.origin(of: name)
        var entry = uses[origin] == nil ? origin : name
        if let known = uses[entry] {
            if known.tensor.recipe == tensor.recipe, known.tensor.stored == tensor.stored { return entry }
            var number = 2
            while uses["\(name)_\(number)"] != nil || constants.contains("\(name)_\(number)") { number += 1 }
            entry = "\(name)_\(number)"
        }
        uses[entry] = Use(
            module: module, parameter: parameter, place: place, axes: axes, tensor: tensor)
        return entry
    }

    /// Registers a constant of one number a channel: as it is where it has the name that its module gave it, else on one
    /// axis, as `parameter` of `module`.
    mutating func perChannel(_ name: String, _ parameter: String, of module: String) -> String? {
        guard let tensor = constants.tensors[name] else { return nil }
        let own = constants.origin(of: name)
        guard ONNXConstants.isStateDictKey(own), let dot = own.lastIndex(of: ".") else {
            return self.parameter(name, parameter, of: module, .reshape([tensor.shape.elementCount]))
        }
        let (word, module) = (String(own[own.index(after: dot)...]), String(own[..<dot]))
        if let stored = tensor.withOwnAxes { return self.parameter(stored, named: name, word, of: module) }
        let isWhole = tensor.recipe.steps.isEmpty
        return self.parameter(name, word, of: module, isWhole ? nil : .reshape([tensor.shape.elementCount]))
    }

    /// Whether anything reads a name.
    func isRead(_ name: String) -> Bool { readers[name, default: 0] > 0 }

    /// The layer's module path: from the weight's own name ("features.0.0.weight"), else from the node's
    /// ("/features/features.0/features.0.0/Conv"), else the name of what it computes.
    func module(_ node: ONNXNodeProto, weight: String?) -> String {
        if let weight, let tensor = constants.tensors[weight] {
            let name = tensor.matrixOrPoint == nil ? weight : constants.origin(of: weight)
            if name.hasSuffix(".weight") { return String(name.dropLast(".weight".count)) }
        }
        if node.name.hasPrefix("/") {
            var parts: [String] = []
            for part in node.name.split(separator: "/").dropLast().map(String.init) {
                if let last = parts.last, part.hasPrefix(last + ".") { parts.removeLast() }
                parts.append(part)
            }
            if !parts.isEmpty { return parts.joined(separator: ".") }
        }
        return node.name.isEmpty ? node.output.first ?? "" : node.name
    }

    // MARK: nodes

    private mutating func read(_ graph: ONNXGraphProto) throws {
        for node in graph.node {
            place += 1
            if try constants.add(node) { continue }
            if try readDynamicScales(node) { continue }
            if node.domain.isEmpty || node.domain == "ai.onnx", try readPlaces(node) || readIntegers(node) { continue }
            if ["If", "Loop", "Scan"].contains(node.opType), try readBranches(node) { continue }
            if try readPattern(node) { continue }
            refusal = nil
            if let results = try operation(node) {
                for (name, result) in zip(node.output, results) where !name.isEmpty { set(name, result) }
                continue
            }
            let inputs = node.input.compactMap { values[$0] }
            let type = node.domain.isEmpty || node.domain == "ai.onnx" ? node.opType : "\(node.domain).\(node.opType)"
            let function = refusal.map { "\(type) \($0)" } ?? type
            let result = builder.unsupported(
                function, label(node), inputs,
                isFunction: refusal == nil && LayerGraph.soundsLikeFunction(type))
            for name in node.output where !name.isEmpty { set(name, result) }
        }
    }

    /// Notes the setting for which a node has no counterpart ("with axis 2"); nil, for the caller to give. The first note
    /// holds.
    mutating func refuse<Result>(_ words: String) -> Result? {
        refusal = refusal ?? words
        return nil
    }

    /// The name of a node without weights.
    func label(_ node: ONNXNodeProto) -> String {
        let name = node.name.isEmpty ? node.output.first ?? node.opType : node.name
        return name.hasPrefix("/") ? String(name.dropFirst()) : name
    }

    /// The branch that a constant condition takes is part of the graph; of other branches and of loops only the layers are
    /// noted.
    private mutating func readBranches(_ node: ONNXNodeProto) throws -> Bool {
        let attributes = ONNXAttributes(node)
        guard depth < 8 else { return false }
        if node.opType == "If", let condition = try scalar(node.input.first),
            let branch = attributes.graph(condition != 0 ? "then_branch" : "else_branch")
        {
            // The other branch's weights are the file's too.
            if let other = attributes.graph(condition != 0 ? "else_branch" : "then_branch") {
                try readAside(other, branch: condition != 0 ? "else_branch" : "then_branch")
            }
            var inner = ONNXGraphReader(self, isAside: false)
            try inner.constants.add(branch)
            try inner.read(branch)
            adopt(inner)
            builder = inner.builder
            shared = inner.shared
            patterns.merge(inner.patterns) { own, _ in own }
            for (name, output) in zip(node.output, branch.output) {
                if let value = inner.values[output.name] { set(name, value) }
            }
            return true
        }
        for (name, graph) in attributes.graphs { try readAside(graph, branch: name) }
        return false
    }

    private mutating func readAside(_ graph: ONNXGraphProto, branch: String) throws {
        branchCount += 1
        guard branchCount <= Self.maximumBranches else {
            let remark = "Layers in more than \(Self.maximumBranches) branches and loops are left out."
            if !remarks.contains(remark) { remarks.append(remark) }
            return
        }
        var inner = ONNXGraphReader(self, isAside: true)
        try inner.constants.add(graph)
        for input in graph.input where !inner.constants.contains(input.name) {
            inner.values[input.name] = GraphValue(node: input.name, axes: nil)
        }
        try inner.read(graph)
        adopt(inner)
        sideNodes += inner.builder.nodes
    }

    /// For a graph inside `outer`, whose names it sees.
    private init(_ outer: ONNXGraphReader, isAside: Bool) {
        self = outer
        if isAside {
            builder = LayerGraphBuilder()
            values = values.mapValues { GraphValue(node: $0.node, axes: nil) }
        }
        self.depth = outer.depth + 1
    }

    private mutating func adopt(_ inner: ONNXGraphReader) {
        uses = inner.uses
        sideNodes = inner.sideNodes
        remarks = inner.remarks
        place = inner.place
        unscaled.merge(inner.unscaled) { _, new in new }
        branchCount = inner.branchCount
    }

    // MARK: results

    /// What the network computes.
    var graph: LayerGraph {
        return builder.graph(outputs.lazy.compactMap { values[$0] }.first, origin: "ONNX graph")
    }

    /// The parameters' names in the order of their nodes.
    var used: [String] {
        uses.sorted { ($0.value.place, $0.key) < ($1.value.place, $1.key) }.map(\.key)
    }
}
