import Diagnostics
import Engine
import Evaluation
import Figures
import Images
import Tensors

/// A network run on a picture with the results around its spatial convolutions kept.
public struct FeatureMaps: Sendable {
    /// What lies around one convolution.
    public struct Layer: Sendable, Equatable {
        /// The ordinal among the network's spatial convolutions, from 1.
        public let number: Int
        /// The node's name in the graph.
        public let name: String
        /// The node whose result the convolution reads.
        let source: String
        /// Whether the convolution reads the picture itself.
        let readsInput: Bool
        /// Whether each output channel reads one input channel.
        let isDepthwise: Bool
        /// The node behind normalisation and activation of the convolution.
        let result: String
    }

    private let network: RunnableNetwork
    private let picture: RGBImage
    /// The EXIF orientation, 2 to 8, by which the photograph was turned; nil where it was not.
    public let exifOrientation: Int?
    /// The spatial convolutions of the network in order.
    public let layers: [Layer]

    /// Reads a picture for `network`.
    ///
    /// Throws `eval.badInput` for a network that does not take colour pictures, and the errors of reading.
    public init(_ network: RunnableNetwork, picture path: String) throws {
        guard network.inputChannels == 3 else {
            throw KernelVizError(
                code: "eval.badInput", subject: path, found: "a picture with 3 channels",
                expected: "\(network.inputChannels) channels for \(network.name)")
        }
        let reading = try ImageFile.reading(path)
        self.init(network, image: reading.image, turnedBy: reading.turn?.rawValue)
    }

    /// Prepares a picture for `network`, which takes colour pictures.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - image: The picture, upright.
    ///   - orientation: The EXIF orientation by which it was turned; nil where it was not.
    public init(_ network: RunnableNetwork, image: RGBImage, turnedBy orientation: Int? = nil) {
        precondition(network.inputChannels == 3)
        exifOrientation = orientation
        self.network = network
        picture = network.preprocessing.prepared(image)
        layers = Self.layers(of: network.graph)
    }

    /// How alike the maps before and behind each spatial convolution are.
    ///
    /// Throws what planning and running throw.
    public func similarities() throws -> [LayerSimilarity] {
        let input = network.preprocessing.normalized(picture)
        var names: [String] = []
        for name in layers.flatMap({ ($0.readsInput ? [] : [$0.source]) + [$0.result] }) where !names.contains(name) {
            names.append(name)
        }
        let outcome = try ExecutionPlan(network.graph, inputShape: input.shape, taps: names).runWithTaps(input)
        let maps = Dictionary(uniqueKeysWithValues: zip(names, outcome.taps))
        return layers.compactMap { layer in
            guard let before = layer.readsInput ? input : maps[layer.source], let behind = maps[layer.result] else {
                return nil
            }
            let pairs = ChannelPairs(inputs: before, outputs: behind, pairsOwn: layer.isDepthwise)
            let total = pairs.best.count + pairs.constantOutputs
            let sum = pairs.best.reduce(0) { $0 + abs($1.correlation) }
            return LayerSimilarity(
                number: layer.number, name: layer.name, share: pairs.share(above: 0.95),
                meanCorrelation: total == 0 ? 0 : sum / Double(total))
        }
    }

    /// The maps around spatial convolution `number`.
    ///
    /// Throws `features.layerOutOfRange` and what planning and running throw.
    public func figure(layer number: Int) throws -> FeatureMapsFigure {
        guard let layer = layers.first(where: { $0.number == number }) else {
            throw KernelVizError(
                code: "features.layerOutOfRange", subject: network.name, found: "no layer #\(number)",
                expected: layers.isEmpty ? "a network with N×N convolutions" : "a number from 1 to \(layers.count)")
        }
        let shape: Shape = [1, 3, picture.height, picture.width]
        let input = network.preprocessing.normalized(picture)
        let taps = layer.readsInput ? [layer.result] : [layer.source, layer.result]
        let outcome = try ExecutionPlan(network.graph, inputShape: shape, taps: taps).runWithTaps(input)
        let (before, behind) = layer.readsInput ? (input, outcome.taps[0]) : (outcome.taps[0], outcome.taps[1])
        return try FeatureMapsFigure(
            before: FeatureMapsFigure.Side(
                title: layer.readsInput ? "the picture" : "before: \(layer.source)", maps: before),
            behind: FeatureMapsFigure.Side(title: "behind: \(layer.result)", maps: behind),
            picture: FeatureMapsFigure.Picture(
                width: picture.width, height: picture.height, bytes: picture.bytes), pairsOwn: layer.isDepthwise)
    }

    /// Convolutions of more than one pixel, each with what it reads and where its result is finished.
    static func layers(of graph: Graph) -> [Layer] {
        var layers: [Layer] = []
        for (index, node) in graph.nodes.enumerated() {
            let weight: Graph.ParameterID
            let isDepthwise: Bool
            switch node.operation {
            case .convolution(let convolution):
                weight = convolution.weight
                isDepthwise = convolution.groups > 1 && graph[weight].shape.dimensions[1] == 1
            case .sharedDepthwise(let shared):
                weight = shared.weight
                isDepthwise = true
            default: continue
            }
            guard graph[weight].shape.dimensions.suffix(2).contains(where: { $0 > 1 }) else { continue }
            let source = graph[node.inputs[0]]
            layers.append(
                Layer(
                    number: layers.count + 1, name: node.name, source: source.name,
                    readsInput: source.operation == .input, isDepthwise: isDepthwise,
                    result: finished(index, in: graph)))
        }
        return layers
    }

    /// Follows normalisation and activation as long as nobody else reads the result.
    private static func finished(_ index: Int, in graph: Graph) -> String {
        var name = graph.nodes[index].name
        var rest = graph.nodes[(index + 1)...]
        while let node = graph.node(named: name) {
            let readers = rest.filter { $0.inputs.contains(node) }
            guard readers.count == 1, let next = readers.first, next.inputs.count == 1 else { return name }
            switch next.operation {
            case .batchNormalization, .affine, .activation: name = next.name
            default: return name
            }
            rest = rest.drop { $0.name != name }.dropFirst()
        }
        return name
    }
}
