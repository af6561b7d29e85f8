import Foundation
import HDF5
import Models
import Tensors
import TestSupport
import VGNets
import Checkpoints

/// A golden file of VGNet: a design, its weights, an input and what PyTorch made of it.
struct GoldenNet {
    let path: String
    let config: VGNetConfig
    let weights: TensorLookup
    let input: Tensor
    let logits: [Double]
    private let shapes: [(path: String, shape: Shape)]

    static let names = [
        "repo22_vgnetg_1_0mp_se", "tiny_c_thumbnail", "tiny_g_odd", "tiny_g_thumbnail_se_silu", "vgnetc_1_5mp",
        "vgnetf1_1_5mp", "vgnetf2_1_5mp", "vgnetf3_1_5mp", "vgnetf4_1_5mp", "vgnetg_1_0mp", "vgnetg_1_0mp_224",
        "vgnetg_1_0mp_se", "vgnetg_1_0mp_silu",
    ]

    init(_ name: String) throws {
        path = SharedFiles.path("golden/vgnet/\(name).h5")
        let file = try HDF5File(path: path)
        guard let text = try file.attribute("config")?.text else { throw CocoaError(.fileReadCorruptFile) }
        config = try Self.config(name, JSONDecoder().decode(GoldenDesign.self, from: Data(text.utf8)))
        weights = TensorLookup(try Checkpoint.open(path))
        shapes = try file.listing().datasets.map { ($0.path, Shape($0.dimensions)) }
        input = try file.tensor("input")
        logits = try file.doubles("logits_f64")
    }

    /// Tensors of the file by their paths.
    func tensors(_ paths: [String]) throws -> [Tensor] {
        let file = try HDF5File(path: path)
        return try paths.map { path in
            guard let entry = shapes.first(where: { $0.path == path }) else {
                throw CocoaError(.fileReadNoSuchFile)
            }
            return Tensor(shape: entry.shape, scalars: try file.floats(path))
        }
    }

    /// The data sets below a group, without its name.
    func names(in group: String) -> [String] {
        shapes.map(\.path).filter { $0.hasPrefix(group + "/") }.map { String($0.dropFirst(group.count + 1)) }
    }

    private static func config(_ name: String, _ text: GoldenDesign) throws -> VGNetConfig {
        let banks = ["ek4": FixedBank.fourEdge, "ek6gk2": .sixEdgeTwoGaussian]
        let downsampling: PerStage<DownsamplingKernels> =
            switch text.down {
            case "gauss_pm11": .gaussian(.paper)
            case "gauss_s1": .gaussian(.rerelease)
            default: .learnable
            }
        let last: LastKernels =
            switch text.last {
            case "shared8": .shared(groups: 8)
            case "dw": .learnable
            default: .bank(banks[text.last] ?? .fourEdge)
            }
        return try VGNetConfig(
            name: name, channels: text.channels, blocks: text.layers, downsampling: downsampling,
            half: banks[text.half].map { .bank($0) } ?? .learnable, last: last,
            activation: text.act == "silu" ? .silu : .relu,
            squeezeExcite: text.se > 0
                ? SqueezeExcite(ratio: text.se, activation: text.se_act == "silu" ? .silu : .relu) : nil,
            dropout: text.dropout ?? 0, classes: text.num_classes, isThumbnail: text.thumbnail)
    }
}

extension HDF5File {
    /// A data set with its shape.
    func tensor(_ dataset: String) throws -> Tensor {
        guard let entry = try listing().datasets.first(where: { $0.path == dataset }) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        return Tensor(shape: Shape(entry.dimensions), scalars: try floats(dataset))
    }
}

func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
    relativeError(found.scalars, expected.scalars.map(Double.init))
}
