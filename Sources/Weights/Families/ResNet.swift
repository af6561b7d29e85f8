extension ArchitectureFamily {
    /// He et al., "Deep Residual Learning" (arXiv 1512.03385), with its descendants: stride in the 3×3 convolution (v1.5),
    /// ResNeXt, wide nets, deep stems (D) and ResNet-RS (arXiv 2103.07579). Depths are read from the file.
    static let resNet = ArchitectureFamily(
        name: "ResNet",
        dialects: [
            Dialect(
                name: "torchvision and timm", stem: "conv1", normalisation: InputConvention.imageNet,
                classifiers: ["fc", "linear"]
            ) { ResNet.torch($0, deepStem: false) },
            Dialect(
                name: "timm", stem: "conv1.0", normalisation: InputConvention.imageNet, classifiers: ["fc"]
            ) { ResNet.torch($0, deepStem: true) },
            .keras("Keras", stem: "conv1_conv", classifiers: ["predictions"]) { ResNet.keras($0) },
        ])
}

private enum ResNet {
    static let published: [(name: String, depths: [Int], isBottleneck: Bool)] = [
        ("18", [2, 2, 2, 2], false), ("34", [3, 4, 6, 3], false), ("26", [2, 2, 2, 2], true),
        ("50", [3, 4, 6, 3], true), ("101", [3, 4, 23, 3], true), ("152", [3, 8, 36, 3], true),
        ("200", [3, 24, 36, 3], true), ("270", [4, 29, 53, 4], true), ("350", [4, 36, 72, 4], true),
        ("420", [4, 44, 87, 4], true),
    ]

    static func torch(_ table: ModuleTable, deepStem: Bool) -> [Blueprint] {
        let depths = (1...4).map { table.count(after: "layer\($0).") }
        guard depths[0] > 0, depths[1] > 0, depths.allSatisfy({ $0 < 128 }) else { return [] }
        let isBottleneck = table.weight("layer1.0.conv3") != nil
        var convs = stem(table, isDeep: deepStem)
        var block = 0
        for (stage, depth) in depths.enumerated() {
            for index in 0..<depth {
                block += 1
                let stride = stage > 0 && index == 0 ? 2 : 1
                convs += unit(
                    table, "layer\(stage + 1).\(index)", isBottleneck: isBottleneck, stride: stride, block: block)
            }
        }
        return [Blueprint(convs: convs) { title($0, depths, isBottleneck: isBottleneck, isDeep: deepStem) }]
    }

    /// One convolution, 7×7 with stride 2 or 3×3 for small images, or three 3×3 ones; ResNet-RS pools by a fourth.
    private static func stem(_ table: ModuleTable, isDeep: Bool) -> [ExpectedConv] {
        guard isDeep else {
            let size = table.kernelSize("conv1") ?? 7
            return [ExpectedConv("conv1", norm: "bn1", .standard, size: size, stride: size > 3 ? 2 : 1)]
        }
        let convs = [
            ExpectedConv("conv1.0", norm: "conv1.1", .standard, size: 3, stride: 2),
            ExpectedConv("conv1.3", norm: "conv1.4", .standard, size: 3),
            ExpectedConv("conv1.6", norm: "bn1", .standard, size: 3),
        ]
        guard table.weight("maxpool.0") != nil else { return convs }
        return convs + [ExpectedConv("maxpool.0", norm: "maxpool.1", .standard, size: 3, stride: 2)]
    }

    private static func unit(
        _ table: ModuleTable, _ path: String, isBottleneck: Bool, stride: Int, block: Int
    ) -> [ExpectedConv] {
        var convs: [ExpectedConv]
        if isBottleneck {
            convs = [
                ExpectedConv("\(path).conv1", norm: "\(path).bn1", .pointwise, block: block),
                ExpectedConv("\(path).conv2", norm: "\(path).bn2", .grouped, size: 3, stride: stride, block: block),
                ExpectedConv("\(path).conv3", norm: "\(path).bn3", .pointwise, block: block),
            ]
        } else {
            convs = [
                ExpectedConv("\(path).conv1", norm: "\(path).bn1", .standard, size: 3, stride: stride, block: block),
                ExpectedConv("\(path).conv2", norm: "\(path).bn2", .standard, size: 3, block: block),
            ]
        }
        convs += ["fc1", "fc2"].map {
            ExpectedConv("\(path).se.\($0)", norm: nil, .pointwise, block: block, isOptional: true)
        }
        for (name, norm) in [
            ("downsample.0", "downsample.1"), ("downsample.1", "downsample.2"), ("shortcut.0", "shortcut.1"),
        ] {
            convs.append(
                ExpectedConv(
                    "\(path).\(name)", norm: "\(path).\(norm)", .pointwise, stride: stride, block: block,
                    isOptional: true))
        }
        return convs
    }

    /// Version 1 strides in the first 1×1 convolution, version 2 in the last block's 3×3 one.
    static func keras(_ table: ModuleTable) -> [Blueprint] {
        let depths = (2...5).map { max(0, table.count(after: "conv\($0)_block") - 1) }
        guard depths.allSatisfy({ $0 > 0 }) else { return [] }
        // Version 2 normalises before each block.
        let isSecond = table.entry("conv2_block1_preact_bn", "gamma") != nil
        var convs = [ExpectedConv("conv1_conv", norm: isSecond ? nil : "conv1_bn", .standard, size: 7, stride: 2)]
        var block = 0
        for (stage, depth) in depths.enumerated() {
            for index in 1...depth {
                block += 1
                let path = "conv\(stage + 2)_block\(index)"
                let isFirst = !isSecond && stage > 0 && index == 1
                let stride = isSecond && stage < 3 && index == depth ? 2 : 1
                convs += [
                    ExpectedConv(
                        "\(path)_0_conv", norm: isSecond ? nil : "\(path)_0_bn", .pointwise, stride: isFirst ? 2 : 1,
                        block: block, isOptional: true),
                    ExpectedConv(
                        "\(path)_1_conv", norm: "\(path)_1_bn", .pointwise, stride: isFirst ? 2 : 1, block: block),
                    ExpectedConv(
                        "\(path)_2_conv", norm: "\(path)_2_bn", .grouped, size: 3, stride: stride, block: block),
                    ExpectedConv("\(path)_3_conv", norm: isSecond ? nil : "\(path)_3_bn", .pointwise, block: block),
                ]
            }
        }
        return [
            Blueprint(convs: convs) { _ in
                let size = published.first { $0.isBottleneck && $0.depths == depths }?.name
                return "ResNet" + (size.map { "-\($0)" } ?? "") + (isSecond ? "V2" : "")
            }
        ]
    }

    private static func title(_ table: ModuleTable, _ depths: [Int], isBottleneck: Bool, isDeep: Bool) -> String {
        let number = published.first { $0.isBottleneck == isBottleneck && $0.depths == depths }?.name
        let size = number.map { "-\($0)" } ?? ""
        if table.weight("maxpool.0") != nil { return "ResNet-RS\(size)" }
        let suffix = (isDeep ? "-D" : "")
        guard isBottleneck, let entry = table.weight("layer1.0.conv2"),
            let shape = entry.axes.outputFirst(entry.shape)
        else { return "ResNet\(size)\(suffix)" }
        if shape[1] < shape[0] { return "ResNeXt\(size)\(suffix) \(shape[0] / shape[1])×\(shape[1])d" }
        return shape[0] == 64 ? "ResNet\(size)\(suffix)" : "Wide ResNet\(size)\(suffix)-\(shape[0] / 64)"
    }
}
