import Engine
import Export
import Foundation
import HDF5
import Models
import TestSupport
import Tensors
import Testing
import Architectures
import Checkpoints

/// Networks that torchvision and timm build (and Keras' under its names), with seeded weights, against what PyTorch
/// counts and makes of an input; `Scripts/family_numbers.py` makes them.
@Suite struct PeerFamilyTests {
    /// What PyTorch says of one network.
    private struct Numbers: Decodable {
        let name: String
        let file: String
        let parameters: Int
        let macs: Int
    }

    /// What some of the files must be recognised as.
    static let titles = [
        "mobilenet_v2": "MobileNetV2 1.0", "tf_mobilenetv3_small_minimal_100": "MobileNetV3-Small minimalistic 1.0",
        "keras_mobilenetv3_small_minimalistic": "MobileNetV3-Small minimalistic 1.0",
        "mobilenetv1_125": "MobileNetV1 1.25",
        "keras_mobilenet_automatic": "MobileNetV1 1.0", "tf_efficientnet_lite1": "EfficientNet-Lite1",
        "efficientnet_es": "EfficientNet-EdgeTPU-S", "tf_efficientnetv2_b0": "EfficientNetV2-B0",
        "resnet18": "ResNet-18", "resnet26d": "ResNet-26-D", "resnetrs50": "ResNet-RS-50", "rexnet_100": "ReXNet 1.0",
        "vgg11_bn": "VGG-11 with batch norm", "squeezenet1_1": "SqueezeNet 1.1", "densenet121": "DenseNet-121",
        "repvgg_a0": "RepVGG-A0", "repvgg_a0_folded": "RepVGG-A0", "mobileone_s0": "MobileOne-S0",
        "mobileone_s1_folded": "MobileOne-S1", "mobilenetv4_conv_small": "MobileNetV4-Conv-Small",
        "convnext_atto": "ConvNeXt-Atto", "convnextv2_atto": "ConvNeXtV2-Atto",
        "convnext_atto_rms": "ConvNeXt-Atto", "repghostnet_050": "RepGhostNet 0.5",
        "repghostnet_050_folded": "RepGhostNet 0.5",
        // transformers' names.
        "transformers_convnext": "ConvNeXt", "transformers_convnextv2": "ConvNeXtV2",
        "transformers_resnet18": "ResNet-18", "transformers_regnet_y_400mf": "RegNetY-400MF",
        "transformers_mobilenetv1": "MobileNetV1 0.5", "transformers_mobilenetv2": "MobileNetV2 0.5",
        "transformers_mobilenetv2_swish": "MobileNetV2 0.5", "transformers_efficientnet": "EfficientNet-B0",
    ]

    /// Networks whose export their own library loads with `load_state_dict(strict=True)`.
    static let strict = [
        "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "regnet_y_400mf", "regnet_x_400mf",
        "shufflenet_v2_x1_0", "efficientnet_b0", "mnasnet1_0", "ghostnet_100", "repghostnet_050", "mobilenetv1_100",
        "mnasnet_100",
        "regnetx_004", "tf_efficientnet_b0", "mobilenetv2_050", "resnet18", "convnext_tiny_torchvision",
        "convnext_atto", "convnext_atto_rms", "convnextv2_atto", "densenet121", "vgg11_bn", "squeezenet1_1",
        "resnet26d", "resnetrs50", "rexnet_100",
        "repvgg_a0", "mobileone_s0", "mobilenetv4_conv_small", "tf_efficientnetv2_b0", "efficientnet_es",
    ]

    /// Networks whose ONNX export must run as its graph says, with the same numbers: their layer scales and gains are random.
    static let rewritten = [
        "convnext_tiny_torchvision", "convnext_atto", "convnext_atto_rms", "convnextv2_atto", "mobilenet_v3_small",
        "transformers_convnext", "transformers_convnextv2",
    ]

    @Test(.needsPython) func everyFamilyThatRunsGivesPyTorchsNumbers() throws {
        try withTemporaryFolder { folder in
            let outcome = try PythonCheck.run("family_numbers.py", [folder, "--quick"])
            #expect(outcome.status == 0, "\(outcome.output)")
            let list = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/numbers.json"))
            let networks = try JSONDecoder().decode([Numbers].self, from: list)
            #expect(networks.count >= 45)
            #expect(Set(Self.titles.keys).isSubset(of: networks.map(\.name)))
            for numbers in networks {
                do { try check(numbers, folder) } catch { Issue.record("\(numbers.name): \(error)") }
            }
            let strict = try PythonCheck.run("check_strict.py", [folder] + Self.strict)
            #expect(strict.status == 0, "\(strict.output)")
        }
    }

    private func check(_ numbers: Numbers, _ folder: String) throws {
        let name = numbers.name
        let network = try ConvNetwork.open("\(folder)/\(numbers.file)")
        if let title = Self.titles[name] { #expect(network.title == title, "\(name)") }
        let net = try RunnableGraph(network: network)
        #expect(net.graph.parameterCount(.learnable) == numbers.parameters, "\(name)")
        let file = try HDF5File(path: "\(folder)/\(name).numbers.h5")
        let input = try file.tensor("input")
        let plan = try ExecutionPlan(net.graph, inputShape: input.shape)
        #expect(plan.macs == numbers.macs * input.shape[0], "\(name)")
        let expected = try file.tensor("output")
        let logits = try plan.run(input).reshaped(expected.shape)
        if Self.strict.contains(name) {
            try SafetensorsWriter.write(
                StateDict(graph: net.graph), metadata: ModelMetadata(name: network.title),
                to: "\(folder)/\(name).export.safetensors")
        }
        if Self.rewritten.contains(name) {
            let path = "\(folder)/\(name).onnx"
            try ONNXExporter(imageShape: Shape(Array(input.shape.dimensions.dropFirst())), batch: .dynamic).write(
                net.graph, metadata: ModelMetadata(name: network.title), to: path)
            let again = try RunnableGraph(network: ConvNetwork.open(path))
            let initializers = try Checkpoint.open(path).entries
            for entry in network.checkpoint.entries {
                let own = initializers.filter { $0.name == entry.name }
                #expect(own.map(\.shape) == [entry.shape], "\(name): \(entry.name)")
            }
            #expect(again.description == "ONNX graph" && again.remarks.isEmpty, "\(name): \(again.remarks)")
            #expect(again.graph.parameterCount(.learnable) == numbers.parameters, "\(name)")
            let results = try ExecutionPlan(again.graph, inputShape: input.shape).run(input).reshaped(expected.shape)
            #expect(relativeError(results, expected) <= 1e-5, "\(name).onnx")
        }
        // Of the largest logit: both sum some ten million products in 32-bit floats.
        #expect(relativeError(logits, expected) <= 1e-5, "\(name)")
        try FileManager.default.removeItem(atPath: "\(folder)/\(numbers.file)")
    }
}
