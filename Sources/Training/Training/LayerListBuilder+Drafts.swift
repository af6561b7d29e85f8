import Diagnostics
import Engine
import OperatorDispatch
import Tensors

// One function for each kind of node: it drafts the layer and says which rows hold the result.
extension LayerListBuilder {
    mutating func draftDepthwise(
        _ index: Int, _ input: Value, _ geometry: ConvolutionGeometry, _ weight: Graph.ParameterID, kernelCount: Int,
        bias: Graph.ParameterID?
    ) -> Value {
        let learns = isLearnable(weight)
        let learnsBias = bias.map { isLearnable($0) } ?? false
        let output = newValue(index, needsGradient: input.needsGradient || learns || learnsBias)
        let (left, right) = DepthwiseLayer.edges(geometry)
        let edges = (memory.list(left), memory.list(right))
        let pending = pendingFactors(input)
        let (name, rectified) = (graph.nodes[index].name, rectifiedConvolutions.contains(index))
        let (weightPlace, biasPlace) = (place(weight), bias.map { place($0) })
        drafts.append(
            Draft(inputs: [input], output: output) { ports in
                DepthwiseLayer(
                    name: name, ports: ports.unary, geometry: geometry, kernelCount: kernelCount, pending: pending,
                    isRectified: rectified, weight: weightPlace, bias: biasPlace, isLearnable: learns,
                    learnsBias: learnsBias, leftEdge: edges.0, rightEdge: edges.1)
            })
        return output
    }

    mutating func draftConvolution(
        _ index: Int, _ input: Value, _ geometry: ConvolutionGeometry, _ weight: Graph.ParameterID,
        bias: Graph.ParameterID?
    ) -> Value {
        let learns = isLearnable(weight)
        let learnsBias = bias.map { isLearnable($0) } ?? false
        let output = newValue(index, needsGradient: input.needsGradient || learns || learnsBias)
        let rows = geometry.outputChannels / geometry.groups
        let depth = geometry.inputChannels / geometry.groups * geometry.kernelHeight * geometry.kernelWidth
        let forward = packedFloats
        packedFloats += geometry.groups * ConvolutionLayer.packedCount(rows: rows, depth: depth)
        let backward = packedFloats
        packedFloats += geometry.groups * ConvolutionLayer.packedCount(rows: depth, depth: rows)
        let pending = pendingFactors(input)
        let (foldedBias, upstreamSums) = (packedFloats, statisticsDoubles)
        if pending != nil {
            packedFloats += rows
            statisticsDoubles += rows
        }
        let pitch = ConvolutionLayer.unfoldedPitch(geometry)
        let unfolded = memory.rows(
            at: (0..<depth).map { $0 * pitch }, plane: geometry.outputHeight * geometry.outputWidth)
        let (name, rectified) = (graph.nodes[index].name, rectifiedConvolutions.contains(index))
        let (weightPlace, biasPlace) = (place(weight), bias.map { place($0) })
        drafts.append(
            Draft(inputs: [input], output: output) { ports in
                ConvolutionLayer(
                    name: name, ports: ports.unary, geometry: geometry, pending: pending,
                    isRectified: rectified, weight: weightPlace, bias: biasPlace, packedForward: forward,
                    packedBackward: backward, foldedBias: foldedBias, upstreamSums: upstreamSums,
                    isLearnable: learns, learnsBias: learnsBias,
                    unfoldedRows: unfolded)
            })
        return output
    }

    /// The factors that whoever reads a value has to apply; nil where there are none.
    mutating func pendingFactors(_ input: Value) -> PendingFactors? {
        guard input.channels.contains(where: { $0.factors != nil }) else { return nil }
        defer { factorFloats += 2 * input.channels.count }
        return PendingFactors(
            scales: memory.list(input.channels.map { $0.factors?.scale ?? -1 }),
            shifts: memory.list(input.channels.map { $0.factors?.shift ?? -1 }), count: input.channels.count,
            place: factorFloats)
    }

    /// A linear layer is a 1×1 convolution of images of one pixel.
    mutating func draftLinear(
        _ index: Int, _ input: Value, _ weight: Graph.ParameterID, _ bias: Graph.ParameterID?
    ) -> Value {
        var input = input
        if input.plane > 1 {
            let flat = newValue(
                input.channels.count * input.plane, 1, 1, needsGradient: input.needsGradient)
            let name = graph.nodes[index].name
            drafts.append(
                Draft(inputs: [input], output: flat) { ports in
                    FlattenLayer(name: name, ports: ports.unary)
                })
            input = flat
        }
        let shape = graph[weight].shape
        return draftConvolution(
            index, input, ConvolutionGeometry(linear: shape[1], outputs: shape[0]), weight, bias: bias)
    }

    mutating func draftNormalization(_ index: Int, _ input: Value, _ norm: BatchNormalization) -> Value {
        let (learnsWeight, learnsBias) = (isLearnable(norm.weight), isLearnable(norm.bias))
        var output = newValue(index, needsGradient: input.needsGradient || learnsWeight || learnsBias)
        let channels = input.channels.count
        let (factors, statistics) = (factorFloats, statisticsDoubles)
        factorFloats += 6 * channels
        statisticsDoubles += 2 * channels
        let isPending = pendingNormalizations.contains(index)
        if isPending {
            for channel in 0..<channels {
                output.channels[channel].source = input.channels[channel].source
                output.channels[channel].factors = (factors + channel, factors + channels + channel)
            }
        }
        let source = graph.nodes[index].inputs[0].position
        let (name, momentum) = (graph.nodes[index].name, momentum)
        let (before, behind) = (maskedByReader.contains(source), rectifiedNormalizations.contains(index))
        let places = (place(norm.weight), place(norm.bias), place(norm.runningMean), place(norm.runningVariance))
        drafts.append(
            Draft(inputs: [input], output: output) { ports in
                NormalizationLayer(
                    name: name, ports: ports.unary, weight: places.0, bias: places.1,
                    runningMean: places.2, runningVariance: places.3, epsilon: norm.epsilon, momentum: momentum,
                    learnsWeight: learnsWeight, learnsBias: learnsBias, inputIsRectified: before,
                    outputIsRectified: behind, isPending: isPending, factors: factors, statistics: statistics)
            })
        return output
    }

    mutating func draftActivation(_ index: Int, _ input: Value, _ function: ActivationFunction) -> Value {
        let source = graph.nodes[index].inputs[0].position
        // The normalisation masks its gradient itself.
        if rectifiedNormalizations.contains(source) || maskedByReader.contains(index) { return input }
        let isComputedBefore = rectifiedConvolutions.contains(source)
        let output = isComputedBefore ? input : newValue(index, needsGradient: input.needsGradient)
        let name = graph.nodes[index].name
        drafts.append(
            Draft(inputs: [input], output: output, isInPlace: readers[source] == 1) { ports in
                ActivationLayer(
                    name: name, ports: ports.unary, function: function, isComputedBefore: isComputedBefore)
            })
        return output
    }

    mutating func draftOther(_ index: Int, _ inputs: [Value]) throws -> Value {
        let node = graph.nodes[index]
        let name = node.name
        if case .dropout(let rate) = node.operation, rate == 0 { return inputs[0] }
        var needsGradient = inputs.contains { $0.needsGradient }
        if case .affine(let scale, let shift) = node.operation {
            needsGradient = needsGradient || isLearnable(scale) || isLearnable(shift)
        }
        let output = newValue(index, needsGradient: needsGradient)
        let make: (_ ports: Ports) -> any Layer
        switch node.operation {
        case .add:
            make = { AdditionLayer(name: name, ports: $0) }
        case .multiply:
            make = {
                MultiplicationLayer(
                    name: name, first: $0.inputs[0], second: $0.inputs[1], output: $0.output,
                    outputGradient: $0.outputGradient, firstGradient: $0.inputGradients[0],
                    secondGradient: $0.inputGradients[1])
            }
        case .affine(let scale, let shift):
            let (scalePlace, shiftPlace) = (place(scale), place(shift))
            let (learnsScale, learnsShift) = (isLearnable(scale), isLearnable(shift))
            make = {
                AffineLayer(
                    name: name, ports: $0.unary, scale: scalePlace, shift: shiftPlace, learnsScale: learnsScale,
                    learnsShift: learnsShift)
            }
        case .globalAveragePool:
            make = { GlobalPoolLayer(name: name, ports: $0.unary) }
        case .dropout(let rate):
            make = { DropoutLayer(name: name, ports: $0.unary, rate: rate, node: index) }
        case .pool(let pool):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            make = { WindowPoolLayer(name: name, ports: $0.unary, geometry: geometry, kind: pool.kind) }
        default: preconditionFailure("\(name) is handled before")
        }
        drafts.append(Draft(inputs: inputs, output: output, make: make))
        return output
    }
}
