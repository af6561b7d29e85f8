import Statistics

extension PaperFigures {
    /// Which layers a figure shows.
    static func layers(_ number: Int) -> [PaperLayer] {
        switch number {
        case 1: kindsByDepth
        case 2: stridedMixtures
        case 3: middleIdentities
        case 4: lastLayers
        case 5: mobileNetV1Edges
        default: deadKernels
        }
    }

    private static func mobileNetV2(
        _ number: Int, _ channels: Int, stride: Int = 1, _ claim: PaperClaim.Statement
    ) -> PaperLayer {
        PaperLayer(
            family: "MobileNetV2", network: "MobileNetV2", place: .depthwise(number), channels: channels,
            stride: stride, claim: claim, depth: Double(number) / 17)
    }

    private static let kindsByDepth: [PaperLayer] = [
        mobileNetV2(3, 144, .edgesFall), mobileNetV2(7, 192, stride: 2, .stridedBlur),
        mobileNetV2(11, 384, .middleIdentity), mobileNetV2(16, 960, .blurRises), mobileNetV2(17, 960, .lastBlur),
    ]

    private static let stridedMixtures: [PaperLayer] = [
        PaperLayer(
            family: "ResNet", network: "ResNet-RS 50", place: .spatial(18), channels: 512, stride: 2,
            kind: .standard, claim: .salientSlices, depth: 0.85),
        PaperLayer(
            family: "RegNet", network: "RegNetX-8GF", place: .spatial(24), channels: 1920, stride: 2,
            kind: .grouped, claim: .salientSlices, depth: 0.95),
        mobileNetV2(4, 144, stride: 2, .stridedBlur),
        PaperLayer(
            family: "ShuffleNetV2", network: "ShuffleNetV2", place: .depthwise(6), channels: 116, stride: 2,
            claim: .stridedBlur, depth: 0.35),
        PaperLayer(
            family: "EfficientNet", network: "EfficientNet-B0", place: .depthwise(12), size: 5, channels: 672,
            stride: 2, claim: .stridedBlur, depth: 0.75),
    ]

    private static let middleIdentities: [PaperLayer] =
        [mobileNetV2(11, 384, .middleIdentity)]
        + [
            ("MobileNetV3", "MobileNetV3-Small", 7, 120, 0.65),
            ("EfficientNet", "EfficientNet-B0", 9, 480, 0.6),
            ("EfficientNet", "EfficientNet-B7", 29, 960, 0.55),
        ].map { family, network, number, channels, depth in
            PaperLayer(
                family: family, network: network, place: .depthwise(number), size: 5, channels: channels,
                claim: .middleIdentity, depth: depth)
        }

    private static let lastLayers: [PaperLayer] = [
        ("MobileNetV2", "MobileNetV2", 960, .depthwise), ("ShuffleNetV2", "ShuffleNetV2", 232, .depthwise),
        ("RegNet", "RegNetX-800MF", 672, .grouped),
    ].map { (family: String, network: String, channels: Int, kind: PaperLayer.Kind) in
        PaperLayer(
            family: family, network: network, place: .last, channels: channels, kind: kind, claim: .lastBlur,
            depth: 1)
    }

    private static let mobileNetV1Edges: [PaperLayer] = [(8, 512, 1), (6, 256, 2)].map { number, channels, stride in
        PaperLayer(
            family: "MobileNetV1", network: "MobileNetV1", place: .depthwise(number), channels: channels,
            stride: stride, claim: .edgesFall, depth: Double(number) / 13)
    }

    private static let deadKernels: [PaperLayer] = [(2, 64, 2), (3, 72, 1)].map { number, channels, stride in
        PaperLayer(
            family: "MobileNetV3", network: "MobileNetV3-Large", place: .depthwise(number), channels: channels,
            stride: stride, claim: .deadEarly, depth: Double(number) / 15)
    }
}
