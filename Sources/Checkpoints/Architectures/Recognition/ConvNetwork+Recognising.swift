import Checkpoints
import Diagnostics
import Tensors

extension ConvNetwork {
    /// Opens a file of weights and recognises its architecture.
    ///
    /// `strides` tells what an unknown network's file does not. Throws what `Checkpoint/open(_:reading:copy:)` and
    /// ``init(recognising:strides:needsKernels:)`` throw.
    public static func open(
        _ path: String, strides: StrideTable? = nil, reading: Checkpoint.Reading? = nil
    ) throws -> ConvNetwork {
        try ConvNetwork(recognising: Checkpoint.open(path, reading: reading), strides: strides)
    }

    /// Recognises the architecture of a checkpoint from its names and shapes.
    ///
    /// Convolutions may be absent (``missingTensors``): the kernels that are there can be looked at all the same.
    /// An unknown network (``family`` is nil) has a layer for every N×N tensor; its strides come from the file's own
    /// description of the model or from `strides`, else they are unknown.
    /// Strides are those of `strides`, else of the file's own description of the model, else of the family.
    /// N×N tensors outside the family are layers behind the family's, in their own order; what is no layer of N×N kernels
    /// is listed with the reason (``leftOut``).
    /// Throws `weights.noKernels` without any N×N tensor, `weights.integers` where all of them are integers,
    /// `weights.unknownLayer` for a stride of no layer, or the format's own error.
    ///
    /// What runs by its file's own graph needs no N×N kernels: without `needsKernels` it is an unknown network of no layers.
    public init(recognising checkpoint: Checkpoint, strides: StrideTable? = nil, needsKernels: Bool = true) throws {
        // Files that were opened have one; this is for checkpoints from elsewhere.
        let checkpoint = try checkpoint.withOneCopy()
        let survey = KernelSurvey(checkpoint)
        let order = LayerOrder(survey.convolutions, model: checkpoint.model)
        let match: FamilyRecogniser.Match
        switch try FamilyRecogniser.recognise(checkpoint, survey, order, needsKernels: needsKernels) {
        case .recognised(let found): match = found
        case .unknown(let nearest):
            try self.init(unknown: checkpoint, survey, order, strides: strides, nearest: nearest)
            return
        }
        try match.family.checkSettings(checkpoint)
        let facts = checkpoint.model
        let norms = NormReader(match: match, facts: facts)
        // Some libraries write the classifier as a 1×1 convolution.
        let heads = match.dialect.classifiers.compactMap(match.table.resolved)
        let classifiers = heads.map { ExpectedConv($0, norm: nil, .pointwise, isOptional: true) }
        let (outside, notWeights) = Self.unexplained(match, classifiers: classifiers, survey, order)
        if let strides {
            try strides.check(
                names: match.spatial.map(match.name) + outside.filter { $0.number != nil }.map(\.name), checkpoint.path)
        }
        let family = try FamilyLayers(match, classifiers: classifiers, norms, strides)
        let layers =
            try family.layers
            + Self.layers(
                outside: outside, checkpoint, behind: family.lastNumber, strides,
                paired: Set(family.layers.compactMap(\.batchNorm?.module)))
        let used = Set(layers.compactMap(\.batchNorm?.module))
        let absent = AbsentParts(match)
        self.init(
            checkpoint: checkpoint, family: match.family.name, title: match.blueprint.title(match.table),
            recognition: Self.sentence(match), layers: layers,
            classCount: heads.lazy.compactMap(match.table.outputs).first,
            input: Self.input(match, norms.hints, facts),
            readWeight: { try Self.readWeight($0, checkpoint) })
        missingTensors = family.missing + absent.missing.filter { !family.missing.contains($0) }
        prefix = match.table.prefix
        library = match.dialect.name
        leftOut = survey.leftOut(besides: notWeights)
        isRecognisedByShapes = match.isByShapes
        unpairedNorms = NormPairing.modules(checkpoint).filter { !used.contains($0) }
        missingNorms = match.missingNorms()
        absentVectors = absent.vectors
        unpublishedDepths = match.blueprint.unpublishedDepths
        outputStride = family.outputStride
    }

    /// The layers that a family does not explain, and the N×N tensors that are no weights at all.
    private static func unexplained(
        _ match: FamilyRecogniser.Match, classifiers: [ExpectedConv], _ survey: KernelSurvey, _ order: LayerOrder
    ) -> (layers: [ConvLayer], notWeights: Set<String>) {
        let checkpoint = match.table.checkpoint
        let found = Set((match.blueprint.convs + classifiers).compactMap { match.table.weight($0.module)?.name })
        let rest = order.entries.filter { !found.contains($0.name) }
        let others = UnknownLayers(checkpoint, LayerOrder(rest, model: checkpoint.model), survey).layers
        // Beside a family's weights files may keep what they were computed with: recorded maps have other names.
        let named = others.filter { checkpoint.entry(named: $0.tensorName).map(survey.isNamedAsWeight) == true }
        let notWeights = Set(others.lazy.filter { $0.number != nil }.map(\.tensorName)).subtracting(
            named.map(\.tensorName))
        // 1×1 layers alone are squeeze-and-excite or classifiers under names of their own.
        return (named.contains { $0.number != nil } ? named : [], notWeights)
    }

    /// What a network takes, by its file's words, its name, its blueprint or its library.
    private static func input(
        _ match: FamilyRecogniser.Match, _ hints: ArchitectureHints, _ facts: ModelFacts?
    ) -> InputConvention {
        InputConvention(
            match.table.checkpoint,
            padding: hints.padding?.value ?? match.blueprint.padding ?? match.dialect.padding, size: facts?.inputSize,
            normalisation: hints.normalisation?.value
                ?? (match.isByShapes ? nil : match.blueprint.normalisation ?? match.dialect.normalisation))
    }

    /// Integers are quantised values without their scale, or bits of another type: never the weights themselves.
    static func checkType(_ entry: Checkpoint.Entry, _ checkpoint: Checkpoint) throws {
        guard entry.dtype.contains("int") else { return }
        throw KernelVizError(
            code: "weights.integers", subject: "\(checkpoint.path): \(entry.name)", found: "stored as \(entry.dtype)",
            expected: "floating-point weights", advice: "Convert the file to float32 first")
    }

    static func readWeight(_ layer: ConvLayer, _ checkpoint: Checkpoint) throws -> Tensor {
        let tensor = try checkpoint.tensor(named: layer.tensorName)
        let stored = checkpoint.entry(named: layer.tensorName)?.axes ?? .outputInputRowsColumns
        let axes =
            layer.role == .upsampling
            ? stored.forTransposed(isDepthwise: layer.isDepthwise) : stored.forLayer(isDepthwise: layer.isDepthwise)
        guard axes.outputFirst(tensor.shape) == layer.weightShape else {
            throw KernelVizError(
                code: "weights.wrongShape", subject: "\(checkpoint.path): \(layer.tensorName)",
                found: "has shape \(tensor.shape)", expected: "the weight of \(layer.label)")
        }
        return axes.outputFirst(tensor)
    }

    /// The layers that no family explains, behind those of the family that was recognised.
    private static func layers(
        outside: [ConvLayer], _ checkpoint: Checkpoint, behind number: Int, _ strides: StrideTable?,
        paired: Set<String>
    ) throws -> [ConvLayer] {
        let entries = outside.compactMap { layer in
            checkpoint.entry(named: layer.tensorName).map { (entry: $0, outputs: layer.outputChannels) }
        }
        let pairing = NormPairing(checkpoint, entries, besides: paired)
        var last = number
        return try outside.map { layer in
            if layer.number != nil { last += 1 }
            let place = layer.number == nil ? nil : last
            let stride = strides?.stride(number: place, name: layer.name) ?? layer.stride
            let role: ConvLayer.Role =
                layer.role == .upsampling ? .upsampling : (stride ?? 1) > 1 ? .downsampling : .body
            return ConvLayer(
                number: place, name: layer.name, tensorName: layer.tensorName, weightShape: layer.weightShape,
                stride: stride, connectivity: layer.connectivity, role: role,
                batchNorm: try pairing.read(beside: layer, checkpoint), dilation: layer.dilation, isOutsideFamily: true,
                unevenStrides: stride == layer.stride ? layer.unevenStrides : nil)
        }
    }

    private static func sentence(_ match: FamilyRecogniser.Match) -> String {
        let spatial = match.spatial.count
        let count = spatial - match.missing.count
        let prefix = match.table.prefix.isEmpty ? "" : " under '\(match.table.prefix.dropLast())'"
        let rest =
            match.unexplainedCount == 0
            ? ""
            : "; \(match.unexplainedCount) further N×N tensors belong to no layer of the family and are layers of their own"
        let whole = match.missing.isEmpty ? "All \(count)" : "\(count) of \(spatial)"
        let names =
            match.isByShapes
            ? "by the order and the shapes of all its convolutions; the names are none of its libraries'"
            : "with \(match.dialect.name) names"
        return "\(whole) N×N layers of \(match.family.name) are there \(names)\(prefix)\(rest)."
    }
}

/// Reads the batch normalisation beside a convolution.
struct NormReader {
    let match: FamilyRecogniser.Match
    let facts: ModelFacts?
    /// What the network's own name tells.
    let hints: ArchitectureHints

    init(match: FamilyRecogniser.Match, facts: ModelFacts?) {
        self.match = match
        self.facts = facts
        let checkpoint = match.table.checkpoint
        hints = ArchitectureHints(
            attributes: checkpoint.attributes, path: checkpoint.path, family: match.family.name,
            library: match.dialect.name)
    }

    /// Nil where the checkpoint has none: folded, or the layer has none by design.
    func read(_ conv: ExpectedConv, channels: Int) throws -> BatchNorm? {
        guard let expected = conv.norm,
            let mean = match.table.entry(expected, "running_mean") ?? match.table.entry(expected, "moving_mean")
        else { return nil }
        return try BatchNorm(
            module: mean.module, match.table.checkpoint, channels: channels, epsilon: epsilon(mean.module))
    }

    /// The file's own word ("separate eps=1e-3"), the Keras layer's setting, or the library's default.
    private func epsilon(_ module: String) -> Float {
        let attributes = match.table.checkpoint.attributes
        if let text = attributes["batch_norm"], let range = text.firstRange(of: "eps="),
            let value = Float(text[range.upperBound...].prefix { !$0.isWhitespace })
        {
            return value
        }
        if let value = attributes["bn_eps"].flatMap(Float.init) ?? HubConfig(attributes)?.epsilon { return value }
        return facts?.layer(String(module))?.epsilon ?? hints.epsilon?.value ?? match.blueprint.epsilon
            ?? match.dialect.epsilon
    }
}

extension BatchNorm {
    /// Reads the batch normalisation that is `module` of a checkpoint.
    ///
    /// Nil without running statistics. Throws `weights.wrongShape` where a vector has another length.
    init?(module: String, _ checkpoint: Checkpoint, channels: Int, epsilon: Float) throws {
        let entries = Dictionary(
            checkpoint.entries.lazy.filter { $0.module == module }.map { ($0.parameter, $0) },
            uniquingKeysWith: { first, _ in first })
        func vector(_ names: [String]) throws -> [Float]? {
            guard let entry = names.lazy.compactMap({ entries[$0] }).first else { return nil }
            guard entry.shape == [channels] else {
                throw KernelVizError(
                    code: "weights.wrongShape", subject: "\(checkpoint.path): \(entry.name)",
                    found: "has shape \(entry.shape)",
                    expected: "\(channels) values, one per channel of its convolution")
            }
            return try checkpoint.tensor(named: entry.name).scalars
        }
        guard let mean = try vector(["running_mean", "moving_mean"]),
            let variance = try vector(["running_var", "moving_variance"])
        else { return nil }
        self.init(
            weight: try vector(["weight", "gamma"]) ?? Array(repeating: 1, count: channels),
            bias: try vector(["bias", "beta"]) ?? Array(repeating: 0, count: channels),
            runningMean: mean, runningVariance: variance, epsilon: epsilon, module: module)
    }
}
