extension ArchitectureFamily {
    /// Tan and Le, "EfficientNet" (arXiv 1905.11946), Table 1, scaled in depth and width; Lite without squeeze-excite.
    static let efficientNet = ArchitectureFamily(
        name: "EfficientNet",
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { _ in
                EfficientNet.blueprints(
                    stem: ("features.0.0", "features.0.1"), head: ("features.8.0", "features.8.1")
                ) { block in
                    let path = "features.\(block.stage + 1).\(block.index).block"
                    let first = block.expands ? 1 : 0
                    return Bottleneck.Names(
                        expand: block.expands ? ("\(path).0.0", "\(path).0.1") : nil,
                        depthwise: ("\(path).\(first).0", "\(path).\(first).1"),
                        squeeze: ["\(path).\(first + 1).fc1", "\(path).\(first + 1).fc2"],
                        project: ("\(path).\(first + 2).0", "\(path).\(first + 2).1"))
                }
            },
            Dialect(
                name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet, classifiers: ["classifier"]
            ) { _ in
                EfficientNet.blueprints(stem: ("conv_stem", "bn1"), head: ("conv_head", "bn2")) { $0.timmNames() }
            },
            .keras("Keras", stem: "stem_conv", classifiers: ["predictions"]) { _ in
                EfficientNet.blueprints(stem: ("stem_conv", "stem_bn"), head: ("top_conv", "top_bn")) { block in
                    let letters = Array("abcdefghijklmnopqrstuvwxyz")
                    let path = "block\(block.stage + 1)\(letters[block.index % letters.count])"
                    return Bottleneck.Names(
                        expand: block.expands ? ("\(path)_expand_conv", "\(path)_expand_bn") : nil,
                        depthwise: ("\(path)_dwconv", "\(path)_bn"),
                        squeeze: ["\(path)_se_reduce", "\(path)_se_expand"],
                        project: ("\(path)_project_conv", "\(path)_project_bn"))
                }
            },
            Dialect(
                name: "TensorFlow", stem: "stem.conv2d", epsilon: 1e-3, padding: .tensorFlowSame,
                classifiers: ["dense", "head.dense"]
            ) { _ in
                EfficientNet.blueprints(
                    stem: ("stem.conv2d", "stem.tpu_batch_normalization"),
                    head: ("head.conv2d", "head.tpu_batch_normalization")
                ) { block in
                    let path = "blocks_\(block.ordinal - 1)"
                    let norm = "\(path).tpu_batch_normalization"
                    return Bottleneck.Names(
                        expand: block.expands ? ("\(path).conv2d", norm) : nil,
                        depthwise: ("\(path).depthwise_conv2d", block.expands ? "\(norm)_1" : norm),
                        squeeze: ["\(path).se.conv2d", "\(path).se.conv2d_1"],
                        project: block.expands
                            ? ("\(path).conv2d_1", "\(norm)_2") : ("\(path).conv2d", "\(norm)_1"))
                }
            },
        ])
}

private enum EfficientNet {
    /// B0; squeeze-excite modules are optional, so that the same table serves Lite.
    static let rows: [Bottleneck.Row] = [
        .init(kernel: 3, expands: false, channels: 16, repeats: 1, stride: 1, squeezes: true),
        .init(kernel: 3, expands: true, channels: 24, repeats: 2, stride: 2, squeezes: true),
        .init(kernel: 5, expands: true, channels: 40, repeats: 2, stride: 2, squeezes: true),
        .init(kernel: 3, expands: true, channels: 80, repeats: 3, stride: 2, squeezes: true),
        .init(kernel: 5, expands: true, channels: 112, repeats: 3, stride: 1, squeezes: true),
        .init(kernel: 5, expands: true, channels: 192, repeats: 4, stride: 2, squeezes: true),
        .init(kernel: 3, expands: true, channels: 320, repeats: 1, stride: 1, squeezes: true),
    ]
    /// Width and depth of B0 to B7; Lite0 to Lite4 have those of B0 to B4.
    static let scales: [(width: Double, depth: Double)] = [
        (1.0, 1.0), (1.0, 1.1), (1.1, 1.2), (1.2, 1.4), (1.4, 1.8), (1.6, 2.2), (1.8, 2.6), (2.0, 3.1),
    ]

    /// One blueprint for each depth; Lite keeps the first and last stage at one block.
    static func blueprints(
        stem: Bottleneck.Pair, head: Bottleneck.Pair, names: (Bottleneck) -> Bottleneck.Names
    ) -> [Blueprint] {
        var seen: [[Int]] = []
        var result: [Blueprint] = []
        for keepsEnds in [false, true] {
            for scale in scales {
                let repeats = rows.enumerated().map { stage, row in
                    keepsEnds && (stage == 0 || stage == rows.count - 1)
                        ? row.repeats : Int((Double(row.repeats) * scale.depth).rounded(.up))
                }
                if seen.contains(repeats) { continue }
                seen.append(repeats)
                result.append(blueprint(repeats, stem, head, names))
            }
        }
        return result
    }

    static func blueprint(
        _ repeats: [Int], _ stem: Bottleneck.Pair, _ head: Bottleneck.Pair, _ names: (Bottleneck) -> Bottleneck.Names
    ) -> Blueprint {
        let scaled = zip(rows, repeats).map { row, count in
            Bottleneck.Row(
                kernel: row.kernel, expands: row.expands, channels: row.channels, repeats: count, stride: row.stride,
                squeezes: row.squeezes)
        }
        let blocks = Bottleneck.blocks(scaled)
        let convs =
            [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
            + blocks.flatMap { $0.convs(names($0)) }
            + [ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true)]
        let lastProjection = blocks.last.map { names($0).project.conv } ?? ""
        let squeezes = blocks.flatMap { names($0).squeeze }
        return Blueprint(convs: convs) { table in
            let hasSqueeze = squeezes.contains { table.weight($0) != nil }
            let name = hasSqueeze ? "EfficientNet-B" : "EfficientNet-Lite"
            let size = scales.indices.first { index in
                let width = WidthMultiplier.nearestMultipleOf8(320 * scales[index].width)
                let middle = Int((Double(rows[5].repeats) * scales[index].depth).rounded(.up))
                return table.outputs(lastProjection) == width && middle == repeats[5]
            }
            return size.map { name + "\($0)" } ?? "EfficientNet"
        }
    }
}
