import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// What neither names nor shapes tell is said as an assumption.
@Suite struct ConventionTests {
    private static func conventions(_ title: String, _ dialect: String, model: ModelFacts? = nil) throws -> [Convention]
    {
        let net = try #require(PublishedArchitecture.all.first { $0.title == title && $0.dialect == dialect })
        let entries = net.checkpoint().entries
        return try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: "PyTorch", files: [], entries: entries, model: model, source: Ones())
        ).conventions
    }

    @Test(arguments: [
        (
            "ResNet-18", "torchvision",
            "strides and dilation ResNet's (torchvision and timm names; stride in the 3×3 layers; v1, anti-aliased and "
                + "dilated nets look the same)"
        ),
        (
            "MobileNetV3-Small 1.0", "torchvision",
            "strides and dilation MobileNetV3's (torchvision names; dilated nets look the same)"
        ),
        ("RegNetX-400MF", "timm", "strides and dilation RegNet's (timm names)"),
        ("ResNet-50", "Keras", "strides and dilation ResNet's (Keras names)"),
    ])
    func stridesThatTheFamilyTellsAreAssumed(title: String, dialect: String, text: String) throws {
        let conventions = try Self.conventions(title, dialect)
        let first = try #require(conventions.first { $0.name == "strides and dilation" })
        #expect(first.origin == .assumed && first.text == text)
        #expect(conventions.assumptions?.contains(text) == true)
    }

    @Test(arguments: [
        ("ResNet-18", "torchvision", "pooling ResNet's (torchvision and timm names)"),
        ("ResNet-18", "torchvision", "activation ResNet's (torchvision and timm names)"),
        ("MobileNetV3-Small 1.0", "torchvision", "activation hardSwish, relu (torchvision names)"),
        ("MobileNetV2 1.4", "Keras", "activation relu6 (Keras names)"),
    ])
    func functionsAndPoolsThatTheFamilyTellsAreAssumed(title: String, dialect: String, text: String) throws {
        #expect(try Self.conventions(title, dialect).assumptions?.contains(text) == true)
    }

    /// A block that is not there leaves a network that nobody published.
    @Test(arguments: [
        ("ResNet-18", "torchvision", "layer3.1.", [2, 2, 1, 2]),
        ("EfficientNet-B1", "timm", "blocks.5.4.", [2, 3, 3, 4, 4, 4, 2]),
    ])
    func depthsThatNoPublishedNetworkHasAreSaid(title: String, dialect: String, block: String, depths: [Int]) throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == title && $0.dialect == dialect })
        let entries = net.checkpoint().entries.filter { !$0.name.hasPrefix(block) }
        let attributes = ["architecture": title.lowercased().replacing("-", with: title.hasPrefix("R") ? "" : "_")]
        let network = try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: "PyTorch", files: [], entries: entries, attributes: attributes, source: Ones())
        )
        #expect(network.unpublishedDepths == depths)
        let line =
            "depth unknown: \(depths.map(String.init).joined(separator: ", ")) blocks (no published "
            + "\(network.family ?? "") has as many; a block may be missing)"
        #expect(network.conventions.assumptions?.contains(line) == true)
        #expect(network.contradictions.first?.contains("the shapes decide") == true)
    }

    @Test func publishedDepthsAreKnown() throws {
        for net in PublishedArchitecture.all {
            #expect(try ConvNetwork(recognising: net.checkpoint()).unpublishedDepths == nil, "\(net)")
        }
    }

    /// keras.applications' `preprocess_input` of each module.
    @Test(arguments: [
        ("ResNet-50", "BGR (x-[103.939,116.779,123.68])*[1.0,1.0,1.0]"), ("ResNet-50V2", "RGB x/127.5-1"),
        ("MobileNetV2 1.4", "RGB x/127.5-1"),
    ])
    func kerasPreparesImagesForEachFamilyInItsOwnWay(title: String, words: String) throws {
        let found = try Self.conventions(title, "Keras").first { $0.name == "preprocessing" }
        #expect(found?.value == words && found?.origin == .assumed && found?.reason == "Keras names")
    }

    @Test func stridesThatTheFileTellsAreNot() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "ResNet-18" })
        var model = ModelFacts()
        for conv in net.convs {
            model.order.append(conv.module)
            model.layers[conv.module] = ModelFacts.Layer(className: "Conv2d", stride: conv.stride)
        }
        let told = try Self.conventions("ResNet-18", net.dialect, model: model)
        #expect(told.first { $0.name == "strides and dilation" }?.origin == .file)
        #expect(told.assumptions?.contains("strides") == false)
        // One that it leaves open is the family's.
        model.layers["layer2.0.conv1"]?.stride = nil
        let partly = try Self.conventions("ResNet-18", net.dialect, model: model)
        #expect(partly.first { $0.name == "strides and dilation" }?.origin == .assumed)
    }
}
