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
        guard !normed.isEmpty else { return [] }
        // Some networks' normalisations have no scale or no shift: what most have counts.
        let common = Self.vectors.indices.map { part in
            part < 2 || normed.count { $0.parts[part] } * 2 > normed.count
        }
        return layers.compactMap { layer in
            guard let part = common.indices.first(where: { common[$0] && !layer.parts[$0] }) else { return nil }
            let isKeras = table.checkpoint.entries.contains { $0.parameter == "moving_mean" }
            let word = Self.vectors[part][isKeras ? 1 : 0]
            let spelled = table.spelling(of: layer.norm)
            let tensor = isByShapes ? "\(word) of \(name(of: layer.conv))" : spelled.dropLast("weight".count) + word
            return ConvNetwork.MissingNorm(
                layer: name(of: layer.conv), tensor: String(tensor),
                isFolded: !layer.parts.contains(true) && table.entry(layer.conv.module, "bias") != nil)
        }
    }
}
