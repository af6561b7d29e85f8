import Classification
import Kernels
import Tensors
import TestSupport
import Testing
import Architectures

@testable import Statistics

/// What published networks show; the numbers come from an independent prototype in NumPy.
@Suite(.needsSharedFiles) struct RealNetworkTests {
    private func analyse(_ file: String) throws -> NetworkStatistics {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        return try NetworkStatistics.analyse(ConvNetwork.open(SharedFiles.path("weights/" + file)), settings: settings)
    }

    @Test func theStridedLayersOfMobileNetV2BlurWithSigmaOne() throws {
        let strided = try analyse("mobilenetv2_1.0_224_int8dq.h5").layers.filter { $0.layer.role == .downsampling }
        #expect(strided.count == 4)
        for (layer, expected) in zip(strided, [(0.55, 0.98), (0.76, 0.99), (0.83, 1.02), (0.96, 1.02)]) {
            #expect(abs(layer.counts.share(.blur) - expected.0) < 0.03)
            #expect(abs((layer.medianSigmaPixels ?? 0) - expected.1) < 0.02)
            #expect(layer.medianDCGain > 0.98)
        }
    }

    @Test func middleLayersHoldIdentityEarlyOnesEdgesAndTheLastOneRings() throws {
        let layers = try analyse("mobilenetv2_1.0_224_int8dq.h5").layers
        #expect(layers[11].counts.share(.identity) > 0.25)
        #expect(layers[3].counts.share(.edge) > 0.45 && layers[5].counts.share(.edge) > 0.5)
        let last = try #require(layers.last)
        #expect(last.counts.share(.blur) > 0.9)
        #expect(last.shapeCounts.max { $0.count < $1.count }?.shape == .ring)
    }

    @Test func deadKernelsAreFoundWhereTheyAre() throws {
        let shicai = try analyse("mobilenetv1_1.0_224_shicai_f32_partial.h5")
        #expect(abs(shicai.counts.share(.zero) - 0.082) < 0.002)
        let small = try analyse("mobilenetv3_small_torchvision.h5").layers
        #expect(small[2].counts[.zero] == 5 && small[3].counts[.zero] == 15)
        #expect(small[3].classifications.allSatisfy { $0.label != .zero || $0.subLabel == "dead" })
        let google = try analyse("mobilenetv2_1.0_224_int8dq.h5")
        #expect(google.counts.share(.zero) < 0.005)
    }

    @Test(arguments: ["mobilenetv2_1.0_224_int8dq.h5", "mobilenetv3_small_torchvision.h5", "mobilenetv1_0.25_224.h5"])
    func weightsThatSayNothingAreOther(file: String) throws {
        let network = try ConvNetwork.open(SharedFiles.path("weights/" + file))
        for kind in [NullModel.Kind.initialised, .layerShuffled] {
            let control = try NullModel(kind, network)
            #expect(control.otherShare >= 0.95, "\(kind)")
            #expect(control.statistics.randomness.isRandom)
        }
        #expect(try analyse(file).randomness.isRandom == false)
    }

    /// A box whose cells change places is the same box: only kernels of one sign keep a name.
    @Test func kernelsWithShuffledCellsKeepANameOnlyWhereTheyAreOfOneSign() throws {
        let network = try ConvNetwork.open(SharedFiles.path("weights/mobilenetv2_1.0_224_int8dq.h5"))
        let layers = try NullModel(.kernelShuffled, network).statistics.layers
        for layer in layers where layer.counts.share(.other) + layer.counts.share(.zero) < 0.95 {
            #expect(layer.medianDCGain > 0.95 && layer.counts[.edge] < layer.counts[.blur] / 20)
        }
    }
}
