import Checkpoints

extension ArchitectureFamily {
    /// He et al., "Deep Residual Learning" (arXiv 1512.03385), with its descendants: stride in the 3×3 convolution (v1.5),
    /// ResNeXt, wide nets, deep stems (C, D) and ResNet-RS (arXiv 2103.07579). Depths are read from the file.
    static let resNet = ArchitectureFamily(
        kind: .resNet,
        dialects: [
            Dialect(
                name: "torchvision and timm", stem: "conv1", normalisation: InputConvention.imageNet,
                classifiers: ["fc", "linear"], skeletons: ResNet.skeletons
            ) { ResNet.torch($0, deepStem: false) },
            Dialect(
                name: "timm", stem: "conv1.0", normalisation: InputConvention.imageNet, classifiers: ["fc"],
                skeletons: ResNet.deepSkeletons
            ) { ResNet.torch($0, deepStem: true) },
            // Keras pads these by layers of their own, as PyTorch does.
            .keras("Keras", stem: "conv1_conv", epsilon: 1.001e-5, padding: .torch, classifiers: ["predictions"]) {
                ResNet.keras($0)
            },
            .keras("Keras", stem: "*_stem_conv_1", epsilon: 1e-5, padding: .torch, classifiers: ["predictions"]) {
                ResNet.kerasRS($0)
            },
            .keras("Keras automatic", stem: "conv2d", classifiers: ["dense"]) { ResNet.kerasSmall($0) },
            .cvModels(stem: "features.stem.0", classifier: "classifier.1") { ResNet.cvModels($0) },
        ],
        lookalikes: [
            Lookalike(
                component: "se_module",
                difference:
                    "Cadene's networks, whose first pool has no border and whose bottlenecks may stride in their "
                    + "first convolution"),
            Lookalike(
                component: "res2a_branch2a",
                difference: "Caffe's networks, whose bottlenecks stride in their first convolution"),
            Lookalike(
                component: "res2",
                difference: "detectron2's networks, whose bottlenecks may stride in their first convolution"),
        ])
}

enum ResNet {
    /// A published depth: how many blocks each stage has, and whether they are bottlenecks.
    typealias Published = (name: String, depths: [Int], isBottleneck: Bool)

    static let published: [Published] = [
        ("10", [1, 1, 1, 1], false), ("18", [2, 2, 2, 2], false), ("34", [3, 4, 6, 3], false),
        ("14", [1, 1, 1, 1], true), ("26", [2, 2, 2, 2], true), ("50", [3, 4, 6, 3], true),
        ("101", [3, 4, 23, 3], true), ("152", [3, 8, 36, 3], true), ("200", [3, 24, 36, 3], true),
        ("269", [3, 30, 48, 8], true), ("270", [4, 29, 53, 4], true), ("350", [4, 36, 72, 4], true),
        ("420", [4, 44, 87, 4], true),
    ]

    /// "-50" for published depths.
    static func size(_ depths: [Int], isBottleneck: Bool) -> String {
        published.first { $0.isBottleneck == isBottleneck && $0.depths == depths }.map { "-\($0.name)" } ?? ""
    }

    /// Depths of published networks; for small images those of three equally deep stages (section 4.2), here with none in
    /// the fourth.
    static func published(_ depths: [Int], isBottleneck: Bool) -> [[Int]] {
        let small = Array(repeating: depths[0], count: 3) + [0]
        return published.filter { $0.isBottleneck == isBottleneck }.map(\.depths) + [small]
    }

    /// The modules of one residual block.
    struct Unit {
        /// Two 3×3 convolutions, or a 3×3 one between two pointwise ones.
        let convs: [Bottleneck.Pair]
        let squeeze: [String]
        /// Names under which the projection of the shortcut is found, if there is one.
        let shortcuts: [Bottleneck.Pair]
    }

    /// The blocks of all stages; the first block of each stage but the first has stride 2, in its first 3×3 convolution.
    static func blocks(_ depths: [Int], unit: (_ stage: Int, _ index: Int) -> Unit) -> [ExpectedConv] {
        var convs: [ExpectedConv] = []
        for block in StageBlock.all(depths) {
            convs += self.convs(
                unit(block.stage, block.index), stride: block.stage > 0 && block.index == 0 ? 2 : 1, block: block.number
            )
        }
        return convs
    }

    private static func convs(_ unit: Unit, stride: Int, block: Int) -> [ExpectedConv] {
        let isBottleneck = unit.convs.count == 3
        let first = isBottleneck ? 1 : 0
        var convs = unit.convs.enumerated().map { place, pair in
            let isSpatial = !isBottleneck || place == 1
            return ExpectedConv(
                pair.conv, norm: pair.norm, isSpatial ? (isBottleneck ? .grouped : .standard) : .pointwise,
                size: isSpatial ? 3 : 1, stride: place == first ? stride : 1, block: block)
        }
        convs += unit.squeeze.map { ExpectedConv($0, norm: nil, .pointwise, block: block, isOptional: true) }
        convs += unit.shortcuts.map {
            // Where it is the second of a sequence, a pool before it strides.
            var conv = ExpectedConv(
                $0.conv, norm: $0.norm, .pointwise, stride: $0.conv.hasSuffix("downsample.1") ? 1 : stride,
                block: block, isOptional: true)
            conv.isShortcut = true
            return conv
        }
        return convs
    }

    /// ResNeXt's groups and a wide net's width, from the first block's 3×3 convolution: "ResNeXt-50 32×4d".
    static func title(
        _ table: ModuleTable, _ depths: [Int], isBottleneck: Bool, suffix: String, spatial: String
    ) -> String {
        let size = size(depths, isBottleneck: isBottleneck)
        guard isBottleneck, let entry = table.weight(spatial), let shape = entry.axes.outputFirst(entry.shape) else {
            return "ResNet\(size)\(suffix)"
        }
        if shape[1] < shape[0] { return "ResNeXt\(size)\(suffix) \(shape[0] / shape[1])×\(shape[1])d" }
        let isWide = shape[0] > 64 && shape[0] % 64 == 0
        return isWide ? "Wide ResNet\(size)\(suffix)-\(shape[0] / 64)" : "ResNet\(size)\(suffix)"
    }
}
