import Checkpoints

extension ArchitectureFamily {
    /// Han et al., "Rethinking Channel Dimensions for Efficient Model Design" (arXiv 2007.00992).
    static let reXNet = ArchitectureFamily(
        kind: .reXNet,
        dialects: [
            Dialect(
                name: "timm", stem: "stem.conv", normalisation: InputConvention.imageNet, classifiers: ["head.fc"],
                skeletons: ReXNet.skeletons
            ) { _ in
                [
                    ReXNet.blueprint(stem: ("stem.conv", "stem.bn"), head: ("features.16.conv", "features.16.bn")) {
                        let path = "features.\($0)"
                        func pair(_ name: String) -> Bottleneck.Pair { ("\(path).\(name).conv", "\(path).\(name).bn") }
                        return ReXNet.Unit(
                            names: Bottleneck.Names(
                                expand: $0 > 0 ? pair("conv_exp") : nil, depthwise: pair("conv_dw"),
                                squeeze: ["\(path).se.fc1", "\(path).se.fc2"], project: pair("conv_pwl")),
                            squeezeNorm: "\(path).se.bn")
                    }
                ]
            },
            .cvModels(stem: "features.0.0", classifier: "classifier.1") { table in
                [
                    ReXNet.blueprint(stem: CVModels.pair("features.0"), head: CVModels.pair("features.17")) {
                        let path = "features.\($0 + 1)"
                        return ReXNet.Unit(
                            names: CVModels.names(path, table, expands: $0 > 0, hasFunction: true),
                            squeezeNorm: "\(path).branch1.2.norm")
                    }
                ]
            },
        ])
}

private enum ReXNet {
    /// The modules of a block; the first convolution of squeeze-and-excite has a normalisation.
    struct Unit {
        let names: Bottleneck.Names
        let squeezeNorm: String
    }

    /// Strides of the 16 blocks.
    static let strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]
    /// Output channels of the last block at width 1: they grow by 180 / 16 a block from 16 on.
    static let lastWidth = 16 + 15 * 180.0 / 16

    /// The published networks by what their blocks give; those of timm's `rexnetr` are rounded to multiples of 8.
    static let skeletons: [Skeleton] = [1.0, 1.3, 1.5, 2.0, 3.0].map { width in
        let channels = (0..<16).map { Int(((16 + Double($0) * 180 / 16) * width).rounded(.toNearestOrEven)) }
        return Skeleton(
            modules: [],
            widths: channels.enumerated().map { index, own in
                ("features.\(index).conv_pwl.conv", [own, WidthMultiplier.nearestMultipleOf8(Double(own))])
            })
    }

    static func blueprint(
        stem: Bottleneck.Pair, head: Bottleneck.Pair, unit: (_ index: Int) -> Unit
    ) -> Blueprint {
        var convs = [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2)]
        for (index, stride) in strides.enumerated() {
            let unit = unit(index)
            let (names, block) = (unit.names, index + 1)
            if let expand = names.expand {
                convs.append(ExpectedConv(expand.conv, norm: expand.norm, .pointwise, block: block))
            }
            convs.append(
                ExpectedConv(
                    names.depthwise.conv, norm: names.depthwise.norm, .depthwise, size: 3, stride: stride, block: block)
            )
            convs += names.squeeze.enumerated().map { place, module in
                ExpectedConv(
                    module, norm: place == 0 ? unit.squeezeNorm : nil, .pointwise, block: block, isOptional: true,
                    activation: place == 0 ? "relu" : "sigmoid")
            }
            convs.append(ExpectedConv(names.project.conv, norm: names.project.norm, .pointwise, block: block))
        }
        let last = convs.last?.module ?? ""
        convs.append(ExpectedConv(head.conv, norm: head.norm, .pointwise, isOptional: true))
        return Blueprint(convs: convs) { table in
            // Published widths have one decimal.
            let width = table.outputs(last).map { (Double($0) / lastWidth * 10).rounded() / 10 }
            return "ReXNet" + (width.map { " \($0)" } ?? "")
        }
    }
}
