import Engine

/// Which sets of channels somebody reads, found by walking a graph from its output back.
struct ChannelDemand: Sendable {
    /// Why a set stays.
    enum Pin: Sendable, Equatable {
        /// The network's image or its result.
        case interface
        /// A layer reads it.
        case read
        /// A constant that the border of zeros of this node makes a map.
        case border(node: Int)
        /// A normalisation over all channels.
        case normalisation(node: Int)
        /// The only channel of what a layer reads.
        case lone
    }

    private let graph: Graph
    private let facts: ChannelFacts
    private let coupling: ChannelCoupling
    private let isNeeded: [Bool]
    private var pins: [Int: Pin] = [:]

    init(_ graph: Graph, _ facts: ChannelFacts, _ coupling: ChannelCoupling) {
        self.graph = graph
        self.facts = facts
        self.coupling = coupling
        isNeeded = graph.neededNodes
        pinInterface()
        let readers = mixers
        repeat {
            var before = -1
            while before != pins.count {
                before = pins.count
                for (place, layer) in readers { demand(of: place, layer) }
            }
            for (place, layer) in readers { keepOne(of: place, layer) }
            if before == pins.count { break }
        } while true
    }

    /// Why a channel stays; nil for one that nobody reads.
    func pin(_ node: Int, _ channel: Int) -> Pin? { pins[coupling.set(node, channel)] }

    /// The channels of a result that stay.
    func kept(_ node: Int) -> [Int] {
        guard isNeeded[node] else { return [] }
        return facts.values[node].indices.filter { pins[coupling.set(node, $0)] != nil }
    }

    /// The layers that read channels of their own choice, last first.
    private var mixers: [(place: Int, layer: MixingLayer)] {
        graph.nodes.indices.reversed().compactMap { place in
            guard isNeeded[place], let layer = facts.mixing(graph.nodes[place], in: graph), layer.groups == 1 else {
                return nil
            }
            return (place, layer)
        }
    }

    private mutating func mark(_ node: Int, _ channel: Int, _ pin: Pin) {
        let set = coupling.set(node, channel)
        if pins[set] == nil { pins[set] = pin }
    }

    private mutating func pinInterface() {
        for place in graph.nodes.indices where isNeeded[place] {
            let isOutput = graph.output?.position == place
            switch graph.nodes[place].operation {
            case .layerNormalization, .rmsNormalization, .responseNormalization:
                for channel in facts.values[place].indices { mark(place, channel, .normalisation(node: place)) }
            case .input: for channel in facts.values[place].indices { mark(place, channel, .interface) }
            default: if isOutput { for channel in facts.values[place].indices { mark(place, channel, .interface) } }
            }
        }
    }

    /// The rows of a layer that are computed: those that stay and are no constants.
    private func liveRows(of place: Int) -> [Int] {
        facts.values[place].indices.filter { row in
            guard case .map = facts.values[place][row] else { return false }
            return pins[coupling.set(place, row)] != nil
        }
    }

    private mutating func demand(of place: Int, _ layer: MixingLayer) {
        let source = graph.nodes[place].inputs[0].position
        let rows = liveRows(of: place)
        guard !rows.isEmpty else { return }
        let classes = InputClasses(facts.values[source][...])
        for map in classes.maps where !map.channels.contains(where: { pins[coupling.set(source, $0)] != nil }) {
            let isRead = rows.contains { row in
                map.channels.count == 1
                    ? !layer.isZero(layer.kernel(row, map.channels[0]))
                    : layer.merged(row, map.channels).contains { $0 != 0 }
            }
            if isRead { mark(source, map.channels[0], .read) }
        }
        guard let carrier = classes.carrier, !layer.reach.isUnpadded else { return }
        let isCarried = classes.constants.contains { pins[coupling.set(source, $0.channel)] != nil }
        let isRead = rows.contains { row in
            classes.constants.contains { !layer.keepsConstants(layer.kernel(row, $0.channel)) }
        }
        if isRead, !isCarried { mark(source, carrier, .border(node: place)) }
    }

    /// A layer that stays reads one channel at least.
    private mutating func keepOne(of place: Int, _ layer: MixingLayer) {
        let source = graph.nodes[place].inputs[0].position
        guard !kept(place).isEmpty, kept(source).isEmpty else { return }
        mark(source, 0, .lone)
    }
}
