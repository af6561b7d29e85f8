import Engine
import Tensors

/// Channels of depthwise layers put into another order, with all layers that make and read them: the same function.
struct ChannelReordering {
    private let graph: Graph
    private let facts: ChannelFacts
    private let isNeeded: [Bool]
    /// The sets of channels that each result has, in their order; empty for results that nobody needs.
    private let sets: [[Int]]
    private var orders: [Int: [Int]] = [:]
    private var taken: Set<Int> = []

    init(_ graph: Graph, _ facts: ChannelFacts) {
        self.graph = graph
        self.facts = facts
        let coupling = ChannelCoupling(graph, shapes: facts.shapes, rigid: [])
        let isNeeded = graph.neededNodes
        self.isNeeded = isNeeded
        sets = graph.nodes.indices.map { place in
            isNeeded[place] ? facts.values[place].indices.map { coupling.set(place, $0) } : []
        }
    }

    /// The sets of channels of a result: two results with the same ones have the same order.
    func sets(of place: Int) -> [Int] { sets[place] }

    /// Asks for the channels of the result at `place` in this order; whether that can be done.
    ///
    /// It cannot where a channel is coupled to others of the same result, to the image, to the network's result, or to
    /// results whose channels are not the same ones in the same order.
    mutating func add(_ place: Int, order: [Int]) -> Bool {
        let sets = sets[place]
        let own = Set(sets)
        guard own.count == sets.count, own.isDisjoint(with: taken) else { return false }
        var aligned: [Int] = []
        for other in graph.nodes.indices where isNeeded[other] {
            if self.sets[other] == sets {
                aligned.append(other)
            } else if self.sets[other].contains(where: own.contains) {
                return false
            }
        }
        let isFixed = aligned.contains { graph.nodes[$0].operation == .input || graph.output?.position == $0 }
        guard !isFixed || order == Array(order.indices) else { return false }
        taken.formUnion(own)
        for place in aligned { orders[place] = order }
        return true
    }

    /// The graph in the orders that were asked for.
    func reordered() -> Graph {
        guard orders.values.contains(where: { $0 != Array($0.indices) }) else { return graph }
        let kept = graph.nodes.indices.map { place in
            isNeeded[place] ? orders[place] ?? Array(facts.values[place].indices) : []
        }
        var writer = PrunedGraph(graph, facts, kept: kept)
        return writer.write()
    }
}
