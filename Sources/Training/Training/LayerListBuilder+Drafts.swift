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
            Draft(inputs: [input], output: output) { inputs, output, upstream, targets in
                DepthwiseLayer(
                    name: name, geometry: geometry, kernelCount: kernelCount, input: inputs[0], pending: pending,
                    output: output, isRectified: rectified, weight: weightPlace, bias: biasPlace, isLearnable: learns,
                    learnsBias: learnsBias, outputGradient: upstream, inputGradient: targets[0], leftEdge: edges.0,
                    rightEdge: edges.1)
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
            Draft(inputs: [input], output: output) { inputs, output, upstream, targets in
                ConvolutionLayer(
                    name: name, geometry: geometry, input: inputs[0], pending: pending, output: output,
                    isRectified: rectified, weight: weightPlace, bias: biasPlace, packedForward: forward,
                    packedBackward: backward, foldedBias: foldedBias, upstreamSums: upstreamSums,
                    isLearnable: learns, learnsBias: learnsBias, outputGradient: upstream, inputGradient: targets[0],
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
                Draft(inputs: [input], output: flat) { inputs, output, upstream, targets in
                    FlattenLayer(
                        name: name, input: inputs[0], output: output, outputGradient: upstream,
                        inputGradient: targets[0])
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
            Draft(inputs: [input], output: output) { inputs, output, upstream, targets in
                NormalizationLayer(
                    name: name, input: inputs[0], output: output, weight: places.0, bias: places.1,
                    runningMean: places.2, runningVariance: places.3, epsilon: norm.epsilon, momentum: momentum,
                    learnsWeight: learnsWeight, learnsBias: learnsBias, inputIsRectified: before,
                    outputIsRectified: behind, isPending: isPending, outputGradient: upstream,
                    inputGradient: targets[0], factors: factors,
                    statistics: statistics)
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
            Draft(inputs: [input], output: output, isInPlace: readers[source] == 1) {
                inputs, output, upstream, targets in
                ActivationLayer(
                    name: name, function: function, isComputedBefore: isComputedBefore, input: inputs[0],
                    output: output, outputGradient: upstream, inputGradient: targets[0])
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
        let make: (_ inputs: [Rows], _ output: Rows, _ upstream: Rows, _ targets: [GradientTarget?]) -> any Layer
        switch node.operation {
        case .add:
            make = { AdditionLayer(name: name, inputs: $0, output: $1, outputGradient: $2, inputGradients: $3) }
        case .multiply:
            make = {
                MultiplicationLayer(
                    name: name, first: $0[0], second: $0[1], output: $1, outputGradient: $2, firstGradient: $3[0],
                    secondGradient: $3[1])
            }
        case .affine(let scale, let shift):
            let (scalePlace, shiftPlace) = (place(scale), place(shift))
            let (learnsScale, learnsShift) = (isLearnable(scale), isLearnable(shift))
            make = {
                AffineLayer(
                    name: name, input: $0[0], output: $1, scale: scalePlace, shift: shiftPlace,
                    learnsScale: learnsScale, learnsShift: learnsShift, outputGradient: $2, inputGradient: $3[0])
            }
        case .globalAveragePool:
            make = {
                GlobalPoolLayer(name: name, input: $0[0], output: $1, outputGradient: $2, inputGradient: $3[0])
            }
        case .dropout(let rate):
            make = {
                DropoutLayer(
                    name: name, rate: rate, node: index, input: $0[0], output: $1, outputGradient: $2,
                    inputGradient: $3[0])
            }
        case .pool(let pool):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            make = {
                WindowPoolLayer(
                    name: name, geometry: geometry, kind: pool.kind, input: $0[0], output: $1,
                    outputGradient: $2, inputGradient: $3[0])
            }
        default: preconditionFailure("\(name) is handled before")
        }
        drafts.append(Draft(inputs: inputs, output: output, make: make))
        return output
    }
}
