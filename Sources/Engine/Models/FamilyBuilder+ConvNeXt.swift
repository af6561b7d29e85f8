import Engine
import Tensors
import Checkpoints

extension FamilyBuilder {
    /// What ConvNeXt adds to variances and responses.
    private static let channelEpsilon: Float = 1e-6

    /// ConvNeXt (arXiv 2201.03545) and version 2 (arXiv 2301.00808): stem, blocks of a depthwise 7×7 convolution, layer
    /// normalisation and two 1×1 convolutions (linear layers in some libraries) whose scaled result is added to the input;
    /// between the stages a normalisation and a 2×2 convolution of stride 2.
    mutating func buildConvNeXt() throws {
        guard ["torchvision", "timm", "authors'", "transformers"].contains(network.library ?? "") else {
            throw unfit(
                "has the names of \(network.library ?? "another library"), for which only the kernels are known")
        }
        var stem = path(of: peek())
        while let layer = peek(), !layer.isDepthwise {
            stem = path(of: layer)
            // Where a function stands between two convolutions, their numbers are two apart.
            let isFollowedByFunction = path(of: peek(1)) == "stem.2"
            try self.layer(
                isFollowedByFunction ? .gelu : nil, padding: .symmetric(layer.kernelHeight == 3 ? 1 : 0))
        }
        let isTransformers = network.library == "transformers"
        let parent = stem.split(separator: ".").dropLast().joined(separator: ".")
        try layerNorm(isTransformers ? "\(parent).layernorm" : Self.sibling(stem, 1), name: "stem")
        while let next = peek() {
            if next.isDepthwise {
                try modernBlock()
            } else {
                try layerNorm(Self.sibling(path(of: next), -1), name: "\(next.name).before")
                try layer(nil, padding: .symmetric(0))
            }
        }
        guard !hasEntry("norm_pre", "weight") else {
            try layerNorm("norm_pre", name: "head")
            return try classify(nil)
        }
        let head = [
            "classifier.0", "head.norm", "norm", "convnext.layernorm", "convnextv2.layernorm", "layernorm",
        ].first { hasEntry($0, "weight") }
        guard let head else { return graph.setOutput(current) }
        current = graph.add(.globalAveragePool, current, name: "gap")
        try layerNorm(head, name: "head", epsilon: isTransformers ? lastEpsilon : Self.channelEpsilon)
        try classify(.gelu, flattens: true)
    }

    /// ε of transformers' normalisation before the classifier, which its `config.json` tells; 1e-12 by default.
    private var lastEpsilon: Float {
        let told = network.checkpoint.attributes["hf.layer_norm_eps"].flatMap { Float($0) }
        return told.flatMap { $0 > 0 && $0 < 1 ? $0 : nil } ?? 1e-12
    }

    /// The module whose number in the sequence is so much higher: "stem.0" → "stem.1".
    private static func sibling(_ path: String, _ offset: Int) -> String {
        var parts = path.split(separator: ".").map(String.init)
        if let number = parts.popLast().flatMap({ Int($0) }) { parts.append("\(number + offset)") }
        return parts.joined(separator: ".")
    }

    private mutating func modernBlock() throws {
        let (input, inputWidth) = (current, width)
        let name = nextBlock()
        let spatial = path(of: peek())
        // The block's own path, and its modules: normalisation, the two mixing layers.
        let isTorchvision = spatial.hasSuffix(".block.0")
        let base = spatial.split(separator: ".").dropLast(isTorchvision ? 2 : 1).joined(separator: ".")
        let isTimm = spatial.hasSuffix(".conv_dw")
        let modules =
            isTorchvision
            ? ["block.2", "block.3", "block.5"]
            : isTimm
                ? ["norm", "mlp.fc1", "mlp.fc2"]
                : [network.library == "transformers" ? "layernorm" : "norm", "pwconv1", "pwconv2"]
        try layer(nil)
        try layerNorm("\(base).\(modules[0])", name: "\(name).norm")
        try mixing("\(base).\(modules[1])", .gelu)
        let response = "\(base).\(isTimm ? "mlp.grn" : "grn")"
        if hasEntry(response, "weight") || hasEntry(response, "gamma") {
            try responseNorm(response, name: "\(name).response")
        }
        try mixing("\(base).\(modules[2])", nil)
        guard width == inputWidth else { throw unfit("\(name) adds \(inputWidth) channels to \(width)") }
        for word in ["gamma", "layer_scale", "layer_scale_parameter"] where hasEntry(base, word) {
            let scale = try values(base, [word], kind: .learnable)
            let shift = graph.addParameter(
                graph.freeParameterName("\(base).\(word).shift"), Tensor(shape: [width], repeating: 0), kind: .fixed,
                form: StoredForm(isAbsent: true))
            current = graph.add(.affine(scale: scale, shift: shift), current, name: "\(name).scaled")
        }
        current = graph.add(.add, input, current, name: name)
    }

    /// A 1×1 convolution, or a linear layer on each pixel's channels, which is the same.
    private mutating func mixing(_ module: String, _ function: ActivationFunction?) throws {
        if path(of: peek()) == module { return try layer(function) }
        guard let entry = entry(module, "weight"), entry.shape.rank == 2, entry.shape[1] == width else {
            throw unfit("no weight '\(module)' on \(width) channels")
        }
        let weight = try network.checkpoint.tensor(named: entry.name)
        guard weight.nonFiniteCount == 0 else { throw unfit("'\(entry.name)' holds NaN or infinite values") }
        let outputs = entry.shape[0]
        let parameter = graph.addParameter(
            graph.freeParameterName("\(module).weight"), weight.reshaped([outputs, width, 1, 1]),
            form: StoredForm(shape: weight.shape))
        width = outputs
        let bias = hasEntry(module, "bias") ? try values(module, ["bias"], kind: .learnable) : nil
        current = graph.add(
            .convolution(Convolution(weight: parameter, bias: bias)), current, name: module)
        if let function { current = graph.add(.activation(function), current, name: "\(module).act") }
    }

    private mutating func layerNorm(
        _ module: String, name: String, epsilon: Float = FamilyBuilder.channelEpsilon
    ) throws {
        var norm = try channelNorm(module)
        norm.epsilon = epsilon
        let isRMS = graph.parameter(norm.bias).form.isAbsent
        current = graph.add(isRMS ? .rmsNormalization(norm) : .layerNormalization(norm), current, name: name)
    }

    /// Whether no normalisation of the file has a bias. timm's `convnext_*_rms` are such: what is left out is the mean.
    private var hasUnbiasedNorms: Bool {
        func holders(_ word: String) -> Set<String> {
            Set(
                network.checkpoint.entries.lazy.filter {
                    $0.parameter == word && $0.shape.rank == 1 && !$0.module.hasSuffix("grn")
                }.map(\.module))
        }
        let scaled = holders("weight")
        return !scaled.isEmpty && scaled.isDisjoint(with: holders("bias"))
    }

    private mutating func responseNorm(_ module: String, name: String) throws {
        current = graph.add(.responseNormalization(try channelNorm(module)), current, name: name)
    }

    private mutating func channelNorm(_ module: String) throws -> ChannelNormalization {
        let weight = try values(module, ["weight", "gamma"], kind: .learnable)
        let bias: Graph.ParameterID
        if !hasEntry(module, "bias"), hasUnbiasedNorms {
            bias = graph.addParameter(
                graph.freeParameterName("\(module).bias"), Tensor(shape: [width], repeating: 0), kind: .fixed,
                form: StoredForm(isAbsent: true))
            let words = "its normalisations have no bias: assumed to be RMS normalisations, as in timm's convnext_*_rms"
            if !assumptions.contains(words) { assumptions.append(words) }
        } else {
            bias = try values(module, ["bias", "beta"], kind: .learnable)
        }
        return ChannelNormalization(weight: weight, bias: bias, epsilon: Self.channelEpsilon)
    }

    /// One number a channel, whatever axes of length 1 the file has around them.
    private mutating func values(
        _ module: String, _ words: [String], kind: Graph.ParameterKind
    ) throws -> Graph.ParameterID {
        guard let entry = words.compactMap({ entry(module, $0) }).first else {
            throw unfit("no '\(module).\(words[0])'")
        }
        let tensor = try network.checkpoint.tensor(named: entry.name)
        guard tensor.shape.elementCount == width else {
            throw unfit("'\(entry.name)' has shape \(entry.shape) on \(width) channels")
        }
        guard tensor.nonFiniteCount == 0 else { throw unfit("'\(entry.name)' holds NaN or infinite values") }
        return graph.addParameter(
            graph.freeParameterName("\(module).\(entry.parameter)"), tensor.reshaped([width]), kind: kind,
            form: StoredForm(shape: tensor.shape))
    }

    private func hasEntry(_ module: String, _ word: String) -> Bool { entry(module, word) != nil }

    private func entry(_ module: String, _ word: String) -> Checkpoint.Entry? {
        network.checkpoint.entries.first {
            $0.parameter == word && network.withoutPrefix($0.module) == module
        }
    }
}
