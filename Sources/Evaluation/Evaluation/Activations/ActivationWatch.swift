import Architectures
import Engine
import Kernels
import Parallel
import Tensors

/// Runs a network and follows what each channel of its convolutions gives.
struct ActivationWatch {
    private struct Watched {
        let layer: ConvLayer
        let rows: UnitGeometry
        let columns: UnitGeometry
        /// Which of the taps has its results.
        let tap: Int
        var channels: [ChannelPeaks]
    }

    private let network: RunnableNetwork
    private let plan: ExecutionPlan
    private var watched: [Watched]
    /// The layers that are not followed.
    let leftOut: [TopActivations.LeftOut]

    /// Finds the layers in the network that runs.
    ///
    /// Throws `kernels.none`, and the errors of reading and planning.
    init(_ runnable: RunnableNetwork, _ network: ConvNetwork) throws {
        let graph = runnable.graph
        let rows = UnitGeometry.all(of: graph, pixels: runnable.inputSize)
        let columns = UnitGeometry.all(of: graph, pixels: runnable.inputSize, along: .columns)
        let readers = Self.readers(graph)
        var places = ConvolutionPlaces(graph)
        var watched: [Watched] = []
        var leftOut: [TopActivations.LeftOut] = []
        var taps: [String] = []
        for layer in try KernelBanks.squareLayers(of: network) {
            let weight = try network.weight(of: layer, nonFinite: .kept)
            guard let place = places.take(weight) else {
                leftOut.append(.init(layer: layer.label, reason: "no convolution that runs has its weights"))
                continue
            }
            let isMerged = try KernelBanks.read(layer, of: network).values != weight.scalars
            let tap = graph.nodes[Self.end(of: place, graph, readers, isMerged: isMerged)].name
            guard let vertical = rows[tap], let horizontal = columns[tap] else {
                leftOut.append(.init(layer: layer.label, reason: "its units have no place on the picture"))
                continue
            }
            watched.append(
                Watched(
                    layer: layer, rows: vertical, columns: horizontal, tap: taps.count,
                    channels: Array(repeating: ChannelPeaks(), count: weight.shape[0])))
            taps.append(tap)
        }
        self.network = runnable
        self.watched = watched
        self.leftOut = leftOut
        plan = try ExecutionPlan(graph, inputShape: runnable.inputShape(), taps: taps)
    }

    /// What was found.
    var layers: [TopActivations.Layer] {
        watched.map {
            TopActivations.Layer(
                tensorName: $0.layer.tensorName, channels: $0.channels, rows: $0.rows, columns: $0.columns)
        }
    }

    /// Shows further pictures, of which the first is number `first`.
    mutating func show(_ pictures: [TopActivations.Picture], from first: Int, _ parallel: Parallel) throws {
        guard !pictures.isEmpty, !watched.isEmpty else { return }
        let (network, plan, kernels) = (network, plan, watched.map { (tap: $0.tap, count: $0.channels.count) })
        let found = try parallel.map(
            pieces: pictures.count, state: { plan.makeWorkspace() },
            { workspace, index in
                let input = network.input(of: [pictures[index].image], filledTo: 1)
                let taps = try plan.runWithTaps(input, in: &workspace).taps
                return kernels.map { Self.peaks(in: taps[$0.tap], kernels: $0.count, picture: first + index) }
            })
        for layers in found {
            for (layer, channels) in layers.enumerated() {
                for (channel, peaks) in channels.enumerated() { watched[layer].channels[channel].add(peaks) }
            }
        }
    }

    /// One entry a kernel; of channels that repeat kernels, c uses c mod K.
    private static func peaks(in map: Tensor, kernels: Int, picture: Int) -> [ChannelPeaks] {
        let plane = map.shape[2] * map.shape[3]
        var result = Array(repeating: ChannelPeaks(), count: kernels)
        for channel in 0..<map.shape[1] {
            let units = map.scalars[channel * plane..<(channel + 1) * plane]
            result[channel % kernels].add(ChannelPeaks(units, columns: map.shape[3], picture: picture))
        }
        return result
    }

    // MARK: The graph

    private static func readers(_ graph: Graph) -> [[Int]] {
        var readers = Array(repeating: [Int](), count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { readers[input.position].append(index) }
        }
        return readers
    }

    /// The last normalisation that alone reads a convolution; of merged kernels the sum with the branch that passes the
    /// convolution's input on.
    private static func end(of place: Int, _ graph: Graph, _ readers: [[Int]], isMerged: Bool) -> Int {
        var last = place
        while readers[last].count == 1, let reader = readers[last].first, isNormalisation(graph.nodes[reader]) {
            last = reader
        }
        guard isMerged, readers[last].count == 1, let sum = readers[last].first,
            case .add = graph.nodes[sum].operation, let source = graph.nodes[place].inputs.first?.position
        else { return last }
        let isBranch = graph.nodes[sum].inputs.contains { input in
            var way = input.position
            while way != source, isNormalisation(graph.nodes[way]), let before = graph.nodes[way].inputs.first {
                way = before.position
            }
            return way == source
        }
        return isBranch ? sum : last
    }

    private static func isNormalisation(_ node: Graph.Node) -> Bool {
        switch node.operation {
        case .batchNormalization, .affine: true
        default: false
        }
    }
}
