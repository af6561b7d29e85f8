import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// A part of a network that is not in its file is missed or said, whatever it is.
@Suite struct AbsentPartTests {
    /// A published network with all that a state dict holds; the fixtures have weights and running statistics alone.
    private static func entries(_ title: String, _ dialect: String? = nil) throws -> [Checkpoint.Entry] {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == title && (dialect == nil || $0.dialect == dialect) })
        let entries = net.checkpoint().entries
        let norms = Dictionary(grouping: entries.filter { $0.parameter == "running_mean" }, by: \.module)
        let bare = Set(net.convs.filter { $0.norm == nil }.map(\.module) + [net.classifier?.module].compactMap { $0 })
        var result = entries
        for entry in entries {
            func add(_ word: String, _ length: Int) {
                result.append(
                    Checkpoint.Entry(name: "\(entry.module).\(word)", shape: [length], dtype: "float32"))
            }
            if entry.parameter == "running_mean", norms[entry.module] != nil {
                add("weight", entry.shape[0])
                add("bias", entry.shape[0])
            } else if entry.parameter == "weight", bare.contains(entry.module) {
                add("bias", entry.shape[0])
            }
        }
        return result
    }

    private static func network(_ entries: [Checkpoint.Entry]) throws -> ConvNetwork {
        try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
    }

    @Test(arguments: [
        ("ResNet-18", "torchvision"), ("SE-ResNet-18", "timm"), ("MobileNetV3-Small 1.0", "torchvision"),
        ("MobileNetV2 0.75", "torchvision"), ("SqueezeNet 1.1", "torchvision"), ("VGG-11", "torchvision"),
        ("EfficientNet-B1", "timm"), ("EfficientNetV2-S", "torchvision"), ("RegNetY-400MF", "torchvision"),
        ("ConvNeXt-Tiny", "torchvision"), ("MnasNet-A1 0.5", "timm"), ("GhostNet 1.0", "timm"),
    ])
    func ofAWholeNetworkNothingIsMissed(title: String, dialect: String) throws {
        let network = try Self.network(Self.entries(title, dialect))
        #expect(network.title == title)
        #expect(network.missingTensors == [] && network.absentVectors == [] && network.missingNorms == [])
    }

    /// A bias without its weight is no backbone.
    @Test(arguments: ["weight", "bias"])
    func halfAClassifier(word: String) throws {
        let network = try Self.network(Self.entries("ResNet-18").filter { $0.name != "fc.\(word)" })
        #expect(network.missingTensors == (word == "weight" ? ["fc.weight"] : []))
        let line = "classifier bias zeros (no 'fc.bias' in the file)"
        #expect(network.conventions.assumptions?.contains(line) == (word == "bias"))
        // Without both it is one.
        let backbone = try Self.network(Self.entries("ResNet-18").filter { !$0.name.hasPrefix("fc.") })
        #expect(backbone.missingTensors == [] && backbone.absentVectors == [] && backbone.classCount == nil)
    }

    @Test(arguments: ["model.head", "classifier.1", "net.fc"])
    func aBiasOfAClassifierOfAnotherNameIsOneToo(module: String) throws {
        let entries = try Self.entries("ResNet-18").filter { !$0.name.hasPrefix("fc.") }
        let bias = Checkpoint.Entry(name: "\(module).bias", shape: [10], dtype: "float32")
        #expect(try Self.network(entries + [bias]).missingTensors == ["\(module).weight"])
    }

    @Test func shiftsThatAllNormalisationsLackAreSaid() throws {
        let entries = try Self.entries("ResNet-18")
        let shifted = entries.filter { !($0.parameter == "bias" && $0.module != "fc") }
        // One of the stem, two a block of eight, one a projection of three.
        #expect(
            try Self.network(shifted).absentVectors == [
                .init(kind: "batch-norm shift", value: "zeros", tensor: "bn1.bias", count: 20)
            ])
        let line = "batch-norm shift zeros (no 'bn1.bias' in the file, nor 19 more)"
        #expect(try Self.network(shifted).conventions.assumptions?.contains(line) == true)
        // One that has it is no rule.
        let one = entries.filter { !($0.parameter == "bias" && $0.module != "fc" && $0.module != "layer4.1.bn2") }
        #expect(try Self.network(one).absentVectors.map(\.count) == [19])
    }

    @Test func neitherNormalisationNorBiasIsMissed() throws {
        let entries = try Self.entries("ResNet-18")
        let bare = entries.filter { $0.shape.rank > 1 }
        let missing = try Self.network(bare).missingNorms
        #expect(missing.count == 20 && missing.first?.tensor == "bn1.running_mean")
        #expect(missing.allSatisfy { !$0.isFolded })
        // Folded: every convolution has a bias.
        let biases = bare.filter { $0.shape.rank == 4 }.map {
            Checkpoint.Entry(name: "\($0.module).bias", shape: [$0.shape[0]], dtype: "float32")
        }
        #expect(try Self.network(bare + biases).missingNorms == [])
        #expect(try Self.network(bare + biases.dropLast()).missingNorms.count == 1)
    }

    @Test func aProjectionThatABlockNeedsIsMissed() throws {
        let whole = try Self.entries("ResNet-18")
        let network = try Self.network(whole.filter { !$0.name.hasPrefix("layer2.0.downsample") })
        #expect(network.missingTensors == ["layer2.0.downsample.0.weight"])
    }

    @Test func squeezeAndExciteOfOneBlockIsMissed() throws {
        let whole = try Self.entries("MobileNetV3-Small 1.0", "torchvision")
        let first = try #require(whole.first { $0.name.hasSuffix(".fc1.weight") }?.module.dropLast(4))
        let network = try Self.network(whole.filter { !$0.name.hasPrefix(first + ".fc") })
        #expect(network.missingTensors == ["\(first).fc1.weight", "\(first).fc2.weight"])
        // Of one convolution the bias alone: others have it.
        let bare = try Self.network(whole.filter { $0.name != "\(first).fc1.bias" })
        #expect(bare.missingTensors == ["\(first).fc1.bias"])
        let none = try Self.network(whole.filter { !($0.name.contains(".fc") && $0.parameter == "bias") })
        #expect(none.missingTensors == [] && none.absentVectors.map(\.kind) == ["squeeze-and-excite bias"])
    }
}
