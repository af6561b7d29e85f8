import Diagnostics
import Engine
import Models
import Tensors
import Testing
import Checkpoints

/// A network under names of nobody computes what it computes under its library's.
@Suite struct RenamedNetworkTests {
    /// A layer's name in torchvision, whether it is a normalisation, and the shape of its weight.
    private typealias Layer = (name: String, isNorm: Bool, shape: Shape)

    /// torchvision's ResNet-18 with ten classes (He et al., table 1).
    private static var resNet18: [Layer] {
        var layers: [Layer] = [("conv1", false, [64, 3, 7, 7]), ("bn1", true, [64])]
        var reads = 64
        for stage in 0..<4 {
            let gives = 64 << stage
            for block in 0..<2 {
                let path = "layer\(stage + 1).\(block)"
                layers += [
                    ("\(path).conv1", false, [gives, reads, 3, 3]), ("\(path).bn1", true, [gives]),
                    ("\(path).conv2", false, [gives, gives, 3, 3]), ("\(path).bn2", true, [gives]),
                ]
                if reads != gives {
                    layers += [
                        ("\(path).downsample.0", false, [gives, reads, 1, 1]), ("\(path).downsample.1", true, [gives]),
                    ]
                }
                reads = gives
            }
        }
        return layers + [("fc", false, [10, 512])]
    }

    /// Numbers by the place of a tensor in the file, whatever it is called.
    private struct Numbers: TensorSource {
        let places: [String: Int]

        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            var generator = SeededGenerator(seed: UInt64(places[entry.name] ?? 0))
            let inputs = Float(entry.shape.dimensions.dropFirst().reduce(1, *))
            let isVector = entry.shape.rank == 1
            let numbers = (0..<entry.shape.elementCount).map { _ in
                let number = Float.random(in: -1...1, using: &generator)
                return isVector ? 1 + number / 4 : number * (3 / inputs).squareRoot()
            }
            return StoredTensor(type: .float32, content: .floats(numbers))
        }
    }

    private func checkpoint(
        norms: [String] = ["weight", "bias", "running_mean", "running_var"], _ name: (Int, String) -> String
    ) -> Checkpoint {
        let entries = Self.resNet18.enumerated().flatMap { index, layer in
            (layer.isNorm ? norms : ["weight"]).map {
                Checkpoint.Entry(name: "\(name(index, layer.name)).\($0)", shape: layer.shape, dtype: "float32")
            }
        }
        let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        return Checkpoint(
            path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Numbers(places: places))
    }

    /// torchvision's resnet18(norm_layer=GroupNorm) has the names of batch normalisations, without statistics.
    @Test func aNormalisationWithoutStatisticsIsNoBatchNormalisation() throws {
        let network = try ConvNetwork(recognising: checkpoint(norms: ["weight", "bias"]) { $1 })
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(
            error?.description
                == "net.pth: 'bn1.weight' belongs to a normalisation without running statistics (GroupNorm or its like); "
                + "expected batch normalisation, as ResNet-18 has. Its kernels can be read with 'kernelviz classify'.")
    }

    @Test func aRenamedResNetGivesTheSameLogits() throws {
        let image = Tensor(shape: [1, 3, 32, 32], scalars: (0..<3 * 32 * 32).map { Float($0 * 7 % 256) / 255 })
        let logits = try [checkpoint { $1 }, checkpoint { index, _ in "unit\(index)" }].map { checkpoint in
            let network = try ConvNetwork(recognising: checkpoint)
            #expect(network.title == "ResNet-18")
            let net = try RunnableGraph(network: network)
            #expect(net.classes == 10)
            return try ExecutionPlan(net.graph, inputShape: image.shape).run(image).scalars
        }
        #expect(logits[0].contains { abs($0) > 0.01 } && logits[0].allSatisfy(\.isFinite))
        #expect(logits[0] == logits[1])
    }
}
