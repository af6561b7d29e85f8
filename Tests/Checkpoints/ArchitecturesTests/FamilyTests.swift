import Diagnostics
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Families against the networks that torchvision, timm and Keras build.
@Suite struct FamilyTests {
    @Test func theTableOfPublishedNetworksIsThere() {
        #expect(PublishedArchitecture.all.count == 92)
        #expect(PublishedArchitecture.relatives.count == 8)
    }

    /// Networks that share names with a family load all the same, without its strides.
    @Test(arguments: PublishedArchitecture.relatives)
    func aRelativeOfAFamilyIsNotTakenForIt(net: PublishedArchitecture) throws {
        let network = try ConvNetwork(recognising: net.checkpoint())
        #expect(network.family == nil)
        #expect(Set(network.spatialLayers.map(\.name)) == Set(net.spatial.map(\.module)))
        #expect(network.spatialLayers.allSatisfy { $0.stride == nil })
    }

    @Test func theNearestFamilyIsNamed() throws {
        // FBNet-C has timm's names, and blocks of 3×3 where MobileNetV3-Small has 5×5 or none.
        let net = try #require(PublishedArchitecture.relatives.first)
        let recognition = try ConvNetwork(recognising: net.checkpoint()).recognition
        #expect(recognition.contains(" Nearest is "))
    }

    /// torchvision's `mobilenet_v3_small(reduced_tail=True)`: shapes as its state dict has them.
    @Test func aReducedTailIsNoWidthMultiplier() throws {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == "MobileNetV3-Small 1.0" && $0.dialect == "torchvision" })
        let block: [Shape] = [
            [288, 48, 1, 1], [288, 1, 5, 5], [72, 288, 1, 1], [288, 72, 1, 1], [48, 288, 1, 1],
        ]
        let tail = block + block + block + [[288, 48, 1, 1]]
        let modules = net.convs.suffix(tail.count).map(\.module)
        #expect(modules.first == "features.9.block.0.0" && modules.last == "features.12.0")
        let shapes = Dictionary(uniqueKeysWithValues: zip(modules, tail))
        let norms = Dictionary(
            uniqueKeysWithValues: net.convs.compactMap { conv in
                conv.norm.flatMap { norm in shapes[conv.module].map { (norm, Shape([$0[0]])) } }
            })
        let entries = net.checkpoint().entries.map { entry in
            Checkpoint.Entry(
                name: entry.name, shape: shapes[entry.module] ?? norms[entry.module] ?? entry.shape, dtype: "float32")
        }
        let network = try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
        #expect(network.title == "MobileNetV3-Small 1.0 reduced tail")
        // The whole tail keeps its title.
        #expect(try ConvNetwork(recognising: net.checkpoint()).title == "MobileNetV3-Small 1.0")
    }

    @Test func aShallowerNetworkLoads() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let last = net.convs.map(\.module).filter { $0.hasPrefix("features.17.") }
        let network = try ConvNetwork(recognising: net.checkpoint(dropping: Set(last)))
        #expect(network.family == nil)
        #expect(
            network.recognition.hasSuffix(
                " Nearest is MobileNetV2, but no tensor 'features.17.conv.1.0.weight' (16 of 17 blocks found)."))
    }

    @Test func theFilesOwnStrideGoesBeforeTheFamilys() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let bare = net.checkpoint()
        let facts = ModelFacts(
            layers: ["features.0.0": .init(className: "Conv", stride: 1)], order: ["features.0.0"])
        let checkpoint = Checkpoint(
            path: "net.onnx", format: "ONNX", files: [], entries: bare.entries, model: facts, source: Ones())
        let layers = try ConvNetwork(recognising: checkpoint).spatialLayers
        #expect(layers.map(\.stride).prefix(3) == [1, 1, 2])
        let table = try StrideTable(text: "#1 4", path: "strides.txt")
        #expect(try ConvNetwork(recognising: checkpoint, strides: table).spatialLayers[0].stride == 4)
    }

    @Test(arguments: PublishedArchitecture.all)
    func orderStrideAndConnectivityAreTheLibrarys(net: PublishedArchitecture) throws {
        let network = try ConvNetwork(recognising: net.checkpoint())
        #expect(network.title == net.title)
        let layers = network.spatialLayers
        #expect(layers.map(\.name) == net.spatial.map(\.module))
        #expect(layers.map(\.stride) == net.spatial.map(\.stride))
        #expect(layers.map(\.kernelHeight) == net.spatial.map(net.kernelSize))
        #expect(layers.map(\.number) == Array(1...layers.count))
        #expect(
            layers.map(\.connectivity)
                == net.spatial.map { conv in
                    conv.groups == 1
                        ? .standard : net.isDepthwise(conv) ? .depthwise(multiplier: 1) : .grouped(conv.groups)
                })
        #expect(network.missingTensors == [])
        #expect(network.recognition.contains("further") == false)
        if let classifier = net.classifier {
            #expect(network.classCount == (net.dialect == "Keras" ? classifier.shape[1] : classifier.shape[0]))
        }
    }

    @Test(arguments: PublishedArchitecture.all)
    func everyConvolutionIsListedWithItsBatchNorm(net: PublishedArchitecture) throws {
        let network = try ConvNetwork(recognising: net.checkpoint())
        let normed = Dictionary(uniqueKeysWithValues: net.convs.map { ($0.module, $0.norm != nil) })
        #expect(Set(network.layers.map(\.name)) == Set(net.convs.map(\.module)))
        for layer in network.layers {
            #expect((layer.batchNorm != nil) == normed[layer.name], "\(layer.name)")
        }
    }

    @Test(arguments: PublishedArchitecture.all)
    func aPrefixIsSeenThrough(net: PublishedArchitecture) throws {
        let network = try ConvNetwork(recognising: net.checkpoint(prefix: "state_dict.backbone."))
        #expect(network.title == net.title)
        #expect(network.layers.first?.name.hasPrefix("state_dict.backbone.") == true)
    }

    @Test func rolesFollowPlaceAndStride() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let layers = try ConvNetwork(recognising: net.checkpoint()).spatialLayers
        // Strides of 2 in Table 2 of the paper: stem, then the first block of the rows 24, 32, 64 and 160.
        let strided = layers.filter { $0.role == .downsampling }.compactMap(\.number)
        #expect(strided == [3, 5, 8, 15])
        #expect(layers.first?.role == .stem)
        #expect(layers.last?.role == .last)
        #expect(layers.count { $0.role == .body } == 18 - 6)
    }

    /// The kernels that are there can be analysed; running the network names what it lacks.
    @Test func aMissingDepthwiseTensorIsOnlyReported() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let network = try ConvNetwork(recognising: net.checkpoint(dropping: ["features.9.conv.1.0"]))
        #expect(network.title == "MobileNetV2 0.75")
        #expect(network.missingTensors == ["features.9.conv.1.0.weight"])
        #expect(network.spatialLayers.count == 17)
        #expect(network.spatialLayers.map(\.stride) == [2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1])
        #expect(network.recognition.hasPrefix("17 of 18 N×N layers of MobileNetV2 are there"))
    }

    @Test func aMissingPointwiseTensorIsOnlyReported() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let network = try ConvNetwork(recognising: net.checkpoint(dropping: ["features.9.conv.2"]))
        #expect(network.missingTensors == ["features.9.conv.2.weight"])
        #expect(network.spatialLayers.count == 18)
    }

    @Test func aTensorOfAnotherShapeIsNamedAndTheFamilyNotClaimed() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV1 1.0" })
        let good = net.checkpoint()
        let entries = good.entries.map { entry in
            entry.module == "blocks.4.1.conv_dw"
                ? Checkpoint.Entry(name: entry.name, shape: [1024, 2, 3, 3], dtype: "float32") : entry
        }
        let bad = Checkpoint(
            path: "net.h5", format: "HDF5", files: [], entries: entries, attributes: [:], source: Ones())
        let network = try ConvNetwork(recognising: bad)
        #expect(network.family == nil)
        #expect(network.spatialLayers.count == 14)
        #expect(
            network.recognition.hasSuffix(
                " Nearest is MobileNetV1, but tensor 'blocks.4.1.conv_dw.weight' is 1024×2×3×3 (12 of 13 blocks found)."
            ))
    }

    @Test func anUnknownNetworkSaysWhatIsKnown() throws {
        let entries = [
            Checkpoint.Entry(name: "a.weight", shape: [8, 3, 3, 3], dtype: "float32"),
            Checkpoint.Entry(name: "b.weight", shape: [10, 8], dtype: "float32"),
        ]
        let checkpoint = Checkpoint(path: "net.h5", format: "HDF5", files: [], entries: entries, source: Ones())
        let network = try ConvNetwork(recognising: checkpoint)
        #expect(network.family == nil)
        let known = ArchitectureFamily.all.map(\.name)
        #expect(
            network.recognition
                == "Not \(known.dropLast().joined(separator: ", ")) or \(known.last ?? ""): its one N×N tensor is a "
                + "layer in the file's order, connectivity is inferred from the shapes, and the strides are unknown "
                + "(--strides FILE supplies them).")
        #expect(network.spatialLayers.map(\.stride) == [nil])
    }

    @Test func aFileWithoutKernelsIsRefused() {
        let entries = [Checkpoint.Entry(name: "b.weight", shape: [10, 8], dtype: "float32")]
        let checkpoint = Checkpoint(path: "net.h5", format: "HDF5", files: [], entries: entries, source: Ones())
        let error = #expect(throws: KernelVizError.self) { _ = try ConvNetwork(recognising: checkpoint) }
        #expect(
            error?.description
                == "net.h5: no N×N convolution among its 1 tensors; expected the weights of a convolutional network. "
                + "Run 'kernelviz weights inspect net.h5' to see what it holds.")
    }

    @Test func aLayerNumberOutOfRangeIsRefused() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let network = try ConvNetwork(recognising: net.checkpoint())
        let error = #expect(throws: KernelVizError.self) { _ = try network.spatialLayer(19) }
        #expect(
            error?.description
                == "net.h5: no layer #19; expected a number from 1 to 18. "
                + "Run 'kernelviz classify net.h5' to see the layers.")
    }
}
