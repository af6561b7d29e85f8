import Checkpoints

extension ArchitectureFamily {
    /// Sandler et al., "MobileNetV2" (arXiv 1801.04381), Table 2. timm has deeper ones, whose depths are read from the
    /// file.
    static let mobileNetV2 = ArchitectureFamily(
        kind: .mobileNetV2,
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { _ in
                MobileNetV2.torch { path, first in
                    Bottleneck.Names(
                        expand: first ? nil : CVModels.pair("\(path).0"),
                        depthwise: CVModels.pair("\(path).\(first ? 0 : 1)"),
                        project: first ? ("\(path).1", "\(path).2") : ("\(path).2", "\(path).3"))
                }
            },
            Dialect(name: "flat PyTorch", stem: "features.0.0", classifiers: ["classifier.1", "classifier"]) { _ in
                MobileNetV2.torch { path, first in
                    let depthwise = first ? 0 : 3
                    return Bottleneck.Names(
                        expand: first ? nil : ("\(path).0", "\(path).1"),
                        depthwise: ("\(path).\(depthwise)", "\(path).\(depthwise + 1)"),
                        project: ("\(path).\(depthwise + 3)", "\(path).\(depthwise + 4)"))
                }
            },
            .timmEfficientNet { table in
                let rows = MobileNetV2.rows.repeated(as: table) { "blocks.\($0)." }
                return [
                    Bottleneck.blueprint(
                        "MobileNetV2", rows, stem: ("conv_stem", "bn1"), head: [("conv_head", "bn2")],
                        functions: .all("relu6")
                    ) { $0.timmNames() }.ofDepths(rows.map(\.repeats), published: MobileNetV2.depths)
                ]
            },
            .keras("Keras", stem: "Conv1", normalisation: "x/127.5-1", classifiers: ["predictions", "Logits"]) { _ in
                [
                    Bottleneck.blueprint(
                        "MobileNetV2", MobileNetV2.rows, stem: ("Conv1", "bn_Conv1"), head: [("Conv_1", "Conv_1_bn")],
                        functions: .all("relu6")
                    ) { block in
                        let name = block.ordinal == 1 ? "expanded_conv" : "block_\(block.ordinal - 1)"
                        return Bottleneck.Names(
                            expand: block.expands ? ("\(name)_expand", "\(name)_expand_BN") : nil,
                            depthwise: ("\(name)_depthwise", "\(name)_depthwise_BN"),
                            project: ("\(name)_project", "\(name)_project_BN"))
                    }
                ]
            },
            .cvModels(stem: "features.stem.0.0", classifier: "classifier.1") { table in
                let paths = CVModels.paths(MobileNetV2.rows, stages: [0, 1, 2, 3, 3, 4, 4])
                return [
                    Bottleneck.blueprint(
                        "MobileNetV2", MobileNetV2.rows, stem: CVModels.pair("features.stem.0"),
                        head: [CVModels.pair(paths[paths.count - 1])], functions: .all("relu6")
                    ) { CVModels.names(paths[$0.ordinal - 1], table, expands: $0.expands) }
                ]
            },
        ] + MobileNetV2.transformers)
}

private enum MobileNetV2 {
    static let rows: [Bottleneck.Row] = [
        .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1),
        .init(kernel: 3, expands: true, channels: 24, repeats: 2, stride: 2),
        .init(kernel: 3, expands: true, channels: 32, repeats: 3, stride: 2),
        .init(kernel: 3, expands: true, channels: 64, repeats: 4, stride: 2),
        .init(kernel: 3, expands: true, channels: 96, repeats: 3, stride: 1),
        .init(kernel: 3, expands: true, channels: 160, repeats: 3, stride: 2),
        .init(kernel: 3, expands: true, channels: 320, repeats: 1, stride: 1),
    ]

    /// Depths of the published network and of timm's `mobilenetv2_110d` and `_120d`.
    static let depths = [rows.map(\.repeats), [1, 3, 4, 5, 4, 4, 1], [1, 3, 5, 6, 5, 5, 1]]

    /// The blocks in one sequence "features", as torchvision and its forerunners have them.
    static func torch(_ names: (_ path: String, _ isFirst: Bool) -> Bottleneck.Names) -> [Blueprint] {
        [
            Bottleneck.blueprint(
                "MobileNetV2", rows, stem: CVModels.pair("features.0"), head: [CVModels.pair("features.18")],
                functions: .all("relu6")
            ) { names("features.\($0.ordinal).conv", !$0.expands) }
        ]
    }
}

extension MobileNetV2 {
    /// The first block is part of the stem.
    static let transformers = Dialect.transformers("mobilenet_v2", stem: "conv_stem.first_conv.convolution") {
        _, path in
        [
            Bottleneck.blueprint(
                "MobileNetV2", rows, stem: Dialect.transformersPair("\(path)conv_stem.first_conv"),
                head: [Dialect.transformersPair("\(path)conv_1x1")], functions: .all("relu6")
            ) { block in
                let name = path + (block.ordinal == 1 ? "conv_stem" : "layer.\(block.ordinal - 2)")
                return Bottleneck.Names(
                    expand: block.expands ? Dialect.transformersPair("\(name).expand_1x1") : nil,
                    depthwise: Dialect.transformersPair("\(name).conv_3x3"),
                    project: Dialect.transformersPair("\(name).reduce_1x1"))
            }
        ]
    }
}
