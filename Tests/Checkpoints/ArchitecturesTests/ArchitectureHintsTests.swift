import Testing
import Architectures

/// Conventions that only a network's name tells. Expected values: timm 1.0's own modules (`Conv2dSame`, `bn.eps`,
/// `default_cfg["mean"]`).
@Suite struct ArchitectureHintsTests {
    static func hints(_ path: String, _ family: String, _ attributes: [String: String] = [:]) -> ArchitectureHints {
        ArchitectureHints(attributes: attributes, path: path, family: family, library: "timm")
    }

    /// Keras' MobileNetV1 pads as TensorFlow does, whatever its file is called.
    @Test func anotherLibrarysFileIsNotTakenForTimms() {
        let hints = ArchitectureHints(
            attributes: [:], path: "mobilenetv1_0.25_224.h5", family: "MobileNetV1", library: "Keras")
        #expect(hints.architecture == nil && hints.padding == nil && hints.epsilon == nil)
    }

    @Test(arguments: [
        ("tf_efficientnet_b0_ns-c0e6a31c.pth", "EfficientNet", "tf_efficientnet_b0_ns"),
        ("/data/timm_tf_mobilenetv3_small_minimal_100.safetensors", "MobileNetV3", "tf_mobilenetv3_small_minimal_100"),
        ("tf_efficientnetv2_b0.in1k.safetensors", "EfficientNetV2", "tf_efficientnetv2_b0"),
        (
            "/c/models--timm--tf_efficientnet_lite1.in1k/snapshots/0a1b/model.safetensors", "EfficientNet",
            "tf_efficientnet_lite1"
        ),
    ]) func aPortFromTensorFlowIsKnownByItsFilesName(path: String, family: String, name: String) {
        let hints = Self.hints(path, family)
        #expect(hints.architecture == name)
        #expect(hints.padding?.value == .tensorFlowSame)
        #expect(hints.epsilon?.value == 1e-3)
        #expect(hints.padding?.origin.hasPrefix("assumed from the f") == true)
        #expect(hints.padding?.origin.hasSuffix("'s name (\(name))") == true)
    }

    @Test func whatTheFileSaysComesBeforeItsName() {
        let hints = Self.hints("tf_efficientnet_b0.pth", "EfficientNet", ["hf.architecture": "efficientnet_lite0"])
        #expect(hints.padding?.value == .torch)
        #expect(hints.epsilon?.value == 1e-5)
        #expect(hints.activation?.value == "relu6")
        #expect(hints.padding?.origin == "file (hf.architecture efficientnet_lite0)")
    }

    @Test(arguments: [
        ("mobilenetv1_100.safetensors", "MobileNetV1", "relu6", "x/127.5-1"),
        ("tf_mobilenetv3_large_minimal_100.pth", "MobileNetV3", "relu", "x/127.5-1"),
        ("tf_efficientnet_b0.pth", "EfficientNet", "silu", "/255 ImageNet mean/std"),
        ("tf_efficientnet_es.pth", "EfficientNet-EdgeTPU", "relu", "x/127.5-1"),
    ]) func functionAndNormalisationFollow(path: String, family: String, function: String, images: String) {
        let hints = Self.hints(path, family)
        #expect(hints.activation?.value == function)
        #expect(hints.normalisation?.value == images)
    }

    @Test(arguments: [
        ("tf_efficientnet_b0.pth", "MobileNetV2"),  // The shapes say otherwise.
        ("notf_efficientnet.pth", "EfficientNet"),  // No word of its own.
        ("efficientnet_b0.pth", "EfficientNet"),
        ("/tf_efficientnet_b0/other.pth", "EfficientNet"),  // A folder speaks only for files without a name.
        ("", "EfficientNet"),
    ]) func aNameProvesNothing(path: String, family: String) {
        #expect(Self.hints(path, family) == Self.hints("x.pth", family))
        #expect(Self.hints(path, family).padding == nil)
    }
}
