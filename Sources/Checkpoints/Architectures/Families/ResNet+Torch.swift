import Tensors

extension ResNet {
    /// torchvision's and timm's names.
    static func torch(_ table: ModuleTable, deepStem: Bool) -> [Blueprint] {
        let depths = table.counts(4) { "layer\($0 + 1)." }
        guard depths[0] > 0, depths[1] > 0, depths.allSatisfy({ $0 < 128 }) else { return [] }
        let isBottleneck = table.weight("layer1.0.conv3") != nil
        let convs =
            stem(table, isDeep: deepStem)
            + blocks(depths) { stage, index in
                let path = "layer\(stage + 1).\(index)"
                return Unit(
                    convs: (1...(isBottleneck ? 3 : 2)).map { ("\(path).conv\($0)", "\(path).bn\($0)") },
                    squeeze: ["\(path).se.fc1", "\(path).se.fc2"],
                    shortcuts: [
                        ("downsample.0", "downsample.1"), ("downsample.1", "downsample.2"),
                        ("shortcut.0", "shortcut.1"),
                    ]
                    .map { ("\(path).\($0)", "\(path).\($1)") })
            }
        return [
            Blueprint(convs: convs) { title($0, depths, isBottleneck: isBottleneck, isDeep: deepStem) }
                .ofDepths(depths, published: published(depths, isBottleneck: isBottleneck))
        ]
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

    private static func title(_ table: ModuleTable, _ depths: [Int], isBottleneck: Bool, isDeep: Bool) -> String {
        if table.weight("maxpool.0") != nil { return "ResNet-RS\(size(depths, isBottleneck: isBottleneck))" }
        let attention =
            table.weight("layer1.0.se.fc1") != nil ? "SE-" : table.weight("layer1.0.se.conv") != nil ? "ECA-" : ""
        return attention
            + title(
                table, depths, isBottleneck: isBottleneck, suffix: isDeep ? stemLetter(table) : "",
                spatial: "layer1.0.conv2")
    }

    /// "-T" for a stem that widens from 24 channels on, "-D" where shortcuts pool before they project (He et al., arXiv
    /// 1812.01187), "-S" for a wide stem, else "-C".
    private static func stemLetter(_ table: ModuleTable) -> String {
        let width = table.outputs("conv1.0")
        if width == 24 { return "-T" }
        if table.weight("layer2.0.downsample.1")?.shape.rank == 4 { return "-D" }
        return width == 64 ? "-S" : "-C"
    }

    /// The names of cv-models; version 2 normalises before each convolution.
    static func cvModels(_ table: ModuleTable) -> [Blueprint] {
        let isDeep = table.kernelSize("features.stem.0") == 3
        let isRS = table.weight("features.stage1.0") != nil
        // Behind the pool and its successors.
        let first = isRS ? 3 : table.weight("features.stage1.0.branch1.conv1") == nil ? 1 : 0
        let counts = table.counts(4) { "features.stage\($0 + 1)." }
        let hasLast = table.entry("features.stage4.\(counts[3] - 1)", "running_var") != nil
        let depths = [counts[0] - first, counts[1], counts[2], counts[3] - (hasLast ? 1 : 0)]
        guard depths.allSatisfy({ (1..<128).contains($0) }) else { return [] }
        func path(_ stage: Int, _ index: Int) -> String {
            "features.stage\(stage + 1).\(index + (stage == 0 ? first : 0))"
        }
        let isBottleneck = table.weight("\(path(0, 0)).branch1.conv3") != nil
        let widening = "\(path(1, 0)).branch1"
        let isSecond = table.entry("\(widening).norm1", "running_var")?.shape[0] != table.outputs("\(widening).conv1")
        var convs = [
            ExpectedConv(
                "features.stem.0", norm: isSecond && !isDeep ? nil : "features.stem.1", .standard,
                size: isDeep ? 3 : table.kernelSize("features.stem.0") ?? 7, stride: 2)
        ]
        if isDeep {
            convs += [3, 6].map {
                ExpectedConv("features.stem.\($0)", norm: "features.stem.\($0 + 1)", .standard, size: 3)
            }
        }
        if isRS {
            convs.append(ExpectedConv("features.stage1.0", norm: "features.stage1.1", .standard, size: 3, stride: 2))
        }
        convs += blocks(depths) { stage, index in
            let path = path(stage, index)
            let count = isBottleneck ? 3 : 2
            return Unit(
                convs: (1...count).map { place in
                    let norm = isSecond ? place + 1 : place
                    return ("\(path).branch1.conv\(place)", norm > count ? nil : "\(path).branch1.norm\(norm)")
                }, squeeze: ["reduce", "expand"].map { "\(path).branch1.se.\($0)" },
                shortcuts: [("\(path).branch2.conv", isSecond ? nil : "\(path).branch2.norm")])
        }
        let spatial = "\(path(0, 0)).branch1.conv2"
        let hasSqueeze = table.weight("\(path(0, 0)).branch1.se.reduce") != nil
        return [
            Blueprint(convs: convs) { table in
                if isRS { return "ResNet-RS\(size(depths, isBottleneck: isBottleneck))" }
                let suffix = (isSecond ? "V2" : "") + (isDeep ? "-D" : "")
                return (hasSqueeze ? "SE-" : "")
                    + title(table, depths, isBottleneck: isBottleneck, suffix: suffix, spatial: spatial)
            }.ofDepths(depths, published: published(depths, isBottleneck: isBottleneck))
        ]
    }
}
