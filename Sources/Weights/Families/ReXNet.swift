extension ArchitectureFamily {
    /// Han et al., "Rethinking Channel Dimensions for Efficient Model Design" (arXiv 2007.00992).
    static let reXNet = ArchitectureFamily(
        name: "ReXNet",
        dialects: [
            Dialect(
                name: "timm", stem: "stem.conv", normalisation: InputConvention.imageNet, classifiers: ["head.fc"],
                blueprints: { _ in [ReXNet.blueprint()] })
        ])
}

private enum ReXNet {
    /// Strides of the 16 blocks.
    static let strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]

    static func blueprint() -> Blueprint {
        var convs = [ExpectedConv("stem.conv", norm: "stem.bn", .standard, size: 3, stride: 2)]
        for (index, stride) in strides.enumerated() {
            let path = "features.\(index)"
            let block = index + 1
            if index > 0 {
                convs.append(
                    ExpectedConv("\(path).conv_exp.conv", norm: "\(path).conv_exp.bn", .pointwise, block: block))
            }
            convs += [
                ExpectedConv(
                    "\(path).conv_dw.conv", norm: "\(path).conv_dw.bn", .depthwise, size: 3, stride: stride,
                    block: block),
                ExpectedConv("\(path).se.fc1", norm: "\(path).se.bn", .pointwise, block: block, isOptional: true),
                ExpectedConv("\(path).se.fc2", norm: nil, .pointwise, block: block, isOptional: true),
                ExpectedConv("\(path).conv_pwl.conv", norm: "\(path).conv_pwl.bn", .pointwise, block: block),
            ]
        }
        convs.append(ExpectedConv("features.16.conv", norm: "features.16.bn", .pointwise, isOptional: true))
        return Blueprint(convs: convs) { table in
            let width = WidthMultiplier.infer(
                base: [32], found: [table.outputs("stem.conv")], rounding: WidthMultiplier.nearestMultipleOf8)
            return "ReXNet" + (width.map { " \($0)" } ?? "")
        }
    }
}
