import Foundation
import TestSupport
import Tensors
import Testing

@testable import Checkpoints

/// A network's convolutions as torchvision, timm or Keras builds them (`Fixtures/make_architectures.py`).
struct PublishedArchitecture: Decodable, Sendable, CustomTestStringConvertible {
    struct Conv: Decodable, Sendable {
        let module: String
        let shape: [Int]
        let stride: Int
        let groups: Int
        let norm: String?

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            module = try row.decode(String.self)
            shape = try row.decode([Int].self)
            stride = try row.decode(Int.self)
            groups = try row.decode(Int.self)
            norm = try row.decodeIfPresent(String.self)
        }
    }

    struct Linear: Decodable, Sendable {
        let module: String
        let shape: [Int]

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            module = try row.decode(String.self)
            shape = try row.decode([Int].self)
        }
    }

    let title: String
    let dialect: String
    let convs: [Conv]
    let classifier: Linear?

    /// Networks of the families.
    static let all = recorded.filter { $0.title != "unknown network" }
    /// Networks that resemble a family and are none of it.
    static let relatives = recorded.filter { $0.title == "unknown network" }

    private static let recorded = ["architectures", "architectures_tf_keras"].flatMap { name in
        let path = SharedFiles.packageRoot + "/Tests/Checkpoints/ArchitecturesTests/Fixtures/\(name).json"
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return (try? JSONDecoder().decode([PublishedArchitecture].self, from: data)) ?? []
    }

    var testDescription: String { "\(title) by \(dialect)" }

    private var isKeras: Bool { dialect == "Keras" }

    /// N×N convolutions in the network's order.
    var spatial: [Conv] { convs.filter { kernelSize($0) > 1 } }

    func kernelSize(_ conv: Conv) -> Int { isKeras ? conv.shape[0] : conv.shape[2] }

    /// Keras' grouped convolutions have a group a channel where one input channel remains of many.
    func isDepthwise(_ conv: Conv) -> Bool {
        conv.groups > 1
            && (isKeras
                ? conv.shape[2] == conv.groups || (conv.shape[2] == 1 && conv.shape[3] == conv.groups)
                : conv.shape[0] == conv.groups)
    }

    /// The tensors of such a network, without numbers; alphabetical, as HDF5 lists them.
    func checkpoint(prefix: String = "", dropping dropped: Set<String> = []) -> Checkpoint {
        var entries: [Checkpoint.Entry] = []
        func add(_ module: String, _ parameter: String, _ shape: [Int], _ axes: WeightAxes) {
            guard !dropped.contains(module) else { return }
            entries.append(
                Checkpoint.Entry(
                    name: "\(prefix)\(module).\(parameter)", shape: Shape(shape), dtype: "float32",
                    module: prefix + module, parameter: parameter, axes: axes))
        }
        let axes = isKeras ? WeightAxes.rowsColumnsInputOutput : .outputInputRowsColumns
        for conv in convs {
            add(conv.module, isKeras ? "kernel" : "weight", conv.shape, axes)
            guard let norm = conv.norm else { continue }
            let channels =
                isDepthwise(conv) ? conv.groups : isKeras ? conv.shape[3] : conv.shape[0]
            add(norm, isKeras ? "moving_mean" : "running_mean", [channels], axes)
            add(norm, isKeras ? "moving_variance" : "running_var", [channels], axes)
        }
        if let classifier { add(classifier.module, isKeras ? "kernel" : "weight", classifier.shape, axes) }
        return Checkpoint(
            path: "net.h5", format: "HDF5", files: [], entries: entries.sorted { $0.name < $1.name },
            attributes: [:], source: Ones())
    }
}
