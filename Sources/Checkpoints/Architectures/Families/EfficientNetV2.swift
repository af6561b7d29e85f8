import Checkpoints

extension ArchitectureFamily {
    /// Tan and Le, "EfficientNetV2" (arXiv 2104.00298): fused blocks in the first three stages, all kernels 3×3. Depths
    /// are read from the file.
    static let efficientNetV2 = ArchitectureFamily(
        kind: .efficientNetV2,
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0.0", epsilon: 1e-3, normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { table in
                let depths = EfficientNetV2.depths { stage in
                    table.weight("features.\(stage + 1).0.block.0.0") == nil
                        ? 0 : table.count(after: "features.\(stage + 1).")
                }
                let head = "features.\(depths.count + 1)"
                return EfficientNetV2.blueprints(
                    depths, stem: ("features.0.0", "features.0.1"), head: ("\(head).0", "\(head).1")
                ) { stage, index in
                    let path = "features.\(stage + 1).\(index).block"
                    func pair(_ place: Int) -> Bottleneck.Pair { ("\(path).\(place).0", "\(path).\(place).1") }
                    if stage == 0 { return .init(expand: nil, spatial: pair(0), project: nil) }
                    if stage < 3 { return .init(expand: nil, spatial: pair(0), project: pair(1)) }
                    return .init(
                        expand: pair(0), spatial: pair(1), squeeze: ["\(path).2.fc1", "\(path).2.fc2"], project: pair(3)
                    )
                }
            },
            Dialect(
                name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet,
                classifiers: ["classifier"]
            ) { table in
                let depths = EfficientNetV2.depths { table.count(after: "blocks.\($0).") }
                return EfficientNetV2.blueprints(depths, stem: ("conv_stem", "bn1"), head: ("conv_head", "bn2")) {
                    stage, index in
                    let path = "blocks.\(stage).\(index)"
                    if stage == 0 && table.weight("\(path).conv_exp") == nil {
                        return .init(expand: nil, spatial: ("\(path).conv", "\(path).bn1"), project: nil)
                    }
                    if stage < 3 {
                        return .init(
                            expand: nil, spatial: ("\(path).conv_exp", "\(path).bn1"),
                            project: ("\(path).conv_pwl", "\(path).bn2"))
                    }
                    return .init(
                        expand: ("\(path).conv_pw", "\(path).bn1"), spatial: ("\(path).conv_dw", "\(path).bn2"),
                        squeeze: ["\(path).se.conv_reduce", "\(path).se.conv_expand"],
                        project: ("\(path).conv_pwl", "\(path).bn3"))
                }
            },
            .keras("Keras", stem: "stem_conv", classifiers: ["predictions"]) { table in
                let letters = ModuleTable.letters
                let depths = EfficientNetV2.depths { stage in
                    table.letterCount { letter in "block\(stage + 1)\(letter)_project_conv" }
                }
                let nets = EfficientNetV2.blueprints(
                    depths, stem: ("stem_conv", "stem_bn"), head: ("top_conv", "top_bn")
                ) { stage, index in
                    let path = "block\(stage + 1)\(letters[index % letters.count])"
                    let project: Bottleneck.Pair = ("\(path)_project_conv", "\(path)_project_bn")
                    let expand: Bottleneck.Pair = ("\(path)_expand_conv", "\(path)_expand_bn")
                    if stage == 0 { return .init(expand: nil, spatial: project, project: nil) }
                    if stage < 3 { return .init(expand: nil, spatial: expand, project: project) }
                    return .init(
                        expand: expand, spatial: ("\(path)_dwconv2", "\(path)_bn"),
                        squeeze: ["\(path)_se_reduce", "\(path)_se_expand"], project: project)
                }
                // Keras' own layers before the stem take S, M and L to x / 128 − 1, the B nets to ImageNet's statistics.
                let isLarge = EfficientNetV2.published.contains { $0.depths == depths && !$0.name.hasPrefix("B") }
                return nets.map { net in
                    var net = net
                    if isLarge { net.normalisation = "(x-[128])*0.0078125" }
                    return net
                }
            },
            .cvModels(stem: "features.0.0", classifier: "classifier.1") { table in
                let depths = EfficientNetV2.depths { stage in
                    table.weight("features.\(stage + 1).0.branch1.0.0") == nil
                        ? 0 : table.count(after: "features.\(stage + 1).")
                }
                return EfficientNetV2.blueprints(
                    depths, stem: CVModels.pair("features.0"), head: CVModels.pair("features.\(depths.count + 1)")
                ) { stage, index in
                    let path = "features.\(stage + 1).\(index)"
                    if stage < 3 {
                        return .init(
                            expand: nil, spatial: CVModels.pair("\(path).branch1.0"),
                            project: CVModels.pair("\(path).branch1.1"))
                    }
                    let names = CVModels.names(path, table, expands: true)
                    return .init(
                        expand: names.expand, spatial: names.depthwise, squeeze: names.squeeze, project: names.project)
                }
            },
        ])
}

private enum EfficientNetV2 {
    /// A block's modules; fused ones expand by their 3×3 convolution, those of the first stage have nothing else.
    struct Names {
        let expand: Bottleneck.Pair?
        let spatial: Bottleneck.Pair
        var squeeze: [String] = []
        let project: Bottleneck.Pair?
    }

    static let published: [(name: String, depths: [Int])] = [
        ("B0", [1, 2, 2, 3, 5, 8]), ("B1", [2, 3, 3, 4, 6, 9]), ("B2", [2, 3, 3, 4, 6, 10]),
        ("B3", [2, 3, 3, 5, 7, 12]), ("T", [2, 4, 4, 6, 9, 14]), ("S", [2, 4, 4, 6, 9, 15]),
        // cv-models' S has a block more.
        ("S", [2, 4, 5, 6, 9, 15]),
        ("M", [3, 5, 5, 7, 14, 18, 5]), ("L", [4, 7, 7, 10, 19, 25, 7]), ("XL", [4, 8, 8, 16, 24, 32, 8]),
    ]
    static let strides = [1, 2, 2, 2, 1, 2, 1]

    /// The depths of the six or seven stages that are there.
    static func depths(_ count: (_ stage: Int) -> Int) -> [Int] {
        Array(strides.indices.map(count).prefix { $0 > 0 && $0 < 64 })
    }

    static func blueprints(
        _ depths: [Int], stem: Bottleneck.Pair, head: Bottleneck.Pair, names: (_ stage: Int, _ index: Int) -> Names
    ) -> [Blueprint] {
        guard depths.count >= 6 else { return [] }
        var convs = [
            ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2, activation: "silu")
        ]
        for block in StageBlock.all(depths) {
            let names = names(block.stage, block.index)
            if let expand = names.expand {
                convs.append(
                    ExpectedConv(expand.conv, norm: expand.norm, .pointwise, block: block.number, activation: "silu"))
            }
            convs.append(
                ExpectedConv(
                    names.spatial.conv, norm: names.spatial.norm, block.stage < 3 ? .standard : .depthwise, size: 3,
                    stride: block.index == 0 ? strides[block.stage] : 1, block: block.number, activation: "silu"))
            convs += zip(names.squeeze, ["silu", "sigmoid"]).map {
                ExpectedConv($0, norm: nil, .pointwise, block: block.number, isOptional: true, activation: $1)
            }
            if let project = names.project {
                convs.append(ExpectedConv(project.conv, norm: project.norm, .pointwise, block: block.number))
            }
        }
        convs.append(
            ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true, activation: "silu"))
        let size = published.first { $0.depths == depths }.map { "-\($0.name)" } ?? ""
        // The last is timm's efficientnetv2_rw_m.
        return [
            Blueprint(convs: convs) { _ in "EfficientNetV2\(size)" }
                .ofDepths(depths, published: published.map(\.depths) + [[3, 5, 5, 8, 15, 24]])
        ]
    }
}
