import Engine
import Foundation
import Models
import TestSupport
import Tensors
import Testing
import VGNets

/// One form of `generalised-forms.json`, which `Scripts/generalised_forms.py` wrote: a design as YAML and what PyTorch
/// made of it in 64-bit floats. Parameters and images are drawn from their names here as there.
struct GeneralisedForm: Sendable, CustomTestStringConvertible {
    private struct Numbers: Decodable, Sendable {
        let yaml: String
        let learnable: Int
        let fixed: Int
        let running: Int
        let macs: Int
        let logits: [Double]
        let loss: Double
        let shapes: [String: [Int]]
        let gradients: [String: [Double]]
    }

    let name: String
    let yaml: String
    /// Learnable, fixed and running numbers, and MACs for one image.
    let counts: (learnable: Int, fixed: Int, running: Int, macs: Int)
    let logits: [Double]
    let loss: Double
    let shapes: [String: [Int]]
    /// By parameter: the largest entry, the norm, and the product with the direction drawn from the name.
    let gradients: [String: [Double]]
    var testDescription: String { name }

    static let all: [GeneralisedForm] = {
        let path = "\(SharedFiles.packageRoot)/Tests/Training/TrainingTests/Fixtures/generalised-forms.json"
        guard let data = FileManager.default.contents(atPath: path),
            let forms = try? JSONDecoder().decode([String: Numbers].self, from: data)
        else { return [] }
        return forms.sorted { $0.key < $1.key }.map { name, numbers in
            GeneralisedForm(
                name: name, yaml: numbers.yaml,
                counts: (numbers.learnable, numbers.fixed, numbers.running, numbers.macs), logits: numbers.logits,
                loss: numbers.loss, shapes: numbers.shapes, gradients: numbers.gradients)
        }
    }()

    func config() throws -> VGNetConfig { try VGNetConfig(yaml: yaml, subject: "\(name).yaml") }

    /// The net with the drawn parameters.
    func graph() throws -> Graph {
        var graph = try VGNet(config(), seed: 1).graph
        for parameter in graph.parameters where parameter.kind != .fixed {
            guard let identifier = graph.parameter(named: parameter.name) else { continue }
            graph[identifier] = Self.drawn(parameter.name, parameter.tensor.shape)
        }
        return graph
    }

    /// Four images of 8×8 squares, five columns narrower than high.
    func images(size: Int) -> Tensor {
        let squares = Self.drawn("images", [4, 3, 6, 6], -2, 2)
        var scalars: [Float] = []
        for plane in 0..<12 {
            for y in 0..<size {
                for x in 0..<size - 5 { scalars.append(squares.scalars[plane * 36 + y / 8 * 6 + x / 8]) }
            }
        }
        return Tensor(shape: [4, 3, size, size - 5], scalars: scalars)
    }

    /// Numbers from `low` to `high`, the same for the same name.
    static func drawn(_ name: String, _ shape: Shape, _ low: Double, _ high: Double) -> Tensor {
        // FNV-1a.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var generator = SeededGenerator(seed: hash)
        return Tensor(
            shape: shape,
            scalars: (0..<shape.elementCount).map { _ in Float(low + (high - low) * generator.uniform()) })
    }

    private static func drawn(_ name: String, _ shape: Shape) -> Tensor {
        if name.hasSuffix("running_mean") { return drawn(name, shape, -0.2, 0.2) }
        if name.hasSuffix("running_var") { return drawn(name, shape, 0.05, 0.4) }
        if name.hasPrefix("classifier") {
            let bound = 1 / 40.0.squareRoot()
            return drawn(name, shape, -bound, bound)
        }
        if shape.rank == 1 {
            return name.hasSuffix("weight") ? drawn(name, shape, 0.5, 1.5) : drawn(name, shape, -0.3, 0.3)
        }
        if name.hasSuffix("mux/weight") { return drawn(name, shape, -0.57, 0.57) }
        let bound = 1.7 / Double(shape[1] * shape[2] * shape[3]).squareRoot()
        return drawn(name, shape, -bound, bound)
    }
}
