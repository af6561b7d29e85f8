import Checkpoints

extension ArchitectureFamily {
    /// Liu et al., "A ConvNet for the 2020s" (arXiv 2201.03545), and version 2 (Woo et al., arXiv 2301.00808); depths and
    /// widths are read from the file.
    static let convNeXt = ArchitectureFamily(
        kind: .convNeXt,
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.2"]
            ) { table in
                ConvNeXt.blueprints(
                    [1, 3, 5, 7].map { table.count(after: "features.\($0).") }, stem: [("features.0.0", 4)],
                    downsample: { "features.\(2 * $0).1" }, spatial: { "features.\(2 * $0 + 1).\($1).block.0" })
            },
            Dialect(
                name: "timm", stem: "stem.0", normalisation: InputConvention.imageNet,
                classifiers: ["head.fc", "head.fc.fc2"]
            ) { table in
                // One convolution of stride 4, or two of stride 2 that overlap.
                let isOverlapped = table.kernelSize("stem.0") == 3
                let second = table.weight("stem.1")?.shape.rank == 4 ? "stem.1" : "stem.2"
                return ConvNeXt.blueprints(
                    table.counts(4) { "stages.\($0).blocks." },
                    stem: isOverlapped ? [("stem.0", 3), (second, 3)] : [("stem.0", 4)],
                    downsample: { "stages.\($0).downsample.1" }, spatial: { "stages.\($0).blocks.\($1).conv_dw" },
                    pointwise: { ["stages.\($0).blocks.\($1).mlp.fc1", "stages.\($0).blocks.\($1).mlp.fc2"] },
                    isSecond: table.entry("stages.0.blocks.0.mlp.grn", "weight") != nil)
            },
            Dialect(
                name: "authors'", stem: "downsample_layers.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["head"]
            ) { table in
                ConvNeXt.blueprints(
                    table.counts(4) { "stages.\($0)." }, stem: [("downsample_layers.0.0", 4)],
                    downsample: { "downsample_layers.\($0).1" }, spatial: { "stages.\($0).\($1).dwconv" },
                    isSecond: table.entry("stages.0.0.grn", "gamma") != nil)
            },
        ]
            + ["convnext.", "convnextv2.", ""].map { path in
                // Hugging Face's, with the classifier and without.
                Dialect(
                    name: "transformers", stem: path + "embeddings.patch_embeddings",
                    normalisation: InputConvention.imageNet, classifiers: ["classifier"]
                ) { table in
                    let stage = { (number: Int) in "\(path)encoder.stages.\(number)" }
                    return ConvNeXt.blueprints(
                        table.counts(4) { "\(stage($0)).layers." }, stem: [("\(path)embeddings.patch_embeddings", 4)],
                        downsample: { "\(stage($0)).downsampling_layer.1" },
                        spatial: { "\(stage($0)).layers.\($1).dwconv" },
                        isSecond: table.entry("\(stage(0)).layers.0.grn", "weight") != nil)
                }
            } + [
                Dialect.cvModels(stem: "features.stem.0", classifier: "classifier.1") { table in
                    // A stage ends with the downsampling to the next one.
                    let counts = table.counts(4) { "features.stage\($0 + 1)." }
                    let depths = counts.enumerated().map { $0 < 3 ? $1 - 1 : $1 }
                    return ConvNeXt.blueprints(
                        depths, stem: [("features.stem.0", 4)],
                        downsample: { "features.stage\($0).\(depths[$0 - 1]).1" },
                        spatial: { "features.stage\($0 + 1).\($1).branch1.0" })
                },
                Dialect(
                    name: "Keras", stem: "*_stage_0_block_0_depthwise_conv", padding: .tensorFlowSame,
                    normalisation: InputConvention.imageNet, classifiers: ["*_head_dense"]
                ) { table in
                    guard let model = table.name(before: "_stage_0_block_0_depthwise_conv") else { return [] }
                    return ConvNeXt.blueprints(
                        table.counts(4) { "\(model)_stage_\($0)_block_" },
                        stem: [("\(model)_stem.\(model)_stem_conv", 4)],
                        downsample: {
                            "\(model)_downsampling_block_\($0 - 1).\(model)_downsampling_conv_\($0 - 1)"
                        }, spatial: { "\(model)_stage_\($0)_block_\($1)_depthwise_conv" })
                },
            ])
}

private enum ConvNeXt {
    static let published: [(name: String, depths: [Int], width: Int)] = [
        ("Zepto", [2, 2, 4, 2], 32), ("Atto", [2, 2, 6, 2], 40), ("Femto", [2, 2, 6, 2], 48),
        ("Pico", [2, 2, 6, 2], 64),
        ("Nano", [2, 2, 8, 2], 80), ("Tiny", [3, 3, 9, 3], 96), ("Small", [3, 3, 27, 3], 96),
        ("Base", [3, 3, 27, 3], 128), ("Large", [3, 3, 27, 3], 192), ("XLarge", [3, 3, 27, 3], 256),
        ("Huge", [3, 3, 27, 3], 352), ("XXLarge", [3, 4, 30, 3], 384),
    ]

    /// Layer normalisation throughout: no batch norm beside any convolution. The stem's convolutions divide the
    /// resolution by 4 together.
    static func blueprints(
        _ depths: [Int], stem: [(module: String, size: Int)], downsample: (_ stage: Int) -> String,
        spatial: (_ stage: Int, _ index: Int) -> String,
        pointwise: (_ stage: Int, _ index: Int) -> [String] = { _, _ in [] },
        isSecond: Bool = false
    ) -> [Blueprint] {
        guard depths.allSatisfy({ (1..<128).contains($0) }) else { return [] }
        var convs = stem.map {
            ExpectedConv($0.module, norm: nil, .standard, size: $0.size, stride: stem.count == 1 ? 4 : 2)
        }
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
        let first = spatial(0, 0)
        return [
            Blueprint(convs: convs) { table in
                let net = published.first { $0.depths == depths && $0.width == table.outputs(first) }
                // Where an exporter folded its gains into constants without names, the graph tells version 2.
                let nodes = table.checkpoint.model?.graph?.nodes ?? []
                let isSecond = isSecond || nodes.contains { $0.kind == .responseNormalization }
                return "ConvNeXt" + (isSecond ? "V2" : "") + (net.map { "-\($0.name)" } ?? "")
            }.ofDepths(depths, published: published.map(\.depths))
        ]
    }
}
