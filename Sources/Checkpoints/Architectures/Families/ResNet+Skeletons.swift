import Tensors

extension ResNet {
    /// The published networks with one convolution as their stem, with squeeze-and-excite and without: which residual
    /// blocks there are, what the stages give. The width inside a bottleneck and its groups are free (wide nets, ResNeXt).
    static let skeletons: [Skeleton] = [false, true].flatMap { squeezes in
        published.flatMap { net in
            [7, 3].map { size in
                skeleton(net, stem: [("conv1", 64, size)], squeezes: squeezes)
            }
        }
    }

    /// The published networks with a stem of three convolutions (He et al., arXiv 1812.01187) or four (ResNet-RS, arXiv
    /// 2103.07579). Types T and RS average before a shortcut projects, S does not; C and D differ in nothing else, which
    /// shapes do not show.
    static let deepSkeletons: [Skeleton] = {
        func named(_ names: Set<String>) -> [Published] { published.filter { names.contains($0.name) } }
        let averaging = [".downsample.0", ".shortcut.0"]
        let striding = [".downsample.1", ".shortcut.0"]
        func deep(_ widths: [Int]) -> [Stem] { zip(["conv1.0", "conv1.3", "conv1.6"], widths).map { ($0, $1, 3) } }
        var result: [Skeleton] = []
        for squeezes in [false, true] {
            for net in published {
                var either = skeleton(net, stem: deep([32, 32, 64]), squeezes: squeezes, without: averaging)
                either.ambiguity =
                    "types C and D have these shapes: whether shortcuts average before they project cannot be told"
                result.append(either)
            }
        }
        for squeezes in [false, true] {
            for net in named(["10", "14", "26", "50"]) {
                result.append(skeleton(net, stem: deep([24, 32, 64]), squeezes: squeezes, without: averaging))
            }
            for net in named(["50", "101", "152"]) {
                result.append(skeleton(net, stem: deep([64, 64, 128]), squeezes: squeezes, without: striding))
            }
        }
        for net in published where net.isBottleneck {
            result.append(
                skeleton(net, stem: deep([32, 32, 64]) + [("maxpool.0", 64, 3)], squeezes: true, without: averaging))
        }
        return result
    }()

    /// A convolution of a stem: its module, output channels, N of its kernels.
    private typealias Stem = (module: String, channels: Int, size: Int)

    private static func skeleton(
        _ net: Published, stem: [Stem], squeezes: Bool, without: [String] = []
    ) -> Skeleton {
        let last = net.isBottleneck ? "conv3" : "conv2"
        let widths = (0..<4).map { (net.isBottleneck ? 256 : 64) << $0 }
        let ends = net.depths.enumerated().map { "layer\($0 + 1).\($1 - 1).\(last)" }
        var modules = zip(ends, widths).map { (module: $0, shape: Shape([$1, 1, 1, 1])) }
        var inputs = 3
        for conv in stem {
            modules.append((conv.module, [conv.channels, inputs, conv.size, conv.size]))
            inputs = conv.channels
        }
        if net.isBottleneck { modules.append(("layer1.0.conv3", [256, 64, 1, 1])) }
        let squeeze = ["layer1.0.se.fc1"]
        return Skeleton(
            modules: modules,
            widths: zip(ends + stem.map(\.module), (widths + stem.map(\.channels)).map { [$0] }).map { ($0, $1) },
            present: squeezes ? squeeze : [], absent: squeezes ? [] : squeeze, without: without)
    }
}
