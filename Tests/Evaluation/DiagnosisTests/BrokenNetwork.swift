import Architectures
import Checkpoints
import Diagnostics
import Evaluation
import Files
import Foundation
import Tensors
import TestSupport

@testable import Diagnosis

/// The trained network of the project, whole or broken on purpose, read back from a file.
enum BrokenNetwork {
    /// MobileNetV1 0.5, trained on CIFAR-10 at 64 pixels with symmetric padding: sound.
    static let sound = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    /// The tensors of a checkpoint by name, in file order.
    struct Tensors {
        var names: [String]
        var values: [String: Tensor]
        var attributes: [String: String]

        init(_ path: String) throws {
            let checkpoint = try Checkpoint.open(path)
            names = checkpoint.entries.map { $0.name.replacing("/", with: ".") }
            values = Dictionary(
                uniqueKeysWithValues: try checkpoint.entries.map {
                    ($0.name.replacing("/", with: "."), try checkpoint.tensor(named: $0.name))
                })
            attributes = checkpoint.attributes
        }

        subscript(name: String) -> [Float] {
            get { values[name]?.scalars ?? [] }
            set { if let old = values[name] { values[name] = Tensor(shape: old.shape, scalars: newValue) } }
        }

        func shape(_ name: String) -> [Int] { values[name]?.shape.dimensions ?? [] }

        /// As a safetensors file.
        func write(to path: String) throws {
            var header: [String: Any] = attributes.isEmpty ? [:] : ["__metadata__": attributes]
            var bytes: [UInt8] = []
            for name in names {
                guard let tensor = values[name] else { continue }
                let start = bytes.count
                for value in tensor.scalars {
                    for shift in [0, 8, 16, 24] { bytes.append(UInt8(value.bitPattern >> shift & 255)) }
                }
                header[name] = [
                    "dtype": "F32", "shape": tensor.shape.dimensions, "data_offsets": [start, bytes.count],
                ]
            }
            let json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
            let length = (0..<8).map { UInt8(json.count >> (8 * $0) & 255) }
            try AtomicFile.write(length + json + bytes, to: path)
        }
    }

    /// What the rules find in the network of a file.
    static func diagnose(_ path: String, rules: [String]? = nil) throws -> NetworkDiagnosis {
        let network = try ConvNetwork.open(path)
        let runnable: Result<RunnableNetwork, KernelVizError>
        do { runnable = .success(try RunnableNetwork(checkpoint: path)) } catch let error as KernelVizError {
            runnable = .failure(error)
        }
        let chosen = try rules.map(NetworkDiagnosis.rules(named:)) ?? DiagnosisRules.all
        return NetworkDiagnosis(try Subject(network: network, runnable: runnable), rules: chosen)
    }

    /// What the rules find in the sound network after a change.
    static func diagnose(
        rules: [String]? = nil, _ change: (inout Tensors) throws -> Void
    ) throws -> NetworkDiagnosis {
        try withTemporaryFolder { folder in
            var tensors = try Tensors(sound)
            try change(&tensors)
            let path = folder + "/net.safetensors"
            try tensors.write(to: path)
            return try diagnose(path, rules: rules)
        }
    }
}
