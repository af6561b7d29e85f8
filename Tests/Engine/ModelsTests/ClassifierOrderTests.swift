import Architectures
import Checkpoints
import Engine
import Files
import Models
import Tensors
import TestSupport
import Testing

@Suite struct ClassifierOrderTests {
    /// A file's tensors as safetensors, in the order of `names`.
    private static func write(_ checkpoint: Checkpoint, _ names: [String], to path: String) throws {
        var places: [String] = []
        var bytes: [UInt8] = []
        for name in names {
            let tensor = try checkpoint.tensor(named: name)
            let start = bytes.count
            for value in tensor.scalars {
                for shift in [0, 8, 16, 24] { bytes.append(UInt8(value.bitPattern >> shift & 255)) }
            }
            let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
            places.append(
                "\"\(name.replacing("/", with: "."))\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(start),\(bytes.count)]}")
        }
        // The order of the header is the file's.
        let json = Array(("{" + places.joined(separator: ",") + "}").utf8)
        let length = (0..<8).map { UInt8(json.count >> (8 * $0) & 255) }
        try AtomicFile.write(length + json + bytes, to: path)
    }

    /// State dicts hold their tensors in any order; PyTorch loads them by name.
    @Test(.needsSharedFiles) func linearLayersFollowEachOtherByTheirWidths() throws {
        let path = SharedFiles.path("weights/mobilenetv3_small_torchvision.h5")
        let checkpoint = try Checkpoint.open(path)
        let names = checkpoint.entries.map(\.name)
        try withTemporaryFolder { folder in
            let image = Tensor(shape: [1, 3, 64, 64], scalars: (0..<3 * 64 * 64).map { Float($0 % 23) / 11 - 1 })
            let logits = try [names, names.reversed()].enumerated().map { index, order in
                let file = "\(folder)/\(index).safetensors"
                try Self.write(checkpoint, order, to: file)
                let graph = try RunnableGraph(network: ConvNetwork.open(file)).graph
                return try ExecutionPlan(graph, inputShape: image.shape).run(image)
            }
            #expect(logits[0] == logits[1])
        }
    }
}
