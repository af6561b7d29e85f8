import Dispatch
import Synchronization

/// Runs the pieces of a job on several threads, each piece once, in any order.
struct WorkerThreads: Sendable {
    /// How many threads at most, the caller's included.
    let count: Int

    init(count: Int) { self.count = max(1, count) }

    /// Calls `body` for every piece with the number of the thread that runs it, 0..<count.
    func run(pieces: Int, _ body: @Sendable (_ piece: Int, _ thread: Int) -> Void) {
        let threads = min(count, pieces)
        guard threads > 1 else {
            for piece in 0..<pieces { body(piece, 0) }
            return
        }
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard piece < pieces else { return }
                body(piece, thread)
            }
        }
    }
}
