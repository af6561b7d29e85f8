import Checkpoints

extension ArchitectureFamily {
    /// Han et al., "GhostNet" (arXiv 1911.11907), Table 7, version 2 (Tang et al., arXiv 2211.12905), and RepGhost (Chen et
    /// al., arXiv 2211.06088), which makes whole maps instead of halves.
    static let ghostNet = ArchitectureFamily(
        kind: .ghostNet,
        dialects: [
            .timmEfficientNet { table in
                [
                    GhostNet.blueprint(
                        table, stem: ("conv_stem", "bn1"), block: { "blocks.\($0).\($1)" },
                        squeeze: ["conv_reduce", "conv_expand"],
                        head: [("blocks.9.0.conv", "blocks.9.0.bn1"), ("conv_head", nil)])
                ]
            },
            .cvModels(stem: "features.0.0", classifier: "classifier.3") { table in
                [
                    GhostNet.blueprint(
                        table, stem: CVModels.pair("features.0"), block: { "features.\($0 + 1).\($1)" },
                        squeeze: ["reduce", "expand"], head: [CVModels.pair("features.10")])
                ]
            },
        ])
}

private enum GhostNet {
    /// Kernel, blocks and stride of the first block of each stage.
    static let stages: [(kernel: Int, repeats: Int, stride: Int)] = [
        (3, 1, 1), (3, 1, 2), (3, 1, 1), (5, 1, 2), (5, 1, 1), (3, 1, 2), (3, 5, 1), (5, 1, 2), (5, 4, 1),
    ]
    /// Output channels of the stages at width 1.
    static let channels = [16, 24, 24, 40, 40, 80, 112, 160, 160]

    static func blueprint(
        _ table: ModuleTable, stem: Bottleneck.Pair, block path: (_ stage: Int, _ index: Int) -> String,
        squeeze: [String], head: [Bottleneck.Pair]
    ) -> Blueprint {
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        var block = 0
        for (number, stage) in stages.enumerated() {
            for index in 0..<stage.repeats {
                block += 1
                let path = path(number, index)
                let stride = index == 0 ? stage.stride : 1
                convs += ghost("\(path).ghost1", table, block)
                if stride > 1 {
                    convs.append(
                        ExpectedConv(
                            "\(path).conv_dw", norm: "\(path).bn_dw", .depthwise, size: stage.kernel, stride: stride,
                            block: block))
                }
                convs += squeeze.map {
                    ExpectedConv("\(path).se.\($0)", norm: nil, .pointwise, block: block, isOptional: true)
                }
                convs += ghost("\(path).ghost2", table, block)
                // Where the width changes or the stride is 2, which the file says.
                if table.weight("\(path).shortcut.0") != nil {
                    convs += [
                        ExpectedConv(
                            "\(path).shortcut.0", norm: "\(path).shortcut.1", .depthwise, size: stage.kernel,
                            stride: stride, block: block),
                        ExpectedConv("\(path).shortcut.2", norm: "\(path).shortcut.3", .pointwise, block: block),
                    ]
                }
            }
        }
        convs += head.map { ExpectedConv($0.conv, norm: $0.norm, .pointwise, isOptional: true) }
        let primaries = stages.indices.map { "\(path($0, 0)).ghost2.primary_conv.0" }
        let first = path(0, 0)
        let isSecond = table.weight("\(path(2, 0)).ghost1.short_conv.0") != nil
        return Blueprint(convs: convs) { table in
            // A ghost module makes half of its outputs with its primary convolution.
            let made = table.outputs("\(first).ghost1.primary_conv.0")
            let read = table.weight("\(first).ghost2.primary_conv.0").map { $0.axes.outputFirst($0.shape)?[1] ?? 0 }
            let parts = made == read ? 1 : 2
            let width = WidthMultiplier.infer(
                base: channels, found: primaries.map { table.outputs($0).map { $0 * parts } }, rounding: fourth)
            return (parts == 1 ? "RepGhostNet" : isSecond ? "GhostNetV2" : "GhostNet") + (width.map { " \($0)" } ?? "")
        }
    }

    /// Version 2 has long-range attention beside the primary convolution. RepGhost's depthwise convolution has lost its
    /// place in a sequence and its normalisation where branches were folded into it.
    private static func ghost(_ path: String, _ table: ModuleTable, _ block: Int) -> [ExpectedConv] {
        let filter = "\(path).cheap_operation"
        let isFolded = table.weight(filter) != nil
        return [
            ExpectedConv("\(path).primary_conv.0", norm: "\(path).primary_conv.1", .pointwise, block: block),
            ExpectedConv(
                isFolded ? filter : "\(filter).0", norm: isFolded ? nil : "\(filter).1", .depthwise, size: 3,
                block: block),
            ExpectedConv(
                "\(path).short_conv.0", norm: "\(path).short_conv.1", .pointwise, block: block, isOptional: true),
        ]
    }

    /// The nearest multiple of 4 that is not below 0.9 of the width.
    private static func fourth(_ width: Double) -> Int {
        let rounded = max(4, Int(width + 2) / 4 * 4)
        return Double(rounded) < 0.9 * width ? rounded + 4 : rounded
    }
}
