import Engine
import Weights

/// What a family of inverted residual blocks adds to its layers' shapes.
private struct BottleneckFunctions {
    /// Behind the stem and the last convolutions.
    var ends: ActivationFunction
    /// Behind the expansion and the depthwise convolution of a block.
    var block: (_ ordinal: Int) -> ActivationFunction
    /// Inside squeeze-and-excite.
    var squeeze: ActivationFunction = .relu
    var gate: ActivationFunction = .sigmoid
}

extension FamilyBuilder {
    /// MobileNetV2 (arXiv 1801.04381), MobileNetV3 (1905.02244), EfficientNet (1905.11946), MnasNet (1807.11626): stem,
    /// inverted residual blocks, head.
    ///
    /// A block is expand (1×1, may be absent), depthwise, squeeze-and-excite (may be absent), project; its input is
    /// added where neither resolution nor width changes.
    mutating func buildBottlenecks() throws {
        let functions = functions
        try layer(functions.ends, name: "stem")
        while peek()?.isDepthwise == true || peek(1)?.isDepthwise == true { try bottleneck(functions) }
        if network.family == "MobileNetV3" || rest.first.map(isHead) == true {
            if peek() != nil { try layer(functions.ends, name: "head") }
        }
        try classify(network.family == "MobileNetV3" ? functions.ends : nil)
    }

    /// Whether a convolution stands before the mean: it has a normalisation, or one was folded into it.
    private func isHead(_ layer: ConvLayer) -> Bool {
        layer.batchNorm != nil || network.layers.allSatisfy { $0.batchNorm == nil }
    }

    private var functions: BottleneckFunctions {
        switch network.family {
        case "MobileNetV3":
            // Tables 1 and 2: RE in the blocks before these, HS from there on.
            let firstHardSwish = network.title.contains("Large") ? 7 : 4
            return BottleneckFunctions(
                ends: .hardSwish, block: { $0 < firstHardSwish ? .relu : .hardSwish }, gate: .hardSigmoid)
        case "EfficientNet" where !network.title.contains("Lite"):
            return BottleneckFunctions(ends: .silu, block: { _ in .silu }, squeeze: .silu)
        case "MnasNet": return BottleneckFunctions(ends: .relu, block: { _ in .relu })
        default: return BottleneckFunctions(ends: .relu6, block: { _ in .relu6 })
        }
    }

    private mutating func bottleneck(_ functions: BottleneckFunctions) throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        let function = functions.block(blockCount)
        if peek()?.isDepthwise == false { try layer(function) }
        let stride = peek()?.stride ?? 1
        try layer(function)
        if isSqueezeExcite { try squeezeExcite(functions.squeeze, functions.gate) }
        guard let project = peek() else { throw unfit("has no projection in \(name)") }
        let isSum = stride == 1 && project.outputChannels == inputWidth
        try layer(nil, name: isSum ? nil : name)
        if isSum { current = graph.add(.add, input, current, name: name) }
    }

    /// Whether the next two convolutions squeeze and excite: they lead back to the same width, and the one behind them
    /// still reads that width (an expansion would be followed by a depthwise convolution).
    private var isSqueezeExcite: Bool {
        guard let reduce = peek(), let expand = peek(1), let project = peek(2), reduce.isPointwise, expand.isPointwise,
            project.isPointwise
        else { return false }
        return reduce.weightShape[1] == width && expand.outputChannels == width && project.weightShape[1] == width
            && !project.isDepthwise
    }
}
