import Foundation
import Glibc
import Synchronization

/// Work on several threads: pieces are handed out one by one, in order, to whichever thread is free.
///
/// Results never depend on the number of threads: they come in the order of the pieces, and of several failures the one
/// of the first piece is thrown.
public struct Parallel: Sendable {
    /// How many threads at most, the caller's included; at least 1.
    public let threads: Int

    /// Work on at most so many threads; fewer than 1 count as 1.
    public init(threads: Int) { self.threads = max(1, threads) }

    /// As many threads as the processor runs at a time.
    public static var everyCore: Parallel { Parallel(threads: ProcessInfo.processInfo.activeProcessorCount) }

    /// Calls `body` once for every piece in 0..<pieces, with the number of the thread that runs it, 0..<threads.
    public func run(pieces: Int, _ body: @Sendable (_ piece: Int, _ thread: Int) -> Void) {
        share(pieces) { thread, queue in
            while let piece = queue.next() { body(piece, thread) }
        }
    }

    /// Calls `body` once for every piece in 0..<pieces on threads of their own, and returns when all are done.
    ///
    /// For pieces of minutes that share their own work among threads: those few of ``run(pieces:_:)`` stay free for it.
    public func runOnOwnThreads(pieces: Int, _ body: @escaping @Sendable (_ piece: Int) -> Void) {
        let queue = PieceQueue(pieces)
        let work: @Sendable () -> Void = { while let piece = queue.next() { body(piece) } }
        let others = (0..<max(0, min(threads, pieces))).compactMap { _ in SystemThread.start(work) }
        // Where the system grants none, this one does it all.
        if others.isEmpty { work() }
        for thread in others { pthread_join(thread, nil) }
    }

    /// The results of all pieces, in their order.
    public func map<Result: Sendable>(pieces: Int, _ body: @Sendable (_ piece: Int) -> Result) -> [Result] {
        let results = Mutex<[Result?]>(Array(repeating: nil, count: max(0, pieces)))
        run(pieces: pieces) { piece, _ in
            let result = body(piece)
            results.withLock { $0[piece] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    /// The results of all pieces, in their order.
    ///
    /// Throws what the first failing piece throws; pieces that have not begun by then are left out.
    public func map<Result: Sendable>(
        pieces: Int, _ body: @Sendable (_ piece: Int) throws -> Result
    ) throws -> [Result] {
        try map(pieces: pieces, state: { () }, { _, piece in try body(piece) })
    }

    /// The results of all pieces, in their order, each thread with a state of its own (a workspace, say).
    ///
    /// Throws what the body throws, and what making a state throws.
    public func map<State: ~Copyable, Result: Sendable>(
        pieces: Int, state: @Sendable () throws -> State,
        _ body: @Sendable (_ state: inout State, _ piece: Int) throws -> Result
    ) throws -> [Result] {
        let outcome = Mutex<Outcome<Result>>(Outcome(count: max(0, pieces)))
        share(pieces) { _, queue in
            guard var piece = queue.next() else { return }
            do {
                var own = try state()
                while true {
                    let result = try body(&own, piece)
                    let done = piece
                    // A piece that was taken is worked on: those before a failing one are all done, or fail themselves.
                    let goesOn = outcome.withLock { outcome in
                        outcome.results[done] = result
                        return outcome.failure == nil
                    }
                    guard goesOn, let next = queue.next() else { return }
                    piece = next
                }
            } catch {
                let failed = piece
                outcome.withLock { $0.fail(failed, error) }
            }
        }
        return try outcome.withLock { outcome in
            if let failure = outcome.failure { throw failure.error }
            return outcome.results.compactMap { $0 }
        }
    }

    /// The loop behind all: `work` runs on as many threads as there are pieces for, each takes one after another.
    private func share(_ pieces: Int, _ work: @Sendable (_ thread: Int, _ queue: PieceQueue) -> Void) {
        let queue = PieceQueue(pieces)
        let count = min(threads, pieces)
        guard count > 1 else { return work(0, queue) }
        // On fewer where the system grants no more: Dispatch would wait until it grants one.
        withoutActuallyEscaping(work) { work in
            var others: [pthread_t] = []
            for number in 1..<count {
                guard let thread = SystemThread.start({ work(number, queue) }) else { break }
                others.append(thread)
            }
            work(0, queue)
            for thread in others { pthread_join(thread, nil) }
        }
    }

    /// Hands out the numbers of pieces, each once, in order.
    private final class PieceQueue: Sendable {
        private let count: Int
        private let taken = Atomic<Int>(0)

        init(_ count: Int) { self.count = count }

        /// The next piece; nil where none is left.
        func next() -> Int? {
            let piece = taken.wrappingAdd(1, ordering: .relaxed).oldValue
            return piece < count ? piece : nil
        }
    }

    /// What the threads of a map have found so far.
    private struct Outcome<Result: Sendable>: Sendable {
        var results: [Result?]
        var failure: (piece: Int, error: any Error)?

        init(count: Int) { results = Array(repeating: nil, count: count) }

        /// Keeps the failure of the earlier piece. All pieces before it have begun, so that the first is found whatever
        /// the threads do.
        mutating func fail(_ piece: Int, _ error: any Error) {
            if failure.map({ piece < $0.piece }) ?? true { failure = (piece, error) }
        }
    }
}
