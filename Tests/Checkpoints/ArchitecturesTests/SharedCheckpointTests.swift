import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Real checkpoints that lie beside the project, against what h5py reads and the papers' tables.
@Suite(.needsSharedFiles) struct SharedCheckpointTests {
    struct Expected: Sendable, CustomTestStringConvertible {
        let file: String
        let title: String
        /// Spatial layers, stem included, and their kernels in all.
        let layers: Int
        let kernels: Int
        let classes: Int?
        /// Numbers of the spatial layers with stride 2, the stem (1) included, from the papers' tables.
        let strided: [Int]
        let missing: [String]
        let epsilon: Float?
        let padding: InputConvention.Padding

        var testDescription: String { file }
    }

    // Layers by hand. V1: stem + 13. V2: stem + 17. V3-Small: stem + 11. ShuffleNetV2: stem + 16 units + 3 projections.
    // EfficientNet-B0: stem + 16. RegNetX-200MF: stem + 1+1+4+7. Kernels: the table in DATA.md.
    static let files = [
        Expected(
            file: "mobilenetv1_0.25_224.h5", title: "MobileNetV1 0.25", layers: 14, kernels: 1264, classes: 1000,
            strided: [1, 3, 5, 7, 13], missing: [], epsilon: 1e-3, padding: .tensorFlowSame),
        Expected(
            file: "mobilenetv1_1.0_224_shicai_f32_partial.h5", title: "MobileNetV1 1.0", layers: 14, kernels: 5056,
            classes: 1000, strided: [1, 3, 5, 7, 13], missing: ["conv6_sep/weight"], epsilon: nil, padding: .torch),
        Expected(
            file: "mobilenetv2_1.0_224_int8dq.h5", title: "MobileNetV2 1.0", layers: 18, kernels: 7232, classes: 1001,
            strided: [1, 3, 5, 8, 15], missing: [], epsilon: nil, padding: .tensorFlowSame),
        Expected(
            file: "mobilenetv2_0.35_224_notop.h5", title: "MobileNetV2 0.35", layers: 18, kernels: 2656, classes: nil,
            strided: [1, 3, 5, 8, 15], missing: [], epsilon: 1e-3, padding: .tensorFlowSame),
        Expected(
            file: "mobilenetv3_small_torchvision.h5", title: "MobileNetV3-Small 1.0", layers: 12, kernels: 2504,
            classes: 2, strided: [1, 2, 3, 5, 10], missing: [], epsilon: 1e-3, padding: .torch),
        Expected(
            file: "mobilenetv3_small_1.0_224_uint8dq.h5", title: "MobileNetV3-Small 1.0", layers: 12, kernels: 2504,
            classes: 1001, strided: [1, 2, 3, 5, 10], missing: [], epsilon: nil, padding: .tensorFlowSame),
        Expected(
            file: "shufflenetv2_x0.5_backbone.h5", title: "ShuffleNetV2 x0.5", layers: 20, kernels: 1104,
            classes: nil, strided: [1, 2, 3, 7, 8, 16, 17], missing: [], epsilon: 1e-5, padding: .torch),
        Expected(
            file: "efficientnet_lite0_int8dq.h5", title: "EfficientNet-Lite0", layers: 17, kernels: 9056, classes: 17,
            strided: [1, 3, 5, 7, 13], missing: [], epsilon: nil, padding: .tensorFlowSame),
        Expected(
            file: "regnetx_200mf_tinyimagenet100.h5", title: "RegNetX-200MF", layers: 14, kernels: 26208,
            classes: 100, strided: [1, 2, 3, 4, 8], missing: [], epsilon: 1e-5, padding: .torch),
    ]

    @Test(arguments: files)
    func theNetworkIsRecognised(expected: Expected) throws {
        let network = try ConvNetwork.open(SharedFiles.path("weights/" + expected.file))
        #expect(network.title == expected.title)
        #expect(network.spatialLayers.count == expected.layers)
        #expect(network.spatialLayers.reduce(0) { $0 + $1.kernelCount } == expected.kernels)
        #expect(network.spatialLayers.filter { $0.stride == 2 }.compactMap(\.number) == expected.strided)
        #expect(network.classCount == expected.classes)
        #expect(network.missingTensors == expected.missing)
        #expect(network.input.padding == expected.padding)
        let norms = network.layers.compactMap(\.batchNorm)
        #expect(norms.isEmpty == (expected.epsilon == nil))
        #expect(norms.allSatisfy { $0.epsilon == expected.epsilon })
        #expect(network.spatialLayers.allSatisfy { ($0.batchNorm == nil) == (expected.epsilon == nil) })
    }

    struct Recorded: Decodable {
        struct Item: Decodable {
            let shape: [Int]
            let sha256_f4: String?
        }
        let sha256: String
        let tensors: [String: Item]
    }

    static let recorded = Result {
        let data = Data(try InputFile.bytes(SharedFiles.path("weights/CHECKSUMS.json")))
        return try JSONDecoder().decode([String: Recorded].self, from: data)
    }

    static func digest(_ tensor: Tensor) -> String {
        var digest = SHA256Digest()
        tensor.scalars.withUnsafeBytes { digest.update($0) }
        return digest.hexadecimal()
    }

    static let byteExact =
        files.map(\.file) + [
            "keras/st_mobilenet_v1_0.25_224_imagenet.h5", "keras/mlcommons_vww_96_mobilenet_v1_0.25.h5",
            "keras/teachable_machine_mobilenet_v2_0.35.h5", "keras/oarriaga_mini_xception_102.hdf5",
            "keras/rimuru_cifar10_effnet.keras", "keras/rimuru_mnist_fused.weights.h5",
            "keras/st_resnet_v1_8_cifar10.h5", "keras/st_resnet_v1_32_cifar100.h5",
            "layouts/keras2_weights_only_mbv1_0.25.h5", "layouts/keras2_chunked_attrs.h5",
            "layouts/keras3_legacy_full_mbv1_0.25.h5", "layouts/torch_flat_dotted.h5",
            "layouts/torch_flat_dotted_libver_latest.h5", "layouts/torch_groups_gzip_shuffle_f16.h5",
            "layouts/cnn_filter_db_like_dataset.h5", "layouts/keras3_mbv1_0.25.weights.h5",
            "layouts/keras3_nested.weights.h5", "layouts/torch_groups_f64_bigendian_lzf.h5",
            "layouts/keras3_mbv1_0.25.keras",
        ]

    @Test(arguments: byteExact)
    func everyTensorEqualsTheReadingOfH5py(file: String) throws {
        let recorded = try #require(try Self.recorded.get()[file])
        let checkpoint = try Checkpoint.open(SharedFiles.path("weights/" + file))
        #expect(checkpoint.sha256 == recorded.sha256)
        var differing: [String] = []
        #expect(checkpoint.entries.count { recorded.tensors[$0.name]?.sha256_f4 != nil } > 0)
        for entry in checkpoint.entries {
            let item = try #require(recorded.tensors[entry.name], "\(entry.name)")
            let tensor = try checkpoint.tensor(named: entry.name)
            let digest = Self.digest(tensor)
            // Integers have no recorded digest.
            if entry.shape != Shape(item.shape) || item.sha256_f4.map({ $0 == digest.prefix(16) }) == false {
                differing.append(entry.name)
            }
        }
        #expect(differing == [])
        // What is not listed: optimizer state, and what is not numeric.
        let unlisted = Set(recorded.tensors.keys).subtracting(checkpoint.entries.map(\.name))
        #expect(
            unlisted.allSatisfy { $0.hasPrefix("optimizer_weights/") || recorded.tensors[$0]?.sha256_f4 == nil })
    }

    @Test(arguments: [
        "keras/st_mobilenet_v1_0.25_224_imagenet.h5", "layouts/keras2_weights_only_mbv1_0.25.h5",
        "layouts/keras3_legacy_full_mbv1_0.25.h5", "layouts/torch_flat_dotted.h5",
        "layouts/torch_flat_dotted_libver_latest.h5", "layouts/keras3_mbv1_0.25.keras",
        "layouts/keras3_mbv1_0.25.weights.h5", "layouts/torch_groups_f64_bigendian_lzf.h5",
    ])
    func everyLayoutGivesTheSameNetwork(file: String) throws {
        let reference = try ConvNetwork.open(SharedFiles.path("weights/mobilenetv1_0.25_224.h5"))
        let network = try ConvNetwork.open(SharedFiles.path("weights/" + file))
        #expect(network.title == "MobileNetV1 0.25")
        #expect(network.layers.map(\.name) == reference.layers.map(\.name))
        #expect(network.layers.map(\.stride) == reference.layers.map(\.stride))
        #expect(network.layers.map(\.connectivity) == reference.layers.map(\.connectivity))
        for (ours, theirs) in zip(network.layers, reference.layers) {
            #expect(try network.weight(of: ours) == reference.weight(of: theirs), "\(ours.name)")
            #expect(ours.batchNorm?.runningVariance == theirs.batchNorm?.runningVariance, "\(ours.name)")
            #expect(ours.batchNorm?.weight == theirs.batchNorm?.weight, "\(ours.name)")
        }
    }

    @Test func nestedAndAutomaticallyNamedKerasModelsAreRecognised() throws {
        let nested = try ConvNetwork.open(SharedFiles.path("weights/keras/teachable_machine_mobilenet_v2_0.35.h5"))
        #expect(nested.title == "MobileNetV2 0.35")
        #expect(nested.spatialLayers.count == 18)
        let wakeWords = try ConvNetwork.open(SharedFiles.path("weights/keras/mlcommons_vww_96_mobilenet_v1_0.25.h5"))
        #expect(wakeWords.title == "MobileNetV1 0.25")
        #expect(wakeWords.input.size == 96)
        #expect(wakeWords.classCount == 2)
    }

    // By the files' names; a 3×3 stem, two 3×3 convolutions in each of 3n blocks.
    @Test(arguments: [("st_resnet_v1_8_cifar10", 8, 10), ("st_resnet_v1_32_cifar100", 32, 100)])
    func smallKerasResNetsAreRecognised(file: String, depth: Int, classes: Int) throws {
        let network = try ConvNetwork.open(SharedFiles.path("weights/keras/\(file).h5"))
        #expect(network.family == "ResNet")
        #expect(network.title == "ResNet-\(depth) for small images")
        #expect(network.classCount == classes)
        #expect(network.spatialLayers.count == depth - 1)
        let blocks = (depth - 2) / 6
        #expect(
            network.spatialLayers.filter { $0.stride == 2 }.compactMap(\.number) == [2 * blocks + 2, 4 * blocks + 2])
        #expect(network.spatialLayers.allSatisfy { $0.batchNorm != nil })
    }

    @Test func preprocessingIsReadFromTheFile() throws {
        let input = try ConvNetwork.open(
            SharedFiles.path("weights/mobilenetv1_1.0_224_shicai_f32_partial.h5")
        ).input
        #expect(
            input
                == InputConvention(
                    padding: .torch, size: 224, channelOrder: .bgr, mean: [103.94, 116.78, 123.68],
                    scale: [0.017, 0.017, 0.017]))
    }

    @Test func kerasPrescribesItsPreprocessing() throws {
        let input = try ConvNetwork.open(
            SharedFiles.path("weights/keras/st_mobilenet_v1_0.25_224_imagenet.h5")
        ).input
        #expect(input.padding == .tensorFlowSame)
        #expect(input.size == 224)
        #expect(input.mean == [127.5, 127.5, 127.5])
    }

    @Test func bfloat16InIntegersIsRead() throws {
        let path = SharedFiles.path("weights/layouts/torch_bf16_as_u16.h5")
        let network = try ConvNetwork.open(path)
        #expect(network.title == "MobileNetV1 0.25")
        #expect(network.checkpoint.entry(named: "conv1/weight")?.dtype == "bfloat16")
        let reference = try ConvNetwork.open(SharedFiles.path("weights/mobilenetv1_0.25_224.h5"))
        for (ours, theirs) in zip(network.layers, reference.layers) {
            // The upper half of each float32.
            let upper = try reference.weight(of: theirs).scalars.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) }
            #expect(try network.weight(of: ours).scalars == upper, "\(ours.name)")
        }
    }

    @Test func aListOfKernelsIsOneLayer() throws {
        let network = try ConvNetwork.open(SharedFiles.path("weights/layouts/cnn_filter_db_like_dataset.h5"))
        #expect(network.checkpoint.format == "CNN Filter DB")
        #expect(network.spatialLayers.map(\.weightShape) == [[2368, 1, 3, 3]])
        #expect(try network.weight(of: network.spatialLayer(1)).scalars.count == 2368 * 9)
    }

    @Test func kerasListsWeightsInTheModelsOrder() throws {
        let checkpoint = try Checkpoint.open(
            SharedFiles.path("weights/keras/st_mobilenet_v1_0.25_224_imagenet.h5"))
        #expect(checkpoint.format == "Keras HDF5")
        #expect(
            checkpoint.entries.prefix(6).map(\.name) == [
                "model_weights/conv1/conv1/kernel:0", "model_weights/conv1_bn/conv1_bn/gamma:0",
                "model_weights/conv1_bn/conv1_bn/beta:0", "model_weights/conv1_bn/conv1_bn/moving_mean:0",
                "model_weights/conv1_bn/conv1_bn/moving_variance:0",
                "model_weights/conv_dw_1/conv_dw_1/depthwise_kernel:0",
            ])
    }
}

/// The authors' networks as the golden files hold them.
@Suite(.needsSharedFiles) struct VGNetRecognitionTests {
    // Layers by hand from Table 1: stem, one per Down and Half unit, the last unit.
    @Test(arguments: [
        ("vgnetg_1_0mp_224", "VGNetG-1.0MP", 28, 1000), ("vgnetg_1_0mp", "VGNetG-1.0MP", 28, 10),
        ("vgnetg_1_0mp_silu", "VGNetG-1.0MP", 28, 10), ("vgnetg_1_0mp_se", "VGNetG-1.0MP+SE", 28, 10),
        ("vgnetc_1_5mp", "VGNetC-1.5MP", 28, 10), ("vgnetf1_1_5mp", "VGNetF1-1.5MP", 28, 10),
        ("vgnetf2_1_5mp", "VGNetF2-1.5MP", 28, 10), ("vgnetf3_1_5mp", "VGNetF3-1.5MP", 28, 10),
        ("vgnetf4_1_5mp", "VGNetF4-1.5MP", 28, 10), ("repo22_vgnetg_1_0mp_se", "VGNetG-1.0MP+SE (re-release)", 28, 10),
        ("tiny_g_odd", "VGNetG", 11, 10),
    ])
    func eachVariantIsRecognised(file: String, title: String, layers: Int, classes: Int) throws {
        let network = try ConvNetwork.open(SharedFiles.path("golden/vgnet/\(file).h5"))
        #expect(network.family == "VGNet")
        #expect(network.title == title)
        #expect(network.spatialLayers.count == layers)
        #expect(network.classCount == classes)
        #expect(network.missingTensors == [])
        #expect(network.spatialLayers.filter { $0.stride == 2 }.count == 5)
        #expect(network.spatialLayers.last?.role == .last)
    }

    @Test(arguments: ["tiny_c_thumbnail", "tiny_g_thumbnail_se_silu"])
    func thumbnailNetworksKeepTheResolutionAtFirst(file: String) throws {
        let network = try ConvNetwork.open(SharedFiles.path("golden/vgnet/\(file).h5"))
        let strides = network.spatialLayers.map(\.stride)
        // Blocks 2, 2, 3, 2: stem, stage 1 (two), then stages 2 to 4, each starting with stride 2, and the last unit.
        #expect(strides == [1, 1, 1, 2, 1, 2, 1, 1, 2, 1, 1])
    }
}
