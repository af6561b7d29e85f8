import KernelViz
import Sweeps
import Synchronization

/// A sweep's progress on stderr: one line an epoch of any training, with the time that is left for all.
final class SweepReporter: Sendable {
    private struct State {
        var begun: [Int: ContinuousClock.Instant] = [:]
        var epochsDone = 0
        var epochsLeft: Int
        var unreadable = 0
        var hasToldOfTurns = false
    }

    private let count: Int
    private let started = ContinuousClock.now
    private let state: Mutex<State>

    init(_ sweep: Sweep) {
        count = sweep.jobs.count
        state = Mutex(State(epochsLeft: sweep.jobs.reduce(0) { $0 + $1.net.settings.epochs }))
    }

    func report(_ event: Sweep.Event) {
        switch event {
        case .done(let job):
            state.withLock { $0.epochsLeft -= job.net.settings.epochs }
            Console.note("\(name(job)): done before")
        case .failed(let job, let reason):
            Console.note("kernelviz: error: \(name(job)): \(reason)")
        case .training(let job, let event): report(event, of: job)
        }
    }

    private func report(_ event: TrainingRun.Event, of job: Sweep.Job) {
        switch event {
        case .resumed(let epoch, _):
            state.withLock { $0.epochsLeft -= epoch }
            Console.note("\(name(job)): going on after epoch \(epoch)")
        case .unreadable(let what):
            let number = state.withLock {
                $0.unreadable += 1
                return $0.unreadable
            }
            if number <= 10 { Console.note("kernelviz: warning: \(name(job)): left out \(what)") }
            if number == 11 { Console.note("kernelviz: warning: further unreadable images are only counted") }
        case .turned:
            let isFirst = state.withLock { state in
                defer { state.hasToldOfTurns = true }
                return !state.hasToldOfTurns
            }
            if isFirst { Console.note("kernelviz: note: \(TrainingReporter.turned)") }
        case .step: break
        case .epoch(let record, let speed, _):
            let left = state.withLock {
                $0.epochsDone += 1
                $0.epochsLeft -= 1
                return (ContinuousClock.now - started) / Double($0.epochsDone) * Double(max(0, $0.epochsLeft))
            }
            let summary = TrainingReporter.summary(
                of: record, epochs: job.net.settings.epochs, imagesPerSecond: speed)
            Console.note("\(name(job)): \(summary); \(TrainingReporter.clock(left / .seconds(1))) left")
        case .stopped(let epoch, let step):
            Console.note("\(name(job)): saved at epoch \(epoch + 1) after step \(step)")
        }
    }

    private func name(_ job: Sweep.Job) -> String { "[\(job.index + 1)/\(count)] \(job.net.name) seed \(job.seed)" }
}
