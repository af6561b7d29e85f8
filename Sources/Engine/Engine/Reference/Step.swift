import OperatorDispatch

/// One operation of a plan with its places in the arena and its constants.
struct Step: Sendable {
    /// What is called, with offsets into the plan's constants.
    enum Work: Sendable {
        case copyInput
        case nothing
        case convolution(ConvolutionGeometry, weight: Int, bias: Int?)
        case sharedDepthwise(ConvolutionGeometry, kernelCount: Int, weight: Int)
        case affine(scale: Int, shift: Int)
        case layerNormalization(weight: Int, bias: Int, epsilon: Float)
        case rmsNormalization(weight: Int, bias: Int, epsilon: Float)
        case responseNormalization(weight: Int, bias: Int, epsilon: Float)
        case activation(ActivationFunction)
        case add
        case multiply
        case scaleChannels
        case concatenate
        case globalAveragePool
        case maximumPool(ConvolutionGeometry)
        case averagePool(ConvolutionGeometry, countsPadding: Bool)
        case linear(inputs: Int, outputs: Int, weight: Int, bias: Int?)
        case channelShuffle(groups: Int)
    }

    /// The node that the step computes.
    let node: Int
    let work: Work
    let inputs: [ArenaView]
    let output: ArenaView

    /// Computes the step for all images.
    func run(
        input: UnsafeBufferPointer<Float>, images: Int, constants: UnsafePointer<Float>,
        arena: UnsafeMutablePointer<Float>
    ) {
        if case .nothing = work { return }
        for image in 0..<images {
            let target = arena + (output.offset + image * output.imageStride)
            if case .copyInput = work {
                if let start = input.baseAddress {
                    target.update(from: start + image * output.imageCount, count: output.imageCount)
                }
            } else {
                run(image, to: target, constants, arena)
            }
        }
    }

    private func source(_ index: Int, _ image: Int, _ arena: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
        UnsafePointer(arena + (inputs[index].offset + image * inputs[index].imageStride))
    }

    private func run(
        _ image: Int, to target: UnsafeMutablePointer<Float>, _ constants: UnsafePointer<Float>,
        _ arena: UnsafeMutablePointer<Float>
    ) {
        let first = source(0, image, arena)
        let (channels, plane) = (inputs[0].channels, inputs[0].plane)
        switch work {
        case .copyInput, .nothing: break
        case .convolution(let geometry, let weight, let bias):
            ReferenceOperators.convolution(
                geometry, input: first, weight: constants + weight, bias: bias.map { constants + $0 }, output: target)
        case .sharedDepthwise(let geometry, let kernelCount, let weight):
            ReferenceOperators.sharedDepthwise(
                geometry, kernelCount: kernelCount, input: first, weight: constants + weight, output: target)
        case .affine(let scale, let shift):
            ReferenceOperators.affine(
                channels: channels, plane: plane, input: first, scale: constants + scale, shift: constants + shift,
                output: target)
        case .layerNormalization(let weight, let bias, let epsilon):
            ReferenceOperators.layerNormalization(
                channels: channels, plane: plane, epsilon: epsilon, input: first, weight: constants + weight,
                bias: constants + bias, output: target)
        case .rmsNormalization(let weight, let bias, let epsilon):
            ReferenceOperators.rmsNormalization(
                channels: channels, plane: plane, epsilon: epsilon, input: first, weight: constants + weight,
                bias: constants + bias, output: target)
        case .responseNormalization(let weight, let bias, let epsilon):
            ReferenceOperators.responseNormalization(
                channels: channels, plane: plane, epsilon: epsilon, input: first, weight: constants + weight,
                bias: constants + bias, output: target)
        case .activation(let function):
            ReferenceOperators.activate(function, input: first, output: target, count: output.imageCount)
        case .add:
            ReferenceOperators.add(first, source(1, image, arena), output: target, count: output.imageCount)
        case .multiply:
            ReferenceOperators.multiply(first, source(1, image, arena), output: target, count: output.imageCount)
        case .scaleChannels:
            ReferenceOperators.scaleChannels(
                channels: channels, plane: plane, input: first, factors: source(1, image, arena), output: target)
        case .concatenate:
            var place = target
            for (index, view) in inputs.enumerated() {
                place.update(from: source(index, image, arena), count: view.imageCount)
                place += view.imageCount
            }
        case .globalAveragePool:
            ReferenceOperators.globalAveragePool(channels: channels, plane: plane, input: first, output: target)
        case .maximumPool(let geometry):
            ReferenceOperators.maximumPool(geometry, input: first, output: target)
        case .averagePool(let geometry, let countsPadding):
            ReferenceOperators.averagePool(geometry, countsPadding: countsPadding, input: first, output: target)
        case .linear(let inputs, let outputs, let weight, let bias):
            ReferenceOperators.linear(
                inputs: inputs, outputs: outputs, input: first, weight: constants + weight,
                bias: bias.map { constants + $0 }, output: target)
        case .channelShuffle(let groups):
            ReferenceOperators.shuffleChannels(
                channels: channels, groups: groups, plane: plane, input: first, output: target)
        }
    }
}
