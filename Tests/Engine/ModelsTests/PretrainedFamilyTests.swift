import Diagnostics
import Engine
import HDF5
import Models
import Tensors
import TestSupport
import Testing
import Architectures

/// Real checkpoints of every family against PyTorch.
@Suite struct PretrainedFamilyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let weights: String
        let golden: String
        let classes: Int
        /// The golden file's name of a result and ours.
        let taps: [(String, String)]
        var testDescription: String { weights }
    }

    static let cases = [
        Case(
            weights: "mobilenetv1_0.25_224", golden: "mobilenetv1_0.25_224", classes: 1000,
            taps: ["conv1_relu", "conv_dw_1_relu", "conv_dw_2_relu", "conv_pw_6_relu", "gap"].map { ($0, $0) }),
        Case(
            weights: "mobilenetv2_1.0_224_int8dq", golden: "mobilenetv2_1.0_224", classes: 1001,
            taps: [
                ("features.0", "stem"), ("features.2", "block2"), ("features.7", "block7"), ("features.18", "head"),
            ]),
        Case(
            weights: "mobilenetv3_small_1.0_224_uint8dq", golden: "mobilenetv3_small_1.0_224", classes: 1001,
            taps: [
                ("features.0", "stem"), ("features.1", "block1"), ("features.4", "block4"), ("features.12", "head"),
                ("gap", "gap"),
            ]),
        Case(
            weights: "mobilenetv3_small_torchvision", golden: "mobilenetv3_small_torchvision", classes: 2,
            taps: [
                ("features.0", "stem"), ("features.1", "block1"), ("features.4", "block4"), ("features.12", "head"),
                ("gap", "gap"),
            ]),
        Case(
            weights: "efficientnet_lite0_int8dq", golden: "efficientnet_lite0", classes: 17,
            taps: [("stem", "stem"), ("blocks_0", "block1"), ("blocks_4", "block5"), ("gap", "gap")]),
        Case(
            weights: "shufflenetv2_x0.5_backbone", golden: "shufflenetv2_x0.5", classes: 192,
            taps: [("first_conv", "stem"), ("stage2", "block4"), ("stage3", "block12")]),
        Case(
            weights: "regnetx_200mf_tinyimagenet100", golden: "regnetx_200mf", classes: 100,
            taps: [("stem", "stem"), ("block1", "block1"), ("block2", "block2"), ("block4", "block13")]),
    ]

    @Test(.needsSharedFiles, arguments: cases, ExecutionOptions.available)
    func everyFamilyAgreesWithPyTorch(example: Case, operators: ExecutionOptions.Operators) throws {
        // Plain loops on 224×224 images of the larger nets are slow; they are compared on the small one.
        if operators == .reference && example.golden != "regnetx_200mf" { return }
        let net = try RunnableGraph(
            network: ConvNetwork.open(SharedFiles.path("weights/\(example.weights).h5")))
        #expect(net.classes == example.classes && net.inputChannels == 3)
        let golden = try HDF5File(path: SharedFiles.path("golden/pretrained/\(example.golden).h5"))
        let input = try golden.tensor("input")
        let options = ExecutionOptions(operators: operators)
        let output = try golden.tensor("output")
        let fused = try ExecutionPlan(net.graph, inputShape: input.shape, options: options).run(input)
        #expect(relativeError(fused, output) <= 1e-3)
        guard operators == .automatic || operators == .reference else { return }
        let plan = try ExecutionPlan(
            net.graph, inputShape: input.shape, taps: example.taps.map(\.1), options: options)
        let recorded = try golden.listing().datasets.map(\.path).filter { $0.hasPrefix("taps/") }
        #expect(recorded.sorted() == example.taps.map { "taps/\($0.0)" }.sorted())
        let outcome = try plan.runWithTaps(input)
        #expect(relativeError(outcome.output, output) <= 1e-3)
        for (tap, result) in zip(example.taps, outcome.taps) {
            #expect(relativeError(result, try golden.tensor("taps/\(tap.0)")) <= 1e-3, "\(tap.0)")
        }
    }

    @Test(.needsSharedFiles) func aFamilyThatDoesNotRunIsNamed() throws {
        let path = SharedFiles.path("golden/vgnet/vgnetg_1_0mp.h5")
        let network = try ConvNetwork.open(path)
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(
            error?.description
                == "\(path): \(network.title); expected MobileNetV1, MobileNetV2, MobileNetV3, ShuffleNetV2, "
                + "EfficientNet, EfficientNetV2, RegNet, ResNet, GhostNet, ReXNet, MnasNet, ConvNeXt, MobileNetV4, "
                + "EfficientNet-EdgeTPU, VGG, SqueezeNet, DenseNet, RepVGG or MobileOne. Name the VGNet's config or published name and give this file as --weights."
        )
    }
}
