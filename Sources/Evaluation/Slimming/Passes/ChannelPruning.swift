import Engine
import Tensors

/// Takes channels out of a graph that do nothing: dead ones, equal ones, and those that nobody reads.
struct ChannelPruning: Sendable {
    /// Shuffles are cut into at most so many runs; one that would need more keeps whole rows.
    static let longestShuffle = 32

    /// What became of the channels of a layer.
    let channels: [LayerChannels]
    /// What could not go.
    let obstacles: [SlimmingObstacle]
    /// The graph without the channels; the old one where none went.
    let graph: Graph

    /// Throws `engine.shape` where the graph does not fit its images.
    init(_ graph: Graph, inputShape: Shape) throws {
        let facts = ChannelFacts(graph, shapes: try graph.shapes(inputShape: inputShape))
        var rigid: Set<Int> = []
        var (coupling, demand) = Self.solve(graph, facts, rigid)
        while true {
            let ragged = graph.nodes.indices.filter {
                !rigid.contains($0) && Self.runs(of: $0, graph, facts, demand) > Self.longestShuffle
            }
            if ragged.isEmpty { break }
            rigid.formUnion(ragged)
            (coupling, demand) = Self.solve(graph, facts, rigid)
        }
        let account = ChannelAccount(graph, facts, coupling, demand)
        channels = account.channels
        obstacles = account.obstacles
        let kept = graph.nodes.indices.map(demand.kept)
        let isNeeded = graph.neededNodes
        let isWhole = graph.nodes.indices.allSatisfy { !isNeeded[$0] || kept[$0].count == facts.values[$0].count }
        if isWhole {
            self.graph = graph
        } else {
            var writer = PrunedGraph(graph, facts, kept: kept)
            self.graph = writer.write()
        }
    }

    private static func solve(
        _ graph: Graph, _ facts: ChannelFacts, _ rigid: Set<Int>
    ) -> (ChannelCoupling, ChannelDemand) {
        let coupling = ChannelCoupling(graph, shapes: facts.shapes, rigid: rigid)
        return (coupling, ChannelDemand(graph, facts, coupling))
    }

    /// Into how many runs a shuffle falls; 0 for other nodes.
    private static func runs(of place: Int, _ graph: Graph, _ facts: ChannelFacts, _ demand: ChannelDemand) -> Int {
        guard case .channelShuffle(let groups) = graph.nodes[place].operation else { return 0 }
        let source = graph.nodes[place].inputs[0].position
        return ShuffleRun.runs(kept: demand.kept(source), channels: facts.values[source].count, groups: groups).count
    }
}
