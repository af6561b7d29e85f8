import Diagnostics
import Tensors

extension Network {
    /// A network of no known family: every N×N tensor is a layer, in the file's order, every 1×1 one a pointwise layer.
    ///
    /// `nearest` names a family that it nearly is and what keeps it from being one.
    init(unknown checkpoint: Checkpoint, strides: StrideTable?, nearest: String?) throws {
        let found = UnknownLayers(checkpoint)
        let names = found.layers.filter { $0.number != nil }.map(\.name)
        try strides?.check(names: names, checkpoint.path)
        for layer in found.layers where layer.number != nil {
            guard let entry = checkpoint.entry(named: layer.tensorName) else { continue }
            try Self.checkType(entry, checkpoint)
        }
        let norms = UnknownNorms(checkpoint)
        let layers = try found.layers.map { layer in
            let own = strides?.stride(number: layer.number, name: layer.name) ?? layer.stride
            return ConvLayer(
                number: layer.number, name: layer.name, tensorName: layer.tensorName, weightShape: layer.weightShape,
                stride: own, connectivity: layer.connectivity,
                role: Self.role(number: layer.number, count: names.count, stride: own),
                batchNorm: try norms.read(beside: layer))
        }
        let unknownCount = layers.count { $0.number != nil && $0.stride == nil }
        self.init(
            checkpoint: checkpoint, family: nil, title: "unknown network",
            recognition: Self.sentence(spatialCount: names.count, unknownCount: unknownCount, nearest: nearest),
            layers: layers, missingTensors: [], classCount: nil,
            input: InputConvention(
                checkpoint, padding: found.isKeras ? .tensorFlowSame : .torch,
                size: checkpoint.model?.inputSize),
            readWeight: { try Self.readWeight($0, checkpoint) })
    }

    private static func role(number: Int?, count: Int, stride: Int?) -> ConvLayer.Role {
        if number == 1 { return .stem }
        if number == count { return .last }
        return (stride ?? 1) > 1 ? .downsampling : .body
    }

    private static func sentence(spatialCount: Int, unknownCount: Int, nearest: String?) -> String {
        let known = ArchitectureFamily.all.map(\.name)
        let families = known.dropLast().joined(separator: ", ") + " or " + (known.last ?? "")
        let tensors =
            spatialCount == 1 ? "its one N×N tensor is a layer" : "each of its \(spatialCount) N×N tensors is a layer"
        let strides =
            switch unknownCount {
            case 0: "the strides are known"
            case spatialCount: "the strides are unknown (--strides FILE supplies them)"
            default: "\(unknownCount) strides are unknown (--strides FILE supplies them)"
            }
        let hint = nearest.map { " Nearest is \($0)." } ?? ""
        return
            "Not \(families): \(tensors) in the file's order, connectivity is inferred from the shapes, and \(strides)."
            + hint
    }
}

/// The convolutions of a checkpoint without a blueprint.
private struct UnknownLayers {
    private(set) var layers: [ConvLayer] = []
    let isKeras: Bool

    init(_ checkpoint: Checkpoint) {
        isKeras = checkpoint.format.hasPrefix("Keras")
        var number = 0
        var previous: Shape?
        // Separable convolutions hold two weights; each needs a name of its own.
        let counts = Dictionary(
            grouping: checkpoint.entries.filter { $0.axes.outputFirst($0.shape) != nil }, by: \.module
        ).mapValues(\.count)
        for entry in checkpoint.entries {
            guard let shape = entry.axes.outputFirst(entry.shape), Self.isWeight(entry) else { continue }
            let isSpatial = FamilyRecogniser.isSpatial(entry)
            guard isSpatial || (shape[2] == 1 && shape[3] == 1) else { continue }
            if isSpatial { number += 1 }
            let facts = checkpoint.model?.layer(entry.module)
            let isPointwisePart = entry.parameter == "pointwise_kernel"
            let name =
                counts[entry.module] == 1 && !entry.module.isEmpty ? entry.module : "\(entry.module).\(entry.parameter)"
            layers.append(
                ConvLayer(
                    number: isSpatial ? number : nil, name: entry.module.isEmpty ? entry.name : name,
                    tensorName: entry.name, weightShape: shape, stride: isPointwisePart ? 1 : facts?.stride,
                    connectivity: Self.connectivity(
                        entry, shape, facts: facts, previous: previous, isFirst: number == 1),
                    role: .body))
            previous = shape
        }
    }

    /// Leaves out state that an optimizer keeps for each weight.
    private static func isWeight(_ entry: Checkpoint.Entry) -> Bool {
        let name = entry.name.lowercased()
        return !name.hasPrefix("optim") && !name.contains("/optimizer") && !name.contains("exp_avg")
            && !name.contains("momentum_buffer")
    }

    /// From the file's own description, else from the shapes: one input channel a kernel is depthwise (but for a first
    /// layer, which may see grey images); fewer inputs than the pointwise layer before has outputs, all widths equal, is
    /// grouped, as in ResNeXt and RegNet.
    private static func connectivity(
        _ entry: Checkpoint.Entry, _ shape: Shape, facts: ModelFacts.Layer?, previous: Shape?, isFirst: Bool
    ) -> ConvLayer.Connectivity {
        if entry.axes.unturned == .rowsColumnsChannelMultiplier { return .depthwise(multiplier: entry.shape[3]) }
        if entry.axes == .looseKernels { return .standard }
        if let groups = facts?.groups, shape[0] % groups == 0 {
            if groups == 1 { return .standard }
            if shape[1] == 1 { return .depthwise(multiplier: shape[0] / groups) }
            return .grouped(groups)
        }
        if shape[1] == 1, shape[0] > 1, !isFirst { return .depthwise(multiplier: 1) }
        if shape[2] > 1, let previous, previous[2] == 1, previous[0] == shape[0], shape[1] < shape[0],
            shape[0] % shape[1] == 0
        {
            return .grouped(shape[0] / shape[1])
        }
        return .standard
    }
}

/// Finds the batch normalisation beside a convolution by the habits of names.
private struct UnknownNorms {
    private let table: ModuleTable
    private let checkpoint: Checkpoint

    init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        table = ModuleTable(checkpoint)
    }

    func read(beside layer: ConvLayer) throws -> BatchNorm? {
        let channels = layer.weightShape[0]
        let module = checkpoint.entry(named: layer.tensorName)?.module ?? layer.name
        for candidate in Self.candidates(module) {
            guard let mean = table.entry(candidate, "running_mean") ?? table.entry(candidate, "moving_mean"),
                let variance = table.entry(candidate, "running_var") ?? table.entry(candidate, "moving_variance"),
                mean.shape == [channels], variance.shape == [channels]
            else { continue }
            let ones = Array(repeating: Float(1), count: channels)
            let zeros = Array(repeating: Float(0), count: channels)
            return BatchNorm(
                weight: try vector(candidate, ["weight", "gamma"], channels) ?? ones,
                bias: try vector(candidate, ["bias", "beta"], channels) ?? zeros,
                runningMean: try checkpoint.tensor(named: mean.name).scalars,
                runningVariance: try checkpoint.tensor(named: variance.name).scalars,
                epsilon: checkpoint.model?.layer(candidate)?.epsilon
                    ?? (mean.parameter == "moving_mean" ? 1e-3 : 1e-5),
                module: candidate)
        }
        return nil
    }

    private func vector(_ module: String, _ names: [String], _ count: Int) throws -> [Float]? {
        guard let entry = names.lazy.compactMap({ table.entry(module, $0) }).first, entry.shape == [count] else {
            return nil
        }
        return try checkpoint.tensor(named: entry.name).scalars
    }

    /// "layer1.0.conv2" → "layer1.0.bn2"; "features.3" → "features.4"; "stem.conv" → "stem.bn"; "conv1" → "conv1_bn";
    /// Keras' "conv2d_3" → "batch_normalization_3".
    private static func candidates(_ module: String) -> [String] {
        let parts = module.split(separator: ".").map(String.init)
        guard let last = parts.last else { return [] }
        let path = parts.dropLast().map { $0 + "." }.joined()
        var names = ["\(last)_bn", "\(last)_BN", "bn_\(last)", "\(last).bn", "\(last)bn", "\(last).norm"]
        if let number = Int(last) { names.append("\(number + 1)") }
        for (word, norms) in [("conv", ["bn", "norm", "batch_norm", "batchnorm"]), ("Conv", ["BatchNorm", "bn"])] {
            guard let range = last.firstRange(of: word) else { continue }
            names += norms.map { last.replacingCharacters(in: range, with: $0) }
        }
        if last.hasSuffix("conv") { names.append(String(last.dropLast(4)) + "bn") }
        if last.hasPrefix("conv2d") { names.append("batch_normalization" + last.dropFirst("conv2d".count)) }
        if last == "0" || last == "conv" { names.append("1") }
        return names.map { path + $0 }
    }
}

extension String {
    /// The text with one stretch replaced.
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
