import Diagnostics
import Engine
import Tensors
import Checkpoints

/// Builds the engine's graph from what a file says that its network computes.
///
/// Parameters are named by the keys of a state dict: the file's own names where PyTorch would write them so.
struct DescribedGraphBuilder {
    var graph = Graph()
    let checkpoint: Checkpoint
    let description: LayerGraph
    /// Entries by name, slashes as dots.
    let entries: [String: Checkpoint.Entry]
    /// What the file's values are called here.
    var results: [String: Graph.NodeID] = [:]
    /// Zeros around a value that the next window takes: top, left, bottom, right.
    var pads: [String: [Int]] = [:]
    var parameters: [String: Graph.ParameterID] = [:]
    /// The state dict's keys of tensors that were read, by their names and those keys' own.
    var keys: [String: String] = [:]
    /// Linear layers that run as convolutions, since their results are read as maps.
    let layersOfMaps: Set<String>
    /// What stands for functions that are not known; nil where nobody said it.
    let activation: ActivationFunction?
    /// The file's words for functions that ``activation`` stands for.
    private(set) var suppliedFunctions: [String] = []
    var inputName: String?
    var inputChannels: Int?

    init(_ description: LayerGraph, _ checkpoint: Checkpoint, activation: ActivationFunction? = nil) {
        self.activation = activation
        self.description = description
        self.checkpoint = checkpoint
        layersOfMaps = Self.layersOfMaps(description)
        entries = Dictionary(
            checkpoint.entries.map { (Self.key($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    static func key(_ name: String) -> String { String(name.drop { $0 == "/" }).replacing("/", with: ".") }

    /// The graph and the channels of its image.
    ///
    /// Throws `networks.unsupportedOperation` for an operation that the engine lacks, `networks.badGraph` for a
    /// description that makes no sense, and the errors of reading tensors.
    mutating func build() throws -> (graph: Graph, inputChannels: Int) {
        if let node = description.nodes.first(where: {
            $0.kind == .unsupported && !isSupplied($0) || $0.kind == .transposedConvolution
        }) {
            throw unsupported(node, node.kind == .unsupported ? node.function ?? "?" : "a transposed convolution")
        }
        for node in description.nodes {
            guard results[node.name] == nil else { throw bad(node, "stands twice") }
            try add(node)
        }
        if let output = description.output {
            guard let node = results[output], pads[output] == nil else {
                throw KernelVizError(
                    code: "networks.badGraph", subject: checkpoint.path,
                    found: "its \(description.origin) ends with '\(output)', which nothing computes",
                    expected: "a whole network")
            }
            graph.setOutput(node)
        }
        guard let inputChannels, graph.output != nil else {
            throw KernelVizError(
                code: "networks.badGraph", subject: checkpoint.path,
                found: "its \(description.origin) has no convolution that reads an image",
                expected: "a network of images")
        }
        return (graph, inputChannels)
    }

    mutating func add(_ node: LayerGraph.Node) throws {
        let inputs = try node.inputs.map { name in
            guard let result = results[name] else { throw bad(node, "reads '\(name)', which nothing computes") }
            return result
        }
        let takesPads = [.convolution, .sharedDepthwise, .averagePool, .maximumPool, .pad].contains(node.kind)
        if !takesPads, let padded = node.inputs.first(where: { pads[$0] != nil }) {
            throw unsupported(node, "a border around '\(padded)' that no window takes")
        }
        let expected: ClosedRange<Int> =
            switch node.kind {
            case .input: 0...0
            case .add, .multiply: 2...2
            case .concatenate: 1...Int.max
            default: 1...1
            }
        guard expected.contains(inputs.count) else { throw bad(node, "reads \(inputs.count) values") }
        if node.kind == .input {
            guard inputName == nil else { throw unsupported(node, "a second input") }
            inputName = node.name
            results[node.name] = graph.add(.input, name: node.name)
            return
        }
        if node.kind == .pad {
            let own = try lengths(node, node.padding)
            let before = pads[node.inputs[0]] ?? [0, 0, 0, 0]
            pads[node.name] = zip(own, before).map { $0 + $1 }
            results[node.name] = inputs[0]
            return
        }
        results[node.name] = graph.add(try operation(node, inputs), inputs: inputs, name: node.name)
    }

    mutating func operation(_ node: LayerGraph.Node, _ inputs: [Graph.NodeID]) throws -> GraphOperation {
        switch node.kind {
        case .unsupported where isSupplied(node):
            if let word = node.unknownFunction, !suppliedFunctions.contains(word) { suppliedFunctions.append(word) }
            return .activation(activation ?? .relu)
        case .input, .pad, .unsupported, .transposedConvolution: throw bad(node, "cannot stand here")
        case .convolution: return .convolution(try convolution(node))
        case .sharedDepthwise:
            let (id, _) = try weight(node)
            return .sharedDepthwise(
                SharedDepthwise(weight: id, stride: try stride(node), padding: try padding(node)))
        case .batchNormalization: return .batchNormalization(try normalization(node))
        case .layerNormalization: return .layerNormalization(try channelNormalization(node, inputs[0]))
        case .rmsNormalization: return .rmsNormalization(try channelNormalization(node, inputs[0]))
        case .responseNormalization: return .responseNormalization(try channelNormalization(node, inputs[0]))
        case .affine: return try affine(node, inputs[0])
        case .affineTensors:
            // Modules call a scale of their own as they like: ONNX's entries have the word.
            let entry = description.origin == "ONNX graph" ? node.weight.flatMap { entries[Self.key($0)] } : nil
            guard let scale = try vector(node.weight, entry?.parameter ?? "weight", .learnable) else {
                throw bad(node, "lacks its numbers")
            }
            let shift =
                try vector(node.bias, "bias", .learnable)
                ?? absent("\(node.name).shift", Tensor(shape: graph[scale].shape, repeating: 0), .fixed)
            return .affine(scale: scale, shift: shift)
        case .activation:
            guard let function = node.function.flatMap(ActivationFunction.init(rawValue:)) else {
                throw unsupported(node, "the activation '\(node.function ?? "?")'")
            }
            return .activation(function)
        case .add: return .add
        case .multiply: return .multiply
        case .concatenate: return .concatenate
        case .slice:
            guard let range = node.range, range.count == 2, range[0] >= 0, range[0] < range[1] else {
                throw bad(node, "has no range of channels")
            }
            return .slice(range[0]..<range[1])
        case .globalAveragePool: return .globalAveragePool
        case .averagePool, .maximumPool: return .pool(try pool(node))
        case .linear: return try linear(node, inputs[0])
        case .channelShuffle:
            guard let groups = node.groups, groups > 0 else { throw bad(node, "has no number of groups") }
            return .channelShuffle(groups: groups)
        }
    }

    /// Whether a node is a function that the user told.
    func isSupplied(_ node: LayerGraph.Node) -> Bool {
        activation != nil && node.unknownFunction != nil && node.inputs.count == 1
    }

    // MARK: Windows

    mutating func convolution(_ node: LayerGraph.Node) throws -> Convolution {
        let (id, shape) = try weight(node)
        let groups = node.groups ?? 1
        guard groups > 0, shape[0] % groups == 0 else { throw bad(node, "has \(groups) groups of \(shape[0]) outputs") }
        if inputChannels == nil, node.inputs.first.map(readsImage) == true { inputChannels = shape[1] * groups }
        return Convolution(
            weight: id, bias: try vector(node.bias, "bias", .learnable), stride: try stride(node),
            padding: try padding(node), groups: groups)
    }

    /// Whether a value is the image, maybe scaled or padded.
    func readsImage(_ name: String) -> Bool {
        guard let result = results[name] else { return false }
        var node = graph[result]
        while true {
            switch node.operation {
            case .input: return true
            case .affine, .activation, .batchNormalization: node = graph[node.inputs[0]]
            default: return false
            }
        }
    }

    func pool(_ node: LayerGraph.Node) throws -> Pool {
        guard let window = node.window, window.count == 2, window.allSatisfy({ (1...4096).contains($0) }) else {
            throw bad(node, "has no window")
        }
        guard window[0] == window[1] else { throw unsupported(node, "a window of \(window[0])×\(window[1])") }
        let isMaximum = node.kind == .maximumPool
        var countsPadding = node.countsPadding ?? false
        if pads[node.inputs[0]] != nil {
            // Zeros of a layer of their own are values like others.
            guard !isMaximum || isNonnegative(node.inputs[0]) else {
                throw unsupported(node, "a maximum over a border of zeros")
            }
            guard isMaximum || node.padding == nil || node.padding == LayerGraph.Padding.none else {
                throw unsupported(node, "a mean with two kinds of border")
            }
            countsPadding = true
        }
        return Pool(
            kind: isMaximum ? .maximum : .average(countsPadding: countsPadding), size: window[0],
            stride: try stride(node), padding: try padding(node))
    }

    func isNonnegative(_ name: String) -> Bool {
        guard let result = results[name], case .activation(let function) = graph[result].operation else { return false }
        return [.relu, .relu6, .sigmoid, .hardSigmoid].contains(function)
    }

    func stride(_ node: LayerGraph.Node) throws -> Int {
        let strides = node.strides ?? [1, 1]
        guard strides.count == 2, strides.allSatisfy({ (1...4096).contains($0) }) else {
            throw bad(node, "has the strides \(strides)")
        }
        guard strides[0] == strides[1] else { throw unsupported(node, "strides of \(strides[0]) and \(strides[1])") }
        return strides[0]
    }

    func padding(_ node: LayerGraph.Node) throws -> Padding {
        let before = node.inputs.first.flatMap { pads[$0] }
        switch node.padding {
        case .same:
            guard before == nil else { throw unsupported(node, "'SAME' padding on a padded input") }
            return .same
        case .explicit, nil:
            let own = try lengths(node, node.padding)
            let sum = zip(own, before ?? [0, 0, 0, 0]).map { $0 + $1 }
            return .explicit(top: sum[0], left: sum[1], bottom: sum[2], right: sum[3])
        }
    }

    func lengths(_ node: LayerGraph.Node, _ padding: LayerGraph.Padding?) throws -> [Int] {
        guard case .explicit(let lengths)? = padding else { return [0, 0, 0, 0] }
        guard lengths.count == 4, lengths.allSatisfy({ (0...4096).contains($0) }) else {
            throw bad(node, "has the padding \(lengths)")
        }
        return lengths
    }

    // MARK: Numbers

    /// O×I×H×W, zeros between the weights of a dilated convolution.
    mutating func weight(_ node: LayerGraph.Node) throws -> (Graph.ParameterID, Shape) {
        let entry = try entry(node.weight, node)
        let dilations = node.dilations ?? [1, 1]
        guard dilations.count == 2, dilations.allSatisfy({ (1...64).contains($0) }) else {
            throw bad(node, "has the dilations \(dilations)")
        }
        let known = dilations == [1, 1] ? entry.name : "\(entry.name) \(dilations)"
        if let known = parameters[known] { return (known, graph[known].shape) }
        let axes = entry.axes.forLayer(
            isDepthwise: (node.groups ?? 1) > 1 && entry.axes == .rowsColumnsInputOutput
                && entry.shape.rank == 4 && entry.shape[2] == node.groups
                // Groups divide a grouped convolution's outputs.
                && entry.shape[3] % (node.groups ?? 1) != 0)
        let stored = try finite(entry)
        if stored.shape.rank == 2 { return try window(node, entry, stored) }
        guard axes.outputFirst(stored.shape) != nil else { throw bad(node, "has a weight of shape \(entry.shape)") }
        let tensor = Self.dilated(axes.outputFirst(stored), dilations)
        let id = parameter(
            entry, "weight", tensor, .learnable, StoredForm(dilations: dilations))
        parameters[known] = id
        return (id, tensor.shape)
    }

    /// The weight of a fully connected layer as a convolution's, on a point or on a whole map that was flattened with its
    /// channels last: rows, columns and channels of the map are the weight's rows in that order.
    mutating func window(
        _ node: LayerGraph.Node, _ entry: Checkpoint.Entry, _ stored: Tensor
    ) throws -> (Graph.ParameterID, Shape) {
        let matrix = node.isInputFirst == true ? stored.transposed([1, 0]) : stored
        let lengths = node.window ?? [1, 1]
        guard lengths.count == 2, lengths.allSatisfy({ (1...4096).contains($0) }),
            matrix.shape[1] % (lengths[0] * lengths[1]) == 0, matrix.shape.elementCount > 0
        else { throw bad(node, "has a weight of shape \(entry.shape)") }
        let channels = matrix.shape[1] / (lengths[0] * lengths[1])
        let tensor = matrix.reshaped([matrix.shape[0], lengths[0], lengths[1], channels]).transposed([0, 3, 1, 2])
        let isPoint = lengths == [1, 1]
        let id = parameter(
            entry, "weight", tensor, .learnable, StoredForm(shape: isPoint ? matrix.shape : nil))
        parameters[entry.name] = id
        return (id, tensor.shape)
    }

    /// The kernels with zeros between their weights; rows and columns apart.
    static func dilated(_ weight: Tensor, _ dilations: [Int]) -> Tensor {
        guard dilations != [1, 1] else { return weight }
        let (rows, columns) = (weight.shape[2], weight.shape[3])
        let (height, width) = ((rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1)
        let kernels = weight.shape[0] * weight.shape[1]
        var scalars = [Float](repeating: 0, count: kernels * height * width)
        for kernel in 0..<kernels {
            for row in 0..<rows {
                for column in 0..<columns {
                    scalars[(kernel * height + row * dilations[0]) * width + column * dilations[1]] =
                        weight.scalars[(kernel * rows + row) * columns + column]
                }
            }
        }
        return Tensor(shape: [weight.shape[0], weight.shape[1], height, width], scalars: scalars)
    }

    mutating func normalization(_ node: LayerGraph.Node) throws -> BatchNormalization {
        guard let mean = node.mean, let variance = node.variance, let epsilon = node.epsilon, epsilon >= 0,
            epsilon.isFinite
        else { throw bad(node, "lacks its running statistics or ε") }
        let meanEntry = try entry(mean, node)
        let channels = meanEntry.shape.elementCount
        func constant(_ word: String, _ value: Float) -> Graph.ParameterID {
            absent(meanEntry.stateDictName(as: word), Tensor(shape: [channels], repeating: value), .learnable)
        }
        let scale = try vector(node.weight, "weight", .learnable) ?? constant("weight", 1)
        let shift = try vector(node.bias, "bias", .learnable) ?? constant("bias", 0)
        guard let meanID = try vector(mean, "running_mean", .runningStatistic),
            let varianceID = try vector(variance, "running_var", .runningStatistic)
        else { throw bad(node, "lacks its running statistics") }
        return BatchNormalization(
            weight: scale, bias: shift, runningMean: meanID, runningVariance: varianceID, epsilon: epsilon)
    }

    mutating func channelNormalization(_ node: LayerGraph.Node, _ input: Graph.NodeID) throws -> ChannelNormalization {
        guard let epsilon = node.epsilon, epsilon >= 0, epsilon.isFinite else { throw bad(node, "lacks its ε") }
        let weight = try vector(node.weight, "weight", .learnable)
        let bias = try vector(node.bias, "bias", .learnable)
        guard let channels = (weight ?? bias).map({ graph[$0].shape.elementCount }) ?? channels(of: input) else {
            throw unsupported(node, "a normalisation of an unknown number of channels")
        }
        func constant(_ word: String, _ value: Float) -> Graph.ParameterID {
            absent("\(node.name).\(word)", Tensor(shape: [channels], repeating: value), .fixed)
        }
        return ChannelNormalization(
            weight: weight ?? constant("weight", 1), bias: bias ?? constant("bias", 0), epsilon: epsilon)
    }

    /// A tensor of one axis; nil where none is named.
    mutating func vector(
        _ name: String?, _ word: String, _ kind: Graph.ParameterKind
    ) throws -> Graph.ParameterID? {
        guard let name else { return nil }
        let entry = try entry(name, nil)
        if let known = parameters["\(entry.name) \(word)"] { return known }
        let tensor = try finite(entry)
        let id = parameter(
            entry, word, tensor.reshaped([tensor.shape.elementCount]), kind, StoredForm(shape: tensor.shape))
        parameters["\(entry.name) \(word)"] = id
        return id
    }

    /// Numbers in the description; one stands for all channels.
    mutating func affine(_ node: LayerGraph.Node, _ input: Graph.NodeID) throws -> GraphOperation {
        let (scale, shift) = (node.scale ?? [1], node.shift ?? [0])
        guard !scale.isEmpty, !shift.isEmpty, (scale + shift).allSatisfy(\.isFinite) else {
            throw bad(node, "lacks its numbers")
        }
        let wanted = max(scale.count, shift.count)
        guard let channels = wanted > 1 ? wanted : channels(of: input), scale.count == 1 || scale.count == channels,
            shift.count == 1 || shift.count == channels
        else { throw unsupported(node, "a scale on an unknown number of channels") }
        func values(_ numbers: [Float], _ word: String) -> Graph.ParameterID {
            let all = numbers.count == channels ? numbers : Array(repeating: numbers[0], count: channels)
            return absent("\(node.name).\(word)", Tensor(shape: [channels], scalars: all), .fixed)
        }
        return .affine(scale: values(scale, "scale"), shift: values(shift, "shift"))
    }

    /// The channels of a value as far as the nodes behind it tell; three for an image that no convolution read yet.
    func channels(of node: Graph.NodeID) -> Int? {
        let node = graph[node]
        switch node.operation {
        case .input: return inputChannels ?? 3
        case .convolution(let convolution): return graph[convolution.weight].shape[0]
        case .batchNormalization(let norm): return graph[norm.weight].shape[0]
        case .affine(let scale, _): return graph[scale].shape[0]
        case .layerNormalization(let norm), .rmsNormalization(let norm), .responseNormalization(let norm):
            return graph[norm.weight].shape[0]
        case .slice(let range): return range.count
        case .linear(let weight, _): return graph[weight].shape[0]
        case .concatenate:
            let parts = node.inputs.map { channels(of: $0) }
            return parts.contains(nil) ? nil : parts.reduce(0) { $0 + ($1 ?? 0) }
        default: return node.inputs.first.flatMap { channels(of: $0) }
        }
    }
}
