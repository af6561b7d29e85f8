import Checkpoints
import Diagnostics

extension ConvNetwork {
    /// What the settings beside the weights (`config.json`) or a training's own words say that the weights contradict,
    /// one sentence each. The shapes decide.
    public var contradictions: [String] {
        var result: [String] = []
        if let stated = ArchitectureHints.statedName(checkpoint.attributes),
            let conflict = NamedArchitecture(stated.name).conflict(family: family, title: title)
        {
            let own = family == nil ? "those of no known network" : "those of \(title)"
            result.append(
                conflict.hasPrefix("names")
                    ? "\(stated.source) \(conflict.printable), the shapes are \(own): the shapes decide."
                    : "\(stated.source): \(conflict.printable); the shapes are \(own).")
        }
        if ArchitectureHints.statedName(checkpoint.attributes) == nil,
            let named = ArchitectureHints.fileName(of: checkpoint.path),
            let family, title != family, NamedArchitecture(named).conflict(family: family, title: title) != nil
        {
            result.append(
                "The file's name says '\(named.printable)', the shapes are those of \(title): the shapes decide.")
        }
        if let classes = checkpoint.trainingClassNames, let classCount, classes.names.count != classCount {
            result.append(
                "'\(classes.key)' beside the weights has \(classes.names.count) names, the classifier \(classCount) "
                    + "outputs: the names are left out.")
        }
        guard let settings = HubConfig(checkpoint.attributes) else { return result }
        let file = HubConfig.source
        if let stated = settings.classCount, let classCount, stated != classCount {
            result.append(
                "\(file) says \(stated) classes, the classifier has \(classCount) outputs: the weights decide.")
        } else if let stated = settings.classCount, stated > 0, classCount == nil, family != nil {
            result.append("\(file) says \(stated) classes, the weights hold no classifier.")
        }
        if let names = settings.classNames, let classCount, names.count != classCount {
            result.append("\(file) names \(names.count) classes, the classifier has \(classCount) outputs: not used.")
        }
        if let stated = settings.inputChannels, let first = familyLayers.first, family != nil,
            stated != first.weightShape[1]
        {
            result.append("\(file) says \(stated) input channels, the first layer reads \(first.weightShape[1]).")
        }
        if let stride = OutputStride.stated(checkpoint.attributes), outputStride == nil, family != nil {
            result.append("\(file) says output_stride \(stride.printable): its dilation is not followed.")
        }
        if let arguments = checkpoint.attributes["hf.model_args"] {
            result.append("\(file) builds the model with arguments that are not followed here: \(arguments.printable).")
        }
        return result
    }

    /// Where the name stands that tells that a ResNet takes means of 2×2 pixels in the place of each stride behind the
    /// stem (timm's `resnetaa50`); nil for others.
    package var averagesBeforeStrides: String? {
        let hints = ArchitectureHints(
            attributes: checkpoint.attributes, path: checkpoint.path, family: family, library: library)
        guard knownFamily == .resNet, let hint = hints.peculiarity, hint.value == ArchitectureHints.averages else {
            return nil
        }
        return hint.origin
    }

    /// What the name of its architecture tells of the network that cannot be computed here, and where the name stands;
    /// nil for most.
    package var peculiarity: (name: String, what: String, origin: String)? {
        let hints = ArchitectureHints(
            attributes: checkpoint.attributes, path: checkpoint.path, family: family, library: library)
        if averagesBeforeStrides == nil, let name = hints.architecture, let hint = hints.peculiarity {
            return (name, hint.value, hint.origin)
        }
        if let stride = OutputStride.stated(checkpoint.attributes), outputStride == nil {
            return ("output_stride \(stride)", "dilates in the place of strides", "file (\(HubConfig.source))")
        }
        if let pooling = statedPooling {
            return (pooling, "does not pool by the mean alone before its classifier", "file (\(HubConfig.source))")
        }
        if let stride = firstStageStride {
            return ("downsample_in_first_stage", stride, "file (\(HubConfig.source))")
        }
        if knownFamily == .resNet, checkpoint.attributes["hf.downsample_in_bottleneck"] == "true",
            title.contains("-50") || title.contains("-101") || title.contains("-152")
        {
            return ("downsample_in_bottleneck", "strides in the first layer of a block", "file (\(HubConfig.source))")
        }
        return nil
    }

    /// The setting by which a classifier reads something else than the mean of the last map, as timm and transformers
    /// write it; nil for most.
    private var statedPooling: String? {
        guard family != nil, classCount != nil else { return nil }
        for word in ["global_pool", "pooling_type"] {
            if let pool = checkpoint.attributes["hf.\(word)"], ["max", "avgmax", "catavgmax"].contains(pool) {
                return "\(word) \(pool)"
            }
        }
        return nil
    }

    /// What transformers' ResNets and RegNets do in their first stage that the published ones do not; nil where they do the
    /// same.
    private var firstStageStride: String? {
        switch (knownFamily, checkpoint.attributes["hf.downsample_in_first_stage"]) {
        case (.resNet, "true"): "strides in its first stage"
        case (.regNet, "false"): "does not stride in its first stage"
        default: nil
        }
    }
}
