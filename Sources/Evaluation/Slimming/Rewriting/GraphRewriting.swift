import Engine
import Tensors

/// A graph that is written anew from an old one, node by node.
struct GraphRewriting {
    let old: Graph
    private(set) var new = Graph()
    /// The new results of old nodes, by the old places.
    private var results: [Int: Graph.NodeID] = [:]
    private var parameters: [Graph.ParameterID: Graph.ParameterID] = [:]
    private var takenNames: Set<String>
    /// How many nodes read each tensor of the file, by its key.
    private let readers: [String: Int]

    init(_ graph: Graph) {
        old = graph
        takenNames = Set(graph.nodes.map(\.name))
        readers = graph.readersOfParameters
    }

    /// The new result that stands for an old one.
    func result(_ node: Graph.NodeID) -> Graph.NodeID? { results[node.position] }

    /// Lets a new result stand for the old node at `place`.
    mutating func setResult(_ place: Int, _ node: Graph.NodeID) { results[place] = node }

    /// Adds a node that stands for the old one at `place`.
    mutating func add(_ operation: GraphOperation, _ inputs: [Graph.NodeID], for place: Int, name: String? = nil) {
        results[place] = new.add(operation, inputs: inputs, name: name ?? old.nodes[place].name)
    }

    /// Adds a node that the old graph does not have; its name is free in both.
    mutating func addHelper(_ operation: GraphOperation, _ inputs: [Graph.NodeID], name: String) -> Graph.NodeID {
        var free = name
        var number = 1
        while takenNames.contains(free) {
            number += 1
            free = "\(name)_\(number)"
        }
        takenNames.insert(free)
        return new.add(operation, inputs: inputs, name: free)
    }

    /// Whether one node alone reads the tensor.
    func isOwn(_ parameter: Graph.ParameterID) -> Bool { readers[old.parameter(parameter).key] == 1 }

    /// The parameter as it was.
    mutating func copy(_ parameter: Graph.ParameterID) -> Graph.ParameterID {
        if let copied = parameters[parameter] { return copied }
        let own = old.parameter(parameter)
        let copied = new.addParameter(freeParameterName(own.name), own.tensor, kind: own.kind, form: own.form)
        parameters[parameter] = copied
        return copied
    }

    /// A parameter with other numbers in the place of an old one.
    ///
    /// - Parameter isComputed: Whether the numbers are new, not a choice among the old ones.
    mutating func replace(
        _ parameter: Graph.ParameterID, with tensor: Tensor, isComputed: Bool = false
    ) -> Graph.ParameterID {
        let own = old.parameter(parameter)
        if tensor == own.tensor { return copy(parameter) }
        let keepsKey = isOwn(parameter)
        var form = StoredForm(key: keepsKey ? own.form.key : nil, dilations: own.form.dilations)
        form.isAbsent = own.form.isAbsent && !isComputed
        if let stored = own.form.shape, stored.rank == 2, tensor.shape.rank == 4, tensor.shape[2] * tensor.shape[3] == 1
        {
            form.shape = [tensor.shape[0], tensor.shape[1]]
        }
        let kind: Graph.ParameterKind = own.kind == .fixed && isComputed ? .learnable : own.kind
        let name = keepsKey ? own.name : own.name + "_slim"
        return new.addParameter(freeParameterName(name, isFresh: !keepsKey), tensor, kind: kind, form: form)
    }

    /// The bias of a layer whose weight is `weight`: the old one's place, or a new parameter beside the weight.
    mutating func bias(
        _ bias: Graph.ParameterID?, beside weight: Graph.ParameterID, _ numbers: [Float]
    ) -> Graph.ParameterID {
        let tensor = Tensor(shape: [numbers.count], scalars: numbers)
        if let bias { return replace(bias, with: tensor, isComputed: true) }
        let own = old.parameter(weight)
        let name = own.form.key ?? own.name
        let stem = name.hasSuffix("weight") ? String(name.dropLast("weight".count)) + "bias" : name + ".bias"
        return new.addParameter(freeParameterName(stem, isFresh: true), tensor)
    }

    /// A parameter that the old graph does not have, named beside an old one: "conv.pass.weight" beside "conv.weight".
    mutating func addParameter(
        beside parameter: Graph.ParameterID, _ words: String, _ tensor: Tensor
    ) -> Graph.ParameterID {
        let own = old.parameter(parameter)
        let name = own.form.key ?? own.name
        let separator = name.contains("/") ? "/" : "."
        let stem = name.hasSuffix("weight") ? String(name.dropLast("weight".count)) : name + separator
        let fresh = stem + words.replacing(".", with: separator)
        return new.addParameter(freeParameterName(fresh, isFresh: true), tensor)
    }

    /// `name`, or the first of `name_2`, `name_3` … that is free; a fresh name is none of the old graph's either.
    private func freeParameterName(_ name: String, isFresh: Bool = false) -> String {
        func isTaken(_ name: String) -> Bool {
            new.parameter(named: name) != nil || isFresh && old.parameter(named: name) != nil
        }
        guard isTaken(name) else { return name }
        return (2...).lazy.map { "\(name)_\($0)" }.first { !isTaken($0) } ?? name
    }

    /// Adds an old node with other inputs; nothing else changes.
    mutating func copy(_ place: Int, inputs: [Graph.NodeID]) {
        let operation = old.nodes[place].operation.mappingParameters { copy($0) }
        add(operation, inputs, for: place)
    }

    /// The new graph with the output of the old one.
    func finished() -> Graph {
        var graph = new
        if let output = old.output, let node = results[output.position] { graph.setOutput(node) }
        return graph
    }
}

extension Graph {
    /// How many nodes that the output needs read each tensor, by its key in the file.
    var readersOfParameters: [String: Int] {
        var readers: [String: Int] = [:]
        let isNeeded = neededNodes
        for place in nodes.indices where isNeeded[place] {
            for parameter in nodes[place].operation.parameters {
                readers[self.parameter(parameter).key, default: 0] += 1
            }
        }
        return readers
    }

    /// A graph without the nodes that the output does not need; the graph itself where it needs all.
    var withoutUnread: Graph {
        let isNeeded = neededNodes
        guard isNeeded.contains(false) else { return self }
        var rewriting = GraphRewriting(self)
        for place in nodes.indices where isNeeded[place] {
            let inputs = nodes[place].inputs.compactMap { rewriting.result($0) }
            rewriting.copy(place, inputs: inputs)
        }
        return rewriting.finished()
    }
}
