import EngineOperators
import Tensors

/// Turns nodes into steps and collects their constants; batch normalisation becomes scale and shift here.
struct StepPacker {
    private let graph: Graph
    private let shapes: [Shape]
    private let views: [ArenaView?]
    private var arrays: [(offset: Int, scalars: [Float])] = []
    private var floatCount = 0
    private var offsets: [Graph.ParameterID: Int] = [:]

    init(graph: Graph, shapes: [Shape], views: [ArenaView?]) {
        self.graph = graph
        self.shapes = shapes
        self.views = views
    }

    /// All constants that were asked for.
    func block() -> ConstantBlock { ConstantBlock(arrays, floatCount: floatCount) }

    /// The step of a needed node.
    mutating func step(_ index: Int) throws -> Step {
        let node = graph.nodes[index]
        let inputs = node.inputs.compactMap { views[$0.index] }
        guard let output = views[index], inputs.count == node.inputs.count else {
            preconditionFailure("\(node.name) or one of its inputs has no place")
        }
        let work = try work(node)
        return Step(
            node: index, work: work, inputs: inputs, output: output, macs: shapes[index][0] * macs(work, node))
    }

    private mutating func work(_ node: Graph.Node) throws -> Step.Work {
        let inputShape = node.inputs.first.map { shapes[$0.index] } ?? []
        switch node.operation {
        case .input: return .copyInput
        case .slice, .dropout: return .nothing
        case .convolution(let convolution):
            let geometry = try graph.convolutionGeometry(node, input: inputShape)
            return .convolution(
                geometry, weight: constant(convolution.weight), bias: convolution.bias.map { constant($0) })
        case .sharedDepthwise(let shared):
            let geometry = try graph.convolutionGeometry(node, input: inputShape)
            return .sharedDepthwise(
                geometry, kernelCount: graph[shared.weight].shape[0], weight: constant(shared.weight))
        case .batchNormalization(let norm):
            let (scale, shift) = affine(norm)
            return .affine(scale: constant(scale), shift: constant(shift))
        case .affine(let scale, let shift): return .affine(scale: constant(scale), shift: constant(shift))
        case .activation(let function): return .activation(function)
        case .add: return .add
        case .multiply: return shapes[node.inputs[1].index] == inputShape ? .multiply : .scaleChannels
        case .concatenate: return .concatenate
        case .globalAveragePool: return .globalAveragePool
        case .pool(let pool):
            let geometry = try graph.convolutionGeometry(node, input: inputShape)
            switch pool.kind {
            case .maximum: return .maximumPool(geometry)
            case .average(let countsPadding): return .averagePool(geometry, countsPadding: countsPadding)
            }
        case .linear(let weight, let bias):
            let shape = graph[weight].shape
            return .linear(
                inputs: shape[1], outputs: shape[0], weight: constant(weight), bias: bias.map { constant($0) })
        case .channelShuffle(let groups): return .channelShuffle(groups: groups)
        }
    }

    /// Multiply-accumulates of one image.
    private func macs(_ work: Step.Work, _ node: Graph.Node) -> Int {
        switch work {
        case .convolution(let geometry, _, _), .sharedDepthwise(let geometry, _, _):
            geometry.outputChannels * geometry.outputHeight * geometry.outputWidth * geometry.kernelHeight
                * geometry.kernelWidth * (geometry.inputChannels / geometry.groups)
        case .linear(let inputs, let outputs, _, _): inputs * outputs
        default: 0
        }
    }

    private mutating func constant(_ parameter: Graph.ParameterID) -> Int {
        if let offset = offsets[parameter] { return offset }
        let offset = constant(graph[parameter].scalars)
        offsets[parameter] = offset
        return offset
    }

    private mutating func constant(_ scalars: [Float]) -> Int {
        let offset = floatCount
        arrays.append((offset, scalars))
        let alignment = ArenaLayout.alignment
        floatCount += (scalars.count + alignment - 1) / alignment * alignment
        return offset
    }

    /// scale = γ/√(variance + ε), shift = β − mean·scale, in 64-bit floats.
    private func affine(_ norm: BatchNormalization) -> (scale: [Float], shift: [Float]) {
        let (weight, bias) = (graph[norm.weight].scalars, graph[norm.bias].scalars)
        let (mean, variance) = (graph[norm.runningMean].scalars, graph[norm.runningVariance].scalars)
        var scale: [Float] = []
        var shift: [Float] = []
        for channel in weight.indices {
            let factor = Double(weight[channel]) / (Double(variance[channel]) + Double(norm.epsilon)).squareRoot()
            scale.append(Float(factor))
            shift.append(Float(Double(bias[channel]) - Double(mean[channel]) * factor))
        }
        return (scale, shift)
    }
}
