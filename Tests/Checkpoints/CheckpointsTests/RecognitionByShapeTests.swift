import Diagnostics
import Tensors
import TestSupport
import Testing

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
        let network = try Network(recognising: renamed(net))
        #expect(network.title == net.title)
        #expect(network.spatialLayers.map(\.stride) == net.spatial.map(\.stride))
        #expect(network.spatialLayers.first?.name == "unit0")
        #expect(network.recognition.contains("by the order and the shapes"))
        // Normalisations follow their convolutions.
        let normed = network.layers.compactMap { layer in layer.batchNorm.map { (layer.name, $0.module) } }
        #expect(normed.allSatisfy { $0.1 == $0.0 + "n" })
        #expect(normed.count == net.convs.count { $0.norm != nil })
    }

    @Test func oneOtherWidthIsAnotherNetwork() throws {
        let net = try #require(Self.nets.first { $0.title == "MobileNetV2 1.0" || $0.title == "MobileNetV2 0.75" })
        let last = net.convs.count - 1
        // The last block gives 8 channels more than any published multiplier has.
        let network = try Network(
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
        let network = try Network(recognising: checkpoint)
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
        let network = try Network(recognising: checkpoint)
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
        let network = try Network(recognising: checkpoint)
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
