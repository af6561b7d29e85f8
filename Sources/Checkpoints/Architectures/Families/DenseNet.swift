import Checkpoints

extension ArchitectureFamily {
    /// Huang et al., "Densely Connected Convolutional Networks" (arXiv 1608.06993); depths are read from the file. Each
    /// convolution of a block has its normalisation and function before it; what stands before the 3×3 one is listed as
    /// the 1×1 one's.
    static let denseNet = ArchitectureFamily(
        kind: .denseNet,
        dialects: [
            Dialect(
                name: "torchvision and timm", stem: "features.conv0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier"]
            ) { DenseNet.blueprints($0) }
        ])
}

private enum DenseNet {
    static let published: [(name: String, depths: [Int])] = [
        ("121", [6, 12, 24, 16]), ("161", [6, 12, 36, 24]), ("169", [6, 12, 32, 32]), ("201", [6, 12, 48, 32]),
    ]

    static func blueprints(_ table: ModuleTable) -> [Blueprint] {
        let depths = (1...4).map { max(0, table.count(after: "features.denseblock\($0).denselayer") - 1) }
        guard depths.allSatisfy({ (1...128).contains($0) }) else { return [] }
        var convs = [
            ExpectedConv(
                "features.conv0", norm: "features.norm0", .standard, size: 7, stride: 2, activation: "relu")
        ]
        var block = 0
        for (stage, depth) in depths.enumerated() {
            for index in 1...depth {
                block += 1
                let path = "features.denseblock\(stage + 1).denselayer\(index)"
                convs += [
                    ExpectedConv(
                        "\(path).conv1", norm: "\(path).norm2", .pointwise, block: block, activation: "relu"),
                    ExpectedConv("\(path).conv2", norm: nil, .standard, size: 3, block: block),
                ]
            }
            if stage < 3 {
                convs.append(ExpectedConv("features.transition\(stage + 1).conv", norm: nil, .pointwise))
            }
        }
        let net = published.first { $0.depths == depths }
        let blueprint = Blueprint(convs: convs) { _ in "DenseNet" + (net.map { "-\($0.name)" } ?? "") }
        return [blueprint.ofDepths(depths, published: published.map(\.depths))]
    }
}
