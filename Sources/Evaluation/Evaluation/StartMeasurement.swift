import Classification
import Datasets
import Diagnostics
import Engine
import Models
import Tensors

/// How the inputs of an untrained net's depthwise kernels correlate when it looks at real pictures.
public struct StartMeasurement: Sendable {
    /// The path of the pictures.
    public let path: String
    /// How many pictures were looked at.
    public let images: Int
    /// The correlation of the input of each depthwise convolution, by the name of its weight.
    public let correlations: [String: InputCorrelation]

    /// No more pictures than these are looked at: their pixels are many.
    public static let mostImages = 64

    /// Runs the net on pictures and gathers the patches of its depthwise kernels.
    ///
    /// - Parameters:
    ///   - net: As it starts.
    ///   - pictures: Of these ``mostImages``, evenly over the classes.
    ///   - progress: Called with how many are done; may throw to stop.
    /// Throws `data.empty` where no picture can be read, and the errors of planning.
    public init(
        _ net: VGNet, on pictures: ImageDataSet, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let chosen = pictures.limited(to: Self.mostImages)
        let config = net.config
        let depthwise = Self.depthwiseWeights(of: net.graph)
        var inputs = KernelInput.all(of: net.graph, inputChannels: config.inputChannels)
            .filter { depthwise[$0.node] != nil }
        let taps = Array(Set(inputs.compactMap(\.source))).sorted()
        let plan = try ExecutionPlan(
            net.graph, inputShape: [1, config.inputChannels, config.inputSize, config.inputSize], taps: taps)
        var workspace = plan.makeWorkspace()
        let stream = BatchStream(
            chosen, .init(batch: 1, size: config.inputSize, channels: config.inputChannels, seed: 1))
        defer { stream.stop() }
        var count = 0
        while let batch = try stream.next() {
            let outcome = try plan.runWithTaps(batch.images, in: &workspace)
            let maps = Dictionary(zip(taps, outcome.taps), uniquingKeysWith: { first, _ in first })
            for index in inputs.indices {
                let seen = inputs[index].source.flatMap { maps[$0] } ?? batch.images
                inputs[index].add(seen)
            }
            count += 1
            try progress(count, chosen.count)
        }
        guard count > 0 else {
            throw KernelVizError(
                code: "data.empty", subject: pictures.path, found: "no picture that can be read",
                expected: "pictures to measure the input correlation on")
        }
        path = pictures.path
        images = count
        correlations = Dictionary(
            inputs.compactMap { input in
                guard let weight = depthwise[input.node] else { return nil }
                return input.correlation.map { (weight, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The names of learned depthwise weights, by their convolution's node.
    private static func depthwiseWeights(of graph: Graph) -> [String: String] {
        var found: [String: String] = [:]
        for node in graph.nodes {
            guard case .convolution(let convolution) = node.operation else { continue }
            let weight = graph[convolution.weight]
            guard weight.shape[1] == 1, convolution.groups > 1, weight.shape[2] * weight.shape[3] > 1 else { continue }
            found[node.name] = graph.name(of: convolution.weight)
        }
        return found
    }

    /// The net with gain 1 under what was measured, and how many kernels that were.
    public func unitGain(of net: VGNet) -> (net: VGNet, scaled: Int) {
        net.unitGain { weight in
            correlations[weight].map { measured in { measured.at(rows: $0, columns: $1) } }
        }
    }

    /// "measured on 64 images of DIR in the net itself: neighbouring pixels correlate with 0.31 to 0.84".
    public var sentence: String {
        let neighbours = correlations.values.map(\.neighbours).sorted()
        let range =
            neighbours.isEmpty
            ? "no input varies"
            : "neighbouring pixels correlate with \(NumberFormat.fixed(neighbours[0], 2)) to "
                + NumberFormat.fixed(neighbours[neighbours.count - 1], 2)
        return "measured on \(images) \(images == 1 ? "image" : "images") of \(path) in the net itself: \(range)"
    }
}
