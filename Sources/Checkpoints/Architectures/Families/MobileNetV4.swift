import Checkpoints

extension ArchitectureFamily {
    /// Qin et al., "MobileNetV4" (arXiv 2404.10518), the convolutional networks; the blocks of each stage, of which there
    /// are several kinds, are read from the file.
    static let mobileNetV4 = ArchitectureFamily(
        kind: .mobileNetV4,
        dialects: [
            .timmEfficientNet { table in
                // The last stage is a convolution before the mean; the head behind it has a normalisation of its own.
                guard table.entry("norm_head", "weight") != nil || table.weight("blocks.4.0.conv") != nil else {
                    return []
                }
                return MobileNetV4.blueprints(table, table.counts(5) { "blocks.\($0)." })
            }
        ])
}

private enum MobileNetV4 {
    /// Depths; the last stage's input channels tell the large network from the others.
    static let published: [(name: String, depths: [Int])] = [
        ("Conv-Small", [2, 2, 6, 6, 1]), ("Conv-Medium", [1, 2, 8, 11, 1]), ("Conv-Large", [1, 2, 11, 13, 1]),
    ]

    static func blueprints(_ table: ModuleTable, _ depths: [Int]) -> [Blueprint] {
        guard depths.allSatisfy({ (1...64).contains($0) }) else { return [] }
        var convs = [
            ExpectedConv("conv_stem", norm: "bn1", .standard, size: 3, stride: 2, activation: "relu")
        ]
        for block in StageBlock.all(depths) {
            let unit = unit(
                table, "blocks.\(block.stage).\(block.index)", stride: block.index == 0 && block.stage < 4 ? 2 : 1,
                block.number)
            if unit.isEmpty { return [] }
            convs += unit
        }
        guard convs.contains(where: { $0.module.hasSuffix("pw_exp.conv") }) else { return [] }
        convs.append(
            ExpectedConv("conv_head", norm: "norm_head", .pointwise, isOptional: true, activation: "relu"))
        return [
            Blueprint(convs: convs) { _ in
                let net = published.first { $0.depths == depths }
                return "MobileNetV4" + (net.map { "-\($0.name)" } ?? "")
            }.ofDepths(depths, published: published.map(\.depths))
        ]
    }

    /// A plain convolution, a fused block, or a universal inverted bottleneck, whose two depthwise convolutions may each be
    /// absent; empty for anything else.
    private static func unit(_ table: ModuleTable, _ path: String, stride: Int, _ block: Int) -> [ExpectedConv] {
        if let size = table.kernelSize("\(path).conv") {
            return [
                ExpectedConv(
                    "\(path).conv", norm: "\(path).bn1", size > 1 ? .standard : .pointwise, size: size,
                    stride: size > 1 ? stride : 1, block: block, activation: "relu")
            ]
        }
        if let size = table.kernelSize("\(path).conv_exp") {
            return [
                ExpectedConv(
                    "\(path).conv_exp", norm: "\(path).bn1", .standard, size: size, stride: stride, block: block,
                    activation: "relu"),
                ExpectedConv("\(path).conv_pwl", norm: "\(path).bn2", .pointwise, block: block),
            ]
        }
        guard table.weight("\(path).pw_exp.conv") != nil, table.weight("\(path).pw_proj.conv") != nil else {
            return []
        }
        let (first, middle) = (table.kernelSize("\(path).dw_start.conv"), table.kernelSize("\(path).dw_mid.conv"))
        var convs: [ExpectedConv] = []
        func pointwise(_ name: String, _ activation: String?) -> ExpectedConv {
            ExpectedConv(
                "\(path).\(name).conv", norm: "\(path).\(name).bn", .pointwise, block: block, activation: activation)
        }
        func depthwise(_ name: String, _ size: Int, stride: Int, _ activation: String?) -> ExpectedConv {
            ExpectedConv(
                "\(path).\(name).conv", norm: "\(path).\(name).bn", .depthwise, size: size, stride: stride,
                block: block, activation: activation)
        }
        // The stride is the middle one's, where there is one.
        if let first { convs.append(depthwise("dw_start", first, stride: middle == nil ? stride : 1, nil)) }
        convs.append(pointwise("pw_exp", "relu"))
        if let middle { convs.append(depthwise("dw_mid", middle, stride: stride, "relu")) }
        return convs + [pointwise("pw_proj", nil)]
    }
}
