import Engine

extension FamilyBuilder {
    /// GhostNet (arXiv 1911.11907): stem, ghost bottlenecks, head.
    ///
    /// A ghost module makes half of its channels by a 1×1 convolution, the other half from those by a depthwise one. A
    /// bottleneck is ghost, depthwise (where it halves the resolution), squeeze-and-excite (may be absent), ghost without
    /// activation; its input is added, filtered where resolution or width changes.
    mutating func buildGhostNet() throws {
        if network.layers.contains(where: { $0.name.contains(".short_conv.") }) {
            throw unfit("has long-range attention (GhostNetV2), which the engine lacks")
        }
        try layer(.relu, name: "stem")
        while peek()?.name.contains("ghost1") == true { try ghostBottleneck() }
        if peek()?.batchNorm != nil { try layer(.relu, name: "head") }
        try classify(.relu)
    }

    private mutating func ghostBottleneck() throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        try ghostModule(.relu, "\(name).ghost1")
        if peek()?.name.hasSuffix("conv_dw") == true { try layer(nil) }
        if peek()?.name.contains(".se.") == true { try squeezeExcite(.relu, .hardSigmoid) }
        try ghostModule(nil, "\(name).ghost2")
        let (main, mainWidth) = (current, width)
        (current, width) = (input, inputWidth)
        if peek()?.name.contains("shortcut") == true {
            try layer(nil)
            try layer(nil)
        }
        guard width == mainWidth else { throw unfit("\(name) adds \(width) channels to \(mainWidth)") }
        current = graph.add(.add, main, current, name: name)
    }

    private mutating func ghostModule(_ function: ActivationFunction?, _ name: String) throws {
        try layer(function)
        let (primary, primaryWidth) = (current, width)
        try layer(function)
        width += primaryWidth
        current = graph.add(.concatenate, primary, current, name: name)
    }
}
