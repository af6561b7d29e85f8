import Checkpoints
import Tensors

/// What each tensor of a checkpoint is to a convolutional network: one place decides it for every report.
struct KernelSurvey {
    /// What a tensor holds.
    enum Content: Equatable {
        /// Square kernels of a size that has labels.
        case spatial
        /// 1×1 kernels of a 2-D convolution.
        case pointwise
        /// Kernels without labels, or something that only looks like kernels.
        case leftOut(LeftOutTensor)
        /// Vectors, matrices and the like.
        case other
    }

    /// N of the N×N kernels that have labels.
    static let sizes = 2...31

    /// Beside each entry of the checkpoint, in file order.
    let contents: [(entry: Checkpoint.Entry, content: Content)]
    private let spatialNames: Set<String>
    /// Kernels among what reading set aside.
    private let aside: [LeftOutTensor]

    init(_ checkpoint: Checkpoint) {
        // A normalisation over whole maps has a weight and a bias of one shape.
        let biases = Dictionary(
            checkpoint.entries.lazy.filter { $0.shape.rank >= 3 && Self.word($0.parameter) == "bias" }
                .map { ($0.module, $0.shape) },
            uniquingKeysWith: { first, _ in first })
        contents = checkpoint.entries.map { entry in
            let facts = checkpoint.model?.layer(entry.module)
            var content = Self.content(entry, className: facts?.className ?? "")
            if content != .other, biases[entry.module] == entry.shape {
                content = .leftOut(Self.leftOut(entry, .notAConvolution))
            }
            if OptimiserState.isOne(entry.name) {
                content = Self.hasKernels(content) ? .leftOut(Self.leftOut(entry, .optimiserState)) : .other
            } else if entry.dtype.contains("int"), Self.hasKernels(content) {
                content = .leftOut(Self.leftOut(entry, .integers))
            }
            return (entry, content)
        }
        aside = checkpoint.setAside.compactMap { entry in
            guard Self.hasKernels(Self.content(entry, className: "")) else { return nil }
            let isState = OptimiserState.isOne(entry.name, besideWeights: true)
            return Self.leftOut(entry, isState ? .optimiserState : .averagedCopy)
        }
        spatialNames = Set(contents.lazy.filter { $0.content == .spatial }.map(\.entry.name))
    }

    /// Whether a tensor is a layer of N×N kernels.
    func isSpatial(_ entry: Checkpoint.Entry) -> Bool { spatialNames.contains(entry.name) }

    /// How many layers of N×N kernels there are.
    var spatialCount: Int { spatialNames.count }

    /// The 2-D convolutions in file order, 1×1 ones included.
    var convolutions: [Checkpoint.Entry] {
        contents.lazy.filter { $0.content == .spatial || $0.content == .pointwise }.map(\.entry)
    }

    /// What has no labels, in file order.
    var leftOut: [LeftOutTensor] { leftOut(besides: []) }

    /// What has no labels, in file order; `names` are tensors that only look like kernels.
    func leftOut(besides names: Set<String>) -> [LeftOutTensor] {
        contents.compactMap { entry, content in
            if case .leftOut(let tensor) = content { return tensor }
            return names.contains(entry.name) ? Self.leftOut(entry, .notAConvolution) : nil
        } + aside
    }

    /// Whether a tensor is called as weights are, or the file's graph uses it as one.
    func isNamedAsWeight(_ entry: Checkpoint.Entry) -> Bool {
        Self.weights.contains(Self.word(entry.parameter)) || entry.axes != .outputInputRowsColumns
    }

    private static func hasKernels(_ content: Content) -> Bool {
        switch content {
        case .spatial: true
        case .leftOut(let tensor): tensor.reason != .notAConvolution
        case .pointwise, .other: false
        }
    }
}

// MARK: - One tensor

extension KernelSurvey {
    private static func content(_ entry: Checkpoint.Entry, className: String) -> Content {
        if entry.axes == .kernelList { return entry.axes.outputFirst(entry.shape) == nil ? .other : .spatial }
        let rank = entry.shape.rank
        let word = word(entry.parameter)
        guard rank >= 3, entry.shape.dimensions.allSatisfy({ $0 > 0 }), !vectors.contains(word) else { return .other }
        guard let extents = extents(entry) else { return .leftOut(leftOut(entry, .notAConvolution)) }
        let isFlat = extents.allSatisfy { $0 == 1 }
        if isForeign(entry, word, className) {
            return isFlat ? .other : .leftOut(leftOut(entry, .notAConvolution))
        }
        switch rank {
        case 4 where isFlat: return .pointwise
        case 3, 5:
            if isFlat { return .other }
            guard weights.contains(word) else { return .leftOut(leftOut(entry, .notAConvolution)) }
            return .leftOut(leftOut(entry, rank == 3 ? .oneDimensional : .threeDimensional))
        default:
            if extents[0] != extents[1] {
                let isWeight = weights.contains(word) || className.lowercased().contains("conv")
                return .leftOut(leftOut(entry, isWeight ? .rectangular : .notAConvolution))
            }
            return sizes.contains(extents[0]) ? .spatial : .leftOut(leftOut(entry, .tooLarge))
        }
    }

    /// The lengths of a kernel; nil where the rank is none of a convolution's.
    private static func extents(_ entry: Checkpoint.Entry) -> [Int]? {
        let lengths = entry.shape.dimensions
        let isRowsFirst: Bool =
            switch entry.axes.unturned {
            case .rowsColumnsInputOutput, .rowsColumnsChannelMultiplier, .rowsColumnsOutputInput: true
            default: false
            }
        switch lengths.count {
        case 3: return isRowsFirst ? [lengths[0]] : [lengths[2]]
        case 4: return entry.axes.outputFirst(entry.shape).map { [$0[2], $0[3]] }
        case 5: return Array(isRowsFirst ? lengths.prefix(3) : lengths.suffix(3))
        default: return nil
        }
    }

    private static func leftOut(_ entry: Checkpoint.Entry, _ reason: LeftOutTensor.Reason) -> LeftOutTensor {
        let extents = reason == .notAConvolution ? [] : extents(entry) ?? []
        let area = extents.reduce(1, *)
        return LeftOutTensor(
            name: entry.name, shape: entry.shape, reason: reason, extents: extents,
            kernels: extents.isEmpty || area == 0 ? 0 : entry.shape.elementCount / area)
    }

    /// A parameter's name without number ("kernel_0" → "kernel") and in small letters.
    private static func word(_ parameter: String) -> String {
        var word = parameter.lowercased()
        if let underscore = word.lastIndex(of: "_"), word[word.index(after: underscore)...].allSatisfy(\.isNumber) {
            word = String(word[..<underscore])
        }
        return word
    }

    /// What libraries call the weight of a convolution.
    private static let weights: Set<String> = [
        "weight", "weights", "kernel", "kernels", "w", "filter", "filters", "depthwise_kernel", "pointwise_kernel",
        "recurrent_kernel", "transposed_weight", "weight_v", "weight_orig", "weight_bar", "original1",
    ]
    /// What they call what belongs to each channel.
    private static let vectors: Set<String> = [
        "bias", "beta", "gamma", "scale", "alpha", "running_mean", "running_var", "moving_mean", "moving_variance",
        "weight_g", "original0", "layer_scale", "num_batches_tracked",
    ]
    private static let foreignWords = [
        "pos_embed", "position", "embed", "token", "relative", "rel_pos", "mask", "anchor", "grid", "index", "queue",
        "prototype", "codebook", "table", "capsule", "routing",
    ]
    private static let foreignClasses = [
        "attention", "einsumdense", "embedding", "capsule", "gru", "rnn", "locallyconnected",
    ]

    /// Whether something else than a convolution holds the tensor: its parameter's name, its layer's class, or a layer
    /// whose own name says so.
    private static func isForeign(_ entry: Checkpoint.Entry, _ word: String, _ className: String) -> Bool {
        if foreignWords.contains(where: word.contains) || entry.dtype == "bool" { return true }
        let kind = className.lowercased()
        if !kind.contains("conv"), foreignClasses.contains(where: kind.contains) { return true }
        if kind == "lstm" { return true }
        let owner = entry.module.split { $0 == "." || $0 == "/" }.last.map { $0.lowercased() } ?? ""
        let name = owner.prefix { $0.isLetter || $0 == "_" }
        if ["caps", "digitcaps", "digit_caps", "capsule", "primarycaps"].contains(where: { name == $0 })
            && !["weight", "kernel"].contains(word)
        {
            return true
        }
        // Keras' attention keeps heads × width matrices.
        return entry.shape.rank == 3
            && ["query", "key", "value", "attention_output", "lstm", "gru", "rnn"].contains(owner)
    }
}
