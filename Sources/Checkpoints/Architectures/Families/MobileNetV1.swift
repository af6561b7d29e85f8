import Checkpoints

extension ArchitectureFamily {
    /// Howard et al., "MobileNets" (arXiv 1704.04861), Table 1; the last block has stride 1 as in the authors' code.
    static let mobileNetV1 = ArchitectureFamily(
        kind: .mobileNetV1,
        dialects: [
            .keras("Keras", stem: "conv1", normalisation: "x/127.5-1", classifiers: ["conv_preds", "predictions"]) {
                _ in
                [
                    MobileNetV1.blueprint(stem: ("conv1", "conv1_bn"), function: "relu6") { block in
                        (
                            ("conv_dw_\(block)", "conv_dw_\(block)_bn"),
                            ("conv_pw_\(block)", "conv_pw_\(block)_bn")
                        )
                    }
                ]
            },
            .keras("Keras automatic", stem: "conv2d", classifiers: ["dense"]) { _ in
                [
                    MobileNetV1.blueprint(stem: ("conv2d", "batch_normalization"), function: "relu6") { block in
                        (
                            (
                                block == 1 ? "depthwise_conv2d" : "depthwise_conv2d_\(block - 1)",
                                "batch_normalization_\(2 * block - 1)"
                            ),
                            ("conv2d_\(block)", "batch_normalization_\(2 * block)")
                        )
                    }
                ]
            },
            Dialect(name: "Caffe", stem: "conv1", classifiers: ["fc7"]) { _ in
                [
                    MobileNetV1.blueprint(stem: ("conv1", "conv1_bn")) { block in
                        let name = MobileNetV1.caffeNames[block - 1]
                        return (("\(name)_dw", "\(name)_dw_bn"), ("\(name)_sep", "\(name)_sep_bn"))
                    }
                ]
            },
            Dialect(name: "timm", stem: "conv_stem", normalisation: "x/127.5-1", classifiers: ["classifier"]) { _ in
                [
                    MobileNetV1.blueprint(
                        stem: ("conv_stem", "bn1"), head: ("conv_head", "bn2"), function: "relu6"
                    ) { block in
                        let name = MobileNetV1.timmNames[block - 1]
                        return (("\(name).conv_dw", "\(name).bn1"), ("\(name).conv_pw", "\(name).bn2"))
                    }
                ]
            },
            .cvModels(stem: "features.stem.0.0", classifier: "classifier.1") { [MobileNetV1.cvModels($0)] },
            Dialect(name: "sequential", stem: "model.0.0", classifiers: ["fc"]) { _ in
                [
                    MobileNetV1.blueprint(stem: ("model.0.0", "model.0.1")) { block in
                        (
                            ("model.\(block).0", "model.\(block).1"),
                            ("model.\(block).3", "model.\(block).4")
                        )
                    }
                ]
            },
        ] + MobileNetV1.transformers)
}

private enum MobileNetV1 {
    /// Output channels and stride of the 13 depthwise-separable blocks.
    static let blocks: [(channels: Int, stride: Int)] = [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1),
        (1024, 2), (1024, 1),
    ]
    static let caffeNames = [
        "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv4_1", "conv4_2", "conv5_1", "conv5_2", "conv5_3", "conv5_4",
        "conv5_5", "conv5_6", "conv6",
    ]
    /// The blocks of cv-models' stem and stages: "stem.1", "stage1.0" …
    static let cvModelsPaths =
        ["features.stem.1"]
        + [2, 2, 6, 2].enumerated().flatMap { stage, count in
            (0..<count).map { "features.stage\(stage + 1).\($0)" }
        }

    /// cv-models also has blocks without function and norm behind the depthwise convolution; all norms then stand behind
    /// the functions.
    static func cvModels(_ table: ModuleTable) -> Blueprint {
        let isBare = table.weight("features.stem.1.0.0") == nil
        func pair(_ path: String) -> Bottleneck.Pair { ("\(path).0", "\(path).\(isBare ? 2 : 1)") }
        return blueprint(stem: pair("features.stem.0")) { block in
            let path = cvModelsPaths[block - 1]
            return (isBare ? ("\(path).0", nil) : pair("\(path).0"), pair("\(path).1"))
        }
    }

    static let timmNames = [1, 2, 2, 6, 2].enumerated().flatMap { stage, count in
        (0..<count).map { "blocks.\(stage).\($0)" }
    }

    static func blueprint(
        stem: Bottleneck.Pair, head: Bottleneck.Pair? = nil, function: String = "relu",
        names: (_ block: Int) -> (depthwise: Bottleneck.Pair, pointwise: Bottleneck.Pair)
    ) -> Blueprint {
        var convs = [
            ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2, activation: function)
        ]
        for (index, block) in blocks.enumerated() {
            let (depthwise, pointwise) = names(index + 1)
            convs.append(
                ExpectedConv(
                    depthwise.conv, norm: depthwise.norm, .depthwise, size: 3, stride: block.stride, block: index + 1,
                    activation: depthwise.norm == nil ? nil : function))
            convs.append(
                ExpectedConv(
                    pointwise.conv, norm: pointwise.norm, .pointwise, block: index + 1, activation: function))
        }
        let pointwise = convs.filter { !$0.isSpatial }.map(\.module)
        if let head {
            convs.append(
                ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true, activation: function))
        }
        let widths = zip(pointwise, blocks).map { (module: $0, channels: $1.channels) }
        return Blueprint(convs: convs, widths: widths) { table in
            let width = WidthMultiplier.infer(
                base: blocks.map(\.channels), found: pointwise.map(table.outputs), rounding: { Int($0) })
            return "MobileNetV1" + (width.map { " \($0)" } ?? "")
        }
    }
}

extension MobileNetV1 {
    /// Two layers a block: depthwise, pointwise.
    static let transformers = Dialect.transformers("mobilenet_v1", stem: "conv_stem.convolution") { _, path in
        [
            blueprint(stem: Dialect.transformersPair("\(path)conv_stem"), function: "relu6") { block in
                (
                    Dialect.transformersPair("\(path)layer.\(2 * block - 2)"),
                    Dialect.transformersPair("\(path)layer.\(2 * block - 1)")
                )
            }
        ]
    }
}
