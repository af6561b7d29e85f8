import Engine

// Where results and gradients lie.
extension LayerListBuilder {
    /// Gives every buffer a place for the phases from its first to its last use: in a shard's arena, or, where it is a
    /// gradient that no other phase knows, in the memory of a thread.
    ///
    /// Returns the sizes of both and each phase's row lists that lead to a thread's memory.
    mutating func place(
        layers: [any Layer], forward: [TrainingPlan.Phase], backward: [TrainingPlan.Phase], keep: [Rows]
    ) -> (arena: Int, transient: Int) {
        var lives = [ClosedRange<Int>?](repeating: nil, count: buffers.count)
        func touch(_ rows: Rows, _ time: Int) {
            for index in 0..<rows.count {
                let buffer = rows.place(index).storage
                let old = lives[buffer] ?? time...time
                lives[buffer] = min(old.lowerBound, time)...max(old.upperBound, time)
            }
        }
        for (time, phase) in forward.enumerated() {
            for stage in phase.stages { layers[stage.layer].touched(.forward).forEach { touch($0, time) } }
        }
        // Readable until the next step.
        for rows in keep { touch(rows, forward.count + 1 + backward.count) }
        for (index, phase) in backward.enumerated() {
            let time = forward.count + 1 + index
            for stage in phase.stages { layers[stage.layer].touched(.backward).forEach { touch($0, time) } }
        }
        let imagesAtOnce = forward.map(\.imagesAtOnce) + [1] + backward.map(\.imagesAtOnce)
        let isTransient = lives.map { life in
            guard let life else { return false }
            return life.lowerBound == life.upperBound && life.lowerBound > forward.count
        }
        let pitches = buffers.indices.map { index in
            let images = isTransient[index] ? imagesAtOnce[lives[index]?.lowerBound ?? 0] : imagesPerShard
            return pitch(buffers[index], images: images)
        }
        let sizes = buffers.indices.map { buffers[$0].channels * pitches[$0] }
        func plan(_ isChosen: (Int) -> Bool) -> (offsets: [Int], size: Int) {
            let requests = lives.enumerated().map { index, life in
                isChosen(index) ? life.map { ArenaPlanner.Request(size: sizes[index], life: $0) } : nil
            }
            return ArenaPlanner.place(requests, order: .size)
        }
        let arena = plan { !isTransient[$0] }
        let transient = plan { isTransient[$0] }
        memory.resolve(in: rowLists) { place in
            let row = place.channel * pitches[place.storage]
            return isTransient[place.storage]
                ? .transient(transient.offsets[place.storage] + row) : .arena(arena.offsets[place.storage] + row)
        }
        // Loops may read a register beyond the last row.
        return (arena.size + 64, transient.size + 64)
    }

    /// Numbers from one row to the next: an odd number of cache lines, so that rows do not compete for the same places
    /// in the cache.
    private func pitch(_ buffer: Buffer, images: Int) -> Int {
        let lines = (images * buffer.plane + 15) / 16
        return (lines | 1) * 16
    }
}
