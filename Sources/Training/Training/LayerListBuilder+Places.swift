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
                let buffer = rows.start[index] >> 32
                let old = lives[buffer] ?? time...time
                lives[buffer] = min(old.lowerBound, time)...max(old.upperBound, time)
            }
        }
        for (time, phase) in forward.enumerated() {
            for stage in phase.stages { layers[stage.layer].touched(isForward: true).forEach { touch($0, time) } }
        }
        // Readable until the next step.
        for rows in keep { touch(rows, forward.count + 1 + backward.count) }
        for (index, phase) in backward.enumerated() {
            let time = forward.count + 1 + index
            for stage in phase.stages { layers[stage.layer].touched(isForward: false).forEach { touch($0, time) } }
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
        let arena = Self.firstFit(lives.indices.map { isTransient[$0] ? nil : lives[$0] }, sizes)
        let transient = Self.firstFit(lives.indices.map { isTransient[$0] ? lives[$0] : nil }, sizes)
        memory.resolve(in: rowLists) { reference in
            let (buffer, channel) = (reference >> 32, reference & 0xFFFF_FFFF)
            return isTransient[buffer]
                ? .transient(transient.places[buffer] + channel * pitches[buffer])
                : .arena(arena.places[buffer] + channel * pitches[buffer])
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

    private static func firstFit(_ lives: [ClosedRange<Int>?], _ sizes: [Int]) -> (places: [Int], size: Int) {
        var places = Array(repeating: 0, count: lives.count)
        var placed: [(range: Range<Int>, life: ClosedRange<Int>)] = []
        var size = 0
        // Large and long-lived ones first leave fewer holes.
        let order = lives.indices.filter { lives[$0] != nil }.sorted {
            let (a, b) = (sizes[$0], sizes[$1])
            return a != b ? a > b : $0 < $1
        }
        for index in order {
            guard let life = lives[index] else { continue }
            var start = 0
            for other in placed where other.life.overlaps(life) {
                if other.range.lowerBound - start >= sizes[index] { break }
                start = max(start, other.range.upperBound)
            }
            places[index] = start
            placed.append((start..<start + sizes[index], life))
            placed.sort { $0.range.lowerBound < $1.range.lowerBound }
            size = max(size, start + sizes[index])
        }
        return (places, size)
    }
}
