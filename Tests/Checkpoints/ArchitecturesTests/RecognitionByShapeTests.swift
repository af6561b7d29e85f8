import Diagnostics
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Names prove nothing: what shapes say about a network whose names are its own, or another's.
@Suite struct RecognitionByShapeTests {
    /// The tensors of a published network under names of nobody, in network order; `number` names a layer.
    private func renamed(
        _ net: PublishedArchitecture, changing change: (Int, Shape) -> Shape = { $1 },
        name: (Int, PublishedArchitecture.Conv) -> String = { index, _ in "unit\(index)" }
    ) -> Checkpoint {
        var entries: [Checkpoint.Entry] = []
        for (index, conv) in net.convs.enumerated() {
            let own = name(index, conv)
            let shape = change(index, Shape(conv.shape))
            entries.append(Checkpoint.Entry(name: "\(own).weight", shape: shape, dtype: "float32"))
            guard conv.norm != nil else { continue }
            for parameter in ["running_mean", "running_var"] {
                entries.append(
                    Checkpoint.Entry(name: "\(own)n.\(parameter)", shape: [shape[0]], dtype: "float32"))
            }
        }
        return Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones())
    }

    private static let nets = PublishedArchitecture.all.filter { net in
        net.dialect != "Keras"
            && ["MobileNetV1 ", "MobileNetV2 ", "MobileNetV3-", "EfficientNet-B"].contains(where: net.title.hasPrefix)
            && net.title.last.map { "0123456789".contains($0) } == true
            // Its depths are read from names.
            && net.title != "MobileNetV2 1.1"
    }

    @Test func thereAreNetsToRename() { #expect(Self.nets.count >= 8) }

    @Test(arguments: nets)
    func aRenamedNetworkIsRecognisedByItsShapes(net: PublishedArchitecture) throws {
        let network = try ConvNetwork(recognising: renamed(net))
        #expect(network.title == net.title)
        #expect(network.spatialLayers.map(\.stride) == net.spatial.map(\.stride))
        #expect(network.spatialLayers.first?.name == "unit0")
        #expect(network.recognition.contains("by the order and the shapes"))
        // Normalisations follow their convolutions.
        let normed = network.layers.compactMap { layer in layer.batchNorm.map { (layer.name, $0.module) } }
        #expect(normed.allSatisfy { $0.1 == $0.0 + "n" })
        #expect(normed.count == net.convs.count { $0.norm != nil })
    }

    // MARK: - Residual networks

    private static let residual = PublishedArchitecture.all.filter { net in
        net.dialect != "Keras"
            && ["ResNet-18", "ResNeXt-50 32×4d", "Wide ResNet-50-2", "RegNetX-400MF", "RegNetY-400MF"].contains(
                net.title)
    }

    @Test func thereAreResidualNetsToRename() {
        #expect(Set(Self.residual.map(\.title)).count == 5 && Self.residual.count >= 8)
    }

    @Test(arguments: residual)
    func aRenamedResidualNetworkIsRecognisedByItsShapes(net: PublishedArchitecture) throws {
        let network = try ConvNetwork(recognising: renamed(net))
        #expect(network.title == net.title, "\(network.recognition)")
        #expect(network.isRecognisedByShapes)
        if net.dialect == "torchvision" {
            // Whoever builds the network needs to know which layer is a shortcut.
            #expect(network.layers.map(\.familyModule) == net.convs.map(\.module))
            #expect(try ConvNetwork(recognising: net.checkpoint()).layers.allSatisfy { $0.familyModule == nil })
        }
        #expect(network.spatialLayers.map(\.stride) == net.spatial.map(\.stride))
        #expect(network.recognition.contains("by the order and the shapes"))
        let normed = network.layers.compactMap { layer in layer.batchNorm.map { (layer.name, $0.module) } }
        #expect(normed.count == net.convs.count { $0.norm != nil } && normed.allSatisfy { $0.1 == $0.0 + "n" })
    }

    /// A residual network by its paper's table: what each stage gives, how wide it is inside, channels in a group.
    struct Residual: Sendable, CustomTestStringConvertible {
        let title: String
        let depths: [Int]
        let widths: [Int]
        /// Nil for blocks of two 3×3 layers.
        var inner: [Int]?
        /// Channels in a group of the 3×3 layers; nil for one group.
        var group: [Int]?
        var stem = 7
        /// Whether squeeze-and-excite stands before the last layer of a block, a quarter of the block's inputs wide.
        var squeezes = false
        /// Whether the shortcut comes before the block's layers.
        var isShortcutFirst = false
        /// Output channels of a stem of several 3×3 convolutions; empty for one.
        var deepStem: [Int] = []

        var testDescription: String { title }

        /// Channels behind the stem.
        private var stemWidth: Int { title.hasPrefix("RegNet") ? 32 : 64 }

        var shapes: [Shape] {
            var result: [Shape] = [[stemWidth, 3, stem, stem]]
            var reads = stemWidth
            if !deepStem.isEmpty {
                result = zip(deepStem, [3] + deepStem).map { [$0, $1, 3, 3] }
                reads = deepStem[deepStem.count - 1]
            }
            for stage in 0..<4 {
                for index in 0..<depths[stage] {
                    let gives = widths[stage]
                    var block: [Shape]
                    if let inner {
                        let width = inner[stage]
                        block = [[width, reads, 1, 1], [width, group?[stage] ?? width, 3, 3]]
                        if squeezes, deepStem.isEmpty {
                            block += [[reads / 4, width, 1, 1], [width, reads / 4, 1, 1]]
                        }
                        block.append([gives, width, 1, 1])
                        if squeezes, !deepStem.isEmpty {
                            block += [[gives / 16, gives, 1, 1], [gives, gives / 16, 1, 1]]
                        }
                    } else {
                        block = [[gives, reads, 3, 3], [gives, gives, 3, 3]]
                    }
                    let hasShortcut = reads != gives || index == 0 && title.hasPrefix("RegNet")
                    let shortcut: [Shape] = hasShortcut ? [[gives, reads, 1, 1]] : []
                    result += isShortcutFirst ? shortcut + block : block + shortcut
                    reads = gives
                }
            }
            return result
        }
    }

    private static let bottleneck = [256, 512, 1024, 2048]
    private static let narrow = [64, 128, 256, 512]

    // He et al. table 1; Xie et al. table 1; Zagoruyko & Komodakis; Radosavovic et al. tables 5 and 6 (pycls' widths).
    static let papers = [
        Residual(title: "ResNet-34", depths: [3, 4, 6, 3], widths: narrow),
        Residual(title: "ResNet-18", depths: [2, 2, 2, 2], widths: narrow, stem: 3),
        Residual(title: "ResNet-50", depths: [3, 4, 6, 3], widths: bottleneck, inner: narrow),
        Residual(title: "ResNet-101", depths: [3, 4, 23, 3], widths: bottleneck, inner: narrow),
        Residual(title: "ResNet-152", depths: [3, 8, 36, 3], widths: bottleneck, inner: narrow, isShortcutFirst: true),
        Residual(
            title: "ResNeXt-101 32×8d", depths: [3, 4, 23, 3], widths: bottleneck, inner: [256, 512, 1024, 2048],
            group: [8, 16, 32, 64]),
        Residual(
            title: "Wide ResNet-101-2", depths: [3, 4, 23, 3], widths: bottleneck, inner: [128, 256, 512, 1024]),
        Residual(
            title: "RegNetX-1.6GF", depths: [2, 4, 10, 2], widths: [72, 168, 408, 912], inner: [72, 168, 408, 912],
            group: [24, 24, 24, 24], stem: 3, isShortcutFirst: true),
        Residual(
            title: "RegNetY-3.2GF", depths: [2, 5, 13, 1], widths: [72, 216, 576, 1512], inner: [72, 216, 576, 1512],
            group: [24, 24, 24, 24], stem: 3, squeezes: true),
    ]

    private func network(
        of net: Residual, changing change: ([Shape]) -> [Shape] = { $0 }, normalises: Bool = true
    ) throws -> ConvNetwork {
        var entries: [Checkpoint.Entry] = []
        for (index, shape) in change(net.shapes).enumerated() {
            entries.append(Checkpoint.Entry(name: "a\(index).weight", shape: shape, dtype: "float32"))
            // Squeeze-and-excite has biases instead.
            let isSqueeze = net.squeezes && shape[2] == 1 && (shape[0] * 2 < shape[1] || shape[1] * 2 < shape[0])
            for parameter in ["running_mean", "running_var"] where normalises && !isSqueeze {
                entries.append(Checkpoint.Entry(name: "b\(index).\(parameter)", shape: [shape[0]], dtype: "float32"))
            }
        }
        return try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
    }

    @Test(arguments: papers)
    func residualNetworksOfThePapersAreRecognisedByTheirShapes(net: Residual) throws {
        let found = try network(of: net, normalises: !net.squeezes)
        #expect(found.title == net.title, "\(found.recognition)")
        #expect(found.layers.count == net.shapes.count)
        let strided = found.spatialLayers.filter { $0.stride == 2 }
        #expect(strided.count == (net.title.hasPrefix("RegNet") ? 5 : net.stem == 7 ? 4 : 3))
        if let group = net.group?[0] { #expect(found.spatialLayers[1].weightShape[1] == group) }
    }

    /// What is nearly such a network is none; the nearest family and the first tensor that contradicts it are named.
    @Test func aResidualNetworkWithOneOtherWidthIsNone() throws {
        let net = try #require(Self.papers.first { $0.title == "ResNet-50" })
        let wide = try network(of: net) { shapes in
            var shapes = shapes
            for index in shapes.indices where shapes[index][0] == 2048 {
                shapes[index] = Shape([2056] + shapes[index].dimensions.dropFirst())
            }
            for index in shapes.indices where shapes[index][1] == 2048 { shapes[index] = [512, 2056, 1, 1] }
            return shapes
        }
        #expect(wide.family == nil)
        #expect(
            wide.recognition.hasSuffix(
                " Nearest is ResNet, but tensor 'a52.weight' has 2056 output channels, not 2048."),
            "\(wide.recognition)")
        // A shortcut that reads something else.
        let crossed = try network(of: net) { shapes in
            var shapes = shapes
            shapes[4] = [256, 128, 1, 1]
            return shapes
        }
        #expect(crossed.family == nil)
        #expect(
            crossed.recognition.hasSuffix(
                " Nearest is ResNet, but tensor 'a4.weight' is 256×128×1×1, where a shortcut is 256×64×1×1."),
            "\(crossed.recognition)")
    }

    @Test func squeezeAndExciteIsNotHidden() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "SE-ResNet-18" })
        let found = try ConvNetwork(recognising: renamed(net))
        #expect(found.title == "SE-ResNet-18", "\(found.recognition)")
        #expect(found.layers.map(\.familyModule) == net.convs.map(\.module))
        // In one block alone it is in no published network.
        let plain = try #require(PublishedArchitecture.all.first { $0.title == "ResNet-18" })
        var entries = renamed(plain).entries
        let place = try #require(entries.firstIndex { $0.name == "unit3.weight" })
        entries.insert(Checkpoint.Entry(name: "se1.weight", shape: [4, 64, 1, 1], dtype: "float32"), at: place)
        entries.insert(Checkpoint.Entry(name: "se2.weight", shape: [64, 4, 1, 1], dtype: "float32"), at: place + 1)
        let mixed = try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
        #expect(mixed.family == nil)
    }

    /// Cadene's SE networks pool without a border, Caffe's and detectron2's stride elsewhere, which shapes do not show.
    @Test(arguments: ["net.se_module", "res2a_branch2a", "backbone.res2"])
    func namesOfLibrariesThatStrideElsewhereAreNoMatch(module: String) throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "SE-ResNet-18" })
        let found = try ConvNetwork(recognising: renamed(net, name: { index, _ in "\(module).unit\(index)" }))
        #expect(found.family == nil)
        #expect(found.nearest?.hasPrefix("ResNet, but tensor '\(module).unit0.weight' is named as in ") == true)
    }

    /// Stems of three convolutions: timm's resnet10t, seresnet50t, resnet50s and their like.
    @Test(arguments: ["ResNet-10-T", "ResNet-14-T", "ResNet-26-T", "SE-ResNet-50-T", "ResNet-50-S", "ResNet-RS-50"])
    func deepStemsAreRecognisedWhereShapesDecide(title: String) throws {
        let net = try #require(Self.deep.first { $0.title == title })
        let found = try network(of: net, normalises: !net.squeezes)
        #expect(found.title == title, "\(found.recognition)")
        let shortcuts = found.layers.compactMap(\.familyModule).filter { $0.contains("downsample") }
        let ending = title.hasSuffix("-S") ? ".downsample.0" : ".downsample.1"
        #expect(!shortcuts.isEmpty && shortcuts.allSatisfy { $0.hasSuffix(ending) })
    }

    @Test func deepStemsOfTwoTypesAreNamed() throws {
        let net = try #require(Self.deep.first { $0.title == "ResNet-50-D" })
        let found = try network(of: net)
        #expect(found.family == nil)
        #expect(
            found.nearest
                == "ResNet, but types C and D have these shapes: whether shortcuts average before they project "
                + "cannot be told")
    }

    /// By timm's own modules: widths of the stem, where squeeze-and-excite stands (behind the last convolution).
    private static let deep = [
        Residual(title: "ResNet-10-T", depths: [1, 1, 1, 1], widths: narrow, deepStem: [24, 32, 64]),
        Residual(
            title: "ResNet-14-T", depths: [1, 1, 1, 1], widths: bottleneck, inner: narrow, deepStem: [24, 32, 64]),
        Residual(
            title: "ResNet-26-T", depths: [2, 2, 2, 2], widths: bottleneck, inner: narrow, deepStem: [24, 32, 64]),
        Residual(
            title: "SE-ResNet-50-T", depths: [3, 4, 6, 3], widths: bottleneck, inner: narrow, squeezes: true,
            deepStem: [24, 32, 64]),
        Residual(
            title: "ResNet-50-S", depths: [3, 4, 6, 3], widths: bottleneck, inner: narrow, deepStem: [64, 64, 128]),
        Residual(
            title: "ResNet-RS-50", depths: [3, 4, 6, 3], widths: bottleneck, inner: narrow, squeezes: true,
            deepStem: [32, 32, 64, 64]),
        Residual(
            title: "ResNet-50-D", depths: [3, 4, 6, 3], widths: bottleneck, inner: narrow, deepStem: [32, 32, 64]),
    ]

    /// timm's head behind the mean is a layer like the others, not one to leave out (`conv_head`).
    @Test(arguments: ["MobileNetV3-Large 0.75", "MobileNetV3-Small 0.5", "ReXNet 1.0", "ReXNet 1.3"])
    func everyLayerOfARenamedNetworkHasItsPlace(title: String) throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == title && $0.dialect == "timm" })
        let found = try ConvNetwork(recognising: renamed(net))
        #expect(found.title == title && found.library == "timm", "\(found.recognition)")
        #expect(found.layers.map(\.familyModule) == net.convs.map(\.module))
    }

    @Test func aConvolutionThatClassifiesIsNoHead() throws {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == "MobileNetV1 1.0" && $0.dialect == "timm" })
        let preds = Checkpoint.Entry(name: "preds.weight", shape: [1000, 1024, 1, 1], dtype: "float32")
        let bias = Checkpoint.Entry(name: "preds.bias", shape: [1000], dtype: "float32")
        let found = try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: "PyTorch", files: [], entries: renamed(net).entries + [preds, bias],
                source: Ones()))
        #expect(found.title == "MobileNetV1 1.0" && found.layers.last?.name == "preds", "\(found.recognition)")
        #expect(found.classCount == 1000)
    }

    /// timm's efficientnet_b1_pruned: widths that are no multiples, TensorFlow's padding and ε.
    @Test func aPrunedNetworkIsKnownByItsWidths() throws {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == "EfficientNet-B1" && $0.dialect == "timm" })
        let pruned = [
            "blocks.2.1.conv_pw", "blocks.2.1.bn1", "blocks.2.1.conv_dw", "blocks.2.1.bn2",
            "blocks.2.1.se.conv_expand",
        ]
        let entries = net.checkpoint().entries.map { entry -> Checkpoint.Entry in
            var lengths = entry.shape.dimensions
            if pruned.contains(entry.module) { lengths[0] = 101 }
            if ["blocks.2.1.se.conv_reduce", "blocks.2.1.conv_pwl"].contains(entry.module) { lengths[1] = 101 }
            return Checkpoint.Entry(name: entry.name, shape: Shape(lengths), dtype: "float32")
        }
        let found = try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
        #expect(found.title == "EfficientNet-B1 pruned", "\(found.recognition)")
        #expect(found.input.padding == .tensorFlowSame && found.layers.first?.batchNorm?.epsilon == 1e-3)
    }

    @Test func kernelsOfOtherKindsBesideTheLayersAreSetAside() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "ResNet-18" })
        let plain = renamed(net).entries
        func network(_ place: Int) throws -> ConvNetwork {
            var entries = plain
            entries.insert(Checkpoint.Entry(name: "x.weight", shape: [64, 64, 5], dtype: "float32"), at: place)
            return try ConvNetwork(
                recognising: Checkpoint(
                    path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
        }
        for place in [0, plain.count] {
            let found = try network(place)
            #expect(found.title == "ResNet-18", "\(found.recognition)")
            #expect(found.leftOut.map(\.name) == ["x.weight"])
        }
        let inside = try network(6)
        #expect(inside.family == nil)
        #expect(inside.nearest == "ResNet, but tensor 'x.weight' (64×64×5) lies among its layers")
    }

    @Test func oneOtherWidthIsAnotherNetwork() throws {
        let net = try #require(Self.nets.first { $0.title == "MobileNetV2 1.0" || $0.title == "MobileNetV2 0.75" })
        let last = net.convs.count - 1
        // The last block gives 8 channels more than any published multiplier has.
        let network = try ConvNetwork(
            recognising: renamed(net, changing: { $0 == last - 1 ? [$1[0] + 8, $1[1], 1, 1] : $1 }))
        #expect(network.family == nil)
    }

    /// Keras numbers each kind of layer by itself; a file that lists them by the alphabet tells no order across kinds.
    @Test func automaticNamesAreOrderedByWhatFits() throws {
        var entries: [Checkpoint.Entry] = []
        let widths = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024].map { $0 / 4 }
        func add(_ base: String, _ index: Int, _ parameter: String, _ shape: Shape, _ axes: WeightAxes) {
            let module = index == 0 ? base : "\(base)_\(index)"
            entries.append(
                Checkpoint.Entry(
                    name: "layers/\(module)/vars/0", shape: shape, dtype: "float32", module: module,
                    parameter: parameter, axes: axes))
        }
        add("my_conv", 0, "kernel", [3, 3, 3, widths[0]], .rowsColumnsInputOutput)
        for index in 0..<13 {
            add("my_conv", index + 1, "kernel", [1, 1, widths[index], widths[index + 1]], .rowsColumnsInputOutput)
            add("my_depthwise", index, "depthwise_kernel", [3, 3, widths[index], 1], .rowsColumnsChannelMultiplier)
        }
        let checkpoint = Checkpoint(
            path: "net.weights.h5", format: "Keras 3 HDF5", files: [], entries: entries.sorted { $0.name < $1.name },
            source: Ones())
        let network = try ConvNetwork(recognising: checkpoint)
        #expect(network.title == "MobileNetV1 0.25")
        #expect(network.spatialLayers.map(\.stride) == [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1])
        #expect(network.spatialLayers[10].name == "my_depthwise_9")
    }

    /// Names of one family with the shapes of nothing: the family is not claimed, and what contradicts it is named.
    @Test(arguments: [
        ("features.3.conv.1.1", "running_mean", "tensor 'features.3.conv.1.1.running_mean' has 7 values"),
        ("features.5.conv.0.0", "weight", "tensor 'features.5.conv.0.0.weight' is 7×7×1×1, where"),
    ])
    func aContradictionIsNamedAndTheFamilyNotClaimed(module: String, parameter: String, sentence: String) throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let entries = net.checkpoint().entries.map { entry in
            entry.module == module && entry.parameter == parameter
                ? Checkpoint.Entry(
                    name: entry.name, shape: entry.shape.rank == 1 ? [7] : [7, 7, 1, 1], dtype: "float32") : entry
        }
        let checkpoint = Checkpoint(path: "net.h5", format: "HDF5", files: [], entries: entries, source: Ones())
        let network = try ConvNetwork(recognising: checkpoint)
        #expect(network.family == nil && network.title == "unknown network")
        #expect(network.recognition.contains(" Nearest is MobileNetV2, but \(sentence)"), "\(network.recognition)")
        #expect(network.spatialLayers.count == 18)
    }

    @Test func whatIsOutsideTheFamilyIsALayerOfItsOwn() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let heads = [
            Checkpoint.Entry(name: "head.0.weight", shape: [12, 240, 3, 3], dtype: "float32"),
            Checkpoint.Entry(name: "head.1.weight", shape: [24, 240, 3, 3], dtype: "float32"),
            Checkpoint.Entry(name: "head.2.weight", shape: [24, 240, 1, 5], dtype: "float32"),
        ]
        let checkpoint = Checkpoint(
            path: "net.pth", format: "PyTorch", files: [], entries: net.checkpoint().entries + heads, source: Ones())
        let network = try ConvNetwork(recognising: checkpoint)
        #expect(network.title == "MobileNetV2 0.75")
        let outside = network.spatialLayers.filter(\.isOutsideFamily)
        #expect(outside.map(\.name) == ["head.0", "head.1"])
        #expect(outside.map(\.number) == [19, 20])
        #expect(network.familyLayers.count { $0.number != nil } == 18)
        #expect(network.familyLayers.last { $0.number != nil }?.role == .last)
        #expect(network.leftOut.map(\.name) == ["head.2.weight"])
        #expect(network.leftOut.map(\.reason) == [.rectangular])
    }
}
