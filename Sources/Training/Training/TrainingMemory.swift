import Diagnostics

/// All memory of a step, allocated once: what each shard computes, parameters and their velocities, each shard's
/// gradients, packed weights, factors of normalisations, each thread's scratch.
final class TrainingMemory: @unchecked Sendable {
    // Sendable: threads write to the parts of different shards only.
    let arena: UnsafeMutablePointer<Float>
    let parameters: UnsafeMutablePointer<Float>
    let velocities: UnsafeMutablePointer<Float>
    let gradients: UnsafeMutablePointer<Float>
    let packed: UnsafeMutablePointer<Float>
    let factors: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>
    let byteCount: Int
    /// From one shard's, or thread's, part to the next.
    let arenaStride: Int
    let scratchStride: Int

    private let transientStride: Int
    private let transientStart: Int
    private let tableStride: Int
    private let tableStart: UnsafeMutablePointer<Float>
    private let statisticsStride: Int
    private let statisticsStart: UnsafeMutablePointer<Float>
    private let blocks: [AlignedFloats]

    /// Throws `training.memory` where the system has not enough.
    init(plan: TrainingPlan, threads: Int) throws {
        arenaStride = (plan.arenaFloats + 1023) / 1024 * 1024
        transientStride = (plan.transientFloats + 1023) / 1024 * 1024
        tableStride = (2 * plan.tableCount + 15) / 16 * 16
        transientStart = plan.shards * arenaStride
        scratchStride = (plan.scratchFloats + 1023) / 1024 * 1024
        statisticsStride = (2 * plan.statisticsDoubles + 15) / 16 * 16
        let counts = [
            plan.shards * arenaStride + threads * transientStride, plan.parameterFloats, plan.parameterFloats,
            plan.shards * plan.parameterFloats, plan.packedFloats, plan.factorFloats, threads * scratchStride,
            plan.shards * statisticsStride, threads * tableStride,
        ]
        byteCount = counts.reduce(0, +) * 4
        blocks = try counts.map { count in
            guard let block = AlignedFloats(count: count) else {
                throw KernelVizError(
                    code: "training.memory", subject: "training",
                    found: "a step needs \(counts.reduce(0, +) >> 18) MiB", expected: "memory of that size",
                    advice: "Use a smaller batch or smaller images")
            }
            return block
        }
        (arena, parameters, velocities, gradients) = (blocks[0].base, blocks[1].base, blocks[2].base, blocks[3].base)
        (packed, factors, scratch) = (blocks[4].base, blocks[5].base, blocks[6].base)
        (statisticsStart, tableStart) = (blocks[7].base, blocks[8].base)
    }

    /// A thread's memory for results of one phase, seen from the arena of a shard: both are parts of one block.
    func transient(of thread: Int, from shard: Int) -> Int {
        transientStart + thread * transientStride - shard * arenaStride
    }

    /// A thread's table of rows.
    func table(of thread: Int) -> UnsafeMutablePointer<Int> {
        UnsafeMutableRawPointer(tableStart + thread * tableStride).assumingMemoryBound(to: Int.self)
    }

    /// 64-bit sums over a shard.
    func statistics(of shard: Int) -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(statisticsStart + shard * statisticsStride).assumingMemoryBound(to: Double.self)
    }
}
