import Checkpoints

extension ArchitectureFamily {
    /// Iandola et al., "SqueezeNet" (arXiv 1602.07360), versions 1.0 and 1.1.
    static let squeezeNet = ArchitectureFamily(
        kind: .squeezeNet,
        dialects: [
            Dialect(
                name: "torchvision", stem: "features.0", normalisation: InputConvention.imageNet,
                classifiers: ["classifier.1"]
            ) { _ in
                [
                    SqueezeNet.blueprint("1.0", stem: 7, fires: [3, 4, 5, 7, 8, 9, 10, 12]),
                    SqueezeNet.blueprint("1.1", stem: 3, fires: [3, 4, 6, 7, 9, 10, 11, 12]),
                ]
            }
        ])
}

private enum SqueezeNet {
    /// Fire modules, by their places in the sequence: 1×1 convolutions squeeze, 1×1 and 3×3 ones expand side by side.
    static func blueprint(_ version: String, stem: Int, fires: [Int]) -> Blueprint {
        var convs = [
            ExpectedConv("features.0", norm: nil, .standard, size: stem, stride: 2, activation: "relu")
        ]
        for (index, place) in fires.enumerated() {
            let path = "features.\(place)"
            convs += [
                ExpectedConv("\(path).squeeze", norm: nil, .pointwise, block: index + 1, activation: "relu"),
                ExpectedConv("\(path).expand1x1", norm: nil, .pointwise, block: index + 1, activation: "relu"),
                ExpectedConv("\(path).expand3x3", norm: nil, .standard, size: 3, block: index + 1, activation: "relu"),
            ]
        }
        return Blueprint(convs: convs) { _ in "SqueezeNet \(version)" }
    }
}
