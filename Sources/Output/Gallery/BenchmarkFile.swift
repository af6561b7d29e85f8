import Diagnostics
import Evaluation
import Figures
import Files

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `bench --format json` wrote, as far as pictures need it.
public struct BenchmarkFile: Sendable {
    private let document: BenchmarkDocument
    private let path: String

    /// Reads such a file.
    ///
    /// Throws `bench.badJSON` and the file's own errors.
    public init(contentsOf path: String) throws {
        self.path = path
        let data = Data(try InputFile.text(path).utf8)
        guard let document = try? JSONDecoder().decode(BenchmarkDocument.self, from: data),
            DocumentSchema.bench.names(document.schema)
        else {
            throw KernelVizError(
                code: "bench.badJSON", subject: path, found: "no benchmark",
                expected: "the JSON that 'kernelviz bench --format json' writes",
                advice: "Run 'kernelviz bench --steps --scaling --format json -o \(FilePaths.name(of: path))'")
        }
        self.document = document
    }

    /// Where the time of the first network that was profiled goes, on pages of a greatest height.
    ///
    /// Throws `bench.noSteps` where none was, and the figure's errors.
    public func stepTimes(widthMillimetres: Double, maximumHeightMillimetres: Double? = nil) throws -> [Figure] {
        guard let benchmark = document.benchmarks.first(where: { !$0.benchmark.steps.isEmpty })?.benchmark else {
            throw missing("bench.noSteps", "times of steps", "--steps")
        }
        let size = benchmark.inputShape.dropFirst(2).map(String.init).joined(separator: "×")
        return try StepTimesFigure.pages(
            of: benchmark.steps.map { step in
                StepTimesFigure.Step(
                    name: step.name, microseconds: step.minimumMilliseconds * 1000,
                    limitMicroseconds: milliseconds(macs: step.macs) * 1000)
            }, network: benchmark.network,
            subject: "\(size), one image, one thread, \(benchmark.precision.rawValue), \(benchmark.operators)",
            widthMillimetres: widthMillimetres, maximumHeightMillimetres: maximumHeightMillimetres)
    }

    /// How latency grows with input, width and depth.
    ///
    /// Throws `bench.noScaling` where that was not measured, and the figure's errors.
    public func scaling(widthMillimetres: Double) throws -> Figure {
        guard let first = document.scaling?.first else { throw missing("bench.noScaling", "scaling", "--scaling") }
        let titles: [(ScalingBenchmark.Axis, String)] = [
            (.inputSize, "input size (pixels)"), (.width, "width (× its own)"), (.depth, "depth (× its own)"),
        ]
        let panels = titles.map { axis, title in
            let points = (document.scaling ?? []).filter { $0.axis == axis }
            var names: [String] = []
            for point in points where !names.contains(point.network) { names.append(point.network) }
            return ScalingFigure.Panel(
                title: title,
                series: names.map { name in
                    ScalingFigure.Series(
                        name: name,
                        points: points.filter { $0.network == name }.map { point in
                            let benchmark = point.benchmark
                            return ScalingFigure.Point(
                                value: point.value, milliseconds: benchmark.latency.median,
                                limitMilliseconds: milliseconds(macs: benchmark.macs * benchmark.batch)
                                    / Double(benchmark.threads),
                                spread: Spread(
                                    low: benchmark.latency.percentile10, high: benchmark.latency.percentile90,
                                    count: benchmark.latency.runs, meaning: "middle 80 % of the runs"))
                        })
                })
        }
        let benchmark = first.benchmark
        let images = benchmark.batch == 1 ? "one image" : "\(benchmark.batch) images"
        let threads = benchmark.threads == 1 ? "one thread" : "\(benchmark.threads) threads"
        return try ScalingFigure.figure(
            of: panels, subject: "\(images), \(threads), \(benchmark.precision.rawValue), \(benchmark.operators)",
            widthMillimetres: widthMillimetres)
    }

    /// What so many multiply-accumulates take on one thread at the machine's limit.
    private func milliseconds(macs: Int) -> Double {
        document.limits.gigaflops > 0 ? 2 * Double(macs) / (document.limits.gigaflops * 1e6) : 0
    }

    private func missing(_ code: String, _ what: String, _ flag: String) -> KernelVizError {
        KernelVizError(
            code: code, subject: path, found: "a benchmark without \(what)", expected: "one with them",
            advice: "Run 'kernelviz bench NETWORK \(flag) --format json -o \(FilePaths.name(of: path))'")
    }
}
