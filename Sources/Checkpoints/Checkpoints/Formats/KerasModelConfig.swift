/// Reads a Keras `model_config` (or the `config.json` of an archive) into what it says about the layers of a file.
enum KerasModelConfig {
    /// What the configuration says, by the modules of the file's tensors, and what is to be said about it; nil where the
    /// text is none.
    ///
    /// `version` is the major version of Keras, by which some words differ.
    static func read(
        json: String, entries: [Checkpoint.Entry], version: Int?
    ) -> (facts: ModelFacts, notes: [String])? {
        guard let model = KerasLayer(json: json) else { return nil }
        let weights = KerasWeights(entries)
        var facts = ModelFacts()
        facts.inputSize = inputSize(model)
        let described = KerasGraph.read(model, weights: weights, version: version)
        let norms = described.map { Self.norms($0.whole, entries) } ?? [:]
        for layer in model.everything {
            let core = layer.core
            let module = weights.module(layer.path)
            guard let name = module ?? layer.path.last, facts.layers[name] == nil else { continue }
            let isDepthwise = core.className == "DepthwiseConv2D"
            facts.order.append(name)
            var own = ModelFacts.Layer(
                className: core.className,
                padding: core.setting("padding", "border_mode")?.string,
                epsilon: core.setting("epsilon")?.double.map { Float($0) },
                groups: isDepthwise ? nil : core.setting("groups")?.integer,
                dilation: core.pair("dilation_rate", "atrous_rate")?.first, norm: norms[name])
            own.setStrides(core.pair("strides", "subsample") ?? core.setting("strides", "subsample")?.integers)
            facts.layers[name] = own
        }
        facts.graph = described?.graph
        return (facts, notes(model, outputCount: described?.outputCount))
    }

    private static func notes(_ model: KerasLayer, outputCount: Int?) -> [String] {
        let name = model.className.isEmpty ? "model" : model.className
        guard let outputCount else {
            return model.layers.isEmpty
                ? ["The configuration of the \(name) lists no layers: their order and strides are not known from it."]
                : ["The configuration of the \(name) does not tell how its layers are joined: it cannot run by it."]
        }
        return outputCount > 1 ? ["The model has \(outputCount) outputs; the first is taken for its result."] : []
    }

    /// The batch normalisation that reads each layer's result, by their modules; an activation inside the layer stands
    /// between. Where two normalise one result, neither is the layer's own.
    private static func norms(_ graph: LayerGraph, _ entries: [Checkpoint.Entry]) -> [String: String] {
        let modules = Dictionary(entries.map { ($0.name, $0.module) }, uniquingKeysWith: { first, _ in first })
        let nodes = Dictionary(graph.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: Set<String>] = [:]
        for node in graph.nodes where node.kind == .batchNormalization {
            guard let own = (node.mean ?? node.weight).flatMap({ modules[$0] }) else { continue }
            var input = node.inputs.first.flatMap { nodes[$0] }
            while let inner = input, inner.weight == nil, inner.name.contains(KerasGraph.innerMark) {
                input = inner.inputs.first.flatMap { nodes[$0] }
            }
            guard let layer = input?.weight.flatMap({ modules[$0] }) else { continue }
            found[layer, default: []].insert(own)
        }
        return found.compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    /// Rows of the first images that a layer says to take.
    private static func inputSize(_ model: KerasLayer) -> Int? {
        let all = [model] + model.everything
        guard let shape = all.lazy.compactMap(\.inputShape).first(where: { $0.count == 4 }) else { return nil }
        return KerasGraph.isChannelsFirst(model) ? shape[2] : shape[1]
    }

    /// "DepthwiseConv2D" → "depthwise_conv2d", as Keras' `to_snake_case` does.
    static func snakeCase(_ name: String) -> String {
        var result = ""
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            let previous = index > 0 ? letters[index - 1] : " "
            let next = index + 1 < letters.count ? letters[index + 1] : " "
            let startsWord =
                letter.isUppercase && index > 0
                && (next.isLowercase || previous.isLowercase || (previous.isNumber && next.isLowercase))
            if startsWord { result.append("_") }
            result.append(letter.lowercased())
        }
        return result
    }
}

/// The tensors of a Keras file by the paths of the layers in its configuration.
struct KerasWeights: Sendable {
    private let byModule: [String: [String: Checkpoint.Entry]]
    /// The modules that end in a name.
    private let byEnd: [String: [String]]

    init(_ entries: [Checkpoint.Entry]) {
        byModule = Dictionary(grouping: entries, by: \.module).mapValues { entries in
            Dictionary(entries.map { ($0.parameter, $0) }, uniquingKeysWith: { first, _ in first })
        }
        byEnd = Dictionary(grouping: byModule.keys) { module in
            module.split(separator: ".").last.map(String.init) ?? ""
        }
    }

    /// The module that holds a layer's weights: by the whole path; below the outermost model, where Keras 2 puts those of
    /// all models inside it; or the only one with this name. Nil for a layer without weights.
    func module(_ path: [String]) -> String? {
        guard let top = path.first, let name = path.last else { return nil }
        let candidates = [path.joined(separator: "."), "\(top).\(name)"]
        if let found = candidates.first(where: { byModule[$0] != nil }) { return found }
        // A name of several parts ("block.conv") ends as its last one does.
        let same = byEnd[name.split(separator: ".").last.map(String.init) ?? name] ?? []
        let own = same.filter { $0 == name || $0.hasSuffix(".\(name)") }
        return own.count == 1 ? own[0] : nil
    }

    /// A tensor of a layer, or nil; a wrapper's may lie below it.
    func entry(_ path: [String], _ parameter: String) -> Checkpoint.Entry? {
        module(path).flatMap { byModule[$0]?[parameter] }
    }
}
