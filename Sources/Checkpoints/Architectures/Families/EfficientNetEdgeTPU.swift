import Checkpoints

extension ArchitectureFamily {
    /// Gupta and Akin, "Accelerator-aware Neural Network Design using AutoML" (arXiv 2003.02838): EfficientNet with fused
    /// blocks in the first three stages, ReLU, no squeeze-excite. Depths are read from the file.
    static let efficientNetEdgeTPU = ArchitectureFamily(
        kind: .efficientNetEdgeTPU,
        dialects: [
            .timmEfficientNet { table in
                guard table.weight("blocks.0.0.conv_exp") != nil else { return [] }
                return EfficientNetEdgeTPU.blueprints(table.counts(6) { "blocks.\($0)." })
            }
        ])
}

private enum EfficientNetEdgeTPU {
    /// Kernel and stride of the first block of each stage.
    static let stages: [(kernel: Int, stride: Int)] = [(3, 1), (3, 2), (3, 2), (5, 2), (5, 1), (5, 2)]
    /// Depths, and output channels of the last block.
    static let published: [(name: String, depths: [Int], width: Int)] = [
        ("S", [1, 2, 4, 5, 4, 2], 192), ("M", [2, 3, 5, 6, 5, 3], 192), ("L", [2, 3, 6, 7, 6, 3], 232),
    ]

    static func blueprints(_ depths: [Int]) -> [Blueprint] {
        guard depths.allSatisfy({ (1...64).contains($0) }) else { return [] }
        var convs = [
            ExpectedConv("conv_stem", norm: "bn1", .standard, size: 3, stride: 2, activation: "relu")
        ]
        for block in StageBlock.all(depths) {
            let path = "blocks.\(block.stage).\(block.index)"
            let (size, stride) = (stages[block.stage].kernel, block.index == 0 ? stages[block.stage].stride : 1)
            if block.stage < 3 {
                convs += [
                    ExpectedConv(
                        "\(path).conv_exp", norm: "\(path).bn1", .standard, size: size, stride: stride,
                        block: block.number, activation: "relu"),
                    ExpectedConv("\(path).conv_pwl", norm: "\(path).bn2", .pointwise, block: block.number),
                ]
            } else {
                convs += [
                    ExpectedConv(
                        "\(path).conv_pw", norm: "\(path).bn1", .pointwise, block: block.number, activation: "relu"),
                    ExpectedConv(
                        "\(path).conv_dw", norm: "\(path).bn2", .depthwise, size: size, stride: stride,
                        block: block.number, activation: "relu"),
                    ExpectedConv("\(path).conv_pwl", norm: "\(path).bn3", .pointwise, block: block.number),
                ]
            }
        }
        let last = convs[convs.count - 1].module
        convs.append(
            ExpectedConv("conv_head", norm: "bn2", .pointwise, isOptional: true, activation: "relu"))
        return [
            Blueprint(convs: convs) { table in
                let net = published.first { $0.depths == depths && $0.width == table.outputs(last) }
                return "EfficientNet-EdgeTPU" + (net.map { "-\($0.name)" } ?? "")
            }.ofDepths(depths, published: published.map(\.depths))
        ]
    }
}
