extension ArchitectureFamily {
    /// Ma et al., "ShuffleNet V2" (arXiv 1807.11164), Table 5.
    static let shuffleNetV2 = ArchitectureFamily(
        name: "ShuffleNetV2",
        dialects: [
            Dialect(name: "torchvision", stem: "conv1.0", normalisation: InputConvention.imageNet, classifiers: ["fc"])
            { _ in
                [
                    ShuffleNetV2.blueprint(stem: ("conv1.0", "conv1.1"), head: ("conv5.0", "conv5.1")) {
                        "stage\($0).\($1)"
                    }
                ]
            },
            Dialect(name: "Megvii", stem: "first_conv.0", classifiers: ["classifier.0"]) { _ in
                [
                    ShuffleNetV2.blueprint(
                        stem: ("first_conv.0", "first_conv.1"), head: ("conv_last.0", "conv_last.1"),
                        project: "branch_proj", main: "branch_main"
                    ) { "stage\($0).\($1)" },
                    ShuffleNetV2.blueprint(
                        stem: ("first_conv.0", "first_conv.1"), head: ("conv_last.0", "conv_last.1"),
                        project: "branch_proj", main: "branch_main"
                    ) { stage, index in "features.\([0, 4, 12][stage - 2] + index)" },
                ]
            },
        ])
}

private enum ShuffleNetV2 {
    static let repeats = [4, 8, 4]
    /// Half the width of stage 2, by the published size; ×2.0 differs between torchvision and Megvii.
    static let sizes = [24: "x0.5", 58: "x1.0", 88: "x1.5", 122: "x2.0", 112: "x2.0"]

    static func blueprint(
        stem: Bottleneck.Pair, head: Bottleneck.Pair, project: String = "branch1", main: String = "branch2",
        name: (_ stage: Int, _ index: Int) -> String
    ) -> Blueprint {
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        var block = 0
        for (offset, count) in repeats.enumerated() {
            for index in 0..<count {
                block += 1
                let path = name(offset + 2, index)
                if index == 0 {
                    convs += [
                        ExpectedConv(
                            "\(path).\(project).0", norm: "\(path).\(project).1", .depthwise, size: 3, stride: 2,
                            block: block),
                        ExpectedConv("\(path).\(project).2", norm: "\(path).\(project).3", .pointwise, block: block),
                    ]
                }
                convs += [
                    ExpectedConv("\(path).\(main).0", norm: "\(path).\(main).1", .pointwise, block: block),
                    ExpectedConv(
                        "\(path).\(main).3", norm: "\(path).\(main).4", .depthwise, size: 3,
                        stride: index == 0 ? 2 : 1, block: block),
                    ExpectedConv("\(path).\(main).5", norm: "\(path).\(main).6", .pointwise, block: block),
                ]
            }
        }
        convs.append(ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true))
        let second = "\(name(2, 1)).\(main).0"
        return Blueprint(convs: convs) { table in
            let size = table.outputs(second).flatMap { sizes[$0] }
            return "ShuffleNetV2" + (size.map { " \($0)" } ?? "")
        }
    }
}
