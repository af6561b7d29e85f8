import Architectures
import Classification
import Datasets
import Diagnostics
import Engine
import Images
import Parallel
import Statistics
import Tensors

/// What the spatial convolutions of a network see when it looks at real pictures.
public struct InputMeasurement: Sendable {
    /// The path of the pictures.
    public let path: String
    /// How many pictures were looked at.
    public let images: Int
    /// How many of them were turned by their EXIF orientation.
    public let turned: Int
    /// One entry a square spatial convolution, in network order.
    let inputs: [KernelInput]
    /// The weights' names in the checkpoint, in the same order.
    private let tensorNames: [String]

    /// Runs `network` on every picture and gathers the patches of each spatial convolution.
    ///
    /// - Parameters:
    ///   - network: a checkpoint of a family that the engine runs.
    ///   - analysed: the same checkpoint's convolutions.
    ///   - images: the pictures; the result does not depend on threads.
    ///   - progress: called with how many pictures are done; may throw to stop.
    /// Throws `fidelity.layers` where the graph's convolutions are not the checkpoint's, and the errors of reading.
    public init(
        _ network: RunnableNetwork, of analysed: NetworkFacts, on images: ImageDataSet,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        var inputs = KernelInput.all(of: network.graph, inputChannels: network.inputChannels)
        tensorNames = try Self.tensorNames(of: inputs, in: network, analysed)
        let taps = Array(Set(inputs.compactMap(\.source))).sorted()
        let plan = try ExecutionPlan(network.graph, inputShape: network.inputShape(), taps: taps)
        var workspace = plan.makeWorkspace()
        var turned = 0
        for index in 0..<images.count {
            let reading = try images.reading(index)
            if reading.turn != nil { turned += 1 }
            let picture = network.preprocessing.prepared(reading.image)
            let tensor = network.input(of: [picture], filledTo: 1)
            let outcome = try plan.runWithTaps(tensor, in: &workspace)
            let maps = Dictionary(zip(taps, outcome.taps), uniquingKeysWith: { first, _ in first })
            inputs = Self.adding(inputs) { $0.source.flatMap { maps[$0] } ?? tensor }
            try progress(index + 1, images.count)
        }
        self.inputs = inputs
        self.path = images.path
        self.images = images.count
        self.turned = turned
    }

    /// The measured correlation of each layer's input, by the name of the layer's weight.
    public var correlations: [String: InputCorrelation] {
        Dictionary(
            zip(tensorNames, inputs).compactMap { name, input in input.correlation.map { (name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// The input of the layer with this weight.
    func input(ofWeight name: String) -> KernelInput? {
        tensorNames.firstIndex(of: name).map { inputs[$0] }
    }

    /// Adds the maps to every layer's sums, layers side by side.
    private static func adding(
        _ inputs: [KernelInput], _ maps: @Sendable (KernelInput) -> Tensor
    ) -> [KernelInput] {
        Parallel.everyCore.map(pieces: inputs.count) { index in
            var input = inputs[index]
            input.add(maps(input))
            return input
        }
    }

    private static func tensorNames(
        of inputs: [KernelInput], in network: RunnableNetwork, _ analysed: NetworkFacts
    ) throws -> [String] {
        let layers = analysed.spatialLayers
        let names = inputs.map { input -> String? in
            guard layers.indices.contains(input.place), let node = network.graph.node(named: input.node),
                case .convolution(let convolution) = network.graph[node].operation,
                layers[input.place].weightShape == network.graph[convolution.weight].shape
            else { return nil }
            return layers[input.place].tensorName
        }
        guard !names.isEmpty, names.allSatisfy({ $0 != nil }) else {
            throw KernelVizError(
                code: "fidelity.layers", subject: analysed.checkpoint.path,
                found:
                    "\(names.count { $0 != nil }) of the graph's \(names.count) spatial convolutions are the checkpoint's",
                expected: "all \(max(1, layers.count))", advice: "Only networks that the engine runs can be measured")
        }
        return names.compactMap { $0 }
    }
}
