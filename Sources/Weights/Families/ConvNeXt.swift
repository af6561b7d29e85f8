extension ArchitectureFamily {
    /// Liu et al., "A ConvNet for the 2020s" (arXiv 2201.03545); depths and widths are read from the file.
    static let convNeXt = ArchitectureFamily(
        name: "ConvNeXt",
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.2"]
            ) { table in
                let depths = [1, 3, 5, 7].map { table.count(after: "features.\($0).") }
                return ConvNeXt.blueprints(
                    depths, stem: "features.0.0", downsample: { "features.\(2 * $0).1" },
                    spatial: { "features.\(2 * $0 + 1).\($1).block.0" }, pointwise: { _, _ in [] })
            },
            Dialect(
                name: "timm", stem: "stem.0", normalisation: InputConvention.imageNet, classifiers: ["head.fc"]
            ) { table in
                let depths = (0...3).map { table.count(after: "stages.\($0).blocks.") }
                return ConvNeXt.blueprints(
                    depths, stem: "stem.0", downsample: { "stages.\($0).downsample.1" },
                    spatial: { "stages.\($0).blocks.\($1).conv_dw" },
                    pointwise: { ["stages.\($0).blocks.\($1).mlp.fc1", "stages.\($0).blocks.\($1).mlp.fc2"] })
            },
        ])
}

private enum ConvNeXt {
    static let published: [(name: String, depths: [Int], width: Int)] = [
        ("Atto", [2, 2, 6, 2], 40), ("Femto", [2, 2, 6, 2], 48), ("Pico", [2, 2, 6, 2], 64),
        ("Nano", [2, 2, 8, 2], 80), ("Tiny", [3, 3, 9, 3], 96), ("Small", [3, 3, 27, 3], 96),
        ("Base", [3, 3, 27, 3], 128), ("Large", [3, 3, 27, 3], 192), ("XLarge", [3, 3, 27, 3], 256),
    ]

    /// Layer normalisation throughout: no batch norm beside any convolution.
    static func blueprints(
        _ depths: [Int], stem: String, downsample: (_ stage: Int) -> String,
        spatial: (_ stage: Int, _ index: Int) -> String, pointwise: (_ stage: Int, _ index: Int) -> [String]
    ) -> [Blueprint] {
        guard depths.allSatisfy({ (1..<128).contains($0) }) else { return [] }
        var convs = [ExpectedConv(stem, norm: nil, .standard, size: 4, stride: 4)]
        var block = 0
        for (stage, depth) in depths.enumerated() {
            if stage > 0 {
                convs.append(
                    ExpectedConv(downsample(stage), norm: nil, .standard, size: 2, stride: 2, block: block + 1))
            }
            for index in 0..<depth {
                block += 1
                convs.append(ExpectedConv(spatial(stage, index), norm: nil, .depthwise, size: 7, block: block))
                convs += pointwise(stage, index).map {
                    ExpectedConv($0, norm: nil, .pointwise, block: block, isOptional: true)
                }
            }
        }
        return [
            Blueprint(convs: convs) { table in
                let net = published.first { $0.depths == depths && $0.width == table.outputs(stem) }
                return "ConvNeXt" + (net.map { "-\($0.name)" } ?? "")
            }
        ]
    }
}
