import Checkpoints

extension ArchitectureFamily {
    /// Ding et al., "RepVGG" (arXiv 2101.03697): blocks of a 3×3 and a 1×1 convolution and the input itself, each with its
    /// normalisation, or of the one convolution into which they were folded. Depths are read from the file.
    static let repVGG = ArchitectureFamily(
        kind: .repVGG,
        dialects: [
            Dialect(
                name: "timm", stem: "stem.conv_kxk.conv", normalisation: InputConvention.imageNet,
                classifiers: ["head.fc"]
            ) { RepVGG.timm($0) },
            Dialect(
                name: "timm, folded", stem: "stem.reparam_conv", normalisation: InputConvention.imageNet,
                classifiers: ["head.fc"]
            ) { RepVGG.timm($0) },
            Dialect(
                name: "authors'", stem: "stage0.rbr_dense.conv", normalisation: InputConvention.imageNet,
                classifiers: ["linear"]
            ) { RepVGG.authors($0) },
            Dialect(
                name: "authors', folded", stem: "stage0.rbr_reparam", normalisation: InputConvention.imageNet,
                classifiers: ["linear"]
            ) { RepVGG.authors($0) },
        ])

    /// Vasu et al., "MobileOne" (arXiv 2206.04040): depthwise and pointwise blocks in turn, each of several convolutions
    /// side by side with a 1×1 one and the input itself, or folded into one.
    static let mobileOne = ArchitectureFamily(
        kind: .mobileOne,
        dialects: [
            Dialect(
                name: "timm", stem: "stem.conv_kxk.0.conv", normalisation: InputConvention.imageNet,
                classifiers: ["head.fc"]
            ) { MobileOne.timm($0) },
            Dialect(
                name: "timm, folded", stem: "stem.reparam_conv", normalisation: InputConvention.imageNet,
                classifiers: ["head.fc"]
            ) { MobileOne.timm($0) },
        ])
}

/// The convolutions side by side in one block.
private struct Branches {
    let table: ModuleTable
    /// The spatial ones, those that scale, the folded one: of these modules the ones that are there.
    let spatial: [Bottleneck.Pair]
    let scaling: Bottleneck.Pair
    let folded: String
    let squeeze: [String]

    func convs(
        _ kind: ExpectedConv.Kind, size: Int, stride: Int, block: Int
    ) -> [ExpectedConv] {
        var result: [ExpectedConv] = []
        if table.weight(folded) != nil {
            result.append(
                ExpectedConv(folded, norm: nil, kind, size: size, stride: stride, block: block, activation: "relu"))
        } else {
            result = spatial.map {
                ExpectedConv($0.conv, norm: $0.norm, kind, size: size, stride: stride, block: block, activation: "relu")
            }
            if size > 1 {
                result.append(
                    ExpectedConv(
                        scaling.conv, norm: scaling.norm, kind == .depthwise ? .depthwise : .pointwise, stride: stride,
                        block: block, activation: "relu"))
            }
        }
        guard table.weight(squeeze[0]) != nil else { return result }
        return result
            + [
                ExpectedConv(
                    squeeze[0], norm: nil, .pointwise, block: block, isOptional: true, activation: "relu"),
                ExpectedConv(
                    squeeze[1], norm: nil, .pointwise, block: block, isOptional: true, activation: "sigmoid"),
            ]
    }
}

private enum RepVGG {
    /// Blocks of the four stages behind the stem and the last width.
    static let published: [(name: String, depths: [Int], width: Int)] = [
        ("A0", [2, 4, 14, 1], 1280), ("A1", [2, 4, 14, 1], 1280), ("A2", [2, 4, 14, 1], 1408),
        ("B0", [4, 6, 16, 1], 1280), ("B1", [4, 6, 16, 1], 2048), ("B2", [4, 6, 16, 1], 2560),
        ("B3", [4, 6, 16, 1], 2560), ("D2se", [8, 14, 24, 1], 2560),
    ]
    /// The width of the first stage tells A0 from A1, and B2 from B3.
    static let firstWidths = ["A0": 48, "A1": 64, "A2": 96, "B0": 64, "B1": 128, "B2": 160, "B3": 192, "D2se": 160]

    static func timm(_ table: ModuleTable) -> [Blueprint] {
        guard table.weight("stem.conv_kxk.0.conv") == nil else { return [] }
        return blueprints(table, table.counts(4) { "stages.\($0)." }) { stage, index in
            let path = stage < 0 ? "stem" : "stages.\(stage).\(index)"
            return Branches(
                table: table, spatial: [("\(path).conv_kxk.conv", "\(path).conv_kxk.bn")],
                scaling: ("\(path).conv_1x1.conv", "\(path).conv_1x1.bn"), folded: "\(path).reparam_conv",
                squeeze: ["\(path).attn.fc1", "\(path).attn.fc2"])
        }
    }

    static func authors(_ table: ModuleTable) -> [Blueprint] {
        blueprints(table, table.counts(4) { "stage\($0 + 1)." }) { stage, index in
            let path = stage < 0 ? "stage0" : "stage\(stage + 1).\(index)"
            return Branches(
                table: table, spatial: [("\(path).rbr_dense.conv", "\(path).rbr_dense.bn")],
                scaling: ("\(path).rbr_1x1.conv", "\(path).rbr_1x1.bn"), folded: "\(path).rbr_reparam",
                squeeze: ["\(path).se.down", "\(path).se.up"])
        }
    }

    private static func blueprints(
        _ table: ModuleTable, _ depths: [Int], _ branches: (_ stage: Int, _ index: Int) -> Branches
    ) -> [Blueprint] {
        guard depths.allSatisfy({ (1...64).contains($0) }) else { return [] }
        var convs = branches(-1, 0).convs(.standard, size: 3, stride: 2, block: 0)
        for block in StageBlock.all(depths) {
            convs += branches(block.stage, block.index).convs(
                .standard, size: 3, stride: block.index == 0 ? 2 : 1, block: block.number)
        }
        guard isWhole(table, convs) else { return [] }
        let first = convs.first { $0.block == 1 }?.module ?? ""
        let last = convs.last { $0.isSpatial }?.module ?? ""
        return [
            Blueprint(convs: convs) { table in
                let net = published.first { net in
                    net.depths == depths && net.width == table.outputs(last)
                        && firstWidths[net.name] == table.outputs(first)
                }
                return "RepVGG" + (net.map { "-\($0.name)" } ?? "")
            }.ofDepths(depths, published: published.map(\.depths))
        ]
    }
}

extension RepVGG {
    /// Whether every 3×3 convolution reads all channels of the one before; some networks (g4) have groups instead.
    private static func isWhole(_ table: ModuleTable, _ convs: [ExpectedConv]) -> Bool {
        let shapes = convs.filter(\.isSpatial).map { conv in
            table.weight(conv.module).flatMap { $0.axes.outputFirst($0.shape) }
        }
        return zip(shapes, shapes.dropFirst()).allSatisfy { before, next in
            guard let before, let next else { return true }
            return before[0] == next[1]
        }
    }
}

private enum MobileOne {
    /// Widths of the four stages.
    static let published: [(name: String, widths: [Int?])] = [
        ("S0", [48, 128, 256, 1024]), ("S1", [96, 192, 512, 1280]), ("S2", [96, 256, 640, 2048]),
        ("S3", [128, 320, 768, 2048]), ("S4", [192, 448, 896, 2048]),
    ]

    static func timm(_ table: ModuleTable) -> [Blueprint] {
        let depths = table.counts(4) { "stages.\($0)." }
        guard depths.allSatisfy({ (2...128).contains($0) && $0 % 2 == 0 }) else { return [] }
        func branches(_ path: String) -> Branches {
            let count = (0..<16).prefix { table.weight("\(path).conv_kxk.\($0).conv") != nil }.count
            return Branches(
                table: table,
                spatial: (0..<max(1, count)).map { ("\(path).conv_kxk.\($0).conv", "\(path).conv_kxk.\($0).bn") },
                scaling: ("\(path).conv_scale.conv", "\(path).conv_scale.bn"), folded: "\(path).reparam_conv",
                squeeze: ["\(path).attn.fc1", "\(path).attn.fc2"])
        }
        var convs = branches("stem").convs(.standard, size: 3, stride: 2, block: 0)
        for block in StageBlock.all(depths) {
            convs += branches("stages.\(block.stage).\(block.index)").convs(
                block.index % 2 == 0 ? .depthwise : .pointwise, size: block.index % 2 == 0 ? 3 : 1,
                stride: block.index == 0 ? 2 : 1, block: block.number)
        }
        let widths = (0..<4).map { stage in "stages.\(stage).1" }.map { path in
            table.outputs("\(path).reparam_conv") ?? table.outputs("\(path).conv_kxk.0.conv")
        }
        let size = published.first { $0.widths == widths }
        return [
            Blueprint(convs: convs) { _ in "MobileOne" + (size.map { "-\($0.name)" } ?? "") }
                .ofDepths(depths, published: [[4, 16, 20, 2]])
        ]
    }
}
