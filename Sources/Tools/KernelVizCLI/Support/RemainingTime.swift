/// How long a job of many steps still takes, from the pace since its first report.
///
/// What came before the first report (opening files, building networks) is no step and does not count: an estimate that
/// took it for one would say two hours of a job of two minutes.
struct RemainingTime {
    private var first: (done: Int, at: Duration)?
    private var latest: (done: Int, at: Duration) = (0, .zero)

    /// Notes that `done` steps were finished `elapsed` after the start.
    mutating func note(_ done: Int, after elapsed: Duration) {
        if first == nil { first = (done, elapsed) }
        latest = (done, elapsed)
    }

    /// The time that the rest of `total` steps takes, or nil before two further steps and a hundredth of all are done.
    func left(of total: Int) -> Duration? {
        guard let first else { return nil }
        let steps = latest.done - first.done
        guard steps >= max(2, total / 100), total >= latest.done else { return nil }
        return (latest.at - first.at) * (Double(total - latest.done) / Double(steps))
    }
}
