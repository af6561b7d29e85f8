import Diagnostics
import Engine
import Tensors
import Architectures
import Checkpoints

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
    /// Where the file's own description came from, by which the graph was built ("ONNX graph"); nil where it follows the
    /// family's design.
    public let description: String?
    /// Why the file's own description was passed over, what was assumed of the classifier and what of the file is not
    /// run, one sentence each.
    public let remarks: [String]
    /// The file's words for functions for which the given one stands.
    public let suppliedFunctions: [String]

    /// The families that run, as `ConvNetwork.family` spells them.
    public static let families = ConvNetwork.Family.allCases.filter { FamilyBuilder.design(of: $0) != nil }
        .map(\.rawValue)

    /// Builds the graph of a checkpoint: as the file itself describes it where it does (ONNX, TFLite, a Keras config, our
    /// own exports), else by the design of its family.
    ///
    /// Throws `networks.unsupportedOperation` for a file whose description uses what the engine lacks and that belongs to
    /// no family that runs, `networks.otherFamily` for a family that does not run, `networks.noTensor` for an incomplete file,
    /// `networks.badShape` where layers do not fit each other, and the errors of reading.
    /// - Parameters:
    ///   - network: The checkpoint.
    ///   - activation: What stands for functions of its description that are not known here ("custom_hard_swish").
    public init(network: ConvNetwork, activation: ActivationFunction? = nil) throws {
        var problem: KernelVizError?
        if let described = network.checkpoint.model?.graph {
            do {
                var builder = DescribedGraphBuilder(described, network.checkpoint, activation: activation)
                let built = try builder.build()
                let size = network.input.size ?? 224
                let shapes = try built.graph.shapes(
                    inputShape: [1, built.inputChannels, size, size], file: network.checkpoint.path)
                try Self.checkWholeMaps(described, built.graph, shapes, network.checkpoint.path)
                (graph, inputChannels) = built
                classes = built.graph.output.map { shapes[$0.position][1] } ?? 0
                (description, suppliedFunctions) = (described.origin, builder.suppliedFunctions)
                remarks = Self.remark(onTheEndOf: described).map { [$0] } ?? []
                return
            } catch let error as KernelVizError where error.code == "networks.unsupportedOperation" {
                // A family's own design may run all the same. A graph that is not whole or whose shapes do not fit is
                // another network: there it may not.
                guard network.family.map(Self.families.contains) == true else { throw error }
                problem = error
            }
        }
        description = nil
        suppliedFunctions = []
        if let problem, Self.isComputedFrom(unsupportedIn: network.checkpoint.model?.graph) { throw problem }
        // Detection heads and the like are no part of the family's design.
        let outside = network.layers.filter(\.isOutsideFamily)
        let builder: FamilyBuilder
        do { builder = try Self.designed(network) } catch let error as KernelVizError { throw problem ?? error }
        let network = network.replacing(layers: network.familyLayers)
        let designed: Graph
        (designed, inputChannels, classes) = builder.result
        graph = try activation == nil ? StatedActivation(network)?.applied(to: designed) ?? designed : designed
        if let problem { try Self.checkWhole(graph, network, problem) }
        if network.knownFamily != .convNeXt { try ForeignNormalisation.check(network, graph) }
        let unread = try UnreadTensors.remark(network, graph)
        let folded = network.missingNorms.filter(\.isFolded).map { "'\($0.layer)'" }
        remarks =
            [
                problem.map { "\($0.found): built as \(network.title) instead" },
                network.checkpoint.model?.graph.flatMap(Self.remark),
            ].compactMap { $0 } + builder.assumptions
            + (folded.isEmpty
                ? []
                : [
                    "no batch normalisation beside \(folded.prefix(4).joined(separator: ", "))"
                        + (folded.count > 4 ? " and \(folded.count - 4) more" : "")
                        + ", unlike the other layers: assumed to be folded into weights and bias"
                ])
            + [builder.leftOut(outside: outside), unread].compactMap { $0 }
    }

    /// That results are logits where the file's own graph goes on to probabilities; nil where it ends with logits.
    private static func remark(onTheEndOf graph: LayerGraph) -> String? {
        graph.finalFunction.map { "results are logits: the \($0) at the end of its \(graph.origin) is left out" }
    }

    /// The network by its family's design, of the family's own layers.
    private static func designed(_ network: ConvNetwork) throws -> FamilyBuilder {
        if let missing = network.missingTensors.first, let family = network.family, Self.families.contains(family) {
            throw KernelVizError(
                code: "networks.noTensor", subject: network.checkpoint.path, found: "no tensor '\(missing)'",
                expected: "the weights of a whole \(family)", advice: "The kernels can be analysed all the same")
        }
        try check(network)
        let network = network.replacing(layers: network.familyLayers)
        var builder = try FamilyBuilder(network)
        guard let design = network.knownFamily.flatMap(FamilyBuilder.design) else {
            let advice =
                network.knownFamily == .vgNet
                ? "Name the VGNet's config or published name and give this file as --weights"
                : "Its kernels can be read with 'kernelviz classify'"
            throw KernelVizError(
                code: "networks.otherFamily", subject: network.checkpoint.path,
                found: network.title + (network.nearest.map { ", nearest is \($0)" } ?? ""),
                expected: Self.families.dropLast().joined(separator: ", ") + " or " + (Self.families.last ?? ""),
                advice: advice)
        }
        try design(&builder)
        return builder
    }

    /// Whether a layer with weights of a file's own graph reads, through others or not, what has no counterpart here: then
    /// it computes something else than a family's design does (another activation, pads that depend on the image). Behind
    /// the last such layer the design holds.
    private static func isComputedFrom(unsupportedIn graph: LayerGraph?) -> Bool {
        var odd: Set<String> = []
        for node in graph?.nodes ?? [] where node.kind == .unsupported || node.inputs.contains(where: odd.contains) {
            if node.weight != nil { return true }
            odd.insert(node.name)
        }
        return false
    }

    /// Throws `networks.noTensor` where a layer lacks the batch normalisation that the others have,
    /// `networks.unsupportedOperation` where the architecture's name tells of something that the engine lacks.
    private static func check(_ network: ConvNetwork) throws {
        if let norm = network.missingNorms.first(where: { !$0.isFolded }) {
            let others = network.missingNorms.count { !$0.isFolded } - 1
            throw KernelVizError(
                code: "networks.noTensor", subject: network.checkpoint.path,
                found: "no '\(norm.tensor)' beside '\(norm.layer)'"
                    + (others == 0 ? "" : ", and nothing beside \(others) more \(others == 1 ? "layer" : "layers")"),
                expected: "a batch normalisation "
                    + (network.layers.contains { $0.batchNorm != nil }
                        ? "beside each layer of \(network.title), as beside its others"
                        : "of each layer of \(network.title), or the bias into which it was folded"),
                advice: "Use the whole checkpoint; the kernels can be analysed all the same")
        }
        guard let peculiarity = network.peculiarity else { return }
        let place =
            peculiarity.origin.hasPrefix("file") ? "the file or the config beside it says so" : peculiarity.origin
        throw KernelVizError(
            code: "networks.unsupportedOperation", subject: network.checkpoint.path,
            found: "it is described as '\(peculiarity.name)' (\(place)), a network that \(peculiarity.what)",
            expected: "\(network.title) as published, whose weights look the same",
            advice: "Export it to ONNX to run it; if it is another network, mend the name")
    }

    /// Refuses a graph by a family's design that leaves out numbers of a file whose own graph could not be built: what they
    /// do would be missing without a word.
    ///
    /// Throws the error of the file's own graph, with the first tensor that has no place.
    private static func checkWhole(_ graph: Graph, _ network: ConvNetwork, _ problem: KernelVizError) throws {
        guard let missing = UnusedTensors(network, graph).first else { return }
        throw KernelVizError(
            code: problem.code, subject: problem.subject,
            found: "\(problem.found), and \(network.title) by its own design has no place for '\(missing.name)' "
                + "(\(missing.shape))",
            expected: problem.expected, advice: problem.advice)
    }
}

extension RunnableGraph {
    /// Fully connected layers that run as convolutions cover the whole of their map, or do not fit it.
    private static func checkWholeMaps(
        _ described: LayerGraph, _ graph: Graph, _ shapes: [Shape], _ path: String
    ) throws {
        let connected = DescribedGraphBuilder.layersOfMaps(described)
        for (node, shape) in zip(graph.nodes, shapes) where connected.contains(node.name) {
            guard shape.rank == 4, shape[2] * shape[3] > 1 else { continue }
            throw KernelVizError(
                code: "networks.badShape", subject: "\(path): \(node.name)",
                found: "a fully connected layer on a map larger than its weights",
                expected: "images of the size that it was trained on")
        }
    }
}

extension Graph {
    /// The shape of every node's result for images of N×C×H×W; the errors name the file whose network it is.
    package func shapes(inputShape: Shape, file path: String) throws -> [Shape] {
        do { return try shapes(inputShape: inputShape) } catch let error as KernelVizError
            where error.code == "engine.shape"
        {
            let place = error.subject.replacing("graph: ", with: "")
            throw KernelVizError(
                code: error.code, subject: "\(path): \(place)", found: error.found, expected: error.expected,
                advice: error.advice)
        }
    }
}
