import Diagnostics
import Engine
import Tensors
import Weights

/// The graph of a recognised checkpoint, whatever its family and the library that wrote it.
///
/// Runs MobileNetV1, V2 and V3, EfficientNet and EfficientNet-Lite, MnasNet, ShuffleNetV2, RegNetX,
/// RegNetY and GhostNet. Results that can
/// be tapped: `stem`, `block1` … `blockN` in network order, `head` (the last convolution before the mean), `gap`,
/// `logits`; for MobileNetV1 those of ``MobileNetV1``. A backbone without a classifier ends with its last map.
public struct RunnableGraph: Sendable {
    /// The network.
    public let graph: Graph
    /// Channels of the images that it takes.
    public let inputChannels: Int
    /// The number of outputs: classes, or channels of a bare backbone.
    public let classes: Int

    /// The families that run, as ``Network/family`` spells them.
    public static let families = [
        "MobileNetV1", "MobileNetV2", "MobileNetV3", "EfficientNet", "ShuffleNetV2", "RegNet", "GhostNet", "MnasNet",
    ]

    /// Builds the graph of a checkpoint.
    ///
    /// Throws `networks.otherFamily` for a family that does not run, `networks.noTensor` for an incomplete file,
    /// `networks.badShape` where layers do not fit each other, and the errors of reading.
    public init(network: Network) throws {
        if let missing = network.missingTensors.first, let family = network.family, Self.families.contains(family) {
            throw KernelVizError(
                code: "networks.noTensor", subject: network.checkpoint.path, found: "no tensor '\(missing)'",
                expected: "the weights of a whole \(family)", advice: "The kernels can be analysed all the same")
        }
        switch network.family {
        case "MobileNetV1":
            let net = try MobileNetV1(network: network)
            (graph, inputChannels, classes) = (net.graph, net.inputChannels, net.classes)
            return
        case "MobileNetV2", "MobileNetV3", "EfficientNet", "MnasNet":
            var builder = try FamilyBuilder(network)
            try builder.buildBottlenecks()
            (graph, inputChannels, classes) = builder.result
        case "ShuffleNetV2":
            var builder = try FamilyBuilder(network)
            try builder.buildShuffleNet()
            (graph, inputChannels, classes) = builder.result
        case "RegNet":
            var builder = try FamilyBuilder(network)
            try builder.buildRegNet()
            (graph, inputChannels, classes) = builder.result
        case "GhostNet":
            var builder = try FamilyBuilder(network)
            try builder.buildGhostNet()
            (graph, inputChannels, classes) = builder.result
        default:
            let advice =
                network.family == "VGNet"
                ? "Name the VGNet's config or published name and give this file as --weights"
                : "Its kernels can be read with 'kernelviz classify'"
            throw KernelVizError(
                code: "networks.otherFamily", subject: network.checkpoint.path, found: network.title,
                expected: Self.families.dropLast().joined(separator: ", ") + " or " + (Self.families.last ?? ""),
                advice: advice)
        }
    }
}
