import Diagnostics
import Engine
import OperatorDispatch
import Tensors

/// Turns a graph's nodes into layers: first the results (which rows hold them), then, from the last layer to the first,
/// where gradients go.
///
/// A row is first known as a channel of a buffer and gets its place in the arena when it is known how long each buffer is
/// needed.
struct LayerListBuilder {
    /// One channel of a result.
    struct Channel {
        /// The row that it is, which also names its gradient.
        var reference: ChannelPlace
        /// The row that holds its numbers.
        var source: ChannelPlace
        /// Where the factors stand that make it of those numbers, scale · number + shift; nil where it is they.
        var factors: (scale: Int, shift: Int)?
    }

    /// A result as a list of rows.
    struct Value {
        var channels: [Channel]
        var references: [ChannelPlace] { channels.map(\.reference) }
        var height: Int
        var width: Int
        /// Whether anything trained stands before it.
        var needsGradient: Bool
        var plane: Int { height * width }
    }

    struct Buffer {
        let channels: Int
        let plane: Int
    }

    /// A layer that is known but for its gradients.
    struct Draft {
        let inputs: [Value]
        let output: Value
        /// Whether the input's gradient may overwrite the output's: elementwise layers whose input nobody else reads.
        var isInPlace = false
        let make: (_ ports: Ports) -> any Layer
    }

    let graph: Graph
    let shapes: [Shape]
    let imagesPerShard: Int
    let momentum: Double
    let memory = PlanMemory()

    var parameterPlaces: [Int] = []
    var parameterFloats = 0
    var packedFloats = 0
    var factorFloats = 0
    var statisticsDoubles = 0
    var scratchFloats = 0

    var buffers: [Buffer] = []
    var values: [Value?] = []
    var drafts: [Draft] = []
    var inputValue: Value?
    var readers: [Int] = []
    /// Nodes whose work another node's layer does: a ReLU inside a convolution or a normalisation.
    var rectifiedConvolutions: Set<Int> = []
    var rectifiedNormalizations: Set<Int> = []
    /// ReLUs whose backward pass is done by the normalisation behind them.
    var maskedByReader: Set<Int> = []
    /// Normalisations whose last step, scale · x + shift, is taken by those who read them.
    var pendingNormalizations: Set<Int> = []
    var rowLists: [Rows] = []

    init(graph: Graph, shapes: [Shape], imagesPerShard: Int, momentum: Double) {
        self.graph = graph
        self.shapes = shapes
        self.imagesPerShard = imagesPerShard
        self.momentum = momentum
        for parameter in graph.parameters {
            parameterPlaces.append(parameterFloats)
            parameterFloats += (parameter.tensor.shape.elementCount + 15) / 16 * 16
        }
    }

    /// Drafts a layer for every node that the output needs.
    mutating func build() throws {
        let isNeeded = graph.neededNodes
        readers = Array(repeating: 0, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
            for input in node.inputs { readers[input.position] += 1 }
        }
        values = Array(repeating: nil, count: graph.nodes.count)
        for index in graph.nodes.indices where isNeeded[index] { findRectifier(index) }
        for index in graph.nodes.indices where isNeeded[index] {
            guard case .batchNormalization = graph.nodes[index].operation, !rectifiedNormalizations.contains(index),
                try readersTakeFactors(index, isNeeded)
            else { continue }
            pendingNormalizations.insert(index)
        }
        for index in graph.nodes.indices where isNeeded[index] { values[index] = try value(of: index) }
    }

    /// A ReLU behind a convolution or normalisation that nobody else reads is computed there.
    mutating func findRectifier(_ index: Int) {
        let node = graph.nodes[index]
        if case .activation(.relu) = node.operation, let source = node.inputs.first?.position, readers[source] == 1 {
            switch graph.nodes[source].operation {
            case .convolution, .sharedDepthwise: rectifiedConvolutions.insert(source)
            case .batchNormalization: rectifiedNormalizations.insert(source)
            default: break
            }
        }
        if case .batchNormalization = node.operation, let source = node.inputs.first?.position, readers[source] == 1,
            case .activation(.relu) = graph.nodes[source].operation,
            let before = graph.nodes[source].inputs.first?.position, rectifiedConvolutions.contains(before)
        {
            maskedByReader.insert(source)
        }
    }

    /// Whether all who read a node, through slices and joins, multiply what they read anyway: depthwise convolutions as
    /// they load it, 1×1 convolutions in their weights and biases.
    func readersTakeFactors(_ index: Int, _ isNeeded: [Bool]) throws -> Bool {
        guard graph.output?.position != index else { return false }
        for (reader, node) in graph.nodes.enumerated()
        where isNeeded[reader] && node.inputs.contains(where: { $0.position == index }) {
            switch node.operation {
            case let operation where operation.choosesChannels:
                guard try readersTakeFactors(reader, isNeeded) else { return false }
            case .convolution, .sharedDepthwise:
                let geometry = try graph.windowGeometry(of: node, input: shapes[index])
                guard geometry.isPointwise || DepthwiseLayer.suits(geometry) else { return false }
            default: return false
            }
        }
        return true
    }

    func isLearnable(_ parameter: Graph.ParameterID) -> Bool {
        graph.parameters[parameter.position].kind == .learnable
    }

    func place(_ parameter: Graph.ParameterID) -> Int { parameterPlaces[parameter.position] }

    mutating func newValue(_ channels: Int, _ height: Int, _ width: Int, needsGradient: Bool) -> Value {
        buffers.append(Buffer(channels: channels, plane: height * width))
        let places = (0..<channels).map { ChannelPlace(storage: buffers.count - 1, channel: $0) }
        return Value(
            channels: places.map { Channel(reference: $0, source: $0) }, height: height, width: width,
            needsGradient: needsGradient)
    }

    mutating func newValue(_ index: Int, needsGradient: Bool) -> Value {
        let shape = shapes[index]
        return shape.rank == 2
            ? newValue(shape[1], 1, 1, needsGradient: needsGradient)
            : newValue(shape[1], shape[2], shape[3], needsGradient: needsGradient)
    }

    mutating func value(of index: Int) throws -> Value {
        let node = graph.nodes[index]
        let inputs = node.inputs.map { input -> Value in
            guard let value = values[input.position] else { preconditionFailure("\(node.name) reads nothing") }
            return value
        }
        guard let first = inputs.first else {
            let value = newValue(index, needsGradient: false)
            inputValue = value
            return value
        }
        switch node.operation {
        case .input: return first
        case let operation where operation.choosesChannels:
            return Value(
                channels: operation.chosenChannels(of: inputs.map(\.channels)), height: first.height,
                width: first.width, needsGradient: inputs.contains { $0.needsGradient })
        case .convolution(let convolution):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            if DepthwiseLayer.suits(geometry) {
                return draftDepthwise(
                    index, first, geometry, convolution.weight, kernelCount: geometry.inputChannels,
                    bias: convolution.bias)
            }
            return draftConvolution(index, first, geometry, convolution.weight, bias: convolution.bias)
        case .sharedDepthwise(let shared):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            guard DepthwiseLayer.suits(geometry) else {
                throw KernelVizError(
                    code: "training.unsupported", subject: "graph: \(node.name)",
                    found: "a shared depthwise convolution of another form", expected: "3×3 kernels with padding 1")
            }
            return draftDepthwise(
                index, first, geometry, shared.weight, kernelCount: graph[shared.weight].shape[0], bias: nil)
        case .linear(let weight, let bias):
            return draftLinear(index, first, weight, bias)
        case .batchNormalization(let norm): return draftNormalization(index, first, norm)
        case .layerNormalization, .rmsNormalization, .responseNormalization:
            throw KernelVizError(
                code: "training.unsupported", subject: "graph: \(node.name)",
                found: "layer, RMS or response normalisation, which runs but is not trained here",
                expected: "batch normalisation")
        case .activation(let function) where function.isStepOfItsOwn:
            throw KernelVizError(
                code: "training.unsupported", subject: "graph: \(node.name)",
                found: "the function \(function.rawValue), which runs but is not trained here",
                expected: ActivationFunction.allCases.filter { !$0.isStepOfItsOwn }.map(\.rawValue)
                    .joined(separator: ", "))
        case .activation(let function): return draftActivation(index, first, function)
        default: return try draftOther(index, inputs)
        }
    }
}
