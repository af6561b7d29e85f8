import Glibc

/// Progress of long work on stderr: a bar with the time left on a terminal, a plain line now and then otherwise.
///
/// Nothing is drawn before half a second has passed (five off a terminal), so short work stays silent.
final class ProgressLine {
    private let title: String
    private let started = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?
    private var remaining = RemainingTime()
    private var line = RedrawnLine()

    /// Starts timing the work called `title`.
    init(_ title: String) { self.title = title.printable }

    /// Says that `done` of `total` steps are finished; throws ``Interruption/Stopped`` after Ctrl-C.
    func update(_ done: Int, of total: Int) throws {
        try Interruption.check()
        guard total > 0 else { return }
        let now = ContinuousClock.now
        let elapsed = now - started
        remaining.note(done, after: elapsed)
        let (silence, pause): (Duration, Duration) =
            Console.notesAreInteractive ? (.milliseconds(500), .milliseconds(100)) : (.seconds(5), .seconds(5))
        guard elapsed > silence, lastDrawn.map({ now - $0 > pause }) ?? true else { return }
        lastDrawn = now
        let fraction = min(1, Double(done) / Double(total))
        let percent = "\(Int(fraction * 100)) %"
        let left = remaining.left(of: total).map { "\(Self.clock($0)) left" } ?? ""
        guard Console.notesAreInteractive else {
            Console.note("\(title): \(done) of \(total) (\(percent))" + (left.isEmpty ? "" : " \(left)"))
            return
        }
        let width = 24
        let filled = Int(fraction * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        line.draw("\(title) \(bar) \(percent) \(left)")
    }

    /// Removes the bar.
    func finish() { line.remove() }

    deinit { finish() }

    /// "1:05" or "0:03".
    private static func clock(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.components.seconds))
        let rest = seconds % 60
        return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
    }
}
