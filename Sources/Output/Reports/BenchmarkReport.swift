import Diagnostics
import Engine
import Evaluation

/// Benchmarks of networks with the limits of the machine that they ran on.
public struct BenchmarkReport: Report {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.bench.rawValue

    private let limits: Roofline
    private let benchmarks: [NetworkBenchmark]
    private let scaling: [ScalingBenchmark]

    /// A report on `benchmarks`, and on how latency grew where that was measured.
    public init(limits: Roofline, benchmarks: [NetworkBenchmark], scaling: [ScalingBenchmark] = []) {
        self.limits = limits
        self.benchmarks = benchmarks
        self.scaling = scaling
    }

    /// The machine's limits, one line a network and setting, then the steps of those that were profiled.
    public var table: String {
        var text =
            "\(limits.operators), one thread: \(number(limits.gigaflops, 0)) GFLOP/s multiply-add; reading "
            + "\(number(limits.firstLevelGigabytesPerSecond, 0)) GB/s (16 KiB), "
            + "\(number(limits.secondLevelGigabytesPerSecond, 0)) (512 KiB), "
            + "\(number(limits.memoryGigabytesPerSecond, 0)) (64 MiB)\n\n"
        text += aligned(
            [
                [
                    "network", "input", "batch", "threads", "numbers", "median ms", "minimum", "10–90 %", "GFLOP/s",
                    "of peak",
                ]
            ]
                + benchmarks.map(row))
        for benchmark in benchmarks where !benchmark.steps.isEmpty {
            text += "\nSteps of \(benchmark.network), one image, one thread\n\n"
            text += aligned(
                [["step", "kind", "µs", "share", "GFLOP/s", "of peak", "GB/s"]]
                    + benchmark.steps.map { row($0, of: benchmark) })
        }
        if !scaling.isEmpty {
            text += "\nLatency as the network grows\n\n"
            text += aligned(
                [["network", "grows", "value", "MACs", "median ms", "GFLOP/s", "of peak"]] + scaling.map(row))
        }
        return text
    }

    /// Everything as JSON, keys sorted, a line end at the end.
    public var json: String {
        JSONText.of(
            BenchmarkDocument(
                limits: limits,
                benchmarks: benchmarks.map {
                    BenchmarkDocument.Entry(benchmark: $0, peakShare: share($0.gigaflops, $0.threads))
                }, scaling: scaling))
    }

    private func share(_ gigaflops: Double, _ threads: Int) -> Double {
        gigaflops / (limits.gigaflops * Double(threads))
    }

    private func row(_ benchmark: NetworkBenchmark) -> [String] {
        let latency = benchmark.latency
        return [
            benchmark.network, benchmark.inputShape.dropFirst(2).map(String.init).joined(separator: "×"),
            "\(benchmark.batch)", "\(benchmark.threads)", benchmark.precision.rawValue, number(latency.median, 2),
            number(latency.minimum, 2),
            "\(number(latency.percentile10, 2))–\(number(latency.percentile90, 2))", number(benchmark.gigaflops, 1),
            percent(share(benchmark.gigaflops, benchmark.threads)),
        ]
    }

    private func row(_ step: StepProfile, of benchmark: NetworkBenchmark) -> [String] {
        let total = benchmark.steps.reduce(0) { $0 + $1.minimumMilliseconds }
        return [
            step.name, step.kind.rawValue, number(step.minimumMilliseconds * 1000, 1),
            percent(step.minimumMilliseconds / total), step.macs == 0 ? "" : number(step.gigaflops, 1),
            step.macs == 0 ? "" : percent(share(step.gigaflops, 1)), number(step.gigabytesPerSecond, 1),
        ]
    }

    private func row(_ point: ScalingBenchmark) -> [String] {
        let benchmark = point.benchmark
        return [
            point.network, point.axis.rawValue, number(point.value, point.axis == .inputSize ? 0 : 2),
            number(Double(benchmark.macs) / 1e6, 1) + " M", number(benchmark.latency.median, 2),
            number(benchmark.gigaflops, 1), percent(share(benchmark.gigaflops, benchmark.threads)),
        ]
    }

    private func number(_ value: Double, _ digits: Int) -> String { NumberFormat.fixed(value, digits) }

    private func percent(_ share: Double) -> String { NumberFormat.fixed(share * 100, 1) + " %" }

    /// Names to the left, numbers to the right.
    private func aligned(_ rows: [[String]]) -> String {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return index < 2 ? cell + space : space + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
