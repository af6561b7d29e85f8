import Export
import Foundation
import Networks
import TestSupport
import Testing

/// Exports of the golden nets, read by onnx, ONNX Runtime, safetensors and h5py.
@Suite struct PeerLibraryTests {
    private struct Case: Encodable {
        struct Model: Encodable {
            let path: String
            let batch: Int?
            let shares_kernels: Bool

            // A batch of any size is null, not absent.
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
        let safetensors: String
        let hdf5: String
        let metadata: [String: String]
    }

    @Test(.needsSharedFiles, .needsPython) func everyGoldenNetIsReadAndRunAsPyTorchRanIt() throws {
        try withTemporaryFolder { folder in
            let cases = try GoldenNet.names.map { try export($0, to: folder) }
            let list = "\(folder)/cases.json"
            try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: list))
            let outcome = try PythonCheck.run("check_exports.py", [list])
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.split(separator: "\n").count { $0.contains(" tensors, logits within ") } == 13)
        }
    }

    private func export(_ name: String, to folder: String) throws -> Case {
        let golden = try GoldenNet(name)
        let graph = try VGNet(golden.config, weights: golden.weights).graph
        let metadata = ModelMetadata(
            config: golden.config, classNames: ["a \"quoted\" class", "Katze, größer"])
        let image = golden.input.shape
        let batches: [(ONNXExporter.Batch, ONNXExporter.SharedKernels)] = [
            (.fixed(image[0]), .repeated), (.dynamic, .once),
        ]
        let models = try batches.enumerated().map { index, form in
            let path = "\(folder)/\(name).\(index).onnx"
            let exporter = ONNXExporter(
                imageShape: [image[1], image[2], image[3]], batch: form.0, sharedKernels: form.1)
            try exporter.write(graph, metadata: metadata, to: path)
            return Case.Model(
                path: path, batch: form.0 == .dynamic ? nil : image[0], shares_kernels: form.1 == .once)
        }
        let stateDict = StateDict(graph: graph)
        try SafetensorsWriter.write(stateDict, metadata: metadata, to: "\(folder)/\(name).safetensors")
        try StateDictHDF5Writer.write(stateDict, metadata: metadata, to: "\(folder)/\(name).h5")
        return Case(
            name: name, golden: golden.path, onnx: models, safetensors: "\(folder)/\(name).safetensors",
            hdf5: "\(folder)/\(name).h5",
            metadata: [
                "name": golden.config.name, "family": "VGNet", "config": golden.config.yaml(),
                "class_names": #"["a \"quoted\" class", "Katze, größer"]"#,
                "input": "RGB \(golden.config.inputSize) /255 ImageNet mean/std",
            ])
    }
}
