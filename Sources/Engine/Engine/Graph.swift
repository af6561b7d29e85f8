import Tensors

/// A network as tensors and operations, in topological order: a node reads only nodes before it.
///
/// Node names are unique, parameter names too; the last node that was marked is the output.
public struct Graph: Sendable, Equatable {
    /// Names a node of one graph.
    public struct NodeID: Sendable, Hashable {
        let index: Int
    }

    /// Names a parameter of one graph.
    public struct ParameterID: Sendable, Hashable {
        let index: Int
    }

    /// One operation with its inputs.
    public struct Node: Sendable, Equatable {
        /// The name under which the result can be tapped ("stage1.0.downsample").
        public let name: String
        /// What is computed.
        public let operation: GraphOperation
        /// The results that it reads.
        public let inputs: [NodeID]
    }

    /// What becomes of a parameter.
    public enum ParameterKind: String, Sendable, Equatable, Codable {
        /// Trained.
        case learnable
        /// Given by the design, never trained.
        case fixed
        /// A running mean or variance, followed in training without a gradient.
        case runningStatistic
    }

    /// A named constant.
    public struct Parameter: Sendable, Equatable {
        /// The key in a state dict, path components joined by "/" ("features/stem/0/weight").
        public let name: String
        /// What becomes of it in training.
        public let kind: ParameterKind
        /// Its numbers.
        public var tensor: Tensor
        /// How the file has it that it came from.
        public internal(set) var form = StoredForm()
    }

    /// All nodes, inputs before users.
    public private(set) var nodes: [Node] = []
    /// All parameters in the order in which they were added.
    public private(set) var parameters: [Parameter] = []
    /// The result of the whole; the newest node until ``setOutput(_:)``.
    public private(set) var output: NodeID?

    private var nodeNames: [String: Int] = [:]
    private var parameterNames: [String: Int] = [:]

    /// A graph without nodes.
    public init() {}

    /// Appends an operation; `name` must be new and `inputs` must belong to this graph.
    @discardableResult
    public mutating func add(_ operation: GraphOperation, _ inputs: NodeID..., name: String) -> NodeID {
        add(operation, inputs: inputs, name: name)
    }

    /// Appends an operation on a list of inputs.
    @discardableResult
    public mutating func add(_ operation: GraphOperation, inputs: [NodeID], name: String) -> NodeID {
        precondition(nodeNames[name] == nil, "two nodes called \(name)")
        precondition(inputs.allSatisfy { $0.index < nodes.count })
        let identifier = NodeID(index: nodes.count)
        nodeNames[name] = identifier.index
        nodes.append(Node(name: name, operation: operation, inputs: inputs))
        output = identifier
        return identifier
    }

    /// Appends a constant; `name` must be new.
    public mutating func addParameter(
        _ name: String, _ tensor: Tensor, kind: ParameterKind = .learnable, form: StoredForm = StoredForm()
    ) -> ParameterID {
        precondition(parameterNames[name] == nil, "two parameters called \(name)")
        parameterNames[name] = parameters.count
        parameters.append(Parameter(name: name, kind: kind, tensor: tensor, form: form))
        return ParameterID(index: parameters.count - 1)
    }

    /// Marks the node whose result is the graph's.
    public mutating func setOutput(_ node: NodeID) { output = node }

    /// The node called `name`, or nil.
    public func node(named name: String) -> NodeID? { nodeNames[name].map(NodeID.init) }

    /// The parameter called `name`, or nil.
    public func parameter(named name: String) -> ParameterID? { parameterNames[name].map(ParameterID.init) }

    /// The name of a parameter.
    public func name(of parameter: ParameterID) -> String { parameters[parameter.index].name }

    /// A node by its identifier.
    public subscript(node: NodeID) -> Node { nodes[node.index] }

    /// A parameter's numbers; a new tensor must have the shape of the old one.
    public subscript(parameter: ParameterID) -> Tensor {
        get { parameters[parameter.index].tensor }
        set {
            precondition(newValue.shape == parameters[parameter.index].tensor.shape)
            parameters[parameter.index].tensor = newValue
        }
    }

    /// The graph with each node's operation and inputs replaced by what `change` makes of the node; inputs must lie
    /// before it.
    public func mappingNodes(_ change: (Node) -> (operation: GraphOperation, inputs: [NodeID])) -> Graph {
        var copy = self
        copy.nodes = nodes.enumerated().map { index, node in
            let (operation, inputs) = change(node)
            precondition(inputs.allSatisfy { $0.index < index })
            return Node(name: node.name, operation: operation, inputs: inputs)
        }
        return copy
    }

    /// How many numbers of a kind the network has; zeros for a dilation and what its file does not have are not counted.
    public func parameterCount(_ kind: ParameterKind) -> Int {
        var keys: Set<String> = []
        return parameters.reduce(0) { sum, parameter in
            guard parameter.kind == kind, !parameter.form.isAbsent, keys.insert(parameter.key).inserted else {
                return sum
            }
            let kernel = parameter.tensor.shape.dimensions
            guard parameter.form.dilations != [1, 1], kernel.count == 4 else {
                return sum + parameter.tensor.shape.elementCount
            }
            let lengths = zip(kernel.suffix(2), parameter.form.dilations).map { ($0 - 1) / $1 + 1 }
            return sum + kernel[0] * kernel[1] * lengths[0] * lengths[1]
        }
    }

    /// The nodes that `roots` need, by index.
    func needed(by roots: [NodeID]) -> [Bool] {
        var isNeeded = Array(repeating: false, count: nodes.count)
        for root in roots { isNeeded[root.index] = true }
        for index in nodes.indices.reversed() where isNeeded[index] {
            for input in nodes[index].inputs { isNeeded[input.index] = true }
        }
        return isNeeded
    }
}
