extension FamilyRecogniser.Match {
    /// The vectors of a batch normalisation under PyTorch's and Keras' words.
    private static let vectors = [
        ["running_mean", "moving_mean"], ["running_var", "moving_variance"], ["weight", "gamma"], ["bias", "beta"],
    ]

    /// The layers that lack a part of their batch normalisation which those of the others have, in network order.
    ///
    /// A file without any was folded, or its family's blocks have none: then nothing is missing.
    func missingNorms() -> [ConvNetwork.MissingNorm] {
        let layers = blueprint.convs.compactMap { conv -> (conv: ExpectedConv, norm: String, parts: [Bool])? in
            guard let norm = conv.norm, table.weight(conv.module).flatMap(conv.fittingShape) != nil else { return nil }
            return (conv, norm, Self.vectors.map { words in words.contains { table.entry(norm, $0) != nil } })
        }
        let normed = layers.filter { $0.parts[0] || $0.parts[1] }
        guard !normed.isEmpty else {
            // Of a folded file every layer has a bias. What a graph says of its layers is not in names.
            guard table.checkpoint.model?.graph == nil else { return [] }
            return layers.filter { !$0.parts.contains(true) && !hasBias($0.conv.module) }.map {
                ConvNetwork.MissingNorm(
                    layer: name(of: $0.conv), tensor: tensor(Self.vectors[0], of: $0.norm, beside: $0.conv),
                    isFolded: false)
            }
        }
        // Some networks' normalisations have no scale or no shift: what most have counts.
        let common = Self.vectors.indices.map { part in
            part < 2 || normed.count { $0.parts[part] } * 2 > normed.count
        }
        return layers.compactMap { layer in
            guard let part = common.indices.first(where: { common[$0] && !layer.parts[$0] }) else { return nil }
            return ConvNetwork.MissingNorm(
                layer: name(of: layer.conv), tensor: tensor(Self.vectors[part], of: layer.norm, beside: layer.conv),
                isFolded: !layer.parts.contains(true) && hasBias(layer.conv.module))
        }
    }

    /// Whether the file has a bias beside the weight of a module of the blueprint, whatever both are called.
    func hasBias(_ module: String) -> Bool {
        guard isByShapes, let own = table.weight(module)?.module else { return table.entry(module, "bias") != nil }
        return table.checkpoint.entries.contains { $0.module == own && $0.parameter == "bias" }
    }

    /// What the file would call a vector of a batch normalisation, of which it has `words` in PyTorch's and Keras' names.
    private func tensor(_ words: [String], of norm: String, beside conv: ExpectedConv) -> String {
        let isKeras = table.checkpoint.entries.contains { ["moving_mean", "kernel"].contains($0.parameter) }
        let word = words[isKeras ? 1 : 0]
        return isByShapes
            ? "\(word) of \(name(of: conv))" : table.spelling(of: norm).dropLast("weight".count) + word
    }
}
