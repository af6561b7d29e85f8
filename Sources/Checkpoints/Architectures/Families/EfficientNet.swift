import Checkpoints

extension ArchitectureFamily {
    /// Tan and Le, "EfficientNet" (arXiv 1905.11946), Table 1, scaled in depth and width; Lite without squeeze-excite.
    /// Depths are read from the file where its names number the stages.
    static let efficientNet = ArchitectureFamily(
        kind: .efficientNet,
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { table in
                EfficientNet.blueprints(
                    table, table.counts(7) { "features.\($0 + 1)." }, stem: CVModels.pair("features.0"),
                    head: { _ in CVModels.pair("features.8") }
                ) { block, _ in
                    let path = "features.\(block.stage + 1).\(block.index).block"
                    let first = block.expands ? 1 : 0
                    return Bottleneck.Names(
                        expand: block.expands ? ("\(path).0.0", "\(path).0.1") : nil,
                        depthwise: ("\(path).\(first).0", "\(path).\(first).1"),
                        squeeze: ["\(path).\(first + 1).fc1", "\(path).\(first + 1).fc2"],
                        project: ("\(path).\(first + 2).0", "\(path).\(first + 2).1"))
                }
            },
            .timmEfficientNet { table in
                EfficientNet.blueprints(
                    table, table.counts(7) { "blocks.\($0)." }, stem: ("conv_stem", "bn1"),
                    head: { _ in ("conv_head", "bn2") }
                ) { block, _ in block.timmNames() }
            },
            .keras("Keras", stem: "stem_conv", classifiers: ["predictions"]) { table in
                let depths = (1...7).map { stage in table.letterCount { "block\(stage)\($0)_dwconv" } }
                return EfficientNet.blueprints(
                    table, depths, stem: ("stem_conv", "stem_bn"), head: { _ in ("top_conv", "top_bn") }
                ) { block, _ in
                    let path = "block\(block.stage + 1)\(ModuleTable.letters[block.index % ModuleTable.letters.count])"
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
            ) { table in
                EfficientNet.blueprints(
                    table, nil, stem: ("stem.conv2d", "stem.tpu_batch_normalization"),
                    head: { _ in ("head.conv2d", "head.tpu_batch_normalization") }
                ) { block, _ in
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
            .cvModels(stem: "features.stem.0.0", classifier: "classifier.1") { table in
                func paths(_ rows: [Bottleneck.Row]) -> [String] {
                    CVModels.paths(rows, stages: [0, 1, 2, 3, 3, 4, 4])
                }
                return EfficientNet.blueprints(
                    table, nil, stem: CVModels.pair("features.stem.0"), head: { CVModels.pair(paths($0).last ?? "") }
                ) { CVModels.names(paths($1)[$0.ordinal - 1], table, expands: $0.expands) }
            },
        ] + EfficientNet.transformers)
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
    /// Width and depth of the published sizes; Lite0 to Lite4 have those of B0 to B4.
    static let scales: [(name: String, width: Double, depth: Double)] = [
        ("0", 1.0, 1.0), ("1", 1.0, 1.1), ("2", 1.1, 1.2), ("3", 1.2, 1.4), ("4", 1.4, 1.8), ("5", 1.6, 2.2),
        ("6", 1.8, 2.6), ("7", 2.0, 3.1), ("8", 2.2, 3.6), ("L2", 4.3, 5.3),
    ]

    /// The blueprint for depths read from the file, or one for each published depth; Lite keeps the first and last stage
    /// at one block.
    static func blueprints(
        _ table: ModuleTable, _ depths: [Int]?, stem: Bottleneck.Pair, head: ([Bottleneck.Row]) -> Bottleneck.Pair,
        names: (Bottleneck, [Bottleneck.Row]) -> Bottleneck.Names
    ) -> [Blueprint] {
        if let depths, depths.allSatisfy({ (1...64).contains($0) }) {
            return [blueprint(table, rows.repeated(depths), stem, head, names)]
        }
        return scaledDepths.map { blueprint(table, rows.repeated($0), stem, head, names) }
    }

    /// The depths of the published sizes; Lite's first and last stages keep theirs.
    private static let scaledDepths: [[Int]] = {
        var seen: [[Int]] = []
        for keepsEnds in [false, true] {
            for scale in scales {
                let repeats = rows.enumerated().map { stage, row in
                    keepsEnds && (stage == 0 || stage == rows.count - 1)
                        ? row.repeats : Int((Double(row.repeats) * scale.depth).rounded(.up))
                }
                if !seen.contains(repeats) { seen.append(repeats) }
            }
        }
        return seen
    }()

    /// Depths of TinyNet A, and of C, D and E, whose widths are others than EfficientNet's (Han et al., arXiv 2010.14819).
    private static let tinyDepths = [
        [1, 2, 2, 4, 4, 5, 1], [1, 2, 2, 3, 3, 3, 1], [1, 1, 1, 2, 2, 3, 1], [1, 1, 1, 2, 2, 2, 1],
    ]

    private static func blueprint(
        _ table: ModuleTable, _ rows: [Bottleneck.Row], _ stem: Bottleneck.Pair,
        _ head: ([Bottleneck.Row]) -> Bottleneck.Pair,
        _ names: (Bottleneck, [Bottleneck.Row]) -> Bottleneck.Names
    ) -> Blueprint {
        let blocks = Bottleneck.blocks(rows)
        let lastProjection = blocks.last.map { names($0, rows).project.conv } ?? ""
        let squeezes = blocks.flatMap { names($0, rows).squeeze }
        let (depths, published) = (rows.map(\.repeats), Self.rows.map(\.repeats))
        let isLite = !squeezes.contains { table.weight($0) != nil }
        let functions =
            isLite
            ? Bottleneck.Functions.all("relu6")
            : Bottleneck.Functions(ends: "silu", block: { _ in "silu" }, squeeze: (inner: "silu", gate: "sigmoid"))
        // Of an expansion that is no whole multiple of what it reads, some channels were taken away.
        let isPruned = blocks.contains { block in
            guard let expand = names(block, rows).expand?.conv, let entry = table.weight(expand),
                let shape = entry.axes.outputFirst(entry.shape)
            else { return false }
            return shape[0] != 6 * shape[1]
        }
        var result = Bottleneck.blueprint(
            "EfficientNet", rows, stem: stem, head: [head(rows)], functions: functions
        ) {
            names($0, rows)
        } title: { table in
            let size = scales.first { scale in
                let width = WidthMultiplier.nearestMultipleOf8(320 * scale.width)
                return table.outputs(lastProjection) == width
                    && zip(depths, published).dropFirst(isLite ? 1 : 0).dropLast(isLite ? 1 : 0).allSatisfy {
                        $0 == Int((Double($1) * scale.depth).rounded(.up))
                    }
            }
            guard let size else { return isLite ? "EfficientNet-Lite" : "EfficientNet" }
            return "EfficientNet-" + (isLite ? "Lite" : size.name == "L2" ? "" : "B") + size.name
                + (isPruned ? " pruned" : "")
        }
        let isScaled = scales.contains {
            blocks.last.map { names($0, rows).project.conv }.flatMap(table.outputs)
                == WidthMultiplier.nearestMultipleOf8(320 * $0.width)
        }
        result = result.ofDepths(depths, published: scaledDepths + (isScaled ? [tinyDepths[0]] : tinyDepths))
        // timm's pruned networks were made from TensorFlow's weights.
        if isPruned { (result.epsilon, result.padding) = (1e-3, .tensorFlowSame) }
        return result
    }
}

extension EfficientNet {
    /// Blocks are numbered through.
    static let transformers = Dialect.transformers("efficientnet", stem: "embeddings.convolution") { table, path in
        blueprints(
            table, nil, stem: ("\(path)embeddings.convolution", "\(path)embeddings.batchnorm"),
            head: { _ in ("\(path)encoder.top_conv", "\(path)encoder.top_bn") }
        ) { block, _ in
            let name = "\(path)encoder.blocks.\(block.ordinal - 1)"
            return Bottleneck.Names(
                expand: block.expands ? ("\(name).expansion.expand_conv", "\(name).expansion.expand_bn") : nil,
                depthwise: ("\(name).depthwise_conv.depthwise_conv", "\(name).depthwise_conv.depthwise_norm"),
                squeeze: ["\(name).squeeze_excite.reduce", "\(name).squeeze_excite.expand"],
                project: ("\(name).projection.project_conv", "\(name).projection.project_bn"))
        }
    }
}
