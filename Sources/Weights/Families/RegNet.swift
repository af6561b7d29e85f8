extension ArchitectureFamily {
    /// Radosavovic et al., "Designing Network Design Spaces" (arXiv 2003.13678): X blocks, and Y with squeeze-excite.
    static let regNet = ArchitectureFamily(
        name: "RegNet",
        dialects: [
            Dialect(name: "torchvision", stem: "stem.0", normalisation: InputConvention.imageNet, classifiers: ["fc"]) {
                table in
                let depths = (1...4).map { table.count(after: "trunk_output.block\($0).block\($0)-") }
                return RegNet.blueprints(depths, stem: ("stem.0", "stem.1")) { stage, index in
                    let path = "trunk_output.block\(stage).block\(stage)-\(index)"
                    return RegNet.Names(
                        first: ("\(path).f.a.0", "\(path).f.a.1"), second: ("\(path).f.b.0", "\(path).f.b.1"),
                        squeeze: ["\(path).f.se.fc1", "\(path).f.se.fc2"],
                        third: ("\(path).f.c.0", "\(path).f.c.1"), shortcut: ("\(path).proj.0", "\(path).proj.1"))
                }
            },
            Dialect(name: "timm", stem: "stem.conv", normalisation: InputConvention.imageNet, classifiers: ["head.fc"])
            { table in
                let depths = (1...4).map { max(0, table.count(after: "s\($0).b") - 1) }
                return RegNet.blueprints(depths, stem: ("stem.conv", "stem.bn")) { stage, index in
                    let path = "s\(stage).b\(index + 1)"
                    return RegNet.Names(
                        first: ("\(path).conv1.conv", "\(path).conv1.bn"),
                        second: ("\(path).conv2.conv", "\(path).conv2.bn"),
                        squeeze: ["\(path).se.fc1", "\(path).se.fc2"],
                        third: ("\(path).conv3.conv", "\(path).conv3.bn"),
                        shortcut: ("\(path).downsample.conv", "\(path).downsample.bn"))
                }
            },
        ])
}

private enum RegNet {
    struct Names {
        let first: Bottleneck.Pair
        let second: Bottleneck.Pair
        let squeeze: [String]
        let third: Bottleneck.Pair
        let shortcut: Bottleneck.Pair
    }

    /// Depths and last width of the published X networks (Table 4 of the paper); torchvision rounds 400MF to 400.
    static let published: [(name: String, depths: [Int], lastWidths: [Int])] = [
        ("200MF", [1, 1, 4, 7], [368]), ("400MF", [1, 2, 7, 12], [384, 400]), ("600MF", [1, 3, 5, 7], [528]),
        ("800MF", [1, 3, 7, 5], [672]), ("1.6GF", [2, 4, 10, 2], [912]), ("3.2GF", [2, 6, 15, 2], [1008]),
        ("4.0GF", [2, 5, 14, 2], [1360]), ("6.4GF", [2, 4, 10, 1], [1624]), ("8.0GF", [2, 5, 15, 1], [1920]),
        ("12GF", [2, 5, 11, 1], [2240]), ("16GF", [2, 6, 13, 1], [2048]), ("32GF", [2, 7, 13, 1], [2520]),
    ]

    /// The blueprint for depths read from the file; none where a stage is empty.
    static func blueprints(
        _ depths: [Int], stem: Bottleneck.Pair, names: (_ stage: Int, _ index: Int) -> Names
    ) -> [Blueprint] {
        guard depths.allSatisfy({ $0 > 0 }) else { return [] }
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        var block = 0
        for (stage, depth) in depths.enumerated() {
            for index in 0..<depth {
                block += 1
                let names = names(stage + 1, index)
                let stride = index == 0 ? 2 : 1
                if index == 0 {
                    convs.append(
                        ExpectedConv(
                            names.shortcut.conv, norm: names.shortcut.norm, .pointwise, stride: 2, block: block))
                }
                convs += [
                    ExpectedConv(names.first.conv, norm: names.first.norm, .pointwise, block: block),
                    ExpectedConv(
                        names.second.conv, norm: names.second.norm, .grouped, size: 3, stride: stride, block: block),
                ]
                convs += names.squeeze.map {
                    ExpectedConv($0, norm: nil, .pointwise, block: block, isOptional: true)
                }
                convs.append(ExpectedConv(names.third.conv, norm: names.third.norm, .pointwise, block: block))
            }
        }
        let firstSqueeze = names(1, 0).squeeze[0]
        let last = names(4, depths[3] - 1).third.conv
        return [
            Blueprint(convs: convs) { table in
                if table.weight(firstSqueeze) != nil { return "RegNetY" }
                let net = published.first { net in
                    net.depths == depths && net.lastWidths.contains { $0 == table.outputs(last) }
                }
                return net.map { "RegNetX-\($0.name)" } ?? "RegNetX"
            }
        ]
    }
}
