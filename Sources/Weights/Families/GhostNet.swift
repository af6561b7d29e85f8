extension ArchitectureFamily {
    /// Han et al., "GhostNet" (arXiv 1911.11907), Table 7.
    static let ghostNet = ArchitectureFamily(
        name: "GhostNet",
        dialects: [
            Dialect(
                name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet, classifiers: ["classifier"],
                blueprints: { [GhostNet.blueprint($0)] })
        ])
}

private enum GhostNet {
    /// Kernel, blocks and stride of the first block of each stage.
    static let stages: [(kernel: Int, repeats: Int, stride: Int)] = [
        (3, 1, 1), (3, 1, 2), (3, 1, 1), (5, 1, 2), (5, 1, 1), (3, 1, 2), (3, 5, 1), (5, 1, 2), (5, 4, 1),
    ]
    /// Output channels of the stages at width 1.
    static let channels = [16, 24, 24, 40, 40, 80, 112, 160, 160]

    static func blueprint(_ table: ModuleTable) -> Blueprint {
        var convs = [ExpectedConv("conv_stem", norm: "bn1", .standard, size: 3, stride: 2)]
        var block = 0
        for (number, stage) in stages.enumerated() {
            for index in 0..<stage.repeats {
                block += 1
                let path = "blocks.\(number).\(index)"
                let stride = index == 0 ? stage.stride : 1
                convs += ghost("\(path).ghost1", block)
                if stride > 1 {
                    convs.append(
                        ExpectedConv(
                            "\(path).conv_dw", norm: "\(path).bn_dw", .depthwise, size: stage.kernel, stride: stride,
                            block: block))
                }
                convs += ["conv_reduce", "conv_expand"].map {
                    ExpectedConv("\(path).se.\($0)", norm: nil, .pointwise, block: block, isOptional: true)
                }
                convs += ghost("\(path).ghost2", block)
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
        convs += [
            ExpectedConv("blocks.9.0.conv", norm: "blocks.9.0.bn1", .pointwise, isOptional: true),
            ExpectedConv("conv_head", norm: nil, .pointwise, isOptional: true),
        ]
        // A ghost module makes half of its outputs by its primary convolution.
        let primaries = stages.indices.map { "blocks.\($0).0.ghost2.primary_conv.0" }
        return Blueprint(convs: convs) { table in
            let width = WidthMultiplier.infer(
                base: channels, found: primaries.map { table.outputs($0).map { $0 * 2 } }, rounding: fourth)
            return "GhostNet" + (width.map { " \($0)" } ?? "")
        }
    }

    private static func ghost(_ path: String, _ block: Int) -> [ExpectedConv] {
        [
            ExpectedConv("\(path).primary_conv.0", norm: "\(path).primary_conv.1", .pointwise, block: block),
            ExpectedConv(
                "\(path).cheap_operation.0", norm: "\(path).cheap_operation.1", .depthwise, size: 3, block: block),
        ]
    }

    /// The nearest multiple of 4 that is not below 0.9 of the width.
    private static func fourth(_ width: Double) -> Int {
        let rounded = max(4, Int(width + 2) / 4 * 4)
        return Double(rounded) < 0.9 * width ? rounded + 4 : rounded
    }
}
