extension ResNet {
    /// Version 1 strides in the first 1×1 convolution, version 2 in the last block's 3×3 one.
    static func keras(_ table: ModuleTable) -> [Blueprint] {
        let depths = (2...5).map { max(0, table.count(after: "conv\($0)_block") - 1) }
        guard depths.allSatisfy({ $0 > 0 }) else { return [] }
        // Version 2 normalises before each block, so nothing behind the stem.
        let isSecond =
            table.entry("conv1_bn", "moving_mean") == nil && table.entry("conv2_block1_1_bn", "moving_mean") != nil
        var convs = [ExpectedConv("conv1_conv", norm: isSecond ? nil : "conv1_bn", .standard, size: 7, stride: 2)]
        var block = 0
        for (stage, depth) in depths.enumerated() {
            for index in 1...depth {
                block += 1
                let path = "conv\(stage + 2)_block\(index)"
                let isFirst = !isSecond && stage > 0 && index == 1
                let stride = isSecond && stage < 3 && index == depth ? 2 : 1
                var shortcut = ExpectedConv(
                    "\(path)_0_conv", norm: isSecond ? nil : "\(path)_0_bn", .pointwise, stride: isFirst ? 2 : 1,
                    block: block, isOptional: true)
                shortcut.isShortcut = true
                convs += [
                    shortcut,
                    ExpectedConv(
                        "\(path)_1_conv", norm: "\(path)_1_bn", .pointwise, stride: isFirst ? 2 : 1, block: block),
                    ExpectedConv(
                        "\(path)_2_conv", norm: "\(path)_2_bn", .grouped, size: 3, stride: stride, block: block),
                    ExpectedConv("\(path)_3_conv", norm: isSecond ? nil : "\(path)_3_bn", .pointwise, block: block),
                ]
            }
        }
        // keras.applications: preprocess_input of resnet is that of Caffe, of resnet_v2 that of TensorFlow.
        let normalisation = isSecond ? "x/127.5-1" : "BGR (x-[103.939,116.779,123.68])*1"
        return [
            Blueprint(convs: convs, normalisation: normalisation) { _ in
                "ResNet\(size(depths, isBottleneck: true))" + (isSecond ? "V2" : "")
            }.ofDepths(depths, published: published(depths, isBottleneck: true))
        ]
    }

    /// ResNet-RS: a stem of four convolutions instead of a pool, squeeze-and-excite in every block.
    static func kerasRS(_ table: ModuleTable) -> [Blueprint] {
        let depths = (2...5).map { table.count(after: "BlockGroup\($0)__block_") }
        guard depths.allSatisfy({ $0 > 0 }), let model = table.name(before: "_stem_conv_1") else { return [] }
        let stem = (1...4).map { place in
            ExpectedConv(
                "\(model)_stem_conv_\(place)", norm: "\(model)_stem_batch_norm_\(place)", .standard, size: 3,
                stride: place == 1 || place == 4 ? 2 : 1)
        }
        let convs =
            stem
            + blocks(depths) { stage, index in
                let path = "BlockGroup\(stage + 2)__block_\(index)_"
                return Unit(
                    convs: (1...3).map { place in
                        // Keras leaves out an underscore of the first.
                        ("\(path)_conv_\(place)", "\(path)\(place == 1 ? "" : "_")batch_norm_\(place)")
                    }, squeeze: ["\(path)_se_se_reduce", "\(path)_se_se_expand"],
                    shortcuts: [("\(path)_projection_conv", "\(path)_projection_batch_norm")])
            }
        return [
            Blueprint(convs: convs) { _ in "ResNet-RS\(size(depths, isBottleneck: true))" }
                .ofDepths(depths, published: published(depths, isBottleneck: true))
        ]
    }

    /// The ResNet of Keras' examples for small images, 6n + 2 layers under the names that Keras gives by itself: two 3×3
    /// convolutions a block, then the shortcut's projection in the first block of the second and third stage.
    static func kerasSmall(_ table: ModuleTable) -> [Blueprint] {
        func name(_ base: String, _ number: Int) -> String { number == 0 ? base : "\(base)_\(number)" }
        let count = (0...).prefix { table.weight(name("conv2d", $0)) != nil }.count
        // The stem, six a block of each stage, two projections.
        guard count > 8, (count - 3) % 6 == 0, table.weight("depthwise_conv2d") == nil else { return [] }
        let depth = (count - 3) / 6
        var (number, norms) = (1, 1)
        func next(hasNorm: Bool = true) -> Bottleneck.Pair {
            defer {
                number += 1
                norms += hasNorm ? 1 : 0
            }
            return (name("conv2d", number), hasNorm ? name("batch_normalization", norms) : nil)
        }
        let convs =
            [ExpectedConv("conv2d", norm: "batch_normalization", .standard, size: 3)]
            + blocks([depth, depth, depth]) { stage, index in
                Unit(
                    convs: [next(), next()], squeeze: [],
                    shortcuts: stage > 0 && index == 0 ? [next(hasNorm: false)] : [])
            }
        return [Blueprint(convs: convs) { _ in "ResNet-\(6 * depth + 2) for small images" }]
    }
}
