import Numerics

/// Times of one benchmark in milliseconds.
struct Measurement: Encodable {
    let name: String
    let runs: Int
    let medianMilliseconds: Double
    let minimumMilliseconds: Double
    /// The distance between the first and the third quartile.
    let spreadMilliseconds: Double

    /// Sums up times; at least one.
    init(name: String, milliseconds times: [Double]) {
        let sorted = times.sorted()
        self.name = name
        runs = sorted.count
        medianMilliseconds = OrderStatistics.quantile(0.5, ofSorted: sorted)
        minimumMilliseconds = sorted[0]
        spreadMilliseconds =
            OrderStatistics.quantile(0.75, ofSorted: sorted) - OrderStatistics.quantile(0.25, ofSorted: sorted)
    }
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
                let elapsed = try ContinuousClock().measure { try item.body() }
                if round >= 2 { times[index].append(elapsed / .milliseconds(1)) }
            }
        }
        return zip(bodies, times).map { Measurement(name: $0.name, milliseconds: $1) }
    }
}
