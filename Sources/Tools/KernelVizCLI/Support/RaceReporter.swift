import KernelViz
import Races
import Sweeps
import Synchronization

/// A race's progress on stderr: the first step within a second, then one line an epoch of any training, each with the time
/// that is left if the race goes to its last look.
final class RaceReporter: Sendable {
    private struct State {
        var round = ""
        var count = 0
        /// Epochs of this call that are done, and those under way by training, in parts.
        var done = 0.0
        var underWay: [String: Double] = [:]
        var left: Double
        var lastDrawn: ContinuousClock.Instant?
    }

    private let started = ContinuousClock.now
    private let state: Mutex<State>
    private let trained: @Sendable () -> Void

    /// - Parameters:
    ///   - epochs: Epochs that are left at the most.
    ///   - trained: Called after each training.
    init(epochs: Int, trained: @escaping @Sendable () -> Void) {
        state = Mutex(State(left: Double(epochs)))
        self.trained = trained
    }

    func report(_ event: Race.Event) {
        switch event {
        case .round(let number, let trainings):
            let name = number.map { "Round \($0)" } ?? "Final"
            state.withLock { ($0.round, $0.count) = (name, trainings) }
            Console.note("\(name): \(trainings) \(trainings == 1 ? "training" : "trainings")")
        case .look(let look):
            for comparison in look.comparisons {
                Console.note(
                    "Look \(look.number): \(comparison.name) "
                        + "\(comparison.contrast.mean < 0 ? "−" : "+")"
                        + "\(NumberFormat.fixed(abs(comparison.contrast.mean) * 100, 2)) ± "
                        + "\(NumberFormat.fixed(comparison.contrast.standardError * 100, 2)) points, p "
                        + "\(NumberFormat.fixed(comparison.adjusted, 4))"
                        + (look.givenUp.contains(comparison.name) ? ", given up" : ""))
            }
        case .sweep(.done): break
        case .sweep(.failed(let job, let reason)):
            Console.note("kernelviz: warning: \(name(job)): \(reason)")
            trained()
        case .sweep(.training(let job, let event)): report(event, of: job)
        }
    }

    private func report(_ event: TrainingRun.Event, of job: Sweep.Job) {
        switch event {
        case .resumed(let epoch, _):
            state.withLock { $0.left -= Double(epoch) }
            Console.note("\(name(job)): going on after epoch \(epoch)")
        case .unreadable(let what): Console.note("kernelviz: warning: \(name(job)): left out \(what)")
        case .turned: break
        case .step(let step):
            let share = Double(step.epoch - 1) + Double(step.step) / Double(max(1, step.stepsPerEpoch))
            let line = state.withLock { state -> String? in
                state.underWay[job.folder] = max(0, share - Double(step.epoch - 1))
                let now = ContinuousClock.now
                guard state.lastDrawn.map({ now - $0 > .seconds(10) }) ?? true else { return nil }
                state.lastDrawn = now
                return left(state)
            }
            guard let line else { return }
            Console.note(
                "\(name(job)): epoch \(step.epoch)/\(job.net.settings.epochs) step \(step.step)/\(step.stepsPerEpoch): loss "
                    + "\(NumberFormat.fixed(step.loss, 4)), \(NumberFormat.fixed(step.imagesPerSecond, 0)) images/s; \(line)"
            )
        case .epoch(let record, let speed, _):
            let line = state.withLock { state in
                state.done += 1
                state.underWay[job.folder] = nil
                state.lastDrawn = .now
                return left(state)
            }
            let summary = TrainingReporter.summary(
                of: record, epochs: job.net.settings.epochs, imagesPerSecond: speed)
            Console.note("\(name(job)): \(summary); \(line)")
            if record.epoch == job.net.settings.epochs { trained() }
        case .stopped(let epoch, let step):
            Console.note("\(name(job)): saved at epoch \(epoch + 1) after step \(step)")
        }
    }

    /// "at most 2:03:04 left".
    private func left(_ state: State) -> String {
        let done = state.done + state.underWay.values.sorted().reduce(0, +)
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        return "at most \(TrainingReporter.clock(seconds / max(1e-6, done) * max(0, state.left - done))) left"
    }

    private func name(_ job: Sweep.Job) -> String {
        let (round, count) = state.withLock { ($0.round, $0.count) }
        return "\(round) [\(job.index + 1)/\(count)] \(job.net.name) seed \(job.seed)"
    }
}
