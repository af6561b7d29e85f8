import Diagnostics
import Parallel
import Tensors
import TrainingOperatorInterface

extension TrainingNetwork {
    /// One step: forward and backward over a batch, then the update.
    ///
    /// - Parameters:
    ///   - optimizer: Momentum and weight decay.
    ///   - rate: The learning rate.
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
        runForward(images, .training(seed: seed))
        let outcome = evaluateLoss(labels, writesGradients: true)
        guard outcome.loss.isFinite else { throw notFinite(images, seed) }
        run(plan.backwardPhases, .backward, .training(seed: seed))
        sumGradients()
        let barrier = barrier(isTraining: true)
        for layer in plan.layers { layer.finishGradients(barrier) }
        return outcome
    }

    /// The loss of up to a batch of images with the running statistics; nothing is changed.
    ///
    /// `labels` may be shorter than the batch: only so many images count.
    public mutating func evaluate(images: UnsafeBufferPointer<Float>, labels: [Int]) -> Outcome {
        runForward(images, .evaluation)
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

    func runForward(_ images: UnsafeBufferPointer<Float>, _ purpose: Purpose) {
        precondition(images.count == inputShape.elementCount)
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
        run(plan.forwardPhases, .forward, purpose)
    }

    func run(_ phases: [TrainingPlan.Phase], _ direction: Direction, _ purpose: Purpose) {
        for phase in phases {
            if direction == .forward { prepare(phase) }
            run(phase, direction, purpose)
            guard let layer = phase.barrier else { continue }
            let barrier = barrier(isTraining: purpose.isTraining)
            switch direction {
            case .forward: plan.layers[layer].finishForward(barrier)
            case .backward: plan.layers[layer].finishBackward(barrier)
            }
        }
    }

    func run(_ phase: TrainingPlan.Phase, _ direction: Direction, _ purpose: Purpose) {
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
                    images: count, shardStart: images.lowerBound, purpose: purpose)
                for stage in phase.stages {
                    switch direction {
                    case .forward: plan.layers[stage.layer].forward(pass, stage: stage.stage)
                    case .backward: plan.layers[stage.layer].backward(pass, stage: stage.stage)
                    }
                }
                first += count
            }
        }
    }

    func prepare(_ phase: TrainingPlan.Phase) {
        let preparation = Preparation(
            operators: operators, weights: memory.parameters, packed: memory.packed, factors: memory.factors)
        for stage in phase.stages where stage.stage == 0 { plan.layers[stage.layer].prepare(preparation) }
    }

    func barrier(isTraining: Bool) -> Barrier {
        Barrier(
            weights: memory.parameters, factors: memory.factors, gradients: memory.gradients,
            shards: (0..<plan.shards).map { (memory.statistics(of: $0), plan.images(of: $0).count) },
            isTraining: isTraining)
    }

    func evaluateLoss(_ labels: [Int], writesGradients: Bool) -> Outcome {
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
    func sumGradients() {
        let (count, shards) = (plan.parameterFloats, plan.shards)
        let (memory, operators) = (memory, operators)
        let piece = 1 << 14
        workers.run(pieces: (count + piece - 1) / piece) { index, _ in
            let start = index * piece
            let length = min(piece, count - start)
            for shard in 1..<max(1, shards) {
                operators.addScaled(
                    count: length, factor: 1, input: memory.gradients + (shard * count + start),
                    output: memory.gradients + start)
            }
        }
    }

    /// Moves the parameters along the gradients of the last pass.
    public mutating func update(rate: Double, optimizer: SGD) {
        for (index, parameter) in graphTemplate.parameters.enumerated() where parameter.kind == .learnable {
            let place = plan.parameterPlaces[index]
            let decay = parameter.tensor.shape.rank > 1 ? optimizer.weightDecay : 0
            operators.descend(
                count: parameter.tensor.shape.elementCount, weights: memory.parameters + place,
                gradients: memory.gradients + place, velocities: memory.velocities + place, rate: Float(rate),
                momentum: Float(optimizer.momentum), decay: Float(decay))
        }
    }
}
