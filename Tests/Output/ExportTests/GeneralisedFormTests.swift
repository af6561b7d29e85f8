import Engine
import Export
import Foundation
import HDF5
import Models
import TestSupport
import Tensors
import Testing
import VGNets

/// Designs beyond the paper's, as PyTorch and ONNX Runtime run what was exported.
@Suite struct GeneralisedFormTests {
    static let head = "channels: [8, 16, 24, 32, 40]\nclasses: 5\ninput_size: 48\n"
    static let forms: [(name: String, yaml: String)] = [
        ("ratios", head + "blocks: [2, 4, 4, 5]\nidentity: [0, 0.375, 0.75, 0.875]\nsqueeze_excite: 0.25\n"),
        (
            "hybrid",
            head + "blocks: [2, 2, 2, 2]\ndownsampling: [gaussian, hybrid, learnable, hybrid]\n"
                + "gaussian_share: [none, 0.75, none, 0.3]\ngaussian_sigma: [0.9, 1.15, none, 1.3]\n"
                + "gaussian_offset: [0.1, 0, none, -0.2]\nactivation: silu\n"
        ),
        (
            "banks",
            head
                + "blocks: [2, 2, 2, 2]\nhalf: [learnable, random6-seed11, own, own]\nlast: random5-seed4\nbanks:\n  own:\n"
                + "    - [0, -0.25, 0, -0.25, 1, -0.25, 0, -0.25, 0]\n    - [-0.5, 0, 0.5, -1, 0, 1, -0.5, 0, 0.5]\n"
        ),
        (
            "thumbnail",
            head + "blocks: [2, 2, 2, 2]\ndownsampling: hybrid\ngaussian_share: 0.5\nthumbnail: true\nlast: shared2\n"
        ),
        (
            "normalized",
            head + "blocks: [2, 2, 2, 2]\ndepthwise: normalized\nlast: learnable\n"
                + "downsampling: [gaussian, hybrid, learnable, gaussian]\ngaussian_share: [none, 0.5, none, none]\n"
        ),
        ("branched", head + "blocks: [2, 2, 2, 2]\ndepthwise: branched\ndownsampling: learnable\n"),
        ("kernel-size", head + "blocks: [2, 3, 2, 2]\nkernel_size: [3, 5, 7, 5]\ndepthwise: branched\n"),
        ("biased", head + "blocks: [2, 2, 2, 2]\ndepthwise: biased\ndownsampling: learnable\n"),
    ]

    @Test func everyFormIsReadBackFromItsJSON() throws {
        for form in Self.forms {
            let config = try VGNetConfig(yaml: form.yaml, subject: form.name)
            let text = try PyTorchProjectTests.text("config.json", of: PyTorchProject(config: config))
            #expect(try VGNetConfig(yaml: text, subject: "config.json") == config)
        }
    }

    @Test(.needsPython) func pyTorchAndONNXRuntimeGiveTheEnginesLogits() throws {
        try withTemporaryFolder { folder in
            var cases: [[String: String]] = []
            for form in Self.forms {
                let config = try VGNetConfig(yaml: form.yaml, subject: form.name)
                let graph = try VGNet(config, seed: 7).graph
                var generator = SeededGenerator(seed: 3)
                let image = Tensor(
                    shape: [2, 3, 48, 43], scalars: (0..<2 * 3 * 48 * 43).map { _ in Float(generator.normal()) })
                let result = try ExecutionPlan(graph, inputShape: image.shape).run(image)
                let path = "\(folder)/\(form.name)"
                try HDF5Writer.write(to: "\(path).h5") { file in
                    try file.write(image.scalars, dimensions: image.shape.dimensions, to: "input")
                    try file.write(result.scalars, dimensions: result.shape.dimensions, to: "output")
                    try file.write([Float(config.parameters.learnable)], dimensions: [1], to: "learnable")
                }
                try PyTorchProject(config: config, weights: StateDict(graph: graph)).write(to: path)
                try ONNXExporter(imageShape: [3, 48, 43], batch: .dynamic).write(
                    graph, metadata: ModelMetadata(config: config), to: "\(path).onnx")
                cases.append(["project": path, "onnx": "\(path).onnx", "expected": "\(path).h5"])
            }
            try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: "\(folder)/cases.json"))
            let outcome = try PythonCheck.run("check_forms.py", ["\(folder)/cases.json"])
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(
                outcome.output.split(separator: "\n").count { $0.contains(" PyTorch and ONNX within ") }
                    == Self.forms.count)
        }
    }
}
