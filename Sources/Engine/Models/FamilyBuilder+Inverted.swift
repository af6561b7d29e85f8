import Engine
import Tensors
import Architectures

extension FamilyBuilder {
    /// ReXNet (arXiv 2007.00992): inverted residual blocks whose squeeze-and-excite stands before the depthwise
    /// convolution's function, and whose input is added to as many channels of the result as it has.
    mutating func buildReXNet() throws {
        try layer(.silu, name: "stem")
        while peek()?.isDepthwise == true || peek(1)?.isDepthwise == true { try widenedBottleneck() }
        if peek() != nil { try layer(.silu, name: "head") }
        try classify(nil)
    }

    private mutating func widenedBottleneck() throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        if peek()?.isDepthwise == false { try layer(.silu) }
        let stride = peek()?.stride ?? 1
        try layer(nil)
        if isSqueezeExcite { try squeezeExcite(.relu, .sigmoid) }
        current = graph.add(.activation(.relu6), current, name: "\(name).act")
        guard let project = peek() else { throw unfit("has no projection in \(name)") }
        let isSum = stride == 1 && inputWidth <= project.outputChannels
        try layer(nil, name: isSum ? nil : name)
        guard isSum else { return }
        guard inputWidth < width else {
            current = graph.add(.add, input, current, name: name)
            return
        }
        let shared = graph.add(.slice(0..<inputWidth), current, name: "\(name).shared")
        let new = graph.add(.slice(inputWidth..<width), current, name: "\(name).new")
        let sum = graph.add(.add, input, shared, name: "\(name).sum")
        current = graph.add(.concatenate, sum, new, name: name)
    }

    /// EfficientNetV2 (arXiv 2104.00298) and EfficientNet-EdgeTPU (arXiv 2003.02838): stem, fused blocks (3×3, project),
    /// inverted residual blocks, head. V2's first stage has single convolutions.
    mutating func buildFusedBottlenecks() throws {
        try designedLayer(name: "stem")
        while let next = peek() {
            if next.kernelHeight > 1, !next.isDepthwise {
                // Of a fused block the projection follows; behind a single convolution another spatial one does.
                try sequence(peek(1)?.isPointwise == true ? 2 : 1, adds: !isWithoutSum(next))
            } else if peek(1)?.isDepthwise == true {
                try sequence(3, adds: true)
            } else {
                break
            }
        }
        if peek() != nil { try designedLayer(name: "head") }
        try classify(nil)
    }

    /// EdgeTPU's first stage never adds its input, not even where the widths agree.
    private func isWithoutSum(_ layer: ConvLayer) -> Bool {
        network.knownFamily == .efficientNetEdgeTPU && path(of: layer).hasPrefix("blocks.0.")
    }

    /// MobileNetV4 (arXiv 2404.10518): stem, plain, fused and universal inverted blocks, head behind the mean.
    mutating func buildMobileNetV4() throws {
        func block(of layer: ConvLayer?) -> String? {
            let parts = path(of: layer).split(separator: ".")
            return parts.count > 3 && parts[0] == "blocks" ? "\(parts[1]).\(parts[2])" : nil
        }
        try designedLayer(name: "stem")
        while let name = block(of: peek()) {
            let count = (0...).prefix { block(of: peek($0)) == name }.count
            // A plain convolution adds nothing.
            try sequence(count, adds: count > 1)
        }
        try classify(.relu)
    }

    /// The next layers one after another as one block, whose input is added where `adds` and neither resolution nor width
    /// changes; squeeze-and-excite may stand before the last.
    private mutating func sequence(_ count: Int, adds: Bool) throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        var stride = 1
        for place in 1...count {
            if place == count, count > 1, isSqueezeExcite {
                try squeezeExcite(function(of: peek()) ?? .relu, function(of: peek(1)) ?? .sigmoid)
            }
            guard let next = peek() else { throw unfit("ends in \(name)") }
            stride *= next.stride ?? 1
            let isSum = adds && stride == 1 && next.outputChannels == inputWidth
            try designedLayer(name: place == count && !isSum ? name : nil)
        }
        if adds, stride == 1, width == inputWidth { current = graph.add(.add, input, current, name: name) }
    }
}
