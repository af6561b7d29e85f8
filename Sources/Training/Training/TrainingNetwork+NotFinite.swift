import Diagnostics

extension TrainingNetwork {
    /// Finds the first layer whose result is not finite, by running forward again step by step.
    func notFinite(_ images: UnsafeBufferPointer<Float>, _ seed: UInt64) -> KernelVizError {
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

    func firstNotFiniteLayer(_ images: UnsafeBufferPointer<Float>, _ seed: UInt64) -> String? {
        // Results of later phases may lie over earlier ones, so each phase is looked at when it is done.
        var found: String?
        for phase in plan.forwardPhases where found == nil {
            run([phase], .forward, .training(seed: seed))
            for stage in phase.stages where found == nil {
                let layer = plan.layers[stage.layer]
                guard stage.stage == layer.forwardStages - 1, let output = layer.touched(.forward).last else {
                    continue
                }
                if !isFinite(output) { found = layer.name }
            }
        }
        return found
    }

    func isFinite(_ rows: Rows) -> Bool {
        (0..<plan.shards).allSatisfy { shard in
            let count = plan.images(of: shard).count * rows.plane
            return (0..<rows.count).allSatisfy { channel in
                let start = memory.arena + (shard * memory.arenaStride + rows.start[channel])
                return UnsafeBufferPointer(start: start, count: count).allSatisfy(\.isFinite)
            }
        }
    }
}
