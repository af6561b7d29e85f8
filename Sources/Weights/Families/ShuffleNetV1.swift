extension ArchitectureFamily {
    /// Zhang et al., "ShuffleNet" (arXiv 1707.01083), Table 1, under the names of the authors' code.
    static let shuffleNetV1 = ArchitectureFamily(
        name: "ShuffleNetV1",
        dialects: [
            Dialect(
                name: "Megvii", stem: "first_conv.0", classifiers: ["classifier.0"],
                blueprints: { _ in [ShuffleNetV1.blueprint()] })
        ])
}

private enum ShuffleNetV1 {
    /// Output channels of stage 2 by the published size, for 3 groups and for 8.
    static let sizes = [
        120: "x0.5 (3 groups)", 240: "x1.0 (3 groups)", 360: "x1.5 (3 groups)", 480: "x2.0 (3 groups)",
        192: "x0.5 (8 groups)", 384: "x1.0 (8 groups)", 576: "x1.5 (8 groups)", 768: "x2.0 (8 groups)",
    ]

    static func blueprint() -> Blueprint {
        var convs = [ExpectedConv("first_conv.0", norm: "first_conv.1", .standard, size: 3, stride: 2)]
        var block = 0
        for count in [4, 8, 4] {
            for index in 0..<count {
                let path = "features.\(block)"
                block += 1
                convs += [
                    ExpectedConv("\(path).branch_main_1.0", norm: "\(path).branch_main_1.1", .pointwise, block: block),
                    ExpectedConv(
                        "\(path).branch_main_1.3", norm: "\(path).branch_main_1.4", .depthwise, size: 3,
                        stride: index == 0 ? 2 : 1, block: block),
                    ExpectedConv("\(path).branch_main_2.0", norm: "\(path).branch_main_2.1", .pointwise, block: block),
                ]
            }
        }
        return Blueprint(convs: convs) { table in
            // The second block keeps the width of its stage.
            let size = table.outputs("features.1.branch_main_2.0").flatMap { sizes[$0] }
            return "ShuffleNetV1" + (size.map { " \($0)" } ?? "")
        }
    }
}
