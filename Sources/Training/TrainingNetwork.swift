import Diagnostics
import Engine
import Synchronization
import Tensors

/// A network in training: its parameters, their velocities and the memory of one step, all allocated once.
///
/// Steps are deterministic: the same parameters, batch and seed give the same bits, whatever the number of threads and
/// whichever vector instructions the processor has.
public struct TrainingNetwork: ~Copyable, Sendable {
    /// What a forward pass over a batch showed.
    public struct Outcome: Sendable, Equatable {
        /// The mean loss of the batch.
        public let loss: Double
        /// How many images had their class first.
        public let correct: Int
    }

    /// Images of one step × channels × rows × columns.
    public let inputShape: Shape
    /// The number of classes.
    public let classes: Int
    /// The most threads that a step uses.
    public let threads: Int
    /// The memory of the step in bytes: activations, gradients, parameters, scratch.
    public var memoryBytes: Int { memory.byteCount }

    private let graphTemplate: Graph
    private let plan: TrainingPlan
    private let loss: CrossEntropy
    private let workers: WorkerThreads
    private let operators = OperatorTable.best
    private let memory: TrainingMemory

    /// Prepares `graph` for training on batches of `inputShape`.
    ///
    /// - Parameters:
    ///   - labelSmoothing: ε of the loss, 0…1.
    ///   - batchNormMomentum: The share of a batch in the new running statistics (PyTorch's convention).
    ///   - threads: How many threads may share a step.
    /// Throws `engine.shape`, `training.unsupported`, or `training.memory`.
    public init(
        _ graph: Graph, inputShape: Shape, labelSmoothing: Double = 0.1, batchNormMomentum: Double = 0.1,
        threads: Int = 1
    ) throws {
        let plan = try TrainingPlan(graph, inputShape: inputShape, batchNormMomentum: batchNormMomentum)
        let memory = try TrainingMemory(plan: plan, threads: min(max(1, threads), plan.shards))
        self.plan = plan
        self.memory = memory
        self.inputShape = inputShape
        classes = plan.logits.count
        self.threads = max(1, threads)
        graphTemplate = graph
        loss = CrossEntropy(smoothing: labelSmoothing)
        workers = WorkerThreads(count: max(1, threads))
        for (index, parameter) in graph.parameters.enumerated() { write(parameter.tensor, index, memory.parameters) }
    }

    private func write(_ tensor: Tensor, _ index: Int, _ block: UnsafeMutablePointer<Float>) {
        tensor.scalars.withUnsafeBufferPointer { source in
            if let start = source.baseAddress {
                (block + plan.parameterPlaces[index]).update(from: start, count: source.count)
            }
        }
    }

    private func read(_ index: Int, _ block: UnsafePointer<Float>) -> Tensor {
        let shape = graphTemplate.parameters[index].tensor.shape
        let start = block + plan.parameterPlaces[index]
        return Tensor(
            shape: shape, scalars: Array(UnsafeBufferPointer(start: start, count: shape.elementCount)))
    }

    /// The network with its present parameters.
    public var graph: Graph {
        var graph = graphTemplate
        for parameter in graph.parameters.map(\.name) {
            guard let identifier = graph.parameter(named: parameter) else { continue }
            graph[identifier] = read(identifier.position, memory.parameters)
        }
        return graph
    }

    /// The velocities of the learnable parameters, by name, in the graph's order.
    public var optimizerState: [(name: String, tensor: Tensor)] {
        learnable.map { ($0.name, read($0.index, memory.velocities)) }
    }

    /// The gradients of the last ``forwardAndBackward(images:labels:seed:)``, by name, in the graph's order.
    public var parameterGradients: [(name: String, tensor: Tensor)] {
        learnable.map { ($0.name, read($0.index, memory.gradients)) }
    }

    private var learnable: [(name: String, index: Int)] {
        graphTemplate.parameters.enumerated().filter { $1.kind == .learnable }.map { ($1.name, $0) }
    }

    /// Replaces a parameter by name; its shape must be the same.
    public mutating func setParameter(_ name: String, to tensor: Tensor) {
        set(name, tensor, memory.parameters)
    }

    /// Replaces a velocity by name; its shape must be the parameter's.
    public mutating func setVelocity(_ name: String, to tensor: Tensor) {
        set(name, tensor, memory.velocities)
    }

    private func set(_ name: String, _ tensor: Tensor, _ block: UnsafeMutablePointer<Float>) {
        guard let identifier = graphTemplate.parameter(named: name) else {
            preconditionFailure("no parameter called \(name)")
        }
        precondition(graphTemplate[identifier].shape == tensor.shape)
        write(tensor, identifier.position, block)
    }
}

extension TrainingNetwork {
    /// One step: forward and backward over a batch, then the update.
    ///
    /// - Parameters:
    ///   - images: N×C×H×W of ``inputShape``, row-major.
    ///   - labels: N classes from 0.
    ///   - seed: Names the step's random numbers (dropout).
    /// Throws `training.notFinite`, the subject the first layer with numbers that are not finite; nothing is updated.
    public mutating func step(
        images: UnsafeBufferPointer<Float>, labels: [Int], rate: Double, optimizer: SGD, seed: UInt64 = 0
    ) throws -> Outcome {
        let outcome = try forwardAndBackward(images: images, labels: labels, seed: seed)
        update(rate: rate, optimizer: optimizer)
        return outcome
    }

    /// The loss and all gradients of a batch; running statistics take their step. See ``step(images:labels:rate:optimizer:seed:)``.
    public mutating func forwardAndBackward(
        images: UnsafeBufferPointer<Float>, labels: [Int], seed: UInt64 = 0
    ) throws -> Outcome {
        precondition(labels.count == plan.batch)
        memory.gradients.update(repeating: 0, count: plan.shards * plan.parameterFloats)
        runForward(images, isTraining: true, seed: seed)
        let outcome = evaluateLoss(labels, writesGradients: true)
        guard outcome.loss.isFinite else { throw notFinite(images, seed) }
        run(plan.backwardPhases, isForward: false, isTraining: true, seed: seed)
        sumGradients()
        return outcome
    }

    /// The loss of up to a batch of images with the running statistics; nothing is changed.
    ///
    /// `labels` may be shorter than the batch: only so many images count.
    public mutating func evaluate(images: UnsafeBufferPointer<Float>, labels: [Int]) -> Outcome {
        runForward(images, isTraining: false, seed: 0)
        return evaluateLoss(labels, writesGradients: false)
    }

    /// The logits of the last pass, N×classes.
    public var logits: Tensor {
        var scalars: [Float] = []
        scalars.reserveCapacity(plan.batch * classes)
        for shard in 0..<plan.shards {
            let base = memory.arena + shard * memory.arenaStride
            for image in 0..<plan.images(of: shard).count {
                for k in 0..<classes { scalars.append(base[plan.logits.start[k] + image]) }
            }
        }
        return Tensor(shape: [plan.batch, classes], scalars: scalars)
    }

    private func runForward(_ images: UnsafeBufferPointer<Float>, isTraining: Bool, seed: UInt64) {
        precondition(images.count == inputShape.elementCount)
        for layer in plan.layers {
            layer.prepare(weights: memory.parameters, packed: memory.packed, operators: operators)
        }
        guard let source = images.baseAddress else { return }
        let (channels, plane) = (plan.input.count, plan.input.plane)
        for shard in 0..<plan.shards {
            let base = memory.arena + shard * memory.arenaStride
            for (place, image) in plan.images(of: shard).enumerated() {
                for channel in 0..<channels {
                    (base + (plan.input.start[channel] + place * plane))
                        .update(from: source + (image * channels + channel) * plane, count: plane)
                }
            }
        }
        run(plan.forwardPhases, isForward: true, isTraining: isTraining, seed: seed)
    }

    private func run(_ phases: [TrainingPlan.Phase], isForward: Bool, isTraining: Bool, seed: UInt64) {
        for phase in phases {
            run(phase, isForward: isForward, isTraining: isTraining, seed: seed)
            guard let layer = phase.barrier else { continue }
            let barrier = Barrier(
                weights: memory.parameters, factors: memory.factors, gradients: memory.gradients,
                shards: (0..<plan.shards).map { (memory.statistics(of: $0), plan.images(of: $0).count) },
                isTraining: isTraining)
            if isForward {
                plan.layers[layer].finishForward(barrier)
            } else {
                plan.layers[layer].finishBackward(barrier)
            }
        }
    }

    private func run(_ phase: TrainingPlan.Phase, isForward: Bool, isTraining: Bool, seed: UInt64) {
        let (plan, operators, memory) = (plan, operators, memory)
        workers.run(pieces: plan.shards) { shard, thread in
            let images = plan.images(of: shard)
            var first = 0
            while first < images.count {
                let count = min(phase.imagesAtOnce, images.count - first)
                let table = memory.table(of: thread)
                for rows in phase.movingRows {
                    rows.write(
                        into: table,
                        transient: memory.transient(of: thread, from: shard) - first * rows.plane)
                }
                let pass = Pass(
                    operators: operators, arena: memory.arena + shard * memory.arenaStride, weights: memory.parameters,
                    packed: memory.packed, gradients: memory.gradients + shard * plan.parameterFloats,
                    statistics: memory.statistics(of: shard),
                    factors: memory.factors, scratch: memory.scratch + thread * memory.scratchStride, table: table,
                    firstImage: first,
                    images: count, shardStart: images.lowerBound, seed: seed, isTraining: isTraining)
                for stage in phase.stages {
                    if isForward {
                        plan.layers[stage.layer].forward(pass, stage: stage.stage)
                    } else {
                        plan.layers[stage.layer].backward(pass, stage: stage.stage)
                    }
                }
                first += count
            }
        }
    }

    private func evaluateLoss(_ labels: [Int], writesGradients: Bool) -> Outcome {
        var total = 0.0
        var correct = 0
        for shard in 0..<plan.shards {
            let base = memory.arena + shard * memory.arenaStride
            for (place, image) in plan.images(of: shard).enumerated() where image < labels.count {
                let one = loss.evaluate(
                    logits: base + place, rows: UnsafePointer(plan.logits.start), classes: classes,
                    label: labels[image],
                    batch: labels.count, gradients: writesGradients ? base + place : nil,
                    gradientRows: UnsafePointer(plan.logitsGradient.start))
                total += one.loss
                correct += one.isCorrect ? 1 : 0
            }
        }
        return Outcome(loss: total / Double(max(1, labels.count)), correct: correct)
    }

    /// Adds the shards' gradients to those of the first, always in the same order.
    private func sumGradients() {
        let (count, shards) = (plan.parameterFloats, plan.shards)
        let (memory, operators) = (memory, operators)
        let piece = 1 << 14
        workers.run(pieces: (count + piece - 1) / piece) { index, _ in
            let start = index * piece
            let length = min(piece, count - start)
            for shard in 1..<max(1, shards) {
                operators.addScaled(
                    length, 1, memory.gradients + (shard * count + start), memory.gradients + start)
            }
        }
    }

    /// Moves the parameters along the gradients of the last pass.
    public mutating func update(rate: Double, optimizer: SGD) {
        for (index, parameter) in graphTemplate.parameters.enumerated() where parameter.kind == .learnable {
            let place = plan.parameterPlaces[index]
            let decay = parameter.tensor.shape.rank > 1 ? optimizer.weightDecay : 0
            operators.descend(
                parameter.tensor.shape.elementCount, memory.parameters + place, memory.gradients + place,
                memory.velocities + place, Float(rate), Float(optimizer.momentum), Float(decay))
        }
    }

    /// Finds the first layer whose result is not finite, by running forward again step by step.
    private func notFinite(_ images: UnsafeBufferPointer<Float>, _ seed: UInt64) -> KernelVizError {
        var culprit = "the loss"
        if images.contains(where: { !$0.isFinite }) {
            culprit = "the input"
        } else if let bad = graphTemplate.parameters.indices.first(where: {
            read($0, memory.parameters).nonFiniteCount > 0
        }) {
            culprit = "parameter '\(graphTemplate.parameters[bad].name)'"
        } else if let name = firstNotFiniteLayer(images, seed) {
            culprit = "layer '\(name)'"
        }
        return KernelVizError(
            code: "training.notFinite", subject: culprit, found: "numbers that are NaN or infinite",
            expected: "a finite loss", advice: "Lower the learning rate or lengthen the warm-up")
    }

    private func firstNotFiniteLayer(_ images: UnsafeBufferPointer<Float>, _ seed: UInt64) -> String? {
        // Results of later phases may lie over earlier ones, so each phase is looked at when it is done.
        var found: String?
        for phase in plan.forwardPhases where found == nil {
            run([phase], isForward: true, isTraining: true, seed: seed)
            for stage in phase.stages where found == nil {
                let layer = plan.layers[stage.layer]
                guard stage.stage == layer.forwardStages - 1, let output = layer.touched(isForward: true).last else {
                    continue
                }
                if !isFinite(output) { found = layer.name }
            }
        }
        return found
    }

    private func isFinite(_ rows: Rows) -> Bool {
        (0..<plan.shards).allSatisfy { shard in
            let count = plan.images(of: shard).count * rows.plane
            return (0..<rows.count).allSatisfy { channel in
                let start = memory.arena + (shard * memory.arenaStride + rows.start[channel])
                return UnsafeBufferPointer(start: start, count: count).allSatisfy(\.isFinite)
            }
        }
    }
}
