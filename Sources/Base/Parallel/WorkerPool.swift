import COperators
import Glibc
import Synchronization

/// Threads that wait for work: they spin for a moment after each part, then sleep. For steps of microseconds; other work takes
/// ``Parallel``.
///
/// The caller works too. Parts are handed out one by one, so that a thread that was held up takes fewer: to half of the
/// threads from the first on, to the others from the last on. From step to step a thread so keeps to its side of the
/// image, whose rows lie in its own cache. A pool is used by one caller at a time.
package final class WorkerPool {
    private let shared = Shared()
    private var threads: [pthread_t] = []

    /// A pool of `threads` threads, the caller's included; at least 2.
    package init(threads count: Int) {
        for worker in 1..<max(2, count) {
            let start = Unmanaged.passRetained(ThreadStart(shared: shared, worker: worker))
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                    start.shared.work(as: start.worker)
                    return nil
                }, start.toOpaque())
            // A system that grants no more threads is served by fewer: the work is handed out part by part.
            if status == 0 { threads.append(thread) } else { start.release() }
        }
    }

    deinit {
        shared.stop()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Calls `body` once for each part in 0..<parts, on any thread, and returns when all are done; `worker` is 0 for
    /// the caller and the thread's number else.
    package func run(parts: Int, _ body: (_ part: Int, _ worker: Int) -> Void) {
        guard parts > 1, !threads.isEmpty else {
            for part in 0..<parts { body(part, 0) }
            return
        }
        withoutActuallyEscaping(body) { shared.run(parts: parts, $0) }
    }

    private final class ThreadStart {
        let shared: Shared
        let worker: Int

        init(shared: Shared, worker: Int) {
            self.shared = shared
            self.worker = worker
        }
    }
}

/// What the threads of a pool share.
private final class Shared: @unchecked Sendable {
    // Sendable: `body` is written while no part is out, and read only by threads that hold a part.
    private var body: ((Int, Int) -> Void)?
    /// Round, end of the parts that are left and their first in one word: a part is taken only from the round that was
    /// seen.
    private let ticket = Atomic<UInt64>(0)
    private let finished = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// Pauses before a thread goes to sleep: about 100 microseconds, longer than the steps of a network last. A pause is
    /// 10 nanoseconds on some processors and 40 on others.
    private static let patience: Int = {
        let count = 200
        let elapsed = ContinuousClock().measure { for _ in 0..<count { kernelviz_relax() } }
        return min(20_000, max(1_000, count * 100_000 / max(1, Int(elapsed / .nanoseconds(1)))))
    }()
    private static let partBits: UInt64 = 20
    private static let partMask: UInt64 = (1 << partBits) - 1

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func run(parts: Int, _ body: @escaping (Int, Int) -> Void) {
        precondition(parts <= Self.partMask)
        self.body = body
        finished.store(0, ordering: .relaxed)
        let round = (ticket.load(ordering: .relaxed) >> (2 * Self.partBits)) &+ 1
        ticket.store(
            round << (2 * Self.partBits) | UInt64(parts) << Self.partBits, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
        while takePart(as: 0) {}
        var pauses = 0
        while finished.load(ordering: .acquiring) < parts {
            kernelviz_relax()
            pauses += 1
            // The other thread may have lost its processor: do not keep it from coming back.
            if pauses > Self.patience * 4 { sched_yield() }
        }
        self.body = nil
    }

    func work(as worker: Int) {
        var pauses = 0
        while !isStopped.load(ordering: .relaxed) {
            if takePart(as: worker) {
                pauses = 0
            } else if pauses < Self.patience {
                kernelviz_relax()
                pauses += 1
            } else {
                sleep()
                pauses = 0
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        wake()
    }

    private var hasWork: Bool {
        let value = ticket.load(ordering: .sequentiallyConsistent)
        return Self.first(value) < Self.end(value)
    }

    private static func first(_ value: UInt64) -> UInt64 { value & partMask }
    private static func end(_ value: UInt64) -> UInt64 { value >> partBits & partMask }

    /// Takes and does one part; false where none is left.
    private func takePart(as worker: Int) -> Bool {
        let takesFirst = worker % 2 == 0
        var value = ticket.load(ordering: .acquiring)
        while true {
            guard Self.first(value) < Self.end(value) else { return false }
            let part = takesFirst ? Self.first(value) : Self.end(value) - 1
            let rest = takesFirst ? value &+ 1 : value &- (1 << Self.partBits)
            let (exchanged, original) = ticket.weakCompareExchange(
                expected: value, desired: rest, ordering: .acquiringAndReleasing)
            guard exchanged else {
                value = original
                continue
            }
            body?(Int(part), worker)
            finished.add(1, ordering: .releasing)
            return true
        }
    }

    private func sleep() {
        pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while !hasWork && !isStopped.load(ordering: .sequentiallyConsistent) {
            pthread_cond_wait(condition, mutex)
        }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    private func wake() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
