import Architectures
import Export
import Models
import TestSupport
import Testing
import VGNets

/// Which kernels of our own nets are learned, and at which strides, is read back from their files.
@Suite struct VGNetFormRecognitionTests {
    /// Channels 8 16 40 72 96, blocks 2 2 3 2 (the golden files' small nets), thumbnail or not.
    private static func config(
        _ downsampling: DownsamplingKernels, _ depthwise: DepthwiseForm, last: LastKernels, isThumbnail: Bool
    ) throws -> VGNetConfig {
        try VGNetConfig(
            name: "small", channels: [8, 16, 40, 72, 96], blocks: [2, 2, 3, 2], downsampling: PerStage(downsampling),
            last: last, depthwise: depthwise, classes: 10, inputSize: 32, isThumbnail: isThumbnail)
    }

    private static func reopened(_ config: VGNetConfig) throws -> ConvNetwork {
        try withTemporaryFolder { folder in
            let path = "\(folder)/net.h5"
            try StateDictHDF5Writer.write(
                StateDict(graph: VGNet(config, seed: 1).graph), metadata: ModelMetadata(config: config), to: path)
            return try ConvNetwork.open(path)
        }
    }

    /// Stem, then Down and Half units stage by stage, then the last unit.
    @Test(arguments: [DepthwiseForm.plain, .normalized, .branched, .biased], [false, true])
    func fixedAndLearnedKernelsAreToldApart(depthwise: DepthwiseForm, isThumbnail: Bool) throws {
        for last in [LastKernels.shared(groups: 8), .learnable] {
            let network = try Self.reopened(
                Self.config(.gaussian(.paper), depthwise, last: last, isThumbnail: isThumbnail))
            #expect(network.family == "VGNet" && network.missingTensors == [])
            let layers = network.spatialLayers
            let first = isThumbnail ? 1 : 2
            #expect(layers.map(\.stride) == [first, first, 1, 2, 1, 2, 1, 1, 2, 1, 1])
            // Only Down units fix kernels, and one of stride 1 learns them.
            let isFixed = [false, !isThumbnail, false, true, false, true, false, false, true, false, false]
            #expect(layers.map(\.isFixed) == isFixed, "\(depthwise) \(last)")
        }
    }

    @Test(arguments: [DepthwiseForm.plain, .normalized])
    func partlyFixedKernelsAreTwoLayers(depthwise: DepthwiseForm) throws {
        let network = try Self.reopened(
            Self.config(
                .hybrid(share: 0.5, .paper), depthwise, last: .shared(groups: 8), isThumbnail: true))
        #expect(network.missingTensors == [])
        let layers = network.spatialLayers
        #expect(layers.map(\.stride) == [1, 1, 1, 2, 2, 1, 2, 2, 1, 1, 2, 2, 1, 1])
        #expect(layers.filter(\.isFixed).map(\.outputChannels) == [8, 20, 36])
    }

    /// A bank of eight kernels on 8 to 48 channels is fixed, however few kernels show that it repeats.
    @Test func aFixedBankIsNoEvidence() throws {
        let plain = try Self.config(.learnable, .plain, last: .shared(groups: 8), isThumbnail: false)
        let wide = try plain.replacing(channels: [8, 16, 48, 80, 96], half: .bank(.sixEdgeTwoGaussian))
        let layers = try Self.reopened(wide).spatialLayers
        // Half units: places 2, 4, 6, 7 and 9.
        #expect(layers.indices.filter { layers[$0].isFixed } == [2, 4, 6, 7, 9])
    }
}
