import Diagnostics
import Files
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// What `config.json` and `preprocessor_config.json` say of a network. Expected numbers: timm's
/// `resolve_data_config` (floor of size / crop_pct) and transformers' image processors.
@Suite struct HubConfigTests {
    private static func config(_ settings: [String: String]) throws -> HubConfig {
        try #require(
            HubConfig(Dictionary(uniqueKeysWithValues: settings.map { ("hf.\($0.key)", $0.value) })))
    }

    @Test func timmsWordsAreRead() throws {
        let config = try Self.config([
            "architecture": "resnet18", "num_classes": "3", "labels": #"["a","b","c"]"#, "input_size": "3, 176, 176",
            "crop_pct": "0.95", "interpolation": "bicubic", "mean": "0.5, 0.5, 0.5", "std": "0.5, 0.5, 0.5",
        ])
        #expect(config.architecture == "resnet18" && config.classCount == 3 && config.classNames == ["a", "b", "c"])
        #expect(config.inputSize == 176 && config.resize == 185 && config.interpolation == "bicubic")
        #expect(config.normalisation?.mean == [127.5, 127.5, 127.5])
        #expect(config.normalisation?.scale == Array(repeating: 1 / 127.5, count: 3))
        #expect(config.problems == [] && config.imageSource == "config.json")
        // The words of the usual formulas are found again.
        let usual = try Self.config(["mean": "0.485, 0.456, 0.406", "std": "0.229, 0.224, 0.225"]).normalisation
        let words = try #require(InputConvention(words: "RGB /255 ImageNet mean/std"))
        #expect(usual?.mean == words.mean && usual?.scale == words.scale)
        #expect(HubConfig(["family": "ResNet"]) == nil)
    }

    @Test func transformersWordsAreRead() throws {
        let config = try Self.config([
            "architectures": "MobileNetV2ForImageClassification", "model_type": "mobilenet_v2", "tf_padding": "true",
            "layer_norm_eps": "0.001", "preprocessor": "preprocessor_config.json", "input_size": "3, 224, 224",
            "resize": "256", "resample": "2", "mean": "0.5, 0.5, 0.5", "std": "0.5, 0.5, 0.5",
            "do_flip_channel_order": "true", "num_channels": "3",
        ])
        #expect(config.padding == .tensorFlowSame && config.epsilon == 0.001 && config.channelOrder == .bgr)
        #expect(config.resize == 256 && config.inputSize == 224 && config.interpolation == "bilinear")
        #expect(config.imageSource == "preprocessor_config.json" && config.inputChannels == 3)
        // ConvNeXt's processor: 224 / 0.875.
        let convNeXt = try Self.config([
            "image_processor_type": "ConvNextImageProcessor", "input_size": "3, 224, 224", "crop_pct": "0.875",
            "model_type": "resnet", "layer_norm_eps": "1e-06",
        ])
        #expect(convNeXt.resize == 256 && convNeXt.epsilon == nil)
        // transformers' EfficientNet: (x / 255 − 1 − mean) / std, once more by std.
        let shifted = try Self.config([
            "rescale_offset": "true", "include_top": "true", "mean": "0.5", "std": "0.5",
        ])
        #expect(shifted.normalisation?.mean == [382.5, 382.5, 382.5])
        let scale = try #require(shifted.normalisation?.scale)
        #expect(scale.count == 3 && scale.allSatisfy { abs($0 - 1 / 127.5 / 0.5) < 1e-8 })
        let still = try Self.config(["do_resize": "false", "input_size": "3, 32, 32", "resample": "2"])
        #expect(still.preprocessing?.resize == nil && still.preprocessing?.crop == 32)
        // timm's default share.
        let usual = try Self.config(["architecture": "resnet18", "input_size": "3, 224, 224"])
        #expect(usual.preprocessing?.resize == 256)
        let plain = try Self.config(["do_normalize": "false"])
        #expect(plain.normalisation?.mean == [0, 0, 0] && plain.normalisation?.scale == [1 / 255, 1 / 255, 1 / 255])
    }

    @Test(
        arguments: [
            (["mean": "0.5, 0.5", "std": "0.5, 0.5, 0.5"], "'mean' is [0.5, 0.5] and std [0.5, 0.5, 0.5]"),
            (["mean": "0.5", "std": "0"], "'mean' is [0.5] and std [0]"),
            (["input_size": "3, 224, 192"], "'input_size' is [3, 224, 192], not as high as wide"),
            (["input_size": "big"], "'input_size' is [big]"),
            (["num_classes": "many"], "'num_classes' is many"),
            (["input_size": "3, 8, 8", "crop_pct": "0"], "'crop_pct' is 0"),
            (["interpolation": "lanczos"], "'interpolation' is lanczos, not bilinear or bicubic"),
            (["batch_norm_eps": "-1"], "'batch_norm_eps' is -1"),
            (["input_size": "3, 8, 8", "crop_mode": "squash", "crop_pct": "1.0"], "squeezes images"),
        ] as [([String: String], String)])
    func whatCannotBeUsedIsSaid(settings: [String: String], problem: String) throws {
        let config = try Self.config(settings)
        #expect(config.problems.count == 1)
        #expect(config.problems.first?.contains(problem) == true, "\(config.problems)")
    }

    // MARK: - Files

    private static let tensors: [UInt8] = {
        let text = Array(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
        return [UInt8(text.count), 0, 0, 0, 0, 0, 0, 0] + text + [0, 0, 0x80, 0x3F]
    }()

    private func open(_ config: String, preprocessor: String? = nil) throws -> Checkpoint {
        try withTemporaryFolder { folder in
            try AtomicFile.write(Self.tensors, to: folder + "/model.safetensors")
            try AtomicFile.write(text: config, to: folder + "/config.json")
            if let preprocessor {
                try AtomicFile.write(text: preprocessor, to: folder + "/preprocessor_config.json")
            }
            return try Checkpoint.open(folder)
        }
    }

    @Test(arguments: [
        #"{"architecture": "resnet18", "num_cl"#, "[1, 2]", "", #"{"architecture": "resnet18"} trailing"#,
    ])
    func aDamagedConfigIsSaid(text: String) throws {
        let checkpoint = try open(text)
        #expect(checkpoint.notes.count == 1)
        #expect(checkpoint.notes.first?.hasPrefix("config.json beside the weights is passed over: ") == true)
        #expect(!checkpoint.attributes.keys.contains { $0.hasPrefix("hf.") })
    }

    @Test func namesForPeopleAreTheClassesNames() throws {
        let described = try open(
            #"{"architecture": "resnet18", "label_names": ["n01", "n02"], "label_descriptions": {"n01": "tench"}}"#)
        #expect(HubConfig(described.attributes)?.classNames == ["tench", "n02"])
        // The model's own number of classes counts.
        let counts = try open(#"{"architecture": "a", "num_classes": 2, "pretrained_cfg": {"num_classes": 1000}}"#)
        #expect(HubConfig(counts.attributes)?.classCount == 2)
        let inside = try open(#"{"architecture": "a", "pretrained_cfg": {"label_names": ["x", "y"]}}"#)
        #expect(HubConfig(inside.attributes)?.classNames == ["x", "y"])
        let gap = try open(#"{"model_type": "resnet", "id2label": {"0": "cat", "2": "dog"}}"#)
        #expect(HubConfig(gap.attributes)?.classNames == nil)
        #expect(
            gap.notes == ["config.json: 'id2label' has no name for class 1 of 2; its names are left out."])
        let placeholders = try open(#"{"model_type": "resnet", "id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#)
        #expect(HubConfig(placeholders.attributes)?.classNames == nil && placeholders.notes == [])
    }

    @Test func aPreprocessorsFileSpeaksOfImages() throws {
        let checkpoint = try open(
            #"{"model_type": "resnet", "architectures": ["ResNetForImageClassification"]}"#,
            preprocessor: """
                {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "resample": 3,
                 "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "do_center_crop": true}
                """)
        let config = try #require(HubConfig(checkpoint.attributes))
        #expect(config.inputSize == 224 && config.resize == 256 && config.interpolation == "bicubic")
        #expect(config.problems == [] && checkpoint.notes == [])
        let damaged = try open(#"{"model_type": "resnet"}"#, preprocessor: "{")
        #expect(damaged.notes.first?.hasPrefix("preprocessor_config.json beside the weights is passed over") == true)
    }

    // MARK: - Networks

    private static func network(_ attributes: [String: String], title: String = "ResNet-18") throws -> ConvNetwork {
        let net = try #require(PublishedArchitecture.all.first { $0.title == title })
        return try ConvNetwork(recognising: net.checkpoint().with(attributes: attributes))
    }

    @Test func theSettingsReachTheNetworkAndSayWhereTheyAreFrom() throws {
        let network = try Self.network([
            "hf.architecture": "resnet18", "hf.num_classes": "1000", "hf.input_size": "3, 160, 160",
            "hf.crop_pct": "1.0", "hf.mean": "0.5, 0.5, 0.5", "hf.std": "0.5, 0.5, 0.5",
            "hf.interpolation": "bicubic",
        ])
        #expect(network.contradictions == [])
        #expect(network.input.size == 160 && network.input.words == "RGB x/127.5-1")
        #expect(
            network.conventions.settings
                == "From config.json: architecture resnet18; strides and dilation ResNet's; pooling ResNet's; "
                + "activation ResNet's; input size 160; "
                + "preprocessing RGB x/127.5-1; resizing to 160, middle 160, bicubic.")
        #expect(network.conventions.assumptions?.contains("strides") == false)
    }

    @Test func whatTheWeightsContradictIsSaid() throws {
        let other = try Self.network([
            "hf.architecture": "mobilenetv2_100", "hf.num_classes": "10", "hf.in_chans": "1",
            "hf.labels": #"["a","b"]"#, "hf.model_args": "act_layer",
        ])
        #expect(other.title == "ResNet-18" && other.classCount == 1000)
        #expect(
            other.contradictions == [
                "config.json names 'mobilenetv2_100', the shapes are those of ResNet-18: the shapes decide.",
                "config.json says 10 classes, the classifier has 1000 outputs: the weights decide.",
                "config.json names 2 classes, the classifier has 1000 outputs: not used.",
                "config.json says 1 input channels, the first layer reads 3.",
                "config.json builds the model with arguments that are not followed here: act_layer.",
            ])
        #expect(!other.conventions.contains { $0.name == "architecture" || $0.name == "class names" })
        let size = try Self.network(["hf.architecture": "resnet50"])
        #expect(size.contradictions.first?.hasPrefix("config.json names 'resnet50', the shapes are") == true)
        let foreign = try Self.network(["hf.architecture": "vit_base_patch16_224"])
        #expect(
            foreign.contradictions == [
                "config.json: 'vit_base_patch16_224' is no name that is known here; the shapes are those of ResNet-18."
            ])
        // A training's own words.
        let trained = try Self.network(["torch.args.model": "mobilenet_v3_small"])
        #expect(trained.contradictions.first?.hasPrefix("'args.model' in the file names 'mobilenet_v3_small'") == true)
        #expect(try Self.network(["torch.args.model": "resnet18"]).contradictions == [])
        #expect(try Self.network(["model_name": "g131"]).contradictions == [])
    }

    /// What a file is called claims nothing that its shapes do not support; sides of images are no widths.
    @Test(
        arguments: [
            ("resnet34.pth", "resnet34"), ("nets/resnet50.a1_in1k.safetensors", "resnet50.a1_in1k"),
            ("mobilenetv2_100.pth.tar", "mobilenetv2_100"), ("resnet34/model.safetensors", "resnet34"),
            ("resnet18.pth", nil), ("RESNET18-f37072fd.pth", nil), ("net.pth", nil), ("my_resnet34.pth", nil),
            ("resnet34/net.pth", nil),
        ] as [(String, String?)])
    func theFilesNameIsComparedWithTheShapes(path: String, named: String?) throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "ResNet-18" })
        let network = try ConvNetwork(
            recognising: Checkpoint(
                path: path, format: "PyTorch", files: [], entries: net.checkpoint().entries, source: Ones()))
        #expect(
            network.contradictions
                == (named.map {
                    ["The file's name says '\($0)', the shapes are those of ResNet-18: the shapes decide."]
                } ?? []))
    }

    @Test(arguments: ["mobilenet_v2_160", "mobilenetv2_096", "mobilenet_v1_224"])
    func sidesOfImagesAreNoWidths(name: String) {
        #expect(NamedArchitecture(name).words.isEmpty)
    }

    /// A name of another width, size, letter or version than the shapes is no agreement.
    @Test(arguments: [
        ("mobilenetv2_050", "MobileNetV2", "MobileNetV2 1.0", "MobileNetV2 0.5"),
        ("mobilenetv2_110d.ra_in1k", "MobileNetV2", "MobileNetV2 1.0", "MobileNetV2 1.1"),
        ("google/mobilenet_v2_1.4_224", "MobileNetV2", "MobileNetV2 1.0", "MobileNetV2 1.4"),
        ("mobilenetv1_100h", "MobileNetV1", "MobileNetV1 0.5", "MobileNetV1 1.0"),
        (
            "tf_mobilenetv3_small_minimal_100", "MobileNetV3", "MobileNetV3-Small 1.0",
            "MobileNetV3-Small minimalistic 1.0"
        ),
        ("mnasnet0_5", "MnasNet", "MnasNet 1.0", "MnasNet 0.5"),
        ("semnasnet_075", "MnasNet", "MnasNet-A1 1.0", "MnasNet-A1 0.75"),
        ("ghostnet_130", "GhostNet", "GhostNet 1.0", "GhostNet 1.3"),
        ("rexnet_150", "ReXNet", "ReXNet 1.0", "ReXNet 1.5"),
        ("shufflenet_v2_x0_5", "ShuffleNetV2", "ShuffleNetV2 x1.0", "ShuffleNetV2 x0.5"),
        ("squeezenet1_0", "SqueezeNet", "SqueezeNet 1.1", "SqueezeNet 1.0"),
        ("regnety_016", "RegNet", "RegNetX-1.6GF", "RegNetY-1.6GF"),
        ("regnet_y_1_6gf", "RegNet", "RegNetY-800MF", "RegNetY-1.6GF"),
        ("regnetx_320", "RegNet", "RegNetX-3.2GF", "RegNetX-32GF"),
        ("convnextv2_atto", "ConvNeXt", "ConvNeXt-Atto", "ConvNeXtV2-Atto"),
        ("convnext_large", "ConvNeXt", "ConvNeXt-XLarge", "ConvNeXt-Large"),
        ("repvgg_b2", "RepVGG", "RepVGG-A0", "RepVGG-B2"),
        ("mobileone_s4", "MobileOne", "MobileOne-S0", "MobileOne-S4"),
        ("tf_efficientnetv2_b0", "EfficientNetV2", "EfficientNetV2-S", "EfficientNetV2-B0"),
        ("efficientnet_em", "EfficientNet-EdgeTPU", "EfficientNet-EdgeTPU-S", "EfficientNet-EdgeTPU-M"),
        ("resnext50_32x4d", "ResNet", "ResNet-50", "ResNeXt-50 32×4d"),
        ("seresnet18", "ResNet", "ResNet-18", "SE-ResNet-18"),
        ("resnet26d", "ResNet", "ResNet-26", "ResNet-26-D"),
        ("wide_resnet50_2", "ResNet", "ResNet-50", "Wide ResNet-50-2"),
        ("resnet18", "ResNet", "ResNet", "ResNet-18"),
    ])
    func aNameOfAnotherSizeIsAContradiction(name: String, family: String, other: String, own: String) {
        #expect(NamedArchitecture(name).conflict(family: family, title: other) == "names '\(name)'")
        #expect(NamedArchitecture(name).conflict(family: family, title: own) == nil)
    }

    @Test(arguments: [
        ("resnet18.a1_in1k", "ResNet", "ResNet-18"), ("seresnext26d_32x4d", "ResNet", "SE-ResNeXt-26-D 32×4d"),
        ("timm/mobilenetv3_small_075", "MobileNetV3", "MobileNetV3-Small 0.75"),
        ("tf_efficientnet_lite3", "EfficientNet", "EfficientNet-Lite3"),
        ("efficientnet_b0", "EfficientNet", "EfficientNet-B0"), ("wide_resnet50_2", "ResNet", "Wide ResNet-50-2"),
        ("resnetrs50", "ResNet", "ResNet-RS-50"), ("ResNetForImageClassification", "ResNet", "ResNet-50"),
        ("regnetx_002", "RegNet", "RegNetX-200MF"), ("tinynet_a", "EfficientNet", "EfficientNet"),
    ])
    func aPublishedNameAgreesWithItsOwnNetwork(name: String, family: String, title: String) {
        #expect(NamedArchitecture(name).conflict(family: family, title: title) == nil)
        #expect(NamedArchitecture(name).conflict(family: "VGG", title: "VGG-16") != nil)
    }

    /// transformers' names in the order of a safetensors file, the alphabet's.
    @Test func transformersNamesAreKnown() throws {
        func network(_ title: String, _ attributes: [String: String], _ name: (Int) -> String) throws -> ConvNetwork {
            let net = try #require(PublishedArchitecture.all.first { $0.title == title && $0.dialect == "timm" })
            var entries = [Checkpoint.Entry(name: "classifier.weight", shape: [1001, 1280], dtype: "float32")]
            for (index, conv) in net.convs.enumerated() {
                let path = name(index)
                entries.append(
                    Checkpoint.Entry(
                        name: "\(path).convolution.weight", shape: Shape(conv.shape), dtype: "float32"))
                for word in ["weight", "bias", "running_mean", "running_var"] {
                    entries.append(
                        Checkpoint.Entry(
                            name: "\(path).normalization.\(word)", shape: [conv.shape[0]], dtype: "float32"))
                }
            }
            return try ConvNetwork(
                recognising: Checkpoint(
                    path: "model.safetensors", format: "safetensors", files: [],
                    entries: entries.sorted { $0.name < $1.name }, attributes: attributes, source: Ones()))
        }
        func second(_ index: Int) -> String {
            switch index {
            case 0: return "mobilenet_v2.conv_stem.first_conv"
            case 1: return "mobilenet_v2.conv_stem.conv_3x3"
            case 2: return "mobilenet_v2.conv_stem.reduce_1x1"
            case 51: return "mobilenet_v2.conv_1x1"
            default:
                let parts = ["expand_1x1", "conv_3x3", "reduce_1x1"]
                return "mobilenet_v2.layer.\((index - 3) / 3).\(parts[index % 3])"
            }
        }
        let found = try network("MobileNetV2 0.5", [:], second)
        #expect(found.title == "MobileNetV2 0.5" && found.library == "transformers", "\(found.recognition)")
        #expect(found.missingTensors == [] && found.classCount == 1001)
        #expect(found.input.padding == .tensorFlowSame && found.layers.first?.batchNorm?.epsilon == 1e-3)
        let stated = try network(
            "MobileNetV2 0.5",
            ["hf.model_type": "mobilenet_v2", "hf.tf_padding": "false", "hf.layer_norm_eps": "0.0001"], second)
        #expect(stated.input.padding == .torch && stated.layers.first?.batchNorm?.epsilon == 1e-4)
        #expect(
            stated.conventions.settings
                == "From config.json: architecture mobilenet_v2; strides and dilation MobileNetV2's; "
                + "pooling MobileNetV2's; padding symmetric; batch-norm ε 0.0001; activation relu6.")
        let first = try network("MobileNetV1 1.0", [:]) {
            "mobilenet_v1." + ($0 == 0 ? "conv_stem" : "layer.\($0 - 1)")
        }
        #expect(first.title == "MobileNetV1 1.0" && first.library == "transformers", "\(first.recognition)")
    }

    // MARK: - Nets that share all shapes

    @Test(
        arguments: [
            ("ResNet-18", ["hf.architecture": "resnetblur18"], "blurs before it strides"),
            ("EfficientNet-B0", ["torch.arch": "efficientnet_blur_b0"], "blurs before it strides"),
            (
                "MobileNetV4-Conv-Medium", ["torch.args.model": "mobilenetv4_conv_blur_medium"],
                "blurs before it strides"
            ),
            ("MobileNetV4-Conv-Large", ["hf.architecture": "mobilenetv4_conv_aa_large"], "averages before it strides"),
        ] as [(String, [String: String], String)])
    func whatOnlyANameTellsIsKnown(title: String, attributes: [String: String], what: String) throws {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == title && ($0.dialect == "timm" || title == "ResNet-18") }
                ?? PublishedArchitecture.all.first { $0.title == "EfficientNet-B1" && $0.dialect == "timm" })
        let network = try ConvNetwork(recognising: net.checkpoint().with(attributes: attributes))
        #expect(network.peculiarity?.what.hasPrefix(what) == true)
        #expect(network.peculiarity?.origin.hasPrefix("file (") == true)
        #expect(try ConvNetwork(recognising: net.checkpoint()).peculiarity == nil)
    }

    @Test func meansInThePlaceOfStridesAreKnownByTheName() throws {
        let network = try Self.network(["torch.arch": "resnetaa18"])
        #expect(network.averagesBeforeStrides == "file (torch.arch resnetaa18)" && network.peculiarity == nil)
        let strides = try #require(network.conventions.first { $0.name == "strides and dilation" })
        #expect(strides.value == "ResNet's, means of 2×2 in the place of strides" && strides.origin == .file)
        #expect(try Self.network([:]).averagesBeforeStrides == nil)
    }

    /// timm's `resnet18(output_stride=16)`: the last stage keeps its stride at 1, and dilates from its second convolution on.
    @Test func functionsAndDilationOfTheConfigAreFollowed() throws {
        let network = try Self.network([
            "hf.model_type": "resnet", "hf.hidden_act": "gelu", "hf.output_stride": "16",
        ])
        #expect(network.contradictions == [] && network.outputStride == 16 && network.peculiarity == nil)
        let settings = try #require(network.conventions.settings)
        #expect(settings.contains("ResNet's, dilation in the place of strides from output stride 16 on; "))
        #expect(settings.contains("activation gelu"))
        let last = network.layers.filter { $0.name.hasPrefix("layer4.") }
        #expect(last.allSatisfy { $0.stride == 1 } && last.count == 5)
        #expect(last.filter { $0.number != nil }.map(\.dilation) == [1, 2, 2, 2])
        #expect(network.layers.filter { $0.stride == 2 }.count == 5)
        let usual = try Self.network(["hf.model_type": "resnet", "hf.hidden_act": "relu", "hf.output_stride": "32"])
        #expect(usual.contradictions == [] && usual.outputStride == nil)
        #expect(usual.layers.filter { $0.stride == 2 }.count == 7)
    }

    /// Both rules at output stride 8: timm's inverted residuals dilate from the block behind the stride on, its residual
    /// blocks from the second convolution on. MobileNetV2 strides in blocks 1, 2, 4, 7 and 14 of 17; the dilations are
    /// those of `timm.create_model(…, output_stride=8)`.
    @Test func dilationGrowsWithEachStrideThatItReplaces() throws {
        let settings = ["hf.architecture": "x", "hf.model_args.output_stride": "8"]
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let network = try ConvNetwork(recognising: net.checkpoint().with(attributes: settings))
        let depthwise = network.layers.filter(\.isDepthwise)
        #expect(depthwise.map { $0.dilation ?? 1 } == Array(repeating: 1, count: 7) + [2, 2, 2, 2, 2, 2, 2, 4, 4, 4])
        #expect(depthwise.filter { $0.stride == 2 }.count == 2)
        let second = try Self.network(settings)
        #expect(
            second.layers.filter { $0.number != nil }.map { $0.dilation ?? 1 }
                == Array(repeating: 1, count: 10) + [2, 2, 2, 2, 4, 4, 4])
    }

    /// A family whose rule is not known here does not run as if nothing were said.
    @Test func dilationThatIsNotFollowedIsSaidAndRefused() throws {
        let network = try Self.network(["hf.model_type": "x", "hf.output_stride": "16"], title: "DenseNet-121")
        #expect(
            network.contradictions.contains("config.json says output_stride 16: its dilation is not followed."))
        #expect(network.outputStride == nil && network.peculiarity?.name == "output_stride 16")
        let strange = try Self.network(["hf.model_type": "resnet", "hf.output_stride": "5"])
        #expect(strange.outputStride == nil && strange.peculiarity?.name == "output_stride 5")
        let first = try Self.network(["hf.model_type": "resnet", "hf.downsample_in_first_stage": "true"])
        #expect(first.peculiarity?.what == "strides in its first stage")
    }

    /// timm pools by the mean unless `global_pool` says otherwise; of its other arguments some change no logits.
    @Test func timmsPoolsAndArgumentsThatAreNotFollowedAreRefusedOrSaid() throws {
        for pool in ["max", "avgmax", "catavgmax"] {
            let other = try Self.network(["hf.architecture": "resnet18", "hf.global_pool": pool])
            #expect(other.peculiarity?.name == "global_pool \(pool)" && other.contradictions == [])
        }
        let pooling = try Self.network(["hf.model_type": "resnet", "hf.pooling_type": "max"])
        #expect(pooling.peculiarity?.what == "does not pool by the mean alone before its classifier")
        for pool in ["avg", "fast", ""] {
            let usual = try Self.network(["hf.architecture": "resnet18", "hf.global_pool": pool])
            #expect(usual.contradictions == [] && usual.peculiarity == nil)
        }
        let harmless = try open(
            #"{"architecture": "resnet18", "global_pool": "max", "model_args": {"drop_path_rate": 0.1, "num_classes": 3}}"#
        )
        #expect(harmless.attributes["hf.model_args"] == nil && harmless.attributes["hf.global_pool"] == "max")
        let telling = try open(
            #"{"architecture": "resnet18", "model_args": {"drop_rate": 0.1, "output_stride": 16, "act_layer": "silu", "stem_width": 24, "bn_eps": 0.001}}"#
        )
        #expect(telling.attributes["hf.model_args"] == "stem_width")
        #expect(HubConfig(telling.attributes)?.epsilon == 0.001)
        #expect(HubConfig(telling.attributes)?.activation == "silu")
        let network = try Self.network(telling.attributes)
        #expect(network.layers.first?.batchNorm?.epsilon == 0.001)
        #expect(network.peculiarity == nil && network.outputStride == 16)
        #expect(network.conventions.settings?.contains("activation silu") == true)
        let usual = try Self.network(["hf.architecture": "resnet18", "hf.model_args.output_stride": "32"])
        #expect(usual.peculiarity == nil)
    }

    @Test func antiAliasingIsAssumedAwayWhereNothingTells() throws {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == "EfficientNet-B1" && $0.dialect == "timm" })
        let unknown = try ConvNetwork(recognising: net.checkpoint())
        #expect(unknown.conventions.assumptions?.contains("no anti-aliasing; nets that have it look the same") == true)
        let told = try ConvNetwork(recognising: net.checkpoint().with(attributes: ["torch.arch": "efficientnet_b1"]))
        #expect(told.conventions.assumptions?.contains("anti-aliasing") == false)
    }

    /// timm's `mobilenetv3_rw` by its squeeze-and-excite: 18 of 72 channels where the published network has 24.
    @Test func theFirstAttemptAtMobileNetV3IsKnownByItsWidths() throws {
        let net = try #require(
            PublishedArchitecture.all.first { $0.title == "MobileNetV3-Large 0.75" && $0.dialect == "timm" })
        let entries = net.checkpoint().entries.map { entry -> Checkpoint.Entry in
            let (outputs, inputs) = (entry.shape[0], entry.shape.rank > 1 ? entry.shape[1] : 0)
            let shape: Shape =
                entry.module.hasSuffix("se.conv_reduce")
                ? [(inputs + 2) / 4, inputs, 1, 1]
                : entry.module.hasSuffix("se.conv_expand") ? [outputs, (outputs + 2) / 4, 1, 1] : entry.shape
            return Checkpoint.Entry(name: entry.name, shape: shape, dtype: "float32")
        }
        let network = try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
        #expect(network.title == "MobileNetV3-Large RW 0.75")
        #expect(network.layers.first?.batchNorm?.epsilon == 1e-3)
        let inner = network.layers.filter { $0.name.hasSuffix("se.conv_reduce") }.map(\.activation)
        #expect(inner == Array(repeating: "relu", count: 3) + Array(repeating: "hardSwish", count: 5))
    }

    // MARK: - Batch normalisation that is not there

    @Test func everyPublishedNetworkHasAllItsNormalisations() throws {
        for net in PublishedArchitecture.all {
            #expect(try ConvNetwork(recognising: net.checkpoint()).missingNorms == [], "\(net)")
        }
    }

    @Test func aLayerWithoutTheNormalisationOfTheOthersIsNamed() throws {
        let net = try #require(PublishedArchitecture.all.first { $0.title == "ResNet-18" })
        let network = try ConvNetwork(recognising: net.checkpoint(dropping: ["layer2.0.bn1"]))
        #expect(
            network.missingNorms == [
                .init(layer: "layer2.0.conv1", tensor: "layer2.0.bn1.running_mean", isFolded: false)
            ])
        let entries = net.checkpoint(dropping: ["layer2.0.bn1"]).entries
        let bias = Checkpoint.Entry(name: "layer2.0.conv1.bias", shape: [128], dtype: "float32")
        let folded = try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: "PyTorch", files: [], entries: entries + [bias], source: Ones()))
        #expect(folded.missingNorms.map(\.isFolded) == [true])
        let half = net.checkpoint().entries.filter { $0.name != "layer2.0.bn1.running_var" }
        let torn = try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: half, source: Ones()))
        #expect(torn.missingNorms.map(\.tensor) == ["layer2.0.bn1.running_var"])
    }
}
