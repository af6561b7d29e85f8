import Engine
import Architectures

extension FamilyBuilder {
    /// MobileNetV2 (arXiv 1801.04381), MobileNetV3 (1905.02244), EfficientNet (1905.11946), MnasNet (1807.11626): stem,
    /// inverted residual blocks, head.
    ///
    /// A block is expand (1×1, may be absent), depthwise, squeeze-and-excite (may be absent), project; its input is
    /// added where neither resolution nor width changes. The design of each layer tells its function.
    mutating func buildBottlenecks() throws {
        let ends = function(of: peek())
        try layer(ends, name: "stem", padding: fixedBorder(block: nil))
        while peek()?.isDepthwise == true || peek(1)?.isDepthwise == true { try bottleneck() }
        if network.knownFamily == .mobileNetV3 || rest.first.map(isHead) == true {
            if peek() != nil { try layer(ends, name: "head") }
        }
        try classify(network.knownFamily == .mobileNetV3 ? ends : nil)
    }

    /// Whether a convolution stands before the mean: it has a normalisation, or one was folded into it.
    private func isHead(_ layer: ConvLayer) -> Bool {
        layer.batchNorm != nil || network.layers.allSatisfy { $0.batchNorm == nil }
    }

    /// The function that the design puts behind a layer.
    func function(of layer: ConvLayer?) -> ActivationFunction? {
        layer?.activation.flatMap(ActivationFunction.init(rawValue:))
    }

    private mutating func bottleneck() throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        if peek()?.isDepthwise == false { try layer(function(of: peek())) }
        let stride = peek()?.stride ?? 1
        try layer(function(of: peek()), padding: stride > 1 ? fixedBorder(block: blockCount - 1) : nil)
        if isSqueezeExcite { try squeezeExcite(function(of: peek()) ?? .relu, function(of: peek(1)) ?? .sigmoid) }
        guard let project = peek() else { throw unfit("has no projection in \(name)") }
        // timm's mobilenetv3_rw leaves the sum of its first block out.
        let adds = blockCount > 1 || !network.title.hasPrefix("MobileNetV3-Large RW")
        let isSum = adds && stride == 1 && project.outputChannels == inputWidth
        try layer(nil, name: isSum ? nil : name)
        if isSum { current = graph.add(.add, input, current, name: name) }
    }

    /// The zeros around a map that the next layer strides over, as transformers' EfficientNet has them: one less above and
    /// to the left, but in the blocks, from 0, that `depthwise_padding` lists. Nil for other networks.
    private func fixedBorder(block: Int?) -> Padding? {
        guard network.hasFixedBorders, let size = peek()?.kernelHeight else { return nil }
        let listed = network.checkpoint.attributes["hf.depthwise_padding"]?.split(separator: ",")
            .compactMap { Int($0.drop { $0 == " " }) }
        let (half, isListed) = (size / 2, block.map { listed?.contains($0) == true } ?? false)
        let before = isListed ? half : half - 1
        return .explicit(top: before, left: before, bottom: half, right: half)
    }

    /// Whether the next two convolutions squeeze and excite: by the design the second one ends in a gate, and they lead
    /// back to the same width.
    var isSqueezeExcite: Bool {
        guard let reduce = peek(), let expand = peek(1), [.sigmoid, .hardSigmoid].contains(function(of: expand)) else {
            return false
        }
        return reduce.weightShape[1] == width && expand.outputChannels == width
    }
}
