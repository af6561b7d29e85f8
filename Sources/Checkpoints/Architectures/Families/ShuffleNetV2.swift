import Checkpoints

extension ArchitectureFamily {
    /// Ma et al., "ShuffleNet V2" (arXiv 1807.11164), Table 5.
    static let shuffleNetV2 = ArchitectureFamily(
        kind: .shuffleNetV2,
        dialects: [
            Dialect(name: "torchvision", stem: "conv1.0", normalisation: InputConvention.imageNet, classifiers: ["fc"])
            { _ in
                [
                    ShuffleNetV2.blueprint(stem: CVModels.pair("conv1"), head: CVModels.pair("conv5")) {
                        .numbered("stage\($0).\($1)", project: "branch1", main: "branch2")
                    }
                ]
            },
            Dialect(name: "Megvii", stem: "first_conv.0", classifiers: ["classifier.0"]) { _ in
                func blueprint(_ path: (_ stage: Int, _ index: Int) -> String) -> Blueprint {
                    ShuffleNetV2.blueprint(stem: CVModels.pair("first_conv"), head: CVModels.pair("conv_last")) {
                        .numbered(path($0, $1), project: "branch_proj", main: "branch_main")
                    }
                }
                return [
                    blueprint { "stage\($0).\($1)" }, blueprint { "features.\([0, 4, 12][$0 - 2] + $1)" },
                ]
            },
            .cvModels(stem: "features.stem.0", classifier: "classifier.1") { _ in
                [
                    ShuffleNetV2.blueprint(
                        stem: CVModels.pair("features.stem"), head: CVModels.pair("features.stage4.4")
                    ) { stage, index in
                        let path = "features.stage\(stage).\(index)"
                        return ShuffleNetV2.Unit(
                            project: ["dwconv", "1x1"].map { CVModels.pair("\(path).branch1.\($0)") },
                            main: ["1x1-1", "dwconv", "1x1-2"].map { CVModels.pair("\(path).branch2.\($0)") })
                    }
                ]
            },
        ])
}

private enum ShuffleNetV2 {
    /// The modules of a block.
    struct Unit {
        /// Depthwise and pointwise of the branch that only a stage's first block has.
        let project: [Bottleneck.Pair]
        /// Pointwise, depthwise, pointwise.
        let main: [Bottleneck.Pair]

        /// Two sequences with normalisations and functions between.
        static func numbered(_ path: String, project: String, main: String) -> Unit {
            Unit(
                project: [0, 2].map { ("\(path).\(project).\($0)", "\(path).\(project).\($0 + 1)") },
                main: [0, 3, 5].map { ("\(path).\(main).\($0)", "\(path).\(main).\($0 + 1)") })
        }
    }

    static let repeats = [4, 8, 4]
    /// Half the width of stage 2, by the published size; ×2.0 differs between torchvision and Megvii.
    static let sizes = [24: "x0.5", 58: "x1.0", 88: "x1.5", 122: "x2.0", 112: "x2.0"]

    static func blueprint(
        stem: Bottleneck.Pair, head: Bottleneck.Pair, unit: (_ stage: Int, _ index: Int) -> Unit
    ) -> Blueprint {
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        var block = 0
        for (offset, count) in repeats.enumerated() {
            for index in 0..<count {
                block += 1
                let unit = unit(offset + 2, index)
                let stride = index == 0 ? 2 : 1
                func depthwise(_ pair: Bottleneck.Pair) -> ExpectedConv {
                    ExpectedConv(pair.conv, norm: pair.norm, .depthwise, size: 3, stride: stride, block: block)
                }
                func pointwise(_ pair: Bottleneck.Pair) -> ExpectedConv {
                    ExpectedConv(pair.conv, norm: pair.norm, .pointwise, block: block)
                }
                if index == 0 { convs += [depthwise(unit.project[0]), pointwise(unit.project[1])] }
                convs += [pointwise(unit.main[0]), depthwise(unit.main[1]), pointwise(unit.main[2])]
            }
        }
        convs.append(ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true))
        let second = unit(2, 1).main[0].conv
        return Blueprint(convs: convs) { table in
            let size = table.outputs(second).flatMap { sizes[$0] }
            return "ShuffleNetV2" + (size.map { " \($0)" } ?? "")
        }
    }
}
