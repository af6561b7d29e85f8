import Checkpoints

extension ArchitectureFamily {
    /// Zhang et al., "ShuffleNet" (arXiv 1707.01083), Table 1, under the names of the authors' code and of cv-models.
    static let shuffleNetV1 = ArchitectureFamily(
        kind: .shuffleNetV1,
        dialects: [
            Dialect(name: "Megvii", stem: "first_conv.0", classifiers: ["classifier.0"]) { _ in
                [
                    ShuffleNetV1.blueprint(stem: CVModels.pair("first_conv")) { _, _, ordinal in
                        let path = "features.\(ordinal)"
                        return [
                            ("\(path).branch_main_1.0", "\(path).branch_main_1.1"),
                            ("\(path).branch_main_1.3", "\(path).branch_main_1.4"),
                            ("\(path).branch_main_2.0", "\(path).branch_main_2.1"),
                        ]
                    }
                ]
            },
            .cvModels(stem: "features.stem.0", classifier: "classifier") { _ in
                [
                    ShuffleNetV1.blueprint(stem: CVModels.pair("features.stem")) { stage, index, _ in
                        ["gconv1", "dwconv", "gconv2"].map {
                            CVModels.pair("features.stage\(stage).\(index).branch1.\($0)")
                        }
                    }
                ]
            },
        ])
}

private enum ShuffleNetV1 {
    /// Output channels of stage 2 by the published size.
    static let sizes = [
        144: "x1.0 (1 group)", 200: "x1.0 (2 groups)", 272: "x1.0 (4 groups)",
        120: "x0.5 (3 groups)", 240: "x1.0 (3 groups)", 360: "x1.5 (3 groups)", 480: "x2.0 (3 groups)",
        192: "x0.5 (8 groups)", 384: "x1.0 (8 groups)", 576: "x1.5 (8 groups)", 768: "x2.0 (8 groups)",
    ]

    /// Blocks of a pointwise, a depthwise and a second pointwise convolution.
    static func blueprint(
        stem: Bottleneck.Pair, names: (_ stage: Int, _ index: Int, _ ordinal: Int) -> [Bottleneck.Pair]
    ) -> Blueprint {
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        var block = 0
        for (stage, count) in [4, 8, 4].enumerated() {
            for index in 0..<count {
                let pairs = names(stage + 2, index, block)
                block += 1
                convs += pairs.enumerated().map { place, pair in
                    place == 1
                        ? ExpectedConv(
                            pair.conv, norm: pair.norm, .depthwise, size: 3, stride: index == 0 ? 2 : 1, block: block)
                        : ExpectedConv(pair.conv, norm: pair.norm, .pointwise, block: block)
                }
            }
        }
        // The second block keeps the width of its stage.
        let second = names(2, 1, 1)[2].conv
        return Blueprint(convs: convs) { table in
            let size = table.outputs(second).flatMap { sizes[$0] }
            return "ShuffleNetV1" + (size.map { " \($0)" } ?? "")
        }
    }
}
