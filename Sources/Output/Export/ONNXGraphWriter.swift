import Engine
import ONNXSchema
import Tensors

/// Turns the nodes of one engine graph into ONNX nodes, inputs before users.
struct ONNXGraphWriter {
    /// The graph as far as it is written.
    private(set) var message = ONNXGraphProto()

    let graph: Graph
    let sharedKernels: ONNXExporter.SharedKernels
    private let batchName: String?
    /// Shapes by node name.
    private let shapes: [String: Shape]
    /// Parameter names by identifier.
    private let parameterNames: [Graph.ParameterID: String]
    /// The nodes that the output needs, by name.
    private var needed: Set<String> = []
    /// ONNX values by node name.
    private var values: [String: String] = [:]
    /// Initializers that were written, by parameter and number of repetitions.
    private var initializers: [String: String] = [:]
    /// Initializers in the engine's shape, by shape and name.
    private var reshaped: [String: String] = [:]
    /// Constants that were written, by their content.
    private var constants: [[UInt8]: String] = [:]
    /// Slices whose value comes from a Split that was written, by node name.
    var splitSlices: Set<String> = []
    private var takenNames: Set<String> = [ONNXExporter.inputName, ONNXExporter.outputName]

    init(_ graph: Graph, shapes: [Shape], batchName: String?, sharedKernels: ONNXExporter.SharedKernels) {
        self.graph = graph
        self.batchName = batchName
        self.sharedKernels = sharedKernels
        self.shapes = Dictionary(uniqueKeysWithValues: zip(graph.nodes.map(\.name), shapes))
        var names: [Graph.ParameterID: String] = [:]
        for parameter in graph.parameters {
            if let identifier = graph.parameter(named: parameter.name) { names[identifier] = parameter.name }
            takenNames.formUnion([StateDict.key(parameter.name), parameter.key])
        }
        parameterNames = names
    }

    /// Writes everything that `output` needs; its value is called ``ONNXExporter/outputName``.
    mutating func write(output: Graph.NodeID) {
        markNeeded(output)
        var result = graph[output]
        while let source = sourceOfUnchanged(result) { result = graph[source] }
        if case .input = result.operation {} else { values[result.name] = ONNXExporter.outputName }
        for node in graph.nodes where needed.contains(node.name) { write(node) }
        if values[result.name] != ONNXExporter.outputName {
            emit("Identity", [value(of: output)], to: ONNXExporter.outputName, name: "identity")
        }
        if let shape = shapes[result.name] { message.output = [info(ONNXExporter.outputName, shape)] }
    }

    private mutating func markNeeded(_ output: Graph.NodeID) {
        var waiting = [graph[output]]
        while let node = waiting.popLast() {
            if needed.insert(node.name).inserted { waiting += node.inputs.map { graph[$0] } }
        }
    }

    private func info(_ name: String, _ shape: Shape) -> ONNXValueInfoProto {
        ONNXValueInfoProto(name: name, shape: shape, batchName: batchName)
    }

    /// `name`, or the first of `name.1`, `name.2` … that is not taken.
    private mutating func unusedName(_ name: String) -> String {
        var candidate = name
        var number = 0
        while !takenNames.insert(candidate).inserted {
            number += 1
            candidate = "\(name).\(number)"
        }
        return candidate
    }
}

extension ONNXGraphWriter {
    /// The value of a node that was written before.
    func value(of node: Graph.NodeID) -> String { values[graph[node].name] ?? "" }

    /// The shape of a node's result.
    func shape(of node: Graph.NodeID) -> Shape { shapes[graph[node].name] ?? [] }

    /// The shape of a node's result.
    func shape(of node: Graph.Node) -> Shape { shapes[node.name] ?? [] }

    /// The name for a node's result, with its shape noted; the result of the graph has its name already.
    mutating func declareValue(of node: Graph.Node) -> String {
        if let name = values[node.name] { return name }
        let name = unusedName(node.name)
        values[node.name] = name
        message.valueInfo.append(info(name, shape(of: node)))
        return name
    }

    /// The node whose result this one hands on unchanged when a net is run, or nil: dropout, a slice of all channels,
    /// a join of one value.
    func sourceOfUnchanged(_ node: Graph.Node) -> Graph.NodeID? {
        switch node.operation {
        case .dropout: node.inputs[0]
        case .slice(let channels) where channels == 0..<shape(of: node.inputs[0])[1]: node.inputs[0]
        case .concatenate where node.inputs.count == 1: node.inputs[0]
        default: nil
        }
    }

    /// Lets a node's result be a value that is there already.
    mutating func alias(_ node: Graph.Node, to value: String) { values[node.name] = value }

    /// Declares the model's input.
    mutating func writeInput(_ node: Graph.Node) {
        values[node.name] = ONNXExporter.inputName
        if message.input.isEmpty { message.input = [info(ONNXExporter.inputName, shape(of: node))] }
    }

    /// Appends an ONNX node with one result.
    mutating func emit(
        _ type: String, _ inputs: [String], to output: String, name: String, _ attributes: [ONNXAttributeProto] = []
    ) {
        emit(type, inputs, to: [output], name: name, attributes)
    }

    /// Appends an ONNX node.
    mutating func emit(
        _ type: String, _ inputs: [String], to outputs: [String], name: String, _ attributes: [ONNXAttributeProto] = []
    ) {
        var node = ONNXNodeProto()
        node.opType = type
        node.name = name
        node.input = inputs
        node.output = outputs
        node.attribute = attributes
        message.node.append(node)
    }

    /// Appends an ONNX node whose result only the next one reads; gives the value's name.
    mutating func emitIntermediate(
        _ type: String, _ inputs: [String], name: String, _ attributes: [ONNXAttributeProto] = []
    ) -> String {
        let output = unusedName(name)
        emit(type, inputs, to: output, name: output, attributes)
        return output
    }

    /// The slices among the nodes that are written.
    func neededSlices(of input: Graph.NodeID) -> [(node: Graph.Node, channels: Range<Int>)] {
        graph.nodes.compactMap { node in
            guard case .slice(let channels) = node.operation, node.inputs == [input], needed.contains(node.name) else {
                return nil
            }
            return (node, channels)
        }
    }

    /// A parameter as operators take it: its initializer, which has the shape of the state dict, brought into the engine's
    /// shape where that is another.
    mutating func operand(_ parameter: Graph.ParameterID) -> String {
        let own = graph.parameter(parameter)
        guard !own.form.isAbsent, let stored = own.form.shape else { return initializer(parameter) }
        let wanted = own.undilated.shape
        guard stored != wanted, stored.elementCount == wanted.elementCount else { return initializer(parameter) }
        let whole = initializer(parameter, shape: stored)
        if let name = reshaped["\(wanted) \(whole)"] { return name }
        let name = emitIntermediate("Reshape", [whole, constant(wanted.dimensions)], name: "\(whole).reshaped")
        reshaped["\(wanted) \(whole)"] = name
        return name
    }

    /// The initializer of a parameter, repeated along the first axis or in another `shape`; written when it is first asked
    /// for.
    mutating func initializer(_ parameter: Graph.ParameterID, repetitions: Int = 1, shape: Shape? = nil) -> String {
        // Parameters of one key are one tensor in the state dict.
        let key = StateDict.key(graph.parameter(parameter).form.key ?? parameterNames[parameter] ?? "")
        let cacheKey = "\(repetitions) \(shape.map { "\($0)" } ?? "") \(key)"
        if let name = initializers[cacheKey] { return name }
        // The key itself was set aside for the parameter; a second form of it needs another name.
        let isFirst = !message.initializer.contains { $0.name == key }
        let name = isFirst ? key : unusedName(key)
        initializers[cacheKey] = name
        let tensor = graph.parameter(parameter).undilated
        let dimensions = tensor.shape.dimensions
        let repeated =
            repetitions == 1
            ? shape.map(tensor.reshaped) ?? tensor
            : Tensor(
                shape: Shape([dimensions[0] * repetitions] + dimensions.dropFirst()),
                scalars: (0..<repetitions).flatMap { _ in tensor.scalars })
        message.initializer.append(ONNXTensorProto(name: name, repeated))
        return name
    }

    /// A list of int64 numbers as the output of a Constant node; equal constants are shared.
    mutating func constant(_ integers: [Int]) -> String { constant(ONNXTensorProto(integers: integers)) }

    /// Float numbers as the output of a Constant node; equal constants are shared.
    mutating func constant(_ tensor: Tensor) -> String { constant(ONNXTensorProto(name: "", tensor)) }

    private mutating func constant(_ tensor: ONNXTensorProto) -> String {
        let content = [UInt8(truncatingIfNeeded: tensor.dataType), UInt8(tensor.dims.count)] + Array(tensor.rawData)
        if let name = constants[content] { return name }
        let name = unusedName("constant.\(constants.count)")
        constants[content] = name
        emit("Constant", [], to: name, name: name, [ONNXAttributeProto("value", tensor)])
        return name
    }
}
