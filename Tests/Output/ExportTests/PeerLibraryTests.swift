import Engine
import Export
import Foundation
import HDF5
import Models
import Tensors
import TestSupport
import Testing
import Checkpoints

/// Exports read by onnx, ONNX Runtime, safetensors and h5py.
@Suite struct PeerLibraryTests {
    /// One entry of the list that `check_exports.py` reads.
    private struct Case: Encodable {
        struct Model: Encodable {
            let path: String
            /// nil for any number of images.
            let batch: Int?
            let shares_kernels: Bool

            // Any number is written as null, not left out.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(path, forKey: .path)
                try container.encode(batch, forKey: .batch)
                try container.encode(shares_kernels, forKey: .shares_kernels)
            }

            enum Key: CodingKey { case path, batch, shares_kernels }
        }

        let name: String
        let golden: String
        let onnx: [Model]
        var safetensors: String?
        var hdf5: String?
        let metadata: [String: String]
    }

    @Test(.needsSharedFiles, .needsPython) func everyGoldenNetIsReadAndRunAsPyTorchRanIt() throws {
        try withTemporaryFolder { folder in
            try check(GoldenNet.names.map { try goldenCase($0, folder) }, folder)
        }
    }

    @Test(.needsSharedFiles, .needsPython) func aRealCheckpointIsRunAsPyTorchRanIt() throws {
        try withTemporaryFolder { folder in
            let checkpoint = try Checkpoint.open(SharedFiles.path("weights/mobilenetv1_0.25_224.h5"))
            let net = try MobileNetV1(weights: TensorLookup(checkpoint), conventions: .keras)
            let metadata = ModelMetadata(name: "mobilenet")
            let models = try models("mobilenet", net.graph, [1, 3, 224, 224], metadata, folder)
            let golden = SharedFiles.path("golden/pretrained/mobilenetv1_0.25_224.h5")
            try check([Case(name: "mobilenet", golden: golden, onnx: models, metadata: ["name": "mobilenet"])], folder)
        }
    }

    @Test(.needsPython) func everyOperationIsRunAsTheEngineRunsIt() throws {
        try withTemporaryFolder { folder in
            let image = OperationGraphs.image(batch: 2)
            let graphs = [
                ("everything", OperationGraphs.everything()), ("normalisations", OperationGraphs.normalisations()),
                ("dilated", OperationGraphs.dilated()),
            ]
            let cases = try graphs.map { name, graph in
                let result = try ExecutionPlan(graph, inputShape: image.shape).run(image)
                try HDF5Writer.write(to: "\(folder)/\(name).expected.h5") { file in
                    try file.write(image.scalars, dimensions: image.shape.dimensions, to: "input")
                    try file.write(result.scalars, dimensions: result.shape.dimensions, to: "output")
                }
                let models = try models(name, graph, image.shape, ModelMetadata(name: name), folder)
                return Case(
                    name: name, golden: "\(folder)/\(name).expected.h5", onnx: models, metadata: ["name": name])
            }
            try check(cases, folder)
        }
    }

    /// Runs the script on the cases; it must report each.
    private func check(_ cases: [Case], _ folder: String) throws {
        let list = "\(folder)/cases.json"
        try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: list))
        let outcome = try PythonCheck.run("check_exports.py", [list])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.split(separator: "\n").count { $0.contains(" tensors agree, ") } == cases.count)
    }

    /// One model for the batch of `image` (N×C×H×W) with repeated kernels, one for any batch with kernels written once.
    private func models(
        _ name: String, _ graph: Graph, _ image: Shape, _ metadata: ModelMetadata, _ folder: String
    ) throws -> [Case.Model] {
        let forms: [(ONNXExporter.Batch, ONNXExporter.SharedKernels)] = [
            (.fixed(image[0]), .repeated), (.dynamic, .once),
        ]
        return try forms.enumerated().map { index, form in
            let path = "\(folder)/\(name).\(index).onnx"
            let exporter = ONNXExporter(
                imageShape: [image[1], image[2], image[3]], batch: form.0, sharedKernels: form.1)
            try exporter.write(graph, metadata: metadata, to: path)
            return Case.Model(
                path: path, batch: form.0 == .dynamic ? nil : image[0], shares_kernels: form.1 == .once)
        }
    }

    private func goldenCase(_ name: String, _ folder: String) throws -> Case {
        let golden = try GoldenNet(name)
        let graph = try VGNet(golden.config, weights: golden.weights).graph
        let metadata = ModelMetadata(config: golden.config, classNames: ["a \"quoted\" class", "Katze, größer"])
        let stateDict = StateDict(graph: graph)
        try SafetensorsWriter.write(stateDict, metadata: metadata, to: "\(folder)/\(name).safetensors")
        try StateDictHDF5Writer.write(stateDict, metadata: metadata, to: "\(folder)/\(name).h5")
        return Case(
            name: name, golden: golden.path, onnx: try models(name, graph, golden.input.shape, metadata, folder),
            safetensors: "\(folder)/\(name).safetensors", hdf5: "\(folder)/\(name).h5",
            metadata: [
                "name": golden.config.name, "family": "VGNet", "config": golden.config.yaml(),
                "class_names": #"["a \"quoted\" class", "Katze, größer"]"#,
                "input": "RGB \(golden.config.inputSize) /255 ImageNet mean/std",
            ])
    }
}
