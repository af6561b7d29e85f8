import Diagnostics
import Engine
import EngineOperators
import Tensors

/// A graph made ready for training on batches of one shape: layers in order, cut into phases between which sums over the
/// whole batch are known, and every result's and gradient's place in the memory of a shard.
///
/// A batch is cut into shards of neighbouring images, as many whatever the number of threads, so that sums are always
/// formed in the same order.
struct TrainingPlan: Sendable {
    /// Stages of layers that run one after another on some images, before the next images have their turn.
    struct Phase: Sendable {
        var stages: [(layer: Int, stage: Int)] = []
        /// The layer whose sums are completed behind the phase.
        var barrier: Int?
        /// Images that go through the phase together, so that what they need stays in cache.
        var imagesAtOnce = 1
    }

    /// The most shards that a batch is cut into, and so the most threads that help.
    static let maximumShards = 16
    /// What the images of a phase may fill: about half of a core's own cache.
    private static let cacheFloats = 1 << 18

    let batch: Int
    let imagesPerShard: Int
    let layers: [any Layer]
    private(set) var forwardPhases: [Phase]
    private(set) var backwardPhases: [Phase]
    let input: Rows
    let logits: Rows
    let logitsGradient: Rows
    /// Where each parameter of the graph begins.
    let parameterPlaces: [Int]
    let parameterFloats: Int
    let packedFloats: Int
    let arenaFloats: Int
    let scratchFloats: Int
    let factorFloats: Int
    let statisticsDoubles: Int
    /// Keeps the lists alive to which layers point.
    private let memory: PlanMemory

    var shards: Int { (batch + imagesPerShard - 1) / imagesPerShard }

    /// The images of a shard.
    func images(of shard: Int) -> Range<Int> {
        shard * imagesPerShard..<min(batch, (shard + 1) * imagesPerShard)
    }

    /// Throws `engine.shape`, or `training.unsupported` for a graph whose result is not N×classes.
    init(_ graph: Graph, inputShape: Shape, batchNormMomentum: Double) throws {
        guard let output = graph.output else {
            throw KernelVizError(code: "engine.shape", subject: "graph", found: "has no nodes")
        }
        let shapes = try graph.shapes(inputShape: inputShape)
        guard shapes[output.position].rank == 2 else {
            throw KernelVizError(
                code: "training.unsupported", subject: "graph: \(graph[output].name)",
                found: "the result has shape \(shapes[output.position])", expected: "one number a class: N×K",
                advice: "Only classifiers can be trained")
        }
        batch = inputShape[0]
        imagesPerShard = (batch + Self.maximumShards - 1) / Self.maximumShards
        var builder = LayerListBuilder(
            graph: graph, shapes: shapes, imagesPerShard: imagesPerShard, momentum: batchNormMomentum)
        try builder.build()
        let made = builder.makeLayers()
        layers = made.layers
        input = made.input
        logits = made.logits
        logitsGradient = made.logitsGradient
        parameterPlaces = builder.parameterPlaces
        parameterFloats = builder.parameterFloats
        packedFloats = builder.packedFloats
        factorFloats = builder.factorFloats
        statisticsDoubles = builder.statisticsDoubles
        memory = builder.memory
        forwardPhases = Self.phases(layers.enumerated().map { ($0, $1.forwardStages) })
        backwardPhases = Self.phases(layers.enumerated().reversed().map { ($0, $1.backwardStages) })
        arenaFloats = builder.place(
            layers: layers, forward: forwardPhases, backward: backwardPhases, keep: [made.logits, made.logitsGradient])
        scratchFloats = builder.scratchFloats
        forwardPhases.indices.forEach { Self.chooseImages(&forwardPhases[$0], layers, imagesPerShard, true) }
        backwardPhases.indices.forEach { Self.chooseImages(&backwardPhases[$0], layers, imagesPerShard, false) }
    }

    private static func phases(_ stages: [(layer: Int, count: Int)]) -> [Phase] {
        var phases = [Phase()]
        for (layer, count) in stages {
            for stage in 0..<count {
                phases[phases.count - 1].stages.append((layer, stage))
                guard stage + 1 < count else { continue }
                phases[phases.count - 1].barrier = layer
                phases.append(Phase())
            }
        }
        return phases
    }

    private static func chooseImages(_ phase: inout Phase, _ layers: [any Layer], _ limit: Int, _ isForward: Bool) {
        let largest = phase.stages.reduce(1) { largest, stage in
            max(largest, layers[stage.layer].touched(isForward: isForward).reduce(0) { $0 + $1.count * $1.plane })
        }
        phase.imagesAtOnce = max(1, min(limit, cacheFloats / largest))
    }
}
