import Checkpoints

extension ArchitectureFamily {
    /// Simonyan and Zisserman, "Very Deep Convolutional Networks" (arXiv 1409.1556), with and without batch normalisation.
    static let vgg = ArchitectureFamily(
        kind: .vgg,
        dialects: [
            Dialect(
                name: "torchvision and timm", stem: "features.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.6", "head.fc"]
            ) { VGG.blueprints($0) }
        ])
}

private enum VGG {
    /// Convolutions of the five stages.
    static let published: [(name: String, depths: [Int])] = [
        ("11", [1, 1, 2, 2, 2]), ("13", [2, 2, 2, 2, 2]), ("16", [2, 2, 3, 3, 3]), ("19", [2, 2, 4, 4, 4]),
    ]

    /// Modules of one sequence are numbered through: a gap larger than a convolution, its normalisation and its function
    /// is a pool.
    static func blueprints(_ table: ModuleTable) -> [Blueprint] {
        let places = (0..<64).filter { table.kernelSize("features.\($0)") == 3 }
        guard places.count >= 8, places[0] == 0 else { return [] }
        let hasNorm = table.entry("features.1", "running_var") != nil
        let step = hasNorm ? 3 : 2
        var depths = [1]
        for (place, next) in zip(places, places.dropFirst()) {
            switch next - place {
            case step: depths[depths.count - 1] += 1
            case step + 1: depths.append(1)
            default: return []
            }
        }
        guard let net = published.first(where: { $0.depths == depths }) else { return [] }
        var convs: [ExpectedConv] = []
        for (index, place) in places.enumerated() {
            convs.append(
                ExpectedConv(
                    "features.\(place)", norm: hasNorm ? "features.\(place + 1)" : nil, .standard, size: 3,
                    block: index, activation: "relu"))
        }
        // timm writes the first two layers of the classifier as convolutions.
        if let size = table.kernelSize("pre_logits.fc1") {
            convs.append(
                ExpectedConv("pre_logits.fc1", norm: nil, .standard, size: size, isOptional: true, activation: "relu"))
            convs.append(
                ExpectedConv("pre_logits.fc2", norm: nil, .pointwise, isOptional: true, activation: "relu"))
        }
        return [Blueprint(convs: convs) { _ in "VGG-\(net.name)" + (hasNorm ? " with batch norm" : "") }]
    }
}
