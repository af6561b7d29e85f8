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
        if let function = checkpoint.attributes["hf.hidden_act"], let family,
            let own = knownFamily.flatMap({ Self.functions[$0] }),
            !own.contains(function)
        {
            result.append(
                "\(file) says the activation '\(function.printable)', \(family) has \(own[0]): not followed, see --activation."
            )
        }
        if let stride = checkpoint.attributes["hf.output_stride"], stride != "32", family != nil {
            result.append("\(file) says output_stride \(stride.printable): its dilation is not followed.")
        }
        if let pool = checkpoint.attributes["hf.global_pool"], family != nil, classCount != nil,
            ["max", "avgmax", "catavgmax"].contains(pool)
        {
            result.append("\(file) says global_pool '\(pool)': not followed, the classifier reads the mean.")
        }
        if let arguments = checkpoint.attributes["hf.model_args"] {
            result.append("\(file) builds the model with arguments that are not followed here: \(arguments.printable).")
        }
        return result
    }

    /// The functions of families that transformers' settings name, in its words.
    private static let functions: [Family: [String]] = [
        .mobileNetV1: ["relu6"], .mobileNetV2: ["relu6"], .efficientNet: ["swish", "silu"], .resNet: ["relu"],
        .regNet: ["relu"],
    ]

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
        if let stride = checkpoint.attributes["hf.model_args.output_stride"], stride != "32" {
            return ("output_stride \(stride)", "dilates in the place of strides", "file (\(HubConfig.source))")
        }
        if knownFamily == .resNet, checkpoint.attributes["hf.downsample_in_bottleneck"] == "true",
            title.contains("-50") || title.contains("-101") || title.contains("-152")
        {
            return ("downsample_in_bottleneck", "strides in the first layer of a block", "file (\(HubConfig.source))")
        }
        return nil
    }
}
