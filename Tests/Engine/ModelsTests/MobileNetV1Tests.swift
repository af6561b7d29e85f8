import Diagnostics
import Engine
import HDF5
import Models
import Tensors
import TestSupport
import Testing
import Architectures
import Checkpoints

@Suite struct MobileNetV1Tests {
    /// Both files hold the same net, one as a state dict, one as Keras wrote it.
    @Test(
        .needsSharedFiles,
        arguments: ["weights/mobilenetv1_0.25_224.h5", "weights/keras/st_mobilenet_v1_0.25_224_imagenet.h5"])
    func aRealCheckpointAgreesWithPyTorch(path: String) throws {
        let net = try RunnableGraph(network: ConvNetwork.open(SharedFiles.path(path)))
        #expect(net.classes == 1000)
        let golden = try HDF5File(path: SharedFiles.path("golden/pretrained/mobilenetv1_0.25_224.h5"))
        // Keras' file is run by its own description, whose mean has a name of its own.
        let mean = path.contains("keras/") ? [] : ["gap"]
        let taps = ["conv1_relu", "conv_dw_1_relu", "conv_dw_2_relu", "conv_pw_6_relu"] + mean
        let input = try golden.tensor("input")
        let outcome = try ExecutionPlan(net.graph, inputShape: input.shape, taps: taps).runWithTaps(input)
        for (tap, result) in zip(taps, outcome.taps) {
            #expect(relativeError(result, try golden.tensor("taps/\(tap)")) <= 1e-3, "\(tap)")
        }
        let output = try golden.tensor("output")
        #expect(relativeError(outcome.output, output) <= 1e-3)
    }

    /// Each convention by itself moves the result: the golden test above would notice.
    @Test(
        .needsSharedFiles,
        arguments: [
            MobileNetV1.Conventions(activation: .relu, padding: .same, epsilon: 1e-3),
            .init(activation: .relu6, padding: .symmetric(1), epsilon: 1e-3),
            .init(activation: .relu6, padding: .same, epsilon: 1e-5),
        ])
    func otherConventionsGiveOtherResults(conventions: MobileNetV1.Conventions) throws {
        let checkpoint = try Checkpoint.open(SharedFiles.path("weights/mobilenetv1_0.25_224.h5"))
        let net = try MobileNetV1(weights: TensorLookup(checkpoint), conventions: conventions)
        let golden = try HDF5File(path: SharedFiles.path("golden/pretrained/mobilenetv1_0.25_224.h5"))
        let input = try golden.tensor("input")
        let output = try ExecutionPlan(net.graph, inputShape: input.shape).run(input)
        let moved = relativeError(output, try golden.tensor("output"))
        #expect(moved > 2e-3)
    }

    @Test(.needsSharedFiles) func aLinearHeadGivesWhatA1x1ConvolutionGives() throws {
        let checkpoint = try Checkpoint.open(SharedFiles.path("weights/mobilenetv1_0.25_224.h5"))
        let tensors = try checkpoint.entries.map { entry in
            let tensor = try checkpoint.tensor(named: entry.name)
            return (entry.name, entry.name == "conv_preds/weight" ? tensor.reshaped([1000, 256]) : tensor)
        }
        let convolution = try MobileNetV1(weights: TensorLookup(checkpoint), conventions: .keras)
        let linear = try MobileNetV1(
            weights: TensorLookup(subject: "net", tensors: tensors), conventions: .keras)
        #expect(linear.graph == convolution.graph)
    }

    @Test(.needsSharedFiles) func anIncompleteNetNamesTheMissingTensor() throws {
        let path = SharedFiles.path("weights/mobilenetv1_1.0_224_shicai_f32_partial.h5")
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: ConvNetwork.open(path)) }
        #expect(
            error?.description
                == "\(path): no tensor 'conv6_sep/weight'; expected the weights of a whole MobileNetV1. "
                + "The kernels can be analysed all the same.")
    }
}
