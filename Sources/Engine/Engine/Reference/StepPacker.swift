import OperatorDispatch
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
        return Step(node: index, work: work, inputs: inputs, output: output)
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
            let affine = graph.affine(norm)
            return .affine(scale: constant(affine.scale), shift: constant(affine.shift))
        case .affine(let scale, let shift): return .affine(scale: constant(scale), shift: constant(shift))
        case .layerNormalization(let norm):
            return .layerNormalization(
                weight: constant(norm.weight), bias: constant(norm.bias), epsilon: norm.epsilon)
        case .rmsNormalization(let norm):
            return .rmsNormalization(
                weight: constant(norm.weight), bias: constant(norm.bias), epsilon: norm.epsilon)
        case .responseNormalization(let norm):
            return .responseNormalization(
                weight: constant(norm.weight), bias: constant(norm.bias), epsilon: norm.epsilon)
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
}
