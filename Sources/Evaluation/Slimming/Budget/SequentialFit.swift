import Datasets
import Engine
import Evaluation
import Numerics
import Parallel
import Tensors

/// Gains and constants of replaced kernels, layer by layer from the image on.
///
/// Each layer is fitted by least squares to what it gave in the whole network, from what the layers before it, replaced
/// already, hand on: a stand-in makes up for the errors before it as far as a gain and a constant can.
struct SequentialFit {
    /// Of each map so many rows and columns count at most, evenly spread.
    private static let side = 28

    private let network: RunnableNetwork
    private let substitution: KernelSubstitution
    private let threads: Int
    /// The pictures, ready to be run.
    private let pictures: [Tensor]
    /// By the depthwise layer's node, for each picture: what the layer gave in the whole network.
    private let targets: [String: [MapSample]]

    /// Runs the whole network on the pictures at `places`; results do not depend on `threads`.
    ///
    /// Throws the errors of reading and planning.
    init(
        _ network: RunnableNetwork, _ substitution: KernelSubstitution, _ images: ImageDataSet, _ places: [Int],
        threads: Int
    ) throws {
        try self.init(
            network, substitution,
            pictures: places.map { place in
                network.input(of: [network.preprocessing.prepared(try images.reading(place).image)], filledTo: 1)
            }, threads: threads)
    }

    /// The same for pictures that are prepared, 1×C×H×W each.
    init(
        _ network: RunnableNetwork, _ substitution: KernelSubstitution, pictures: [Tensor], threads: Int
    ) throws {
        self.network = network
        self.substitution = substitution
        self.pictures = pictures
        self.threads = threads
        let nodes = substitution.inputs.map(\.node)
        let plan = try ExecutionPlan(network.graph, inputShape: network.inputShape(), taps: nodes)
        let samples = try Parallel(threads: threads).map(
            pieces: pictures.count, state: { plan.makeWorkspace() },
            { workspace, index in
                try plan.runWithTaps(pictures[index], in: &workspace).taps.map { MapSample($0, side: Self.side) }
            })
        targets = Dictionary(
            nodes.enumerated().map { layer, node in (node, samples.map { $0[layer] }) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The graph with these kernels replaced.
    ///
    /// Throws the errors of planning.
    func graph(replacing choices: [KernelSubstitution.Choice]) throws -> Graph {
        var changed = substitution.graph(replacing: choices)
        let byLayer = Dictionary(grouping: choices) { substitution.candidates[$0.candidate].layer }
        func place(_ layer: Int) -> Int { changed.node(named: substitution.inputs[layer].node)?.position ?? 0 }
        // The first one reads what it always read: it is fitted already.
        for layer in byLayer.keys.sorted(by: { place($0) < place($1) }).dropFirst() {
            let channels = (byLayer[layer] ?? []).map { substitution.candidates[$0.candidate].channel }
            try fit(substitution.inputs[layer].node, channels, in: &changed)
        }
        return changed
    }

    /// Gives the channels of a layer the gain and constant that bring them closest to what they were.
    private func fit(_ name: String, _ channels: [Int], in graph: inout Graph) throws {
        guard let node = graph.node(named: name), case .convolution(let convolution) = graph[node].operation,
            let bias = graph.ownBias(of: node), let targets = targets[name]
        else { return }
        var head = graph
        head.setOutput(node)
        let plan = try ExecutionPlan(head, inputShape: network.inputShape())
        let pictures = self.pictures
        let sums = try Parallel(threads: threads).map(
            pieces: pictures.count, state: { plan.makeWorkspace() },
            { workspace, index in
                let found = MapSample(try plan.run(pictures[index], in: &workspace), side: Self.side)
                return channels.map { PairedSums(found.channel($0), targets[index].channel($0)) }
            })
        let taps = graph[convolution.weight].shape[2] * graph[convolution.weight].shape[3]
        var weights = graph[convolution.weight].scalars
        var biases = graph[bias].scalars
        for (place, channel) in channels.enumerated() {
            let line = sums.reduce(into: PairedSums()) { $0 += $1[place] }.line
            for cell in channel * taps..<(channel + 1) * taps {
                weights[cell] = Float(line.gain * Double(weights[cell]))
            }
            biases[channel] = Float(line.gain * Double(biases[channel]) + line.constant)
        }
        graph[convolution.weight] = Tensor(shape: graph[convolution.weight].shape, scalars: weights)
        graph[bias] = Tensor(shape: graph[bias].shape, scalars: biases)
    }
}

/// Some pixels of all channels of a map.
private struct MapSample: Sendable {
    private let perChannel: Int
    private let scalars: [Float]

    /// At most `side` rows and columns of 1×C×H×W, evenly spread.
    init(_ maps: Tensor, side: Int) {
        let (channels, height, width) = (maps.shape[1], maps.shape[2], maps.shape[3])
        let rows = (0..<height).evenSample(side)
        let columns = (0..<width).evenSample(side)
        perChannel = rows.count * columns.count
        var scalars: [Float] = []
        scalars.reserveCapacity(channels * perChannel)
        for channel in 0..<channels {
            for row in rows {
                let start = (channel * height + row) * width
                for column in columns { scalars.append(maps.scalars[start + column]) }
            }
        }
        self.scalars = scalars
    }

    func channel(_ channel: Int) -> ArraySlice<Float> {
        scalars[channel * perChannel..<(channel + 1) * perChannel]
    }
}

/// What a line through pairs of numbers needs.
struct PairedSums: Sendable {
    private var count = 0.0
    private var x = 0.0
    private var y = 0.0
    private var xx = 0.0
    private var xy = 0.0

    init() {}

    init(_ xs: some Collection<Float>, _ ys: some Collection<Float>) {
        for (a, b) in zip(xs, ys) {
            count += 1
            x += Double(a)
            y += Double(b)
            xx += Double(a) * Double(a)
            xy += Double(a) * Double(b)
        }
    }

    static func += (a: inout PairedSums, b: PairedSums) {
        a.count += b.count
        a.x += b.x
        a.y += b.y
        a.xx += b.xx
        a.xy += b.xy
    }

    /// The gain and constant of y ≈ gain · x + constant with the least squares; no gain where x is a constant.
    var line: (gain: Double, constant: Double) {
        let n = max(1, count)
        let variance = xx / n - x / n * (x / n)
        // Rounding leaves a little of a constant's square.
        let isConstant = variance <= 1e-10 * (xx / n) || variance <= 0
        let gain = isConstant ? 0 : (xy / n - x / n * (y / n)) / variance
        return (gain, y / n - gain * x / n)
    }
}
