import Checkpoints

extension ArchitectureFamily {
    /// Howard et al., "Searching for MobileNetV3" (arXiv 1905.02244), Tables 1 and 2. timm has deeper ones, whose depths
    /// are read from the file.
    static let mobileNetV3 = ArchitectureFamily(
        kind: .mobileNetV3,
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", epsilon: 1e-3, normalisation: InputConvention.imageNet,
                classifiers: ["classifier.3"]
            ) { _ in
                MobileNetV3.variants.map { variant in
                    let last = variant.rows.reduce(1) { $0 + $1.repeats }
                    return Bottleneck.blueprint(
                        variant.name, variant.rows, stem: CVModels.pair("features.0"),
                        head: [CVModels.pair("features.\(last)")], functions: variant.functions,
                        mayHaveReducedTail: true
                    ) { block in
                        let path = "features.\(block.ordinal).block"
                        let depthwise = block.expands ? 1 : 0
                        let project = depthwise + (block.squeezes ? 2 : 1)
                        return Bottleneck.Names(
                            expand: block.expands ? ("\(path).0.0", "\(path).0.1") : nil,
                            depthwise: ("\(path).\(depthwise).0", "\(path).\(depthwise).1"),
                            squeeze: block.squeezes
                                ? ["\(path).\(depthwise + 1).fc1", "\(path).\(depthwise + 1).fc2"] : [],
                            project: ("\(path).\(project).0", "\(path).\(project).1"))
                    }
                }
            },
            .timmEfficientNet { table in
                MobileNetV3.variants.map { variant in
                    let last = "blocks.\(variant.rows.count).0"
                    if let net = MobileNetV3.early(variant, table) { return net }
                    let rows = variant.rows.repeated(as: table) { "blocks.\($0)." }
                    return Bottleneck.blueprint(
                        variant.name, rows, stem: ("conv_stem", "bn1"),
                        head: [("\(last).conv", "\(last).bn1"), ("conv_head", nil)], functions: variant.functions
                    ) { $0.timmNames() }
                    .ofDepths(rows.map(\.repeats), published: [variant.rows.map(\.repeats), MobileNetV3.deep])
                }
            },
            .cvModels(stem: "features.stem.0.0", classifier: "classifier.3") { table in
                MobileNetV3.variants.map { variant in
                    let stages = variant.rows.count == 5 ? [1, 2, 3, 3, 4] : [0, 1, 2, 3, 3, 4]
                    let paths = CVModels.paths(variant.rows, stages: stages)
                    return Bottleneck.blueprint(
                        variant.name, variant.rows, stem: CVModels.pair("features.stem.0"),
                        head: [CVModels.pair(paths[paths.count - 1])], functions: variant.functions
                    ) { CVModels.names(paths[$0.ordinal - 1], table, expands: $0.expands) }
                }
            },
            .keras("Keras", stem: "Conv", normalisation: "x/127.5-1", classifiers: ["Logits"]) { _ in
                MobileNetV3.keras(stem: "Conv", between: ".", norm: ".BatchNorm", "Conv")
            },
            .keras("Keras 3", stem: "conv", normalisation: "x/127.5-1", classifiers: ["logits"]) { _ in
                MobileNetV3.keras(stem: "conv", between: "_", norm: "_bn", "conv")
            },
        ])
}

private enum MobileNetV3 {
    struct Variant {
        let name: String
        /// Rows of equal resolution and width, as timm numbers its stages.
        let rows: [Bottleneck.Row]
        /// The first row of HS; rows before it have RE, and all of a minimalistic network.
        var firstHardSwish: Int?

        var functions: Bottleneck.Functions {
            guard let first = firstHardSwish else { return .all("relu") }
            return Bottleneck.Functions(
                ends: "hardSwish", block: { $0.stage < first ? "relu" : "hardSwish" },
                squeeze: (inner: "relu", gate: "hardSigmoid"))
        }
    }

    /// Depths of timm's `mobilenetv3_large_150d`.
    static let deep = [2, 3, 4, 5, 3, 4]

    /// The published networks, and the minimalistic ones: 3×3 kernels and ReLU only, no squeeze-excite.
    static let variants =
        published
        + published.map { variant in
            Variant(
                name: variant.name + " minimalistic",
                rows: variant.rows.map { row in
                    Bottleneck.Row(
                        kernel: 3, expands: row.expands, channels: row.channels, repeats: row.repeats,
                        stride: row.stride)
                })
        }

    private static let published = [
        Variant(
            name: "MobileNetV3-Small",
            rows: [
                .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 2, squeezes: true),
                .init(kernel: 3, expands: true, channels: 24, repeats: 2, stride: 2),
                .init(kernel: 5, expands: true, channels: 40, repeats: 3, stride: 2, squeezes: true),
                .init(kernel: 5, expands: true, channels: 48, repeats: 2, stride: 1, squeezes: true),
                .init(kernel: 5, expands: true, channels: 96, repeats: 3, stride: 2, squeezes: true),
            ], firstHardSwish: 2),
        Variant(
            name: "MobileNetV3-Large",
            rows: [
                .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1),
                .init(kernel: 3, expands: true, channels: 24, repeats: 2, stride: 2),
                .init(kernel: 5, expands: true, channels: 40, repeats: 3, stride: 2, squeezes: true),
                .init(kernel: 3, expands: true, channels: 80, repeats: 4, stride: 2),
                .init(kernel: 3, expands: true, channels: 112, repeats: 2, stride: 1, squeezes: true),
                .init(kernel: 5, expands: true, channels: 160, repeats: 3, stride: 2, squeezes: true),
            ], firstHardSwish: 3),
    ]

    /// timm's first attempt at the large network (`mobilenetv3_rw`), by which its squeeze-and-excite is known: its widths
    /// are a quarter of the expansion, not rounded to multiples of 8. Its functions are those of their blocks, its first
    /// block does not add its input, and ε is TensorFlow's; nil for other networks.
    static func early(_ variant: Variant, _ table: ModuleTable) -> Blueprint? {
        guard variant.name == "MobileNetV3-Large", let first = variant.firstHardSwish,
            let width = table.outputs("blocks.2.0.se.conv_reduce"), width % 8 != 0,
            let inner = table.outputs("blocks.2.0.conv_dw"), width == (inner + 2) / 4
        else { return nil }
        let function: @Sendable (Bottleneck) -> String = { $0.stage < first ? "relu" : "hardSwish" }
        let functions = Bottleneck.Functions(
            ends: "hardSwish", block: function, squeeze: (inner: "hardSwish", gate: "hardSigmoid"),
            squeezesWithBlocks: true)
        let last = "blocks.\(variant.rows.count).0"
        var net = Bottleneck.blueprint(
            "MobileNetV3-Large RW", variant.rows, stem: ("conv_stem", "bn1"),
            head: [("\(last).conv", "\(last).bn1"), ("conv_head", nil)], functions: functions
        ) { $0.timmNames() }
        net.epsilon = 1e-3
        return net
    }

    static func keras(stem: String, between: String, norm: String, _ squeeze: String) -> [Blueprint] {
        variants.map { variant in
            Bottleneck.blueprint(
                variant.name, variant.rows, stem: (stem, stem + norm),
                head: [("\(stem)_1", "\(stem)_1\(norm)"), ("\(stem)_2", nil)], functions: variant.functions
            ) { block in
                let path = (block.ordinal == 1 ? "expanded_conv" : "expanded_conv_\(block.ordinal - 1)") + between
                let excite = "\(path)squeeze_excite\(between)\(squeeze)"
                return Bottleneck.Names(
                    expand: block.expands ? ("\(path)expand", "\(path)expand\(norm)") : nil,
                    depthwise: ("\(path)depthwise", "\(path)depthwise\(norm)"),
                    squeeze: block.squeezes ? [excite, "\(excite)_1"] : [],
                    project: ("\(path)project", "\(path)project\(norm)"))
            }
        }
    }
}
