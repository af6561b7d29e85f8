import Checkpoints
import Tensors

extension ArchitectureFamily {
    /// Radosavovic et al., "Designing Network Design Spaces" (arXiv 2003.13678): X blocks, and Y with squeeze-excite.
    static let regNet = ArchitectureFamily(
        kind: .regNet,
        dialects: [
            Dialect(
                name: "torchvision", stem: "stem.0", normalisation: InputConvention.imageNet, classifiers: ["fc"],
                skeletons: RegNet.skeletons
            ) { table in
                let depths = (1...4).map { table.count(after: "trunk_output.block\($0).block\($0)-") }
                return RegNet.blueprints(table, depths, stem: ("stem.0", "stem.1")) { stage, index in
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
                return RegNet.blueprints(table, depths, stem: ("stem.conv", "stem.bn")) { stage, index in
                    let path = "s\(stage).b\(index + 1)"
                    return RegNet.Names(
                        first: ("\(path).conv1.conv", "\(path).conv1.bn"),
                        second: ("\(path).conv2.conv", "\(path).conv2.bn"),
                        squeeze: ["\(path).se.fc1", "\(path).se.fc2"],
                        third: ("\(path).conv3.conv", "\(path).conv3.bn"),
                        shortcut: ("\(path).downsample.conv", "\(path).downsample.bn"))
                }
            },
            Dialect(name: "pycls", stem: "stem.conv", normalisation: InputConvention.imageNet, classifiers: ["head.fc"])
            {
                table in
                let depths = (1...4).map { max(0, table.count(after: "s\($0).b") - 1) }
                return RegNet.blueprints(table, depths, stem: ("stem.conv", "stem.bn")) { stage, index in
                    let path = "s\(stage).b\(index + 1)"
                    func pair(_ name: String) -> Bottleneck.Pair { ("\(path).\(name)", "\(path).\(name)_bn") }
                    return RegNet.Names(
                        first: pair("f.a"), second: pair("f.b"),
                        squeeze: ["\(path).f.se.f_ex.0", "\(path).f.se.f_ex.2"], third: pair("f.c"),
                        shortcut: ("\(path).proj", "\(path).bn"))
                }
            },
            .cvModels(stem: "features.stem.0", classifier: "classifier.1") { table in
                let depths = (1...4).map { table.count(after: "features.stage\($0).stage\($0)-") }
                return RegNet.blueprints(table, depths, stem: CVModels.pair("features.stem")) { stage, index in
                    let path = "features.stage\(stage).stage\(stage)-\(index)"
                    return RegNet.Names(
                        first: CVModels.pair("\(path).f.1x1-1"), second: CVModels.pair("\(path).f.3x3"),
                        squeeze: ["\(path).f.se.reduce", "\(path).f.se.expand"],
                        third: CVModels.pair("\(path).f.1x1-2"), shortcut: CVModels.pair("\(path).proj"))
                }
            },
            .keras("Keras", stem: "*_stem_conv", epsilon: 1e-5, classifiers: ["*head_dense"]) { table in
                guard let model = table.name(before: "_stem_conv") else { return [] }
                let letter = table.weight("\(model)_Stage_0_YBlock_0_conv_3x3") == nil ? "X" : "Y"
                let depths = (0...3).map { table.count(after: "\(model)_Stage_\($0)_\(letter)Block_") }
                return RegNet.blueprints(table, depths, stem: ("\(model)_stem_conv", "\(model)_stem_bn")) {
                    stage, index in
                    let path = "\(model)_Stage_\(stage - 1)_\(letter)Block_\(index)"
                    func pair(_ name: String) -> Bottleneck.Pair { ("\(path)_\(name)", "\(path)_\(name)_bn") }
                    return RegNet.Names(
                        first: pair("conv_1x1_1"), second: pair("conv_3x3"),
                        squeeze: ["squeeze", "excite"].map { "\(path)_squeeze_and_excite_\($0)" },
                        third: pair("conv_1x1_2"), shortcut: ("\(path)_skip_1x1", "\(path)_skip_bn"))
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

    /// Depths and last widths of the published networks as the authors (pycls), torchvision
    /// and timm build them; torchvision rounds some widths otherwise.
    static let published: [(name: String, depths: [Int], lastWidths: [Int])] = [
        ("X-200MF", [1, 1, 4, 7], [368]), ("X-400MF", [1, 2, 7, 12], [384, 400]), ("X-600MF", [1, 3, 5, 7], [528]),
        ("X-800MF", [1, 3, 7, 5], [672]), ("X-1.6GF", [2, 4, 10, 2], [912]), ("X-3.2GF", [2, 6, 15, 2], [1008]),
        ("X-4.0GF", [2, 5, 14, 2], [1360]), ("X-6.4GF", [2, 4, 10, 1], [1624]), ("X-8.0GF", [2, 5, 15, 1], [1920]),
        ("X-12GF", [2, 5, 11, 1], [2240]), ("X-16GF", [2, 6, 13, 1], [2048]), ("X-32GF", [2, 7, 13, 1], [2520]),
        ("Y-200MF", [1, 1, 4, 7], [368]), ("Y-400MF", [1, 3, 6, 6], [440]), ("Y-600MF", [1, 3, 7, 4], [608]),
        ("Y-800MF", [1, 3, 8, 2], [768, 784]), ("Y-1.6GF", [2, 6, 17, 2], [888]), ("Y-3.2GF", [2, 5, 13, 1], [1512]),
        ("Y-4.0GF", [2, 6, 12, 2], [1088]), ("Y-6.4GF", [2, 7, 14, 2], [1296]), ("Y-8.0GF", [2, 4, 10, 1], [2016]),
        ("Y-12GF", [2, 5, 11, 1], [2240]), ("Y-16GF", [2, 4, 11, 1], [3024]), ("Y-32GF", [2, 5, 12, 1], [3712]),
        ("Y-64GF", [2, 5, 12, 1], [4920]), ("Y-128GF", [2, 7, 17, 1], [7392]), ("Y-256GF", [2, 7, 17, 1], [10444]),
    ]

    /// The published networks under torchvision's names: depths, the last width, squeeze-and-excite or none.
    static let skeletons: [Skeleton] = published.map { net in
        func path(_ stage: Int, _ index: Int) -> String { "trunk_output.block\(stage).block\(stage)-\(index).f" }
        let last = path(4, net.depths[3] - 1) + ".c.0"
        let ends = net.depths.enumerated().map { path($0 + 1, $1 - 1) + ".c.0" }
        // Blocks end as wide as they begin.
        let modules = (ends + [path(1, 0) + ".a.0", path(1, 0) + ".c.0"]).map {
            (module: $0, shape: Shape([net.lastWidths[0], 1, 1, 1]))
        }
        let squeeze = path(1, 0) + ".se.fc1"
        return Skeleton(
            modules: modules, widths: [("stem.0", [32]), (last, net.lastWidths)],
            present: net.name.hasPrefix("Y") ? [squeeze] : [], absent: net.name.hasPrefix("X") ? [squeeze] : [])
    }

    /// The blueprint for depths read from the file; none where a stage is empty, or where blocks end wider or narrower
    /// than they begin, as in RegNetZ.
    static func blueprints(
        _ table: ModuleTable, _ depths: [Int], stem: Bottleneck.Pair, names: (_ stage: Int, _ index: Int) -> Names
    ) -> [Blueprint] {
        guard depths.allSatisfy({ (1...128).contains($0) }),
            table.outputs(names(1, 0).first.conv) == table.outputs(names(1, 0).third.conv)
        else { return [] }
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        var block = 0
        for (stage, depth) in depths.enumerated() {
            for index in 0..<depth {
                block += 1
                let names = names(stage + 1, index)
                let stride = index == 0 ? 2 : 1
                if index == 0 {
                    var shortcut = ExpectedConv(
                        names.shortcut.conv, norm: names.shortcut.norm, .pointwise, stride: 2, block: block)
                    shortcut.isShortcut = true
                    convs.append(shortcut)
                }
                convs += [
                    ExpectedConv(names.first.conv, norm: names.first.norm, .pointwise, block: block),
                    ExpectedConv(
                        names.second.conv, norm: names.second.norm, .grouped, size: 3, stride: stride, block: block),
                ]
                convs += zip(names.squeeze, ["relu", "sigmoid"]).map {
                    ExpectedConv($0, norm: nil, .pointwise, block: block, isOptional: true, activation: $1)
                }
                convs.append(ExpectedConv(names.third.conv, norm: names.third.norm, .pointwise, block: block))
            }
        }
        let firstSqueeze = names(1, 0).squeeze[0]
        let last = names(4, depths[3] - 1).third.conv
        return [
            Blueprint(convs: convs) { table in
                let letter = table.weight(firstSqueeze) == nil ? "X" : "Y"
                let net = published.first { net in
                    net.name.hasPrefix(letter) && net.depths == depths
                        && net.lastWidths.contains { $0 == table.outputs(last) }
                }
                return "RegNet" + (net?.name ?? letter)
            }.ofDepths(depths, published: published.map(\.depths))
        ]
    }
}
