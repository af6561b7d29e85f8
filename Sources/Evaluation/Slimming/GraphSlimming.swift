import Engine
import Tensors

/// A graph without what does nothing: the passes one after another until none finds more.
struct GraphSlimming: Sendable {
    /// Which passes run.
    struct Passes: Sendable, Equatable {
        /// Whether normalisations are folded into the convolutions before them.
        var foldsNorms = true
        /// Whether weights count as zero that are too small for a float beside the others.
        var clearsNegligible = true
        /// Whether depthwise layers are taken apart in which channels only pass a pixel on.
        var splitsDepthwise = true
        /// Whether channels that share a kernel are a part of their own there: fewer numbers, as much work.
        var splitsShared = false
    }

    /// Each round takes something out, so that no sensible network reaches this many.
    private static let mostRounds = 64

    /// The graph that is left.
    private(set) var graph: Graph
    /// What went of layers that are left or went whole, in network order.
    private(set) var layers: [LayerChannels] = []
    /// Layers of which nothing is left, in network order.
    private(set) var removedLayers: [String] = []
    /// Nodes that handed on what they read.
    private(set) var passedThrough: [String] = []
    private(set) var foldedNorms = 0
    /// Why normalisations were not folded.
    private(set) var normObstacles: [String] = []
    private(set) var negligible = 0
    /// Depthwise layers that were taken apart.
    private(set) var splits: [SplitLayer] = []
    private(set) var obstacles: [SlimmingObstacle] = []

    /// Whether nothing went and nothing was changed.
    var isEmpty: Bool {
        foldedNorms == 0 && negligible == 0 && passedThrough.isEmpty && layers.isEmpty && splits.isEmpty
    }

    /// Throws `engine.shape` where the graph does not fit images of `inputShape`.
    init(_ original: Graph, inputShape: Shape, passes: Passes = Passes()) throws {
        graph = original.withoutUnread
        for _ in 0..<Self.mostRounds where try !round(inputShape, passes) { break }
        if passes.splitsDepthwise { try split(inputShape, findsShared: passes.splitsShared) }
        let left = Set(graph.nodes.compactMap { graph.layerName(of: $0) } + splits.map(\.layer))
        let names = original.nodes.compactMap { original.layerName(of: $0) }
        removedLayers = names.filter { !left.contains($0) }
        let order = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        layers.sort { order[$0.layer] ?? 0 < order[$1.layer] ?? 0 }
    }

    /// Runs each pass once; whether any of them changed something.
    private mutating func round(_ inputShape: Shape, _ passes: Passes) throws -> Bool {
        var hasChanged = false
        if passes.foldsNorms {
            let folding = NormFolding(graph)
            graph = folding.graph
            foldedNorms += folding.count
            normObstacles = [folding.obstacle].compactMap { $0 }
            hasChanged = folding.count > 0
        }
        if passes.clearsNegligible {
            let clearing = NegligibleWeights(graph)
            graph = clearing.graph
            negligible += clearing.count
            hasChanged = hasChanged || clearing.count > 0
        }
        let facts = ChannelFacts(graph, shapes: try graph.shapes(inputShape: inputShape))
        let passing = PassThrough(graph, facts)
        graph = passing.graph
        passedThrough += passing.removed
        let pruning = try ChannelPruning(graph, inputShape: inputShape)
        graph = pruning.graph
        obstacles = pruning.obstacles
        for layer in pruning.channels { add(layer) }
        return hasChanged || !passing.removed.isEmpty || !pruning.channels.isEmpty
    }

    private mutating func split(_ inputShape: Shape, findsShared: Bool) throws {
        let facts = ChannelFacts(graph, shapes: try graph.shapes(inputShape: inputShape))
        let split = DepthwiseSplit(graph, facts, findsShared: findsShared)
        graph = split.graph
        splits = split.layers
    }

    private mutating func add(_ layer: LayerChannels) {
        guard let place = layers.firstIndex(where: { $0.layer == layer.layer }) else { return layers.append(layer) }
        layers[place].gone.merge(layer.gone, uniquingKeysWith: +)
    }
}
