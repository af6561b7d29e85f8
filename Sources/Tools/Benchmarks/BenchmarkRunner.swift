/// One part of kernelviz whose speed is measured.
protocol BenchmarkGroup {
    /// The name on the command line.
    static var name: String { get }
    /// `file` is one that the user names instead of generated data.
    init(file: String?)
    /// Measures everything in the group.
    func measure(_ runner: BenchmarkRunner) throws -> [Measurement]
}

/// Times of one benchmark in milliseconds.
struct Measurement: Encodable {
    let name: String
    let runs: Int
    let medianMilliseconds: Double
    let minimumMilliseconds: Double
    /// The distance between the first and the third quartile.
    let spreadMilliseconds: Double
}

/// Runs closures and times them by the clock.
struct BenchmarkRunner {
    /// Timed runs; two untimed ones go before.
    let runs: Int

    /// Times `body`.
    func time(_ name: String, _ body: () throws -> Void) throws -> Measurement {
        try withoutActuallyEscaping(body) { body in try together([(name, body)])[0] }
    }

    /// Times several bodies in turns, so that what else the machine does meets all of them.
    func together(_ bodies: [(name: String, body: () throws -> Void)]) throws -> [Measurement] {
        var times = Array(repeating: [Double](), count: bodies.count)
        for round in 0..<runs + 2 {
            for (index, item) in bodies.enumerated() {
                let started = ContinuousClock.now
                try item.body()
                let duration = (ContinuousClock.now - started).components
                if round < 2 { continue }
                times[index].append(Double(duration.seconds) * 1e3 + Double(duration.attoseconds) * 1e-15)
            }
        }
        return zip(bodies, times).map { body, times in
            let sorted = times.sorted()
            return Measurement(
                name: body.name, runs: runs, medianMilliseconds: sorted[sorted.count / 2],
                minimumMilliseconds: sorted[0],
                spreadMilliseconds: sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4])
        }
    }
}
