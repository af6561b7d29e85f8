import Diagnostics
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Weights that a state dict holds in parts (`Fixtures/make_reparametrised.py`): what is read is what PyTorch's layers
/// compute with.
@Suite struct ReparametrisationTests {
    private static let folder = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/reparametrised"

    @Test(arguments: ["parts.pth", "parts.safetensors"], FrameworkFileTests.readings)
    func effectiveWeightsArePyTorchs(file: String, reading: Checkpoint.Reading) throws {
        let parts = try Checkpoint.open("\(Self.folder)/\(file)", reading: reading)
        let effective = try Checkpoint.open("\(Self.folder)/effective.safetensors", reading: .inProcess)
        #expect(effective.entries.count == 15)
        for entry in effective.entries {
            let expected = try effective.tensor(named: entry.name)
            let found = try parts.tensor(named: entry.name)
            #expect(found.shape == expected.shape)
            let largest: Float = expected.scalars.map(abs).max() ?? 0
            let differences: [Float] = zip(found.scalars, expected.scalars).map { abs($0 - $1) }
            let difference = differences.max() ?? .infinity
            // Rounding of float32 sums of at most 27 products.
            #expect(difference <= 1e-6 * max(largest, 1), "\(entry.name)")
            guard entry.shape[0] > 1 else { continue }
            let rows = try parts.rows(1..<entry.shape[0], of: entry.name)
            #expect(rows == Array(found.scalars.dropFirst(entry.shape.elementCount / entry.shape[0])))
        }
        let words = ["weight_g", "weight_v", "weight_u", "orig", "mask"]
        #expect(!parts.entries.contains { entry in words.contains { entry.parameter.hasSuffix($0) } })
        #expect(parts.entry(named: "both.weight")?.note == "computed: weight norm, spectral norm")
    }

    @Test func whatIsMultipliedOutIsSaid() throws {
        let checkpoint = try Checkpoint.open("\(Self.folder)/parts.pth", reading: .inProcess)
        let said =
            "Weights that the file holds in parts are multiplied out ('old.weight' and the like): "
            + "9 of weight norm, 5 of spectral norm, 2 of a pruning mask."
        let unknown =
            "The file does not tell what the parametrisation of 'unknown.parametrizations.weight.original' computes: "
            + "the stored numbers are read as they are; torch.nn.utils.parametrize.remove_parametrizations before "
            + "saving makes them weights."
        #expect(checkpoint.notes == [said, unknown])
        let layers = try ConvNetwork(recognising: checkpoint).spatialLayers
        #expect(layers.count == 14)
        #expect(layers.contains { $0.name == "new_spectral_up" && $0.tensorName == "new_spectral_up.weight" })
        #expect(layers.contains { $0.name == "unknown.parametrizations.weight" })
    }

    private static func sorted(_ shapes: [(String, Shape)]) -> ReparametrisedWeights {
        ReparametrisedWeights(shapes.map { Checkpoint.Entry(name: $0.0, shape: $0.1, dtype: "float32") })
    }

    @Test func partsThatDoNotFitStay() {
        for shapes: [(String, Shape)] in [
            [("conv.weight_g", [5, 1, 1, 1]), ("conv.weight_v", [4, 3, 3, 3])],
            [("conv.weight_g", [4, 3, 1, 1]), ("conv.weight_v", [4, 3, 3, 3])],
            [("conv.weight_orig", [4, 3, 3, 3]), ("conv.weight_mask", [4, 3, 3])],
            [("conv.weight_orig", [4, 3, 3, 3]), ("conv.weight_u", [4]), ("conv.weight_v", [26])],
            [("conv.weight_orig", [4, 3, 3, 3]), ("conv.weight_u", [0]), ("conv.weight_v", [0])],
        ] {
            let weights = Self.sorted(shapes)
            #expect(weights.entries.map(\.name) == shapes.map(\.0))
            #expect(weights.found.isEmpty)
            #expect(weights.notes.count == 1 && weights.notes[0].hasPrefix("The file does not tell what"))
        }
        // Names alone are no reason.
        let other: [(String, Shape)] = [
            ("conv.weight_g", [4]), ("b.weight_mask", [3]), ("weight_u", [2]), ("cell.bias_g", [8]),
            ("cell.bias_v", [8]),
            ("cell.W_g", [8, 1]), ("cell.W_v", [8, 8]),
        ]
        #expect(Self.sorted(other).entries.count == 7 && Self.sorted(other).notes.isEmpty)
    }

    /// PyTorch before 1.0 kept the quotient beside the factors.
    @Test func aWholeWeightBesideItsPartsIsRead() {
        let weights = Self.sorted([
            ("conv.weight_orig", [4, 3, 3, 3]), ("conv.weight", [4, 3, 3, 3]), ("conv.weight_u", [4]),
            ("conv.bias", [4]),
        ])
        #expect(weights.entries.map(\.name) == ["conv.weight", "conv.bias"])
        #expect(
            weights.notes == [
                "Parts of weights that the file holds whole as well are left out: those of 'conv.weight'."
            ])
    }

    @Test func averagedCopiesOfPartsAreOneCopy() throws {
        let names: [(String, Shape)] = ["model.", "model_ema."].flatMap { prefix -> [(String, Shape)] in
            [
                ("\(prefix)conv1.weight_g", [8, 1, 1, 1]), ("\(prefix)conv1.weight_v", [8, 3, 3, 3]),
                ("\(prefix)fc.weight", [2, 8]),
            ]
        }
        let entries = names.map { Checkpoint.Entry(name: $0.0, shape: $0.1, dtype: "float32") }
        let checkpoint = try Checkpoint(
            path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()
        ).multipliedOut().withOneCopy()
        #expect(checkpoint.entries.map(\.name) == ["model.conv1.weight", "model.fc.weight"])
        #expect(checkpoint.setAside.map(\.name) == ["model_ema.conv1.weight", "model_ema.fc.weight"])
        // All ones in a direction of 27: 1/√27 each.
        let own = try checkpoint.tensor(named: "model_ema.conv1.weight").scalars
        #expect(own.allSatisfy { abs($0 - 0.19245009) < 1e-7 })
    }
}
