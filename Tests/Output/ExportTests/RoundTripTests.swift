import Engine
import Evaluation
import Export
import HDF5
import Models
import TestSupport
import Tensors
import Testing
import VGNets
import Checkpoints

/// What is exported is read back and gives the same numbers: logits, preprocessing, classes.
@Suite struct RoundTripTests {
    /// Checkpoints with other padding, ε, activations and preprocessing than the names of their tensors suggest are among
    /// them.
    static let checkpoints = [
        "weights/mobilenetv1_0.25_224.h5", "weights/keras/st_mobilenet_v1_0.25_224_imagenet.h5",
        "weights/mobilenetv2_1.0_224_int8dq.h5", "weights/mobilenetv2_0.35_224_notop.h5",
        "weights/mobilenetv3_small_torchvision.h5", "weights/mobilenetv3_small_1.0_224_uint8dq.h5",
        "weights/efficientnet_lite0_int8dq.h5", "weights/shufflenetv2_x0.5_backbone.h5",
        "weights/regnetx_200mf_tinyimagenet100.h5",
    ]

    @Test(.needsSharedFiles, arguments: checkpoints)
    func aCheckpointSurvivesEveryFormat(path: String) throws {
        try check(RunnableNetwork(checkpoint: SharedFiles.path(path)))
    }

    /// The default checkpoint, which once evaluated at 20 % instead of 83.5 % after its export.
    @Test func theDefaultCheckpointSurvivesEveryFormat() throws {
        let path = "\(SharedFiles.packageRoot)/Weights/mobilenetv1_0.5_cifar10.h5"
        try check(RunnableNetwork(checkpoint: path))
    }

    @Test(arguments: ["vgnetg-1.0mp-thumbnail", "vgnetf2-1.5mp", "vgnetc-1.5mp"])
    func aVGNetSurvivesEveryFormat(name: String) throws {
        try withTemporaryFolder { folder in
            let random = try RunnableNetwork(named: name, seed: 3, inputSize: 64)
            try SafetensorsWriter.write(
                StateDict(graph: random.graph), metadata: ModelMetadata(random.description, config: random.config),
                to: "\(folder)/net.safetensors")
            try check(RunnableNetwork(checkpoint: "\(folder)/net.safetensors"))
        }
    }

    /// What the user says instead of the file is what is exported.
    @Test(.needsSharedFiles) func conventionsThatAUserGaveSurviveToo() throws {
        var options = ConventionOptions()
        options.padding = .torch
        options.epsilon = 0.01
        options.activation = .relu
        options.preprocessing = try ConventionOptions.preprocessing(parsing: "caffe")
        let path = SharedFiles.path("weights/mobilenetv1_0.25_224.h5")
        let changed = try RunnableNetwork(checkpoint: path, options: options)
        #expect(changed.preprocessing.channelOrder == .bgr)
        #expect(changed.conventions.filter { $0.origin == .option }.count == 4)
        let own = try RunnableNetwork(checkpoint: path)
        #expect(try relativeError(logits(changed), logits(own)) > 1e-3)
        try check(changed)
    }

    /// PyTorch's own keys come back, so that `load_state_dict(strict=True)` of the source's library takes them.
    @Test(
        .needsSharedFiles,
        arguments: ["weights/mobilenetv3_small_torchvision.h5", "weights/regnetx_200mf_tinyimagenet100.h5"])
    func theKeysAreTheSources(path: String) throws {
        let source = try Checkpoint.open(SharedFiles.path(path))
        let network = try RunnableNetwork(checkpoint: SharedFiles.path(path))
        let keys = Set(StateDict(graph: network.graph).entries.map(\.name))
        let own = Set(
            source.entries.map { $0.name.replacing("/", with: ".") }.filter { !$0.hasSuffix("num_batches_tracked") })
        #expect(keys == own)
    }

    private func check(_ network: RunnableNetwork) throws {
        let expected = try logits(network)
        let metadata = ModelMetadata(network.description, config: network.config)
        let state = StateDict(graph: network.graph)
        try withTemporaryFolder { folder in
            let files = ["net.safetensors", "net.h5", "net.onnx"].map { "\(folder)/\($0)" }
            try SafetensorsWriter.write(state, metadata: metadata, to: files[0])
            try StateDictHDF5Writer.write(state, metadata: metadata, to: files[1])
            try ONNXExporter(imageShape: network.inputShape().dropFirstAxis).write(
                network.graph, metadata: metadata, to: files[2])
            for file in files {
                let again = try RunnableNetwork(checkpoint: file)
                #expect(try relativeError(logits(again, like: network), expected) <= 1e-5, "\(file)")
                #expect(again.preprocessing == network.preprocessing, "\(file)")
                #expect(again.classNames == network.classNames, "\(file)")
                #expect(again.inputSize == network.inputSize, "\(file)")
                #expect(again.conventions.assumptions == nil || network.config != nil, "\(file)")
            }
        }
    }

    private func logits(_ network: RunnableNetwork, like other: RunnableNetwork? = nil) throws -> Tensor {
        var generator = SeededGenerator(seed: 7)
        let shape = (other ?? network).inputShape()
        let image = Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) })
        return try ExecutionPlan(network.graph, inputShape: shape).run(image)
    }
}

extension Shape {
    /// C×H×W of N×C×H×W.
    fileprivate var dropFirstAxis: Shape { Shape(Array(dimensions.dropFirst())) }
}
