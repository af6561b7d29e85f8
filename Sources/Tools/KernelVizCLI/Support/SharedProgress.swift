import Synchronization

/// A progress line that several threads may report to.
final class SharedProgress: Sendable {
    private struct State: ~Copyable {
        let line: ProgressLine
    }

    private let state: Mutex<State>
    private let total: Int

    init(_ title: String, _ total: Int) {
        state = Mutex(State(line: ProgressLine(title)))
        self.total = total
    }

    func update(_ done: Int) throws { try state.withLock { try $0.line.update(done, of: total) } }

    func finish() { state.withLock { $0.line.finish() } }
}
