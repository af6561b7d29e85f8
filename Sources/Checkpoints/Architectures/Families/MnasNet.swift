import Checkpoints

extension ArchitectureFamily {
    /// Tan et al., "MnasNet" (arXiv 1807.11626): the networks A1, B1 and Small. Depths are read from the file.
    static let mnasNet = ArchitectureFamily(
        kind: .mnasNet,
        dialects: [
            Dialect(
                name: "torchvision", stem: "layers.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { _ in
                [
                    Bottleneck.blueprint(
                        "MnasNet", MnasNet.b1, stem: ("layers.0", "layers.1"), head: [("layers.14", "layers.15")],
                        functions: .all("relu")
                    ) { block in
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
            .timmEfficientNet { table in
                [("MnasNet", MnasNet.b1), ("MnasNet-A1", MnasNet.a1), ("MnasNet-Small", MnasNet.small)].map {
                    name, rows in
                    let own = rows.repeated(as: table) { "blocks.\($0)." }
                    return Bottleneck.blueprint(
                        name, own, stem: ("conv_stem", "bn1"), head: [("conv_head", "bn2")], functions: .all("relu")
                    ) { $0.timmNames() }
                    .ofDepths(own.map(\.repeats), published: [rows.map(\.repeats)])
                }
            },
            .cvModels(stem: "features.0.0", classifier: "classifier.1") { table in
                [
                    Bottleneck.blueprint(
                        "MnasNet-A1", MnasNet.a1.repeated(as: table) { "features.\($0 + 1)." },
                        stem: CVModels.pair("features.0"), head: [CVModels.pair("features.8")],
                        functions: .all("relu")
                    ) { CVModels.names("features.\($0.stage + 1).\($0.index)", table, expands: $0.expands) }
                ]
            },
        ])
}

private enum MnasNet {
    static let b1: [Bottleneck.Row] = [
        .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1),
        .init(kernel: 3, expands: true, channels: 24, repeats: 3, stride: 2),
        .init(kernel: 5, expands: true, channels: 40, repeats: 3, stride: 2),
        .init(kernel: 5, expands: true, channels: 80, repeats: 3, stride: 2),
        .init(kernel: 3, expands: true, channels: 96, repeats: 2, stride: 1),
        .init(kernel: 5, expands: true, channels: 192, repeats: 4, stride: 2),
        .init(kernel: 3, expands: true, channels: 320, repeats: 1, stride: 1),
    ]
    static let a1: [Bottleneck.Row] = [
        .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1),
        .init(kernel: 3, expands: true, channels: 24, repeats: 2, stride: 2),
        .init(kernel: 5, expands: true, channels: 40, repeats: 3, stride: 2, squeezes: true),
        .init(kernel: 3, expands: true, channels: 80, repeats: 4, stride: 2),
        .init(kernel: 3, expands: true, channels: 112, repeats: 2, stride: 1, squeezes: true),
        .init(kernel: 5, expands: true, channels: 160, repeats: 3, stride: 2, squeezes: true),
        .init(kernel: 3, expands: true, channels: 320, repeats: 1, stride: 1),
    ]
    static let small: [Bottleneck.Row] = [
        .init(kernel: 3, expands: false, channels: 8, repeats: 1, stride: 1),
        .init(kernel: 3, expands: true, channels: 16, repeats: 1, stride: 2),
        .init(kernel: 3, expands: true, channels: 16, repeats: 2, stride: 2),
        .init(kernel: 5, expands: true, channels: 32, repeats: 4, stride: 2, squeezes: true),
        .init(kernel: 3, expands: true, channels: 32, repeats: 3, stride: 1, squeezes: true),
        .init(kernel: 5, expands: true, channels: 88, repeats: 3, stride: 2, squeezes: true),
        .init(kernel: 3, expands: true, channels: 144, repeats: 1, stride: 1, squeezes: true),
    ]
}
