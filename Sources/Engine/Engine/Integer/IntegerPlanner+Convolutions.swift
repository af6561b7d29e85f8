import OperatorDispatch
import OperatorInterface
import Tensors

extension IntegerPlanner {
    /// A convolution or linear layer with what follows it.
    mutating func planFused(_ fused: FusedNode) throws {
        let node = graph.nodes[fused.head]
        let source = node.inputs[0].index
        let convolution = try quantizable(node, source)
        guard !isGate[fused.head], let (weight, bias, geometry) = convolution,
            geometry.macs / max(1, geometry.outputChannels * geometry.outputHeight * geometry.outputWidth)
                <= IntegerMatrixCall.maximumDepth
        else { return try planFloats(fused) }
        let name = graph.nodes[fused.tail].name
        let input = try bytes(source)
        let folded = FoldedWeights(weight, bias: bias, map: fused.folded)
        let weights = QuantizedWeights(folded.weight, bias: folded.bias, inputScale: input.scale.scale)
        let residual = try fused.residual.map { try bytes($0) }
        let isPixel = geometry.outputHeight * geometry.outputWidth == 1
        let writesFloats = fused.tail == output && isPixel
        let isDepthwise = graph.isDepthwise(fused.head)
        let scale = writesFloats ? nil : try self.scale(fused.tail)
        let padded = isDepthwise ? 16 : IntegerMatrixStep.paddedGroup(geometry)
        let perGroup = isDepthwise ? 16 : geometry.outputChannels / geometry.groups
        let channels = geometry.outputChannels
        let constants = IntegerConstants(
            IntegerConstants.Source(
                weights: weights, depth: weights.bytes.count / channels, input: input.scale, output: scale,
                fused: fused,
                residual: residual?.scale, places: (0..<channels).map { $0 / perGroup * padded + $0 % perGroup },
                paddedCount: (channels + perGroup - 1) / perGroup * padded))
        guard let constants else { return try planFloats(fused) }
        let view = scale.map { makeBytes(fused.tail, $0) }
        let floats = writesFloats ? makeFloats(fused.tail) : nil
        let step: any IntegerStep
        if isDepthwise, let view {
            step = IntegerDepthwiseStep(
                geometry, input: input, output: view, weights: weights, constants: constants)
        } else {
            step = IntegerMatrixStep(
                geometry, input: input, weights: weights, constants: constants,
                target: .init(bytes: view, floats: floats, residual: residual), threads: threads)
        }
        append(
            name, kind(node, geometry, isDepthwise: isDepthwise), macs: geometry.macs, .step(step),
            touching: [input.storage] + [residual?.storage, view?.storage, floats?.storage].compactMap { $0 })
        if let view { setBytes(fused.tail, view) }
        if let floats { setFloats(fused.tail, floats) }
    }

    private func kind(_ node: Graph.Node, _ geometry: ConvolutionGeometry, isDepthwise: Bool) -> StepKind {
        if case .linear = node.operation { return .linear }
        if isDepthwise { return .depthwise }
        return geometry.kernelHeight * geometry.kernelWidth == 1 ? .pointwise : .convolution
    }

    /// Weights, bias and lengths; nil for what has no step in bytes. A linear layer is a convolution as large as its input.
    private func quantizable(
        _ node: Graph.Node, _ source: Int
    ) throws -> (weight: Tensor, bias: [Float]?, geometry: ConvolutionGeometry)? {
        switch node.operation {
        case .linear(let weight, let bias):
            let tensor = graph[weight]
            let shape = shapes[source]
            let (height, width) = shape.rank == 4 ? (shape[2], shape[3]) : (1, 1)
            let geometry = ConvolutionGeometry(
                input: (shape[1], height, width), output: (tensor.shape[0], 1, 1),
                window: Window(height: height, width: width, stride: 1, paddingTop: 0, paddingLeft: 0), groups: 1)
            return (
                tensor.reshaped([tensor.shape[0], shape[1], height, width]), bias.map { graph[$0].scalars }, geometry
            )
        case .convolution(let convolution):
            let geometry = try graph.convolutionGeometry(node, input: shapes[source])
            return (graph[convolution.weight], convolution.bias.map { graph[$0].scalars }, geometry)
        case .sharedDepthwise(let shared):
            let geometry = try graph.convolutionGeometry(node, input: shapes[source])
            let weight = graph[shared.weight]
            let copies = (0..<geometry.outputChannels / weight.shape[0]).flatMap { _ in weight.scalars }
            return (
                Tensor(shape: [geometry.outputChannels, 1, weight.shape[2], weight.shape[3]], scalars: copies), nil,
                geometry
            )
        default: return nil
        }
    }
}
