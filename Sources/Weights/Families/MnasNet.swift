extension ArchitectureFamily {
    /// Tan et al., "MnasNet" (arXiv 1807.11626): the B1 network, which torchvision and timm have.
    static let mnasNet = ArchitectureFamily(
        name: "MnasNet",
        dialects: [
            Dialect(
                name: "torchvision", stem: "layers.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { _ in
                [
                    MnasNet.blueprint(stem: ("layers.0", "layers.1"), head: ("layers.14", "layers.15")) { block in
                        guard block.expands else {
                            return Bottleneck.Names(
                                expand: nil, depthwise: ("layers.3", "layers.4"), project: ("layers.6", "layers.7"))
                        }
                        let path = "layers.\(block.stage + 7).\(block.index).layers"
                        return Bottleneck.Names(
                            expand: ("\(path).0", "\(path).1"), depthwise: ("\(path).3", "\(path).4"),
                            project: ("\(path).6", "\(path).7"))
                    }
                ]
            },
            Dialect(
                name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet, classifiers: ["classifier"]
            ) { _ in
                [MnasNet.blueprint(stem: ("conv_stem", "bn1"), head: ("conv_head", "bn2")) { $0.timmNames() }]
            },
        ])
}

private enum MnasNet {
    static let rows: [Bottleneck.Row] = [
        .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1),
        .init(kernel: 3, expands: true, channels: 24, repeats: 3, stride: 2),
        .init(kernel: 5, expands: true, channels: 40, repeats: 3, stride: 2),
        .init(kernel: 5, expands: true, channels: 80, repeats: 3, stride: 2),
        .init(kernel: 3, expands: true, channels: 96, repeats: 2, stride: 1),
        .init(kernel: 5, expands: true, channels: 192, repeats: 4, stride: 2),
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
            return "MnasNet" + (width.map { " \($0)" } ?? "")
        }
    }
}
