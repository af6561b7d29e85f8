extension ArchitectureFamily {
    /// Howard et al., "Searching for MobileNetV3" (arXiv 1905.02244), Tables 1 and 2.
    static let mobileNetV3 = ArchitectureFamily(
        name: "MobileNetV3",
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", epsilon: 1e-3, normalisation: InputConvention.imageNet,
                classifiers: ["classifier.3"]
            ) { _ in
                MobileNetV3.variants.map { variant in
                    let last = variant.rows.reduce(1) { $0 + $1.repeats }
                    return MobileNetV3.blueprint(
                        variant, stem: ("features.0.0", "features.0.1"),
                        head: [("features.\(last).0", "features.\(last).1")]
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
            Dialect(
                name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet, classifiers: ["classifier"]
            ) { _ in
                MobileNetV3.variants.map { variant in
                    let last = "blocks.\(variant.rows.count).0"
                    return MobileNetV3.blueprint(
                        variant, stem: ("conv_stem", "bn1"),
                        head: [("\(last).conv", "\(last).bn1"), ("conv_head", nil)], names: { $0.timmNames() })
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
        var blocks: [Bottleneck] { Bottleneck.blocks(rows) }
    }

    /// The published networks, and the minimalistic ones: 3×3 kernels only and no squeeze-excite.
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
            ]),
        Variant(
            name: "MobileNetV3-Large",
            rows: [
                .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1),
                .init(kernel: 3, expands: true, channels: 24, repeats: 2, stride: 2),
                .init(kernel: 5, expands: true, channels: 40, repeats: 3, stride: 2, squeezes: true),
                .init(kernel: 3, expands: true, channels: 80, repeats: 4, stride: 2),
                .init(kernel: 3, expands: true, channels: 112, repeats: 2, stride: 1, squeezes: true),
                .init(kernel: 5, expands: true, channels: 160, repeats: 3, stride: 2, squeezes: true),
            ]),
    ]

    static func keras(stem: String, between: String, norm: String, _ squeeze: String) -> [Blueprint] {
        variants.map { variant in
            blueprint(
                variant, stem: (stem, stem + norm), head: [("\(stem)_1", "\(stem)_1\(norm)"), ("\(stem)_2", nil)]
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

    static func blueprint(
        _ variant: Variant, stem: Bottleneck.Pair, head: [Bottleneck.Pair], names: (Bottleneck) -> Bottleneck.Names
    ) -> Blueprint {
        let blocks = variant.blocks
        let projections = blocks.map { names($0).project.conv }
        let convs =
            [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
            + blocks.flatMap { $0.convs(names($0)) }
            + head.map { ExpectedConv($0.conv, norm: $0.norm, .pointwise, isOptional: true) }
        return Blueprint(convs: convs) { table in
            let width = WidthMultiplier.infer(
                base: blocks.map(\.channels), found: projections.map(table.outputs),
                rounding: WidthMultiplier.nearestMultipleOf8)
            return variant.name + (width.map { " \($0)" } ?? "")
        }
    }
}
