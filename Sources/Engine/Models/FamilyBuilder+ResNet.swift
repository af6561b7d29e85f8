import Engine
import Tensors
import Architectures

extension FamilyBuilder {
    /// ResNet (arXiv 1512.03385) and its descendants: stem, pool, residual blocks.
    ///
    /// A block is two 3×3 convolutions, or a 3×3 one between two 1×1 ones, squeeze-and-excite (may be absent), and the sum
    /// with its input, which a 1×1 convolution projects where resolution or width changes; in nets of type D a mean over
    /// 2×2 pixels strides before that.
    mutating func buildResNet() throws {
        if network.title.hasPrefix("ECA-") {
            throw unfit("has attention by convolutions over channels (ECA), which the engine lacks")
        }
        if network.title.contains("V2") { return try buildSecondResNet() }
        var resolution = 1
        while isStem(peek()) {
            resolution *= peek()?.stride ?? 1
            try layer(.relu, name: isStem(peek(1)) ? nil : "stem")
        }
        // A stem of stride 4 has no pool (ResNet-RS), nor has one of stride 1 (nets for small images).
        averagesBeforeStrides = network.averagesBeforeStrides != nil
        if resolution == 2 {
            if averagesBeforeStrides { averagePool("stem.pool") } else { stemPool() }
        }
        while peek() != nil { try residual() }
        try classify(nil)
    }

    /// Keras' version 2 (arXiv 1603.05027): normalisation and function stand before the convolutions, the last block of a
    /// stage strides, and so does a pool of single pixels on its input.
    private mutating func buildSecondResNet() throws {
        guard path(of: peek()) == "conv1_conv" else { throw unfit("is a version 2 under other names than Keras'") }
        try layer(nil, name: "stem")
        // The border is a layer of its own in Keras, whose zeros take part in the maximum: means of single pixels, of
        // which those outside are zero.
        let border = Pool(kind: .average(countsPadding: true), size: 1, stride: 1, padding: .symmetric(1))
        current = graph.add(.pool(border), current, name: "stem.border")
        current = graph.add(.pool(Pool(kind: .maximum, size: 3, stride: 2)), current, name: "stem.pool")
        while peek() != nil {
            let module = path(of: peek()).split(separator: "_").prefix(2).joined(separator: "_")
            let (input, inputWidth) = (current, width)
            let name = nextBlock()
            try separateNorm(prefixed("\(module)_preact_bn"), channels: width, name: "\(name).norm")
            let before = graph.add(.activation(.relu), current, name: "\(name).act")
            var shortcut = input
            current = before
            if isProjection(peek()) {
                try layer(nil)
                (shortcut, current, width) = (current, before, inputWidth)
            }
            try layer(.relu)
            let stride = peek()?.stride ?? 1
            try layer(.relu)
            try layer(nil)
            if stride > 1 {
                let pool = Pool(kind: .maximum, size: 1, stride: stride)
                shortcut = graph.add(.pool(pool), shortcut, name: "\(name).pool")
            }
            current = graph.add(.add, shortcut, current, name: name)
        }
        try separateNorm(prefixed("post_bn"), channels: width, name: "head.norm")
        current = graph.add(.activation(.relu), current, name: "head")
        try classify(nil)
    }

    /// A module's name in the file.
    private func prefixed(_ module: String) -> String { network.prefix + module }

    private func isStem(_ layer: ConvLayer?) -> Bool {
        let path = path(of: layer)
        return ["conv1", "conv2d", "conv1_conv", "features.stage1.0"].contains(path)
            || ["conv1.", "maxpool.", "features.stem."].contains { path.hasPrefix($0) }
            || path.contains("_stem_conv_")
    }

    /// Whether a layer projects a block's input: by the names of all libraries, or, in Keras' automatic ones, as the only
    /// 1×1 convolution.
    private func isProjection(_ layer: ConvLayer?) -> Bool {
        guard let layer, layer.isPointwise else { return false }
        let path = path(of: layer)
        if path.hasPrefix("conv2d") { return true }
        return [
            ".downsample.0", ".downsample.1", ".shortcut.0", "_0_conv", ".branch2.conv", "_projection_conv",
        ].contains { path.hasSuffix($0) }
    }

    /// A mean over 2×2 pixels with stride 2.
    private mutating func averagePool(_ name: String) {
        let pool = Pool(kind: .average(countsPadding: true), size: 2, stride: 2)
        current = graph.add(.pool(pool), current, name: name)
    }

    private mutating func residual() throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        var shortcut = input
        // Keras lists the projection first.
        if isProjection(peek()) {
            try layer(nil)
            (shortcut, current, width) = (current, input, inputWidth)
        }
        var stride = 1
        let count = peek()?.isPointwise == true ? 3 : 2
        for place in 1...count {
            let own = peek()?.stride ?? 1
            stride *= own
            let isAveraged = averagesBeforeStrides && own == 2
            try layer(place < count ? .relu : nil, stride: isAveraged ? 1 : nil)
            if isAveraged { averagePool("\(name).pool\(place)") }
        }
        if [".se.", "_se_se_"].contains(where: { path(of: peek()).contains($0) }) {
            try squeezeExcite(.relu, .sigmoid)
        }
        let (main, mainWidth) = (current, width)
        if isProjection(peek()), !path(of: peek()).hasSuffix("_0_conv") {
            (current, width) = (input, inputWidth)
            if stride > 1, path(of: peek()).hasSuffix(".downsample.1") {
                // Of an odd length the last pixel is averaged by itself.
                let pool = Pool(kind: .average(countsPadding: false), size: 2, stride: stride, padding: .same)
                current = graph.add(.pool(pool), current, name: "\(name).pool")
            }
            try layer(nil)
            (shortcut, current, width) = (current, main, mainWidth)
        } else if shortcut == input, stride > 1 || inputWidth != mainWidth {
            throw unfit(
                "\(name) leads from \(inputWidth) channels to \(mainWidth) with stride \(stride) and has no projection")
        }
        current = graph.add(.add, shortcut, main, name: "\(name).sum")
        current = graph.add(.activation(.relu), current, name: name)
    }
}
