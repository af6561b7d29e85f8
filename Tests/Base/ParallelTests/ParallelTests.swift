import Parallel
import Synchronization
import Testing

@Suite struct ParallelTests {
    struct Failure: Error, Equatable { let piece: Int }

    @Test(arguments: [1, 2, 3, 16]) func resultsComeInTheOrderOfThePieces(threads: Int) {
        let squares = Parallel(threads: threads).map(pieces: 100) { $0 * $0 }
        #expect(squares == (0..<100).map { $0 * $0 })
    }

    @Test(arguments: [0, 1, 4]) func everyPieceRunsOnce(threads: Int) {
        let counts = Mutex(Array(repeating: 0, count: 50))
        Parallel(threads: threads).run(pieces: 50) { piece, thread in
            #expect((0..<max(1, threads)).contains(thread))
            counts.withLock { $0[piece] += 1 }
        }
        #expect(counts.withLock { $0 } == Array(repeating: 1, count: 50))
    }

    @Test(arguments: [1, 2, 8]) func theFirstFailingPieceIsThrown(threads: Int) {
        for _ in 0..<20 {
            #expect(throws: Failure(piece: 7)) {
                _ = try Parallel(threads: threads).map(pieces: 40) { piece in
                    if piece >= 7 { throw Failure(piece: piece) }
                    return piece
                }
            }
        }
    }

    @Test func eachThreadHasAStateOfItsOwn() throws {
        let made = Atomic<Int>(0)
        let results = try Parallel(threads: 3).map(
            pieces: 30,
            state: {
                made.add(1, ordering: .relaxed)
                return [Int]()
            },
            { state, piece in
                state.append(piece)
                return state == state.sorted() ? 1 : 0
            })
        #expect(results == Array(repeating: 1, count: 30))
        #expect((1...3).contains(made.load(ordering: .relaxed)))
    }

    @Test(arguments: [1, 3]) func threadsOfTheirOwnRunEveryPieceOnce(threads: Int) {
        let seen = Seen()
        // The pieces share work among threads themselves.
        Parallel(threads: threads).runOnOwnThreads(pieces: 20) { piece in
            #expect(seen.inside.add(1, ordering: .relaxed).newValue <= threads)
            Parallel(threads: 2).run(pieces: 4) { _, _ in }
            seen.counts.withLock { $0[piece] += 1 }
            seen.inside.subtract(1, ordering: .relaxed)
        }
        #expect(seen.counts.withLock { $0 } == Array(repeating: 1, count: 20))
    }

    private final class Seen: Sendable {
        let counts = Mutex(Array(repeating: 0, count: 20))
        let inside = Atomic<Int>(0)
    }

    /// The thread that makes its state first waits until the other one has failed, whichever piece it holds.
    @Test func aPieceThatWasTakenIsWorkedOnThoughALaterOneFailed() {
        for _ in 0..<10 {
            let states = Atomic<Int>(0)
            let failures = Atomic<Int>(0)
            #expect(throws: Failure(piece: 0)) {
                _ = try Parallel(threads: 2).map(
                    pieces: 2,
                    state: {
                        guard states.add(1, ordering: .relaxed).oldValue == 0 else { return }
                        let end = ContinuousClock.now + .milliseconds(200)
                        while failures.load(ordering: .relaxed) == 0, .now < end {}
                    },
                    { (_: inout Void, piece: Int) throws -> Int in
                        failures.add(1, ordering: .relaxed)
                        throw Failure(piece: piece)
                    })
            }
        }
    }

    @Test func nothingToDoIsDone() {
        #expect(Parallel(threads: 4).map(pieces: 0) { $0 } == [])
        Parallel(threads: 4).run(pieces: -1) { _, _ in Issue.record("no piece") }
    }

    @Test(arguments: [2, 3]) func aPoolRunsEveryPartOnceRoundAfterRound(threads: Int) {
        let pool = WorkerPool(threads: threads)
        for parts in [1, 2, 7, 64] {
            let counts = Mutex(Array(repeating: 0, count: parts))
            for _ in 0..<50 { pool.run(parts: parts) { part, _ in counts.withLock { $0[part] += 1 } } }
            #expect(counts.withLock { $0 } == Array(repeating: 50, count: parts))
        }
    }
}
