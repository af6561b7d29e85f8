extension ArchitectureFamily {
    /// Sandler et al., "MobileNetV2" (arXiv 1801.04381), Table 2.
    static let mobileNetV2 = ArchitectureFamily(
        name: "MobileNetV2",
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { _ in
                [
                    MobileNetV2.blueprint(
                        stem: ("features.0.0", "features.0.1"), head: ("features.18.0", "features.18.1")
                    ) { block in
                        let path = "features.\(block.ordinal).conv"
                        let first = block.expands ? 1 : 0
                        return Bottleneck.Names(
                            expand: block.expands ? ("\(path).0.0", "\(path).0.1") : nil,
                            depthwise: ("\(path).\(first).0", "\(path).\(first).1"),
                            project: ("\(path).\(first + 1)", "\(path).\(first + 2)"))
                    }
                ]
            },
            Dialect(name: "flat PyTorch", stem: "features.0.0", classifiers: ["classifier.1", "classifier"]) { _ in
                [
                    MobileNetV2.blueprint(
                        stem: ("features.0.0", "features.0.1"), head: ("features.18.0", "features.18.1")
                    ) { block in
                        let path = "features.\(block.ordinal).conv"
                        let first = block.expands ? 3 : 0
                        return Bottleneck.Names(
                            expand: block.expands ? ("\(path).0", "\(path).1") : nil,
                            depthwise: ("\(path).\(first)", "\(path).\(first + 1)"),
                            project: ("\(path).\(first + 3)", "\(path).\(first + 4)"))
                    }
                ]
            },
            Dialect(
                name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet, classifiers: ["classifier"]
            ) { _ in
                [
                    MobileNetV2.blueprint(stem: ("conv_stem", "bn1"), head: ("conv_head", "bn2")) {
                        $0.timmNames()
                    }
                ]
            },
            .keras("Keras", stem: "Conv1", normalisation: "x/127.5-1", classifiers: ["predictions", "Logits"]) { _ in
                [
                    MobileNetV2.blueprint(stem: ("Conv1", "bn_Conv1"), head: ("Conv_1", "Conv_1_bn")) { block in
                        let name = block.ordinal == 1 ? "expanded_conv" : "block_\(block.ordinal - 1)"
                        return Bottleneck.Names(
                            expand: block.expands ? ("\(name)_expand", "\(name)_expand_BN") : nil,
                            depthwise: ("\(name)_depthwise", "\(name)_depthwise_BN"),
                            project: ("\(name)_project", "\(name)_project_BN"))
                    }
                ]
            },
        ])
}

extension Bottleneck {
    /// timm's names; its first stage has no expansion and other numbers.
    func timmNames() -> Names {
        let path = "blocks.\(stage).\(index)"
        let squeeze = squeezes ? ["\(path).se.conv_reduce", "\(path).se.conv_expand"] : []
        return expands
            ? Names(
                expand: ("\(path).conv_pw", "\(path).bn1"), depthwise: ("\(path).conv_dw", "\(path).bn2"),
                squeeze: squeeze, project: ("\(path).conv_pwl", "\(path).bn3"))
            : Names(
                expand: nil, depthwise: ("\(path).conv_dw", "\(path).bn1"), squeeze: squeeze,
                project: ("\(path).conv_pw", "\(path).bn2"))
    }
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

    static func blueprint(
        stem: Bottleneck.Pair, head: Bottleneck.Pair, names: (Bottleneck) -> Bottleneck.Names
    ) -> Blueprint {
        let blocks = Bottleneck.blocks(rows)
        let projections = blocks.map { names($0).project.conv }
        let convs =
            [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
            + blocks.flatMap { $0.convs(names($0)) }
            + [ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true)]
        return Blueprint(convs: convs) { table in
            let width = WidthMultiplier.infer(
                base: blocks.map(\.channels), found: projections.map(table.outputs),
                rounding: WidthMultiplier.nearestMultipleOf8)
            return "MobileNetV2" + (width.map { " \($0)" } ?? "")
        }
    }
}
