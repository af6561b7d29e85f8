import Diagnostics
import Engine
import OperatorDispatch
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
        /// Lists of rows that lie in a thread's memory.
        var movingRows: [Rows] = []
        /// Images that go through the phase together: all of a shard unless they are very large.
        var imagesAtOnce = 1
    }

    /// The most shards that a batch is cut into, and so the most threads that help.
    static let maximumShards = 16
    /// What the rows of one layer may fill. Rows longer than a page let the processor fetch ahead, which is worth more than
    /// keeping a phase in a core's own cache (Techniques).
    private static let layerFloats = 1 << 21

    let batch: Int
    let imagesPerShard: Int
    let layers: [any Layer]
    let forwardPhases: [Phase]
    let backwardPhases: [Phase]
    let input: Rows
    let logits: Rows
    let logitsGradient: Rows
    /// Where each parameter of the graph begins.
    let parameterPlaces: [Int]
    let parameterFloats: Int
    let packedFloats: Int
    let arenaFloats: Int
    /// What a thread holds of results that no other phase knows.
    let transientFloats: Int
    let scratchFloats: Int
    let factorFloats: Int
    let statisticsDoubles: Int
    /// Keeps the lists alive to which layers point.
    private let memory: PlanMemory

    /// The numbers of a thread's table of rows.
    var tableCount: Int { memory.tableCount }

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
        var forward = Self.phases(layers.enumerated().map { ($0, $1.forwardStages) })
        var backward = Self.phases(layers.enumerated().reversed().map { ($0, $1.backwardStages) })
        for index in forward.indices { Self.chooseImages(&forward[index], .forward, layers, imagesPerShard) }
        for index in backward.indices { Self.chooseImages(&backward[index], .backward, layers, imagesPerShard) }
        (arenaFloats, transientFloats) = builder.place(
            layers: layers, forward: forward, backward: backward, keep: [made.logits, made.logitsGradient])
        for index in backward.indices {
            let rows = backward[index].stages.flatMap { made.layers[$0.layer].touched(.backward) }
            backward[index].movingRows = rows.filter { $0.tableIndex >= 0 }
        }
        (forwardPhases, backwardPhases) = (forward, backward)
        scratchFloats = builder.scratchFloats
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

    private static func chooseImages(
        _ phase: inout Phase, _ direction: Direction, _ layers: [any Layer], _ limit: Int
    ) {
        let largest = phase.stages.reduce(1) { largest, stage in
            max(largest, layers[stage.layer].touched(direction).reduce(0) { $0 + $1.count * $1.plane })
        }
        phase.imagesAtOnce = max(1, min(limit, layerFloats / largest))
    }
}
