import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Small files written by the frameworks themselves (`Fixtures/make_frameworks.py`), against the digests of the numbers
/// that the frameworks hold.
@Suite struct FrameworkFileTests {
    static let folder = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/frameworks"

    struct Recorded: Decodable {
        let shape: [Int]
        let sha256: String
    }

    static let recorded: [String: [String: Recorded]] = {
        let data = FileManager.default.contents(atPath: folder + "/digests.json") ?? Data()
        return (try? JSONDecoder().decode([String: [String: Recorded]].self, from: data)) ?? [:]
    }()

    @Test func theRecordIsThere() { #expect(Self.recorded.count == 19) }

    static let readings: [Checkpoint.Reading] = [.inProcess, .isolated(executable: ReaderBinary.path)]

    @Test(arguments: recorded.keys.sorted(), readings)
    func everyTensorEqualsTheFrameworks(file: String, reading: Checkpoint.Reading) throws {
        let recorded = try #require(Self.recorded[file])
        let checkpoint = try Checkpoint.open("\(Self.folder)/\(file)", reading: reading)
        var differing: [String] = []
        for (name, item) in recorded {
            let entry = try #require(checkpoint.entry(named: name), "\(name)")
            let tensor = try checkpoint.tensor(named: name)
            if entry.shape != Shape(item.shape) || TensorStatistics(tensor.scalars).sha256 != item.sha256 {
                differing.append(name)
            }
        }
        #expect(differing == [])
        let others = checkpoint.entries.map(\.name).filter { recorded[$0] == nil }
        #expect(others == [])
    }

    struct Expected: Sendable {
        let file: String
        let format: String
        /// Name, stride, connectivity of each N×N layer, by the script.
        let layers: [(String, Int?, ConvLayer.Connectivity)]
        var norms = 2
    }

    static let torchLayers: [(String, Int?, ConvLayer.Connectivity)] = [
        ("conv1", nil, .standard), ("depthwise", nil, .depthwise(multiplier: 1)), ("grouped", nil, .grouped(4)),
    ]
    static let tracedLayers: [(String, Int?, ConvLayer.Connectivity)] = [
        ("conv1", 2, .standard), ("depthwise", 2, .depthwise(multiplier: 1)), ("grouped", 1, .grouped(4)),
    ]
    static func kerasLayers(_ last: String, _ connectivity: ConvLayer.Connectivity, inner: String = "inner.")
        -> [(String, Int?, ConvLayer.Connectivity)]
    {
        [
            ("stem", 2, .standard), ("spatial", 1, .depthwise(multiplier: 1)),
            ("\(inner)separable.depthwise_kernel", 2, .depthwise(multiplier: 1)), (last, 1, connectivity),
        ]
    }

    static let networks = [
        Expected(file: "state_dict.pth", format: "PyTorch", layers: torchLayers, norms: 1),
        Expected(file: "state_dict_legacy.pth", format: "PyTorch (legacy)", layers: torchLayers, norms: 1),
        Expected(file: "exported.onnx", format: "ONNX", layers: tracedLayers, norms: 0),
        Expected(file: "exported_dynamo.onnx", format: "ONNX", layers: tracedLayers, norms: 0),
        Expected(file: "constants.onnx", format: "ONNX", layers: tracedLayers, norms: 0),
        Expected(file: "keras3.keras", format: "Keras archive", layers: kerasLayers("grouped", .grouped(3))),
        Expected(file: "keras3_legacy.h5", format: "Keras HDF5", layers: kerasLayers("grouped", .grouped(3))),
        Expected(file: "keras2.keras", format: "Keras archive", layers: kerasLayers("plain", .standard)),
        Expected(file: "keras2_model.h5", format: "Keras HDF5", layers: kerasLayers("plain", .standard)),
    ]

    @Test(arguments: networks)
    func anUnknownNetworkHasALayerForEachTensor(expected: Expected) throws {
        let network = try ConvNetwork.open("\(Self.folder)/\(expected.file)")
        #expect(network.checkpoint.format == expected.format)
        #expect(network.family == nil)
        #expect(network.title == "unknown network")
        let layers = network.spatialLayers
        #expect(layers.map(\.name) == expected.layers.map(\.0))
        #expect(layers.map(\.stride) == expected.layers.map(\.1))
        #expect(layers.map(\.connectivity) == expected.layers.map(\.2))
        for layer in layers { #expect(try network.weight(of: layer).shape == layer.weightShape) }
    }

    @Test func stridesComeFromTheUsersTable() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/strides.txt"
            try AtomicFile.write(text: "# a comment\nconv1: 2\n#2 2\n\ngrouped 1\n", to: path)
            let file = Self.folder + "/state_dict.pth"
            let network = try ConvNetwork.open(file, strides: StrideTable(contentsOf: path))
            #expect(network.spatialLayers.map(\.stride) == [2, 2, 1])
            #expect(network.recognition.hasSuffix("and the strides are known."))
            // As an editor on Windows saves it.
            try AtomicFile.write(text: "\u{FEFF}# a comment\r\nconv1: 2\r\n#2 2\r\n\r\ngrouped 1\r\n", to: path)
            #expect(
                try ConvNetwork.open(file, strides: StrideTable(contentsOf: path)).spatialLayers.map(\.stride) == [
                    2, 2, 1,
                ])
            #expect(try StrideTable(text: "a: 2\r\nb: 1\r", path: "s") == StrideTable(text: "a: 2\nb: 1", path: "s"))
            try AtomicFile.write(text: "conv2: 2\n", to: path)
            let unknown = #expect(throws: KernelVizError.self) {
                try ConvNetwork.open(file, strides: StrideTable(contentsOf: path))
            }
            #expect(unknown?.description == "\(path): no layer 'conv2' in \(file). The nearest name is 'conv1'.")
            try AtomicFile.write(text: "conv1: two\n", to: path)
            let bad = #expect(throws: KernelVizError.self) { try StrideTable(contentsOf: path) }
            #expect(
                bad?.description == "\(path): line 1: 'conv1: two'; expected a layer and its stride from 1 to 64, "
                    + "such as 'features.3.conv: 2'.")
        }
    }

    @Test func aPickledModelIsReadWithoutRunningIt() throws {
        let checkpoint = try Checkpoint.open(Self.folder + "/whole_model.pth")
        #expect(checkpoint.entries.map(\.name) == ["weight", "bias"])
        #expect(checkpoint.entries.map(\.shape) == [[5, 16], [5]])
        #expect(
            checkpoint.notes == [
                "A pickled model (torch.nn.modules.linear.Linear): its parameters and buffers were read as its state dict "
                    + "would name them; no code was run."
            ])
    }

    @Test func metadataAreRead() throws {
        #expect(try Checkpoint.open(Self.folder + "/kinds.safetensors").attributes == ["made": "by safetensors"])
        #expect(try Checkpoint.open(Self.folder + "/keras3.keras").model?.layers["stem"]?.stride == 2)
    }
}

/// The program whose process reads in isolation: the built `TestReader` beside the test bundle.
enum ReaderBinary {
    static let path = BuiltProduct.path("TestReader")
}
