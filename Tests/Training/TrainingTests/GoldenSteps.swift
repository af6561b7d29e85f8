import Foundation
import HDF5
import Models
import Tensors
import TestSupport
import Training
import VGNets
import Architectures

/// One group of `train_step.h5`: a design, its initial weights and what PyTorch made of some steps in 64-bit floats.
struct GoldenSteps {
    static let path = SharedFiles.path("golden/vgnet/train_step.h5")

    let name: String
    let net: VGNet
    let steps: Int
    let rate: Double
    let optimizer: SGD
    let labelSmoothing: Double
    private let shapes: [String: Shape]

    init(_ name: String) throws {
        self.name = name
        let file = try HDF5File(path: Self.path)
        guard let text = try file.attribute("config", of: name)?.text else { throw CocoaError(.fileReadCorruptFile) }
        let config = try Self.config(name, JSONDecoder().decode(GoldenDesign.self, from: Data(text.utf8)))
        let datasets = try file.listing().datasets
        shapes = Dictionary(uniqueKeysWithValues: datasets.map { ($0.path, Shape($0.dimensions)) })
        let initial = try datasets.filter { $0.path.hasPrefix("\(name)/init/") }.map {
            (
                String($0.path.dropFirst("\(name)/init/".count)),
                Tensor(shape: Shape($0.dimensions), scalars: try file.floats($0.path))
            )
        }
        net = try VGNet(config, weights: TensorLookup(subject: name, tensors: initial))
        func number(_ key: String) throws -> Double {
            guard let text = try file.attribute(key, of: name)?.text, let value = Double(text) else {
                throw CocoaError(.fileReadCorruptFile)
            }
            return value
        }
        steps = Int(try number("steps"))
        rate = try number("lr")
        optimizer = SGD(momentum: try number("momentum"), weightDecay: try number("weight_decay"))
        labelSmoothing = try number("label_smoothing")
    }

    /// Losses and gradients of a step's images.
    func forwardAndBackward(_ network: inout TrainingNetwork, step: Int) throws -> TrainingNetwork.Outcome {
        let labels = try doubles("labels", step: step).map { Int($0) }
        return try floats("input", step: step).withUnsafeBufferPointer {
            try network.forwardAndBackward(images: $0, labels: labels)
        }
    }

    /// A data set of step 1, 2 …, converted to 64-bit floats.
    func doubles(_ path: String, step: Int) throws -> [Double] {
        try HDF5File(path: Self.path).doubles("\(name)/step\(step)/\(path)")
    }

    func floats(_ path: String, step: Int) throws -> [Float] {
        try HDF5File(path: Self.path).floats("\(name)/step\(step)/\(path)")
    }

    func shape(_ path: String) -> Shape? { shapes["\(name)/\(path)"] }

    /// The names below a group of step 1.
    func names(in group: String) -> [String] {
        let prefix = "\(name)/step1/\(group)/"
        return shapes.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    private static func config(_ name: String, _ text: GoldenDesign) throws -> VGNetConfig {
        let banks = ["ek4": FixedBank.fourEdge, "ek6gk2": .sixEdgeTwoGaussian]
        return try VGNetConfig(
            name: name, channels: text.channels, blocks: text.layers,
            downsampling: text.down == "gauss_pm11" ? .gaussian(.paper) : .learnable,
            half: banks[text.half].map { .bank($0) } ?? .learnable,
            last: banks[text.last].map(LastKernels.bank) ?? .shared(groups: 8),
            activation: text.act == "silu" ? .silu : .relu,
            squeezeExcite: text.se > 0
                ? SqueezeExcite(ratio: text.se, activation: text.se_act == "silu" ? .silu : .relu) : nil,
            classes: text.num_classes, isThumbnail: text.thumbnail)
    }
}
