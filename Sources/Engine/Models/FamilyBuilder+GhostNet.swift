import Engine

extension FamilyBuilder {
    /// GhostNet (arXiv 1911.11907) and RepGhostNet (arXiv 2211.06088): stem, ghost bottlenecks, head.
    ///
    /// A ghost module makes half of its channels by a 1×1 convolution, the other half from those by a depthwise one. A
    /// bottleneck is ghost, depthwise (where it halves the resolution), squeeze-and-excite (may be absent), ghost without
    /// activation; its input is added, filtered where resolution or width changes.
    mutating func buildGhostNet() throws {
        if network.layers.contains(where: { path(of: $0).contains(".short_conv.") }) {
            throw unfit("has long-range attention (GhostNetV2), which the engine lacks")
        }
        try layer(.relu, name: "stem")
        while path(of: peek()).contains("ghost1") { try ghostBottleneck() }
        if peek()?.batchNorm != nil { try layer(.relu, name: "head") }
        try classify(.relu)
    }

    private mutating func ghostBottleneck() throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        try ghostModule(.relu, "\(name).ghost1")
        if path(of: peek()).hasSuffix("conv_dw") { try layer(nil) }
        if path(of: peek()).contains(".se.") { try squeezeExcite(.relu, .hardSigmoid) }
        try ghostModule(nil, "\(name).ghost2")
        let (main, mainWidth) = (current, width)
        (current, width) = (input, inputWidth)
        if path(of: peek()).contains("shortcut") {
            try layer(nil)
            try layer(nil)
        }
        guard width == mainWidth else { throw unfit("\(name) adds \(width) channels to \(mainWidth)") }
        current = graph.add(.add, main, current, name: name)
    }

    private mutating func ghostModule(_ function: ActivationFunction?, _ name: String) throws {
        let path = peek()?.name ?? ""
        try layer(function)
        let (primary, primaryWidth) = (current, width)
        if isRepGhost { return try mergedModule(String(path.dropLast("primary_conv.0".count)), function, name) }
        try layer(function)
        width += primaryWidth
        current = graph.add(.concatenate, primary, current, name: name)
    }

    /// Whether ghost modules make all of their channels by the 1×1 convolution, as its family's title says.
    private var isRepGhost: Bool { network.title.hasPrefix("RepGhost") }

    /// RepGhost's second half: the depthwise convolution of what the 1×1 one made and, in training, that itself with a
    /// normalisation of its own, added; `parent` is the module's path with a dot behind it.
    private mutating func mergedModule(_ parent: String, _ function: ActivationFunction?, _ name: String) throws {
        let (primary, channels) = (current, width)
        try layer(nil)
        let branch = parent + "fusion_bn.0"
        if network.checkpoint.entries.contains(where: { $0.module == branch }) {
            let filtered = current
            current = primary
            try separateNorm(branch, channels: channels, name: "\(name).identity")
            current = graph.add(.add, filtered, current, name: "\(name).sum")
        }
        if let function { current = graph.add(.activation(function), current, name: name) }
    }
}
