import Parallel

/// The memory that one run of a plan works in, and the threads that help: released with the value.
///
/// A plan is shared by threads, each thread brings its own workspace.
public struct Workspace: ~Copyable, @unchecked Sendable {
    // Sendable: the memory belongs to this value alone, and only a mutating access reaches it.
    let base: UnsafeMutablePointer<Float>
    /// How many numbers fit.
    public let floatCount: Int

    /// The threads beside the caller's own; nil for none.
    let pool: WorkerPool?

    init(floatCount: Int, threads: Int) {
        let count = max(1, floatCount)
        pool = threads > 1 ? WorkerPool(threads: threads) : nil
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
        base = raw.bindMemory(to: Float.self, capacity: count)
        base.initialize(repeating: 0, count: count)
        self.floatCount = count
    }

    deinit { base.deallocate() }
}

/// All constants of a plan in one aligned block that is never written after its making.
final class ConstantBlock: @unchecked Sendable {
    // Sendable: read only once the initializer has returned.
    let base: UnsafeMutablePointer<Float>

    init(_ arrays: [(offset: Int, scalars: [Float])], floatCount: Int) {
        let count = max(1, floatCount)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
        base = raw.bindMemory(to: Float.self, capacity: count)
        base.initialize(repeating: 0, count: count)
        for (offset, scalars) in arrays {
            scalars.withUnsafeBufferPointer { source in
                if let start = source.baseAddress { (base + offset).update(from: start, count: source.count) }
            }
        }
    }

    deinit { base.deallocate() }
}
