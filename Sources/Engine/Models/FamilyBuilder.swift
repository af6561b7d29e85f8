import Diagnostics
import Engine
import Tensors
import Architectures

/// Builds a graph from the convolutions of a checkpoint in network order, read one after another.
///
/// The layers' shapes and strides tell the topology; a family adds what they do not tell: functions and sums.
struct FamilyBuilder {
    var graph = Graph()
    let network: ConvNetwork
    /// Where the next layer stands.
    private(set) var position = 0
    /// The newest result and its channels.
    var current: Graph.NodeID
    var width: Int
    private(set) var blockCount = 0
    /// The outputs of the classifier; nil while there is none.
    var classes: Int?
    /// Whether means stand in the place of strides (timm's `resnetaa`).
    var averagesBeforeStrides = false
    /// What was assumed of the classifier, one sentence each.
    var assumptions: [String] = []

    init(_ network: ConvNetwork) throws {
        self.network = network
        current = graph.add(.input, name: "input")
        width = network.layers.first?.weightShape[1] ?? 0
    }

    /// The finished graph, channels of its input, number of its outputs.
    var result: (Graph, Int, Int) { (graph, network.layers.first?.weightShape[1] ?? 0, classes ?? width) }

    /// The layers that are not yet read.
    var rest: ArraySlice<ConvLayer> { network.layers[position...] }

    /// The layer `offset` places ahead, or nil.
    func peek(_ offset: Int = 0) -> ConvLayer? {
        position + offset < network.layers.count ? network.layers[position + offset] : nil
    }

    /// Adds the next layer with its bias and normalisation; `function` follows. Without `padding` the border is as wide as
    /// keeps the size.
    /// `stride` replaces its own.
    mutating func layer(
        _ function: ActivationFunction?, name: String? = nil, padding: Padding? = nil, stride: Int? = nil
    ) throws {
        guard let layer = peek() else { throw unfit("ends after \(network.layers.count) convolutions") }
        position += 1
        try add(layer, function, name: name, padding, stride: stride ?? layer.stride ?? 1)
    }

    /// Adds a layer behind ``current``.
    private mutating func add(
        _ layer: ConvLayer, _ function: ActivationFunction?, name: String?, _ padding: Padding?, stride: Int
    ) throws {
        let groups =
            switch layer.connectivity {
            case .standard: 1
            case .grouped(let groups): groups
            case .depthwise: width
            }
        guard layer.weightShape[1] * groups == width, layer.outputChannels % groups == 0 else {
            throw unfit("'\(layer.name)' has weight \(layer.weightShape) on \(width) channels")
        }
        let stored = try network.weight(of: layer)
        let dilation = max(1, layer.dilation ?? 1)
        guard dilation <= 64 else { throw unfit("'\(layer.name)' has a dilation of \(dilation)") }
        let form = StoredForm(shape: sourceShape(of: layer, stored.shape), dilations: [dilation, dilation])
        let weight = graph.addParameter(
            parameterName(of: layer, "weight"), DescribedGraphBuilder.dilated(stored, [dilation, dilation]), form: form)
        let bias = try self.bias(of: layer)
        let kernel = max(layer.kernelHeight, layer.kernelWidth)
        let padding: Padding =
            padding ?? (network.input.padding == .tensorFlowSame ? .same : .symmetric(kernel / 2 * dilation))
        current = graph.add(
            .convolution(
                Convolution(weight: weight, bias: bias, stride: stride, padding: padding, groups: groups)),
            current, name: nodeName(layer.name, unless: name, isLast: layer.batchNorm == nil && function == nil))
        width = layer.outputChannels
        if let norm = layer.batchNorm {
            current = graph.add(
                .batchNormalization(normalisation(norm, layer.name)), current,
                name: function == nil ? name ?? "\(layer.name).norm" : "\(layer.name).norm")
        }
        if let function {
            current = graph.add(.activation(function), current, name: name ?? "\(layer.name).act")
        }
    }

    private func nodeName(_ path: String, unless name: String?, isLast: Bool) -> String {
        isLast ? name ?? path : path
    }

    /// The shape that the file gives a linear layer which is run as a 1×1 convolution; nil for other layers.
    private func sourceShape(of layer: ConvLayer, _ shape: Shape) -> Shape? {
        guard network.checkpoint.entry(named: layer.tensorName)?.shape.rank == 2, shape.rank == 4,
            shape[2] == 1, shape[3] == 1
        else { return nil }
        return [shape[0], shape[1]]
    }

    /// The key of a layer's parameter in the network's state dict, free in the graph: the file's own, without what stands
    /// before all names of the network ("state_dict.").
    private func parameterName(of layer: ConvLayer, _ word: String) -> String {
        let entry = network.checkpoint.entry(named: layer.tensorName)
        return graph.freeParameterName(network.withoutPrefix(entry?.stateDictName(as: word) ?? "\(layer.name).\(word)"))
    }

    mutating func normalisation(_ norm: BatchNorm, _ path: String) -> BatchNormalization {
        let module = norm.module.map { network.withoutPrefix($0.replacing("/", with: ".")) } ?? "\(path).norm"
        func add(_ name: String, _ values: [Float], _ kind: Graph.ParameterKind) -> Graph.ParameterID {
            graph.addParameter(
                graph.freeParameterName("\(module).\(name)"), Tensor(shape: [values.count], scalars: values), kind: kind
            )
        }
        return BatchNormalization(
            weight: add("weight", norm.weight, .learnable), bias: add("bias", norm.bias, .learnable),
            runningMean: add("running_mean", norm.runningMean, .runningStatistic),
            runningVariance: add("running_var", norm.runningVariance, .runningStatistic), epsilon: norm.epsilon)
    }

    /// The bias of a layer, if the file has one.
    private mutating func bias(of layer: ConvLayer) throws -> Graph.ParameterID? {
        let checkpoint = network.checkpoint
        let module = checkpoint.entry(named: layer.tensorName)?.module
        guard let entry = checkpoint.entries.first(where: { $0.module == module && $0.parameter == "bias" }) else {
            return nil
        }
        let tensor = try checkpoint.tensor(named: entry.name)
        guard tensor.shape == [layer.outputChannels] else { throw unfit("'\(entry.name)' has shape \(tensor.shape)") }
        return graph.addParameter(parameterName(of: layer, "bias"), tensor)
    }

    /// Two 1×1 convolutions on the channels' means, whose result scales the channels.
    mutating func squeezeExcite(_ inner: ActivationFunction, _ gate: ActivationFunction) throws {
        let (input, channels) = (current, width)
        let path = peek()?.name ?? ""
        current = graph.add(.globalAveragePool, input, name: "\(path).mean")
        try layer(inner)
        try layer(gate)
        guard width == channels else { throw unfit("squeeze-and-excite ends with \(width) of \(channels) channels") }
        current = graph.add(.multiply, input, current, name: "\(path).scaled")
    }

    /// Gives the newest block the next ordinal.
    mutating func nextBlock() -> String {
        blockCount += 1
        return "block\(blockCount)"
    }

    /// The error of a file whose layers do not follow each other as the family's do.
    func unfit(_ found: String) -> KernelVizError {
        KernelVizError(
            code: "networks.badShape", subject: network.checkpoint.path, found: found,
            expected: "the layers of \(network.title) in their order",
            advice: "The kernels can be analysed all the same")
    }
}
