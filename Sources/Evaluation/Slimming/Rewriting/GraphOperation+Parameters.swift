import Engine

extension GraphOperation {
    /// The parameters of the operation, in the order of ``mappingParameters(_:)``.
    var parameters: [Graph.ParameterID] {
        var found: [Graph.ParameterID] = []
        _ = mappingParameters {
            found.append($0)
            return $0
        }
        return found
    }

    /// The operation with each parameter replaced.
    func mappingParameters(_ change: (Graph.ParameterID) -> Graph.ParameterID) -> GraphOperation {
        switch self {
        case .convolution(var convolution):
            convolution.weight = change(convolution.weight)
            convolution.bias = convolution.bias.map(change)
            return .convolution(convolution)
        case .sharedDepthwise(var shared):
            shared.weight = change(shared.weight)
            return .sharedDepthwise(shared)
        case .batchNormalization(var norm):
            norm.weight = change(norm.weight)
            norm.bias = change(norm.bias)
            norm.runningMean = change(norm.runningMean)
            norm.runningVariance = change(norm.runningVariance)
            return .batchNormalization(norm)
        case .affine(let scale, let shift): return .affine(scale: change(scale), shift: change(shift))
        case .layerNormalization(let norm): return .layerNormalization(norm.mapping(change))
        case .rmsNormalization(let norm): return .rmsNormalization(norm.mapping(change))
        case .responseNormalization(let norm): return .responseNormalization(norm.mapping(change))
        case .linear(let weight, let bias): return .linear(weight: change(weight), bias: bias.map(change))
        case .input, .activation, .add, .multiply, .concatenate, .slice, .globalAveragePool, .pool, .channelShuffle,
            .dropout:
            return self
        }
    }
}

extension ChannelNormalization {
    fileprivate func mapping(_ change: (Graph.ParameterID) -> Graph.ParameterID) -> ChannelNormalization {
        ChannelNormalization(weight: change(weight), bias: change(bias), epsilon: epsilon)
    }
}
