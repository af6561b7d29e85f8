import Engine

/// How many of a layer's output channels were removed, by cause.
public struct LayerChannels: Sendable, Equatable, Codable {
    /// Why a channel went.
    public enum Cause: String, Sendable, Codable, CaseIterable {
        /// It is the same number at every pixel of every image.
        case dead
        /// Another channel beside it holds the same.
        case equal
        /// Nobody reads it.
        case unread
    }

    /// The layer, by the name of its weight in the file.
    public let layer: String
    /// Its output channels before.
    public let before: Int
    /// How many of them went, by cause.
    public var gone: [Cause: Int]

    /// Its output channels that are left.
    public var after: Int { before - gone.values.reduce(0, +) }
}

/// Channels that do nothing and stay.
public struct SlimmingObstacle: Sendable, Equatable, Codable {
    /// What keeps them.
    public enum Reason: String, Sendable, Codable, CaseIterable {
        /// The other branch of a sum is alive.
        case residual
        /// The border of zeros makes a map of a constant.
        case border
        /// The groups of a shuffle stay equal.
        case shuffle
        /// A group of a convolution goes whole or not at all.
        case group
        /// Channels share a kernel.
        case sharedKernels
        /// A constant times a gate that depends on the image.
        case gate
        /// They are the network's result.
        case interface
        /// A normalisation over all channels reads them.
        case normalisation
        /// They are the last ones of a layer.
        case lone
        /// A depthwise layer has a kernel for each channel that it reads.
        case depthwise
        /// Normalisations that read equal channels make them different.
        case scales
    }

    /// The layer that makes them, by the name of its weight in the file.
    public let layer: String
    /// Whether they are dead or equal to another.
    public let cause: LayerChannels.Cause
    /// What keeps them.
    public let reason: Reason
    /// The node that reads them so, where it is one.
    public let place: String?
    /// How many.
    public var channels: Int
}

/// Counts what went of each layer and what could not go.
struct ChannelAccount {
    private(set) var channels: [LayerChannels] = []
    private(set) var obstacles: [SlimmingObstacle] = []

    private let graph: Graph
    private let facts: ChannelFacts
    private let coupling: ChannelCoupling
    private let demand: ChannelDemand
    /// Sets with a channel that is a constant, and with one whose map another channel of the same result holds.
    private var dead: Set<Int> = []
    private var equal: Set<Int> = []
    /// The places of the nodes that read each node.
    private var readers: [[Int]]

    init(_ graph: Graph, _ facts: ChannelFacts, _ coupling: ChannelCoupling, _ demand: ChannelDemand) {
        self.graph = graph
        self.facts = facts
        self.coupling = coupling
        self.demand = demand
        let isNeeded = graph.neededNodes
        readers = Array(repeating: [], count: graph.nodes.count)
        for place in graph.nodes.indices where isNeeded[place] {
            for input in graph.nodes[place].inputs { readers[input.position].append(place) }
        }
        for place in graph.nodes.indices where isNeeded[place] { mark(place) }
        for place in graph.nodes.indices where isNeeded[place] { count(place) }
    }

    private mutating func mark(_ place: Int) {
        var seen: [Int: Int] = [:]
        for (channel, value) in facts.values[place].enumerated() {
            let set = coupling.set(place, channel)
            switch value {
            case .constant: dead.insert(set)
            case .map(let number):
                // Both are equal; where one goes it is the one that nobody keeps.
                if let first = seen[number] { equal.formUnion([first, set]) } else { seen[number] = set }
            }
        }
    }

    private mutating func count(_ place: Int) {
        let node = graph.nodes[place]
        guard let label = graph.layerName(of: node) else { return }
        let isDepthwise = (facts.mixing(node, in: graph)?.groups ?? 1) > 1
        let meetsKernels = isDepthwise || isFiltered(place)
        var gone: [LayerChannels.Cause: Int] = [:]
        var seen: Set<Int> = []
        for (channel, value) in facts.values[place].enumerated() {
            let set = coupling.set(place, channel)
            var isSecond = false
            if case .map(let number) = value { isSecond = !seen.insert(number).inserted }
            if demand.pin(place, channel) == nil {
                let cause: LayerChannels.Cause = dead.contains(set) ? .dead : equal.contains(set) ? .equal : .unread
                gone[cause, default: 0] += 1
            } else if let pin = demand.pin(place, channel) {
                if isDead(place, channel) {
                    addObstacle(label, .dead, set, pin, hasKernels: isDepthwise)
                } else if isSecond {
                    addObstacle(label, .equal, set, pin, hasKernels: meetsKernels)
                }
            }
        }
        if !gone.isEmpty { channels.append(LayerChannels(layer: label, before: facts.values[place].count, gone: gone)) }
    }

    /// Whether a channel of a layer is a constant, at once or behind its own normalisations and functions.
    private func isDead(_ place: Int, _ channel: Int) -> Bool {
        var place = place
        while true {
            if case .constant = facts.values[place][channel] { return true }
            guard readers[place].count == 1, let next = readers[place].first else { return false }
            switch graph.nodes[next].operation {
            case .batchNormalization, .affine, .activation: place = next
            default: return false
            }
        }
    }

    /// Whether a layer with a kernel for each channel, or each group, reads a result, at once or behind functions of single
    /// channels.
    private func isFiltered(_ place: Int) -> Bool {
        var (waiting, seen) = (readers[place], Set<Int>())
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted else { continue }
            let node = graph.nodes[next]
            switch node.operation {
            case .batchNormalization, .affine, .activation, .concatenate, .slice, .channelShuffle, .add, .multiply:
                waiting += readers[next]
            default: if (facts.mixing(node, in: graph)?.groups ?? 1) > 1 { return true }
            }
        }
        return false
    }

    private mutating func addObstacle(
        _ layer: String, _ cause: LayerChannels.Cause, _ set: Int, _ pin: ChannelDemand.Pin, hasKernels: Bool
    ) {
        let (reason, place) = reason(cause, set, pin, hasKernels: hasKernels)
        let index = obstacles.firstIndex {
            $0.layer == layer && $0.cause == cause && $0.reason == reason && $0.place == place
        }
        if let index {
            obstacles[index].channels += 1
        } else {
            obstacles.append(
                SlimmingObstacle(layer: layer, cause: cause, reason: reason, place: place, channels: 1))
        }
    }

    private func reason(
        _ cause: LayerChannels.Cause, _ set: Int, _ pin: ChannelDemand.Pin, hasKernels: Bool
    ) -> (SlimmingObstacle.Reason, String?) {
        switch pin {
        case .interface where coupling.couplings(of: set).isEmpty: return (.interface, nil)
        case .border(let node): return (.border, graph.nodes[node].name)
        case .normalisation(let node): return (.normalisation, graph.nodes[node].name)
        case .lone: return (.lone, nil)
        case .interface, .read: break
        }
        switch coupling.couplings(of: set).first {
        case .residual: return (.residual, nil)
        case .shuffle: return (.shuffle, nil)
        case .sharedKernels: return (.sharedKernels, nil)
        case .group: return (.group, nil)
        // A dead channel that somebody reads as a map became one at a border.
        case .gate: return (cause == .dead ? .gate : .depthwise, nil)
        case nil where hasKernels: return (.depthwise, nil)
        case nil: return (cause == .dead ? .border : .scales, nil)
        }
    }
}

extension Graph {
    /// A convolution or linear layer by the name of its weight in the file; nil for other nodes.
    func layerName(of node: Node) -> String? {
        let weight: ParameterID
        switch node.operation {
        case .convolution(let convolution): weight = convolution.weight
        case .sharedDepthwise(let shared): weight = shared.weight
        case .linear(let linear, _): weight = linear
        default: return nil
        }
        let key = parameter(weight).key
        return key.hasSuffix(".weight") ? String(key.dropLast(".weight".count)) : key
    }
}
