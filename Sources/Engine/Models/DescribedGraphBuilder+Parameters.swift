import Checkpoints
import Diagnostics
import Engine
import Tensors

// Linear layers, the tensors that a description names, and what is said where they do not fit.
extension DescribedGraphBuilder {
    /// The linear layers whose results something reads that works on maps: a normalisation, a scale, a sum, a product, a
    /// join, whatever is neither another linear layer nor a function of each number; and the linear layers before them.
    ///
    /// They run as convolutions, whose results have one row and one column.
    static func layersOfMaps(_ description: LayerGraph) -> Set<String> {
        let byName = Dictionary(description.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var result: Set<String> = []
        var seen: Set<String> = []
        for reader in description.nodes where ![.linear, .activation, .unsupported].contains(reader.kind) {
            for input in reader.inputs {
                var name = input
                while let node = byName[name], seen.insert(name).inserted {
                    if node.kind == .linear { result.insert(name) }
                    guard [.linear, .activation, .unsupported].contains(node.kind), let before = node.inputs.first
                    else { break }
                    name = before
                }
            }
        }
        return result
    }

    mutating func linear(_ node: LayerGraph.Node, _ input: Graph.NodeID) throws -> GraphOperation {
        let entry = try entry(node.weight, node)
        let isMap = layersOfMaps.contains(node.name)
        let key = "\(entry.name) linear" + (isMap ? " map" : "")
        let id: Graph.ParameterID
        if let known = parameters[key] {
            id = known
        } else {
            var tensor = try finite(entry)
            var shape: Shape?
            if tensor.shape.rank == 4 {
                let whole = entry.axes.outputFirst(tensor)
                tensor = whole.reshaped([whole.shape[0], whole.shape.elementCount / max(1, whole.shape[0])])
                shape = whole.shape
            } else if tensor.shape.rank == 2, node.isInputFirst == true {
                tensor = tensor.transposed([1, 0])
            }
            guard tensor.shape.rank == 2 else { throw bad(node, "has a weight of shape \(entry.shape)") }
            let form = StoredForm(shape: shape ?? tensor.shape)
            if isMap { tensor = try kernels(tensor, node, input) }
            id = parameter(entry, "weight", tensor, .learnable, form)
            parameters[key] = id
        }
        let bias = try vector(node.bias, "bias", .learnable)
        return isMap ? .convolution(Convolution(weight: id, bias: bias)) : .linear(weight: id, bias: bias)
    }

    /// A matrix as kernels that cover the whole of the map that its layer reads, which is square or a point.
    private func kernels(_ matrix: Tensor, _ node: LayerGraph.Node, _ input: Graph.NodeID) throws -> Tensor {
        let (outputs, inputs) = (matrix.shape[0], matrix.shape[1])
        guard let channels = channels(of: input), channels > 0, inputs % channels == 0, inputs > channels else {
            return matrix.reshaped([outputs, inputs, 1, 1])
        }
        let pixels = inputs / channels
        let side = Int(Double(pixels).squareRoot().rounded())
        guard side * side == pixels else {
            throw unsupported(
                node, "a fully connected layer on \(pixels) pixels, no square, before something other than another one")
        }
        return matrix.reshaped([outputs, channels, side, side])
    }

    func entry(_ name: String?, _ node: LayerGraph.Node?) throws -> Checkpoint.Entry {
        if let name, let entry = entries[Self.key(name)] { return entry }
        throw KernelVizError(
            code: "networks.noTensor", subject: checkpoint.path,
            found: name.map { "no tensor '\($0)'" } ?? "no weight for '\(node?.name ?? "")'",
            expected: "the weights of its \(description.origin)",
            advice: name.flatMap { NearestName.advice(for: $0, among: checkpoint.entries.map(\.name)) })
    }

    func finite(_ entry: Checkpoint.Entry) throws -> Tensor {
        let tensor = try checkpoint.tensor(named: entry.name)
        guard tensor.nonFiniteCount == 0 else {
            throw KernelVizError(
                code: "networks.notFinite", subject: "\(checkpoint.path): \(entry.name)",
                found: "\(tensor.nonFiniteCount) of \(tensor.scalars.count) numbers are NaN or infinite",
                expected: "finite weights")
        }
        return tensor
    }

    /// A tensor of the file under PyTorch's word for it, or the first of `name_2`, `name_3` … that is free; a tensor that
    /// is read in two ways is one in a state dict.
    mutating func parameter(
        _ entry: Checkpoint.Entry, _ word: String, _ tensor: Tensor, _ kind: Graph.ParameterKind, _ form: StoredForm
    ) -> Graph.ParameterID {
        var form = form
        if form.shape == tensor.shape { form.shape = nil }
        let name = key(of: entry, as: word)
        form.key = keys["\(entry.name) \(name)"]
        let free = graph.freeParameterName(name)
        if form.key == nil { keys["\(entry.name) \(name)"] = free }
        return graph.addParameter(free, tensor, kind: kind, form: form)
    }

    /// The file's own name where it is that of a state dict, whatever its last word ("layer_scale", "gamma"), else the
    /// module and PyTorch's word.
    func key(of entry: Checkpoint.Entry, as word: String) -> String {
        let isOwn =
            description.origin == LayerGraph.ownOrigin
            || description.origin == "ONNX graph" && !entry.name.contains("/") && !entry.name.contains(":")
        return isOwn ? Self.key(entry.name) : entry.stateDictName(as: word)
    }

    /// Numbers that no tensor of the file holds.
    mutating func absent(
        _ name: String, _ tensor: Tensor, _ kind: Graph.ParameterKind
    ) -> Graph.ParameterID {
        graph.addParameter(graph.freeParameterName(name), tensor, kind: kind, form: StoredForm(isAbsent: true))
    }

    // MARK: Errors

    func unsupported(_ node: LayerGraph.Node, _ what: String) -> KernelVizError {
        KernelVizError(
            code: "networks.unsupportedOperation", subject: checkpoint.path,
            found: "its \(description.origin) uses \(what) (node '\(node.name)'), which the engine lacks",
            expected: "operations that the engine has",
            advice: node.unknownFunction == nil
                ? "Its kernels can be read with 'kernelviz classify'"
                : "Say what '\(node.unknownFunction ?? "")' computes with --activation ("
                    + ActivationFunction.allCases.map(\.rawValue).joined(separator: ", ") + ")")
    }

    func bad(_ node: LayerGraph.Node, _ what: String) -> KernelVizError {
        KernelVizError(
            code: "networks.badGraph", subject: checkpoint.path,
            found: "in its \(description.origin) the node '\(node.name)' \(what)", expected: "a whole network")
    }
}

extension Graph {
    /// `name`, or the first of `name_2`, `name_3` … that no parameter has.
    func freeParameterName(_ name: String) -> String {
        guard parameter(named: name) != nil else { return name }
        return (2...).lazy.map { "\(name)_\($0)" }.first { parameter(named: $0) == nil } ?? name
    }
}
