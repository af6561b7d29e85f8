import Diagnostics
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Networks of no family: what their tensors are, in which order, and which belong together.
@Suite struct UnknownLayerTests {
    private func network(
        _ tensors: [(String, Shape)], format: String = "PyTorch", model: ModelFacts? = nil,
        axes: [String: WeightAxes] = [:]
    ) throws -> ConvNetwork {
        let entries = tensors.map { name, shape in
            Checkpoint.Entry(name: name, shape: shape, dtype: "float32", axes: axes[name] ?? .outputInputRowsColumns)
        }
        return try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: format, files: [], entries: entries, model: model, source: Ones()))
    }

    // MARK: - What is left out

    @Test func everyTensorWithKernelsIsALayerOrLeftOutWithTheReason() throws {
        let found = try network([
            ("a.weight", [8, 3, 3, 3]), ("b.weight", [8, 8, 1, 7]), ("c.weight", [8, 8, 7, 1]),
            ("d.weight", [8, 8, 11]), ("e.weight", [8, 8, 3, 3, 3]), ("f.weight", [8, 1, 51, 51]),
            ("g.pos_embed", [1, 8, 14, 14]), ("caps.W", [3, 21, 16, 64]), ("g.relative_position", [1, 8, 7, 7]),
            ("optimizer.exp_avg", [8, 3, 3, 3]), ("h.weight", [8, 8, 1, 1]), ("h.bias", [8]),
            ("i.gamma", [1, 1, 1, 8]),
            ("j.weight", [8, 1, 1]), ("norm.weight", [8, 16, 16]), ("norm.bias", [8, 16, 16]),
        ])
        #expect(found.layers.map(\.name) == ["a", "h"])
        let reasons = Dictionary(uniqueKeysWithValues: found.leftOut.map { ($0.name, $0.reason) })
        #expect(
            reasons == [
                "b.weight": .rectangular, "c.weight": .rectangular, "d.weight": .oneDimensional,
                "e.weight": .threeDimensional, "f.weight": .tooLarge, "g.pos_embed": .notAConvolution,
                "caps.W": .notAConvolution, "g.relative_position": .notAConvolution,
                "optimizer.exp_avg": .optimiserState, "norm.weight": .notAConvolution,
            ])
        #expect(found.leftOut.first { $0.name == "d.weight" }?.kernels == 64)
        #expect(found.leftOut.first { $0.name == "f.weight" }?.summary == "f.weight (51×51)")
    }

    @Test(arguments: [
        ([8, 4, 11], "1 tensor of 1-D kernels: a.weight (11)"),
        ([8, 1, 3, 3, 3], "1 tensor of 3-D kernels: a.weight (3×3×3)"),
        ([32, 3, 32, 32], "1 tensor of kernels larger than 31×31: a.weight (32×32)"),
        ([32, 3, 1, 9], "1 tensor of rectangular kernels: a.weight (1×9)"),
    ])
    func aFileWithoutLayersSaysWhatItHoldsInstead(shape: [Int], what: String) {
        let error = #expect(throws: KernelVizError.self) { _ = try network([("a.weight", Shape(shape))]) }
        #expect(
            error?.description
                == "net.pth: no N×N convolution among its 1 tensors, but \(what); expected square kernels "
                + "from 2×2 to 31×31 of 2-D convolutions. Run 'kernelviz weights inspect net.pth' to see what it holds."
        )
    }

    @Test func anAveragedCopyCountsOnce() throws {
        let shapes: [(String, Shape)] = [("conv1.weight", [16, 3, 3, 3]), ("conv2.weight", [16, 16, 3, 3])]
        let found = try network(
            shapes.map { ("model.module." + $0.0, $0.1) } + shapes.map { ("ema_model.module." + $0.0, $0.1) })
        #expect(found.spatialLayers.map(\.name) == ["model.module.conv1", "model.module.conv2"])
        #expect(found.leftOut.map(\.reason) == [.averagedCopy, .averagedCopy])
        // Averaged weights alone are the network's.
        let alone = try network(shapes.map { ("ema_model." + $0.0, $0.1) })
        #expect(alone.spatialLayers.count == 2 && alone.leftOut.isEmpty)
    }

    // MARK: - Transposed convolutions

    @Test func aTransposedConvolutionHasARoleAndItsOwnInputsAndOutputs() throws {
        let found = try network([
            ("down.weight", [16, 3, 3, 3]), ("up1.weight", [32, 16, 2, 2]), ("deconv.weight", [16, 8, 3, 3]),
            ("deconv.bias", [8]), ("upsampler.weight", [4, 8, 3, 3]), ("up2.weight", [4, 8, 4, 4]), ("up2.bias", [4]),
        ])
        let roles = Dictionary(uniqueKeysWithValues: found.layers.map { ($0.name, $0.role) })
        #expect(roles["up1"] == .upsampling && roles["deconv"] == .upsampling)
        // An odd size speaks against, and so does a bias as long as the first axis.
        #expect(roles["upsampler"] != .upsampling && roles["up2"] != .upsampling)
        let up = try #require(found.layers.first { $0.name == "up1" })
        #expect(up.weightShape == [16, 32, 2, 2] && !up.isStrided)
        #expect(try found.weight(of: up).shape == [16, 32, 2, 2])
    }

    @Test func theModelTellsATransposedConvolutionItsStrideAndDilation() throws {
        let facts = ModelFacts(
            layers: [
                "a": .init(className: "Conv2D", stride: 2, dilation: 1),
                "b": .init(className: "Conv2DTranspose", stride: 2, dilation: 1),
                "c": .init(className: "Conv2D", stride: 1, dilation: 3),
            ], order: ["a", "b", "c"])
        let found = try network(
            [("a.kernel", [3, 3, 3, 16]), ("b.kernel", [3, 3, 4, 16]), ("c.kernel", [3, 3, 4, 5])],
            format: "Keras HDF5",
            model: facts,
            axes: ["a.kernel", "b.kernel", "c.kernel"].reduce(into: [:]) { $0[$1] = .rowsColumnsInputOutput })
        #expect(found.layers.map(\.role) == [.stem, .upsampling, .last])
        #expect(found.layers.map(\.weightShape) == [[16, 3, 3, 3], [4, 16, 3, 3], [5, 4, 3, 3]])
        #expect(found.layers.map(\.dilation) == [1, 1, 3])
        #expect(found.layers.map(\.isStrided) == [true, false, false])
    }

    // MARK: - Order

    @Test func numbersInNamesOrderAnAlphabeticalFile() throws {
        let names = ["conv1", "layer1.0.conv1", "layer10.0.conv1", "layer2.0.conv1"]
        let found = try network(names.enumerated().map { ("\($1).weight", [16, $0 == 0 ? 3 : 16, 3, 3]) })
        #expect(found.isOrderKnown)
        #expect(found.spatialLayers.map(\.name) == ["conv1", "layer1.0.conv1", "layer2.0.conv1", "layer10.0.conv1"])
    }

    @Test func wordsByTheAlphabetTellNoOrder() throws {
        let found = try network([("mixed.weight", [16, 16, 3, 3]), ("stem.weight", [16, 3, 3, 3])])
        #expect(!found.isOrderKnown)
        #expect(found.recognition.contains("their order in the network is unknown"))
        // What sees images is the first; none is the last.
        #expect(found.spatialLayers.map(\.role) == [.body, .stem])
    }

    @Test func aFileThatIsNotSortedTellsItsOrder() throws {
        let found = try network([("stem.weight", [16, 3, 3, 3]), ("mixed.weight", [16, 16, 3, 3])])
        #expect(found.isOrderKnown && found.spatialLayers.map(\.role) == [.stem, .last])
    }

    @Test func theModelsOrderComesFirst() throws {
        let facts = ModelFacts(
            layers: ["a": .init(className: "Conv"), "b": .init(className: "Conv")], order: ["b", "a"])
        let found = try network([("a.weight", [8, 8, 3, 3]), ("b.weight", [8, 3, 3, 3])], model: facts)
        #expect(found.isOrderKnown && found.spatialLayers.map(\.name) == ["b", "a"])
    }

    // MARK: - Groups

    @Test func equalLayersHaveEqualGroups() throws {
        // Behind a 1×1 layer of their width both are grouped; the second stands behind another one.
        let found = try network([
            ("s.weight", [64, 3, 3, 3]), ("p.weight", [64, 64, 1, 1]), ("g1.weight", [64, 4, 3, 3]),
            ("g2.weight", [64, 4, 3, 3]),
        ])
        #expect(found.spatialLayers.map(\.connectivity) == [.standard, .grouped(16), .grouped(16)])
    }

    // MARK: - Batch normalisation

    private func norm(_ module: String, _ width: Int) -> [(String, Shape)] {
        [("\(module).running_mean", [width]), ("\(module).running_var", [width])]
    }

    @Test func normalisationsArePairedByNumberAndWidthAndTheRestIsNamed() throws {
        let found = try network(
            norm("BN1_1", 16) + norm("BN1_2", 24) + [
                ("EC1_1.weight", [16, 3, 3, 3]), ("EC1_2.weight", [24, 16, 3, 3]),
            ]
                + norm("unit.bn", 24) + [("unit.conv1.weight", [24, 24, 1, 1]), ("unit.conv2.weight", [24, 1, 3, 3])])
        let paired = Dictionary(uniqueKeysWithValues: found.layers.map { ($0.name, $0.batchNorm?.module) })
        #expect(paired["EC1_1"] == "BN1_1" && paired["EC1_2"] == "BN1_2")
        #expect(paired["unit.conv1"] == .some(nil) && paired["unit.conv2"] == .some(nil))
        #expect(found.unpairedNorms == ["unit.bn"])
    }

    @Test func aNormalisationOfAnotherWidthIsNoPartner() throws {
        let found = try network([("conv1.weight", [16, 3, 3, 3])] + norm("bn1", 32))
        #expect(found.layers[0].batchNorm == nil && found.unpairedNorms == ["bn1"])
    }

    @Test func theModelTellsThePartnerWhateverTheNumbersSay() throws {
        let facts = ModelFacts(
            layers: [
                "conv2d": .init(className: "Conv2D", norm: "batch_normalization"),
                "conv2d_1": .init(className: "Conv2D"),
                "conv2d_2": .init(className: "Conv2D", norm: "batch_normalization_1"),
            ], order: ["conv2d", "conv2d_1", "conv2d_2"])
        let found = try network(
            norm("batch_normalization", 16) + norm("batch_normalization_1", 16)
                + [
                    ("conv2d.weight", [16, 3, 3, 3]), ("conv2d_1.weight", [16, 16, 3, 3]),
                    ("conv2d_2.weight", [16, 16, 3, 3]),
                ], model: facts)
        #expect(
            found.layers.map { $0.batchNorm?.module } == ["batch_normalization", nil, "batch_normalization_1"])
    }

    @Test func withoutTheModelALikeNumberIsNoEvidence() throws {
        let found = try network(
            [
                ("conv2d.weight", [16, 3, 3, 3]), ("conv2d_1.weight", [16, 16, 3, 3]),
                ("conv2d_2.weight", [16, 16, 3, 3]),
            ].map { ($0.0, $0.1 as Shape) } + norm("batch_normalization_1", 16) + norm("batch_normalization_2", 16))
        // The first stands right behind conv2d_2 in the file; what the second belongs to cannot be told.
        #expect(found.layers.map { $0.batchNorm?.module } == [nil, nil, "batch_normalization_1"])
        #expect(found.unpairedNorms == ["batch_normalization_2"])
    }
}
