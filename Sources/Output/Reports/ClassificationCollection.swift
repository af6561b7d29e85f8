import Classification
import Diagnostics
import Statistics

/// The reports on several checkpoints, and what could not be read.
public struct ClassificationCollection: Sendable {
    /// Names the JSON's form.
    public static let schema = DocumentSchema.classifications.rawValue

    /// A checkpoint that could not be analysed.
    public struct Failure: Sendable {
        /// Its path.
        public let path: String
        /// Why.
        public let error: KernelVizError

        /// Names a failure.
        public init(path: String, error: KernelVizError) {
            self.path = path
            self.error = error
        }
    }

    let reports: [ClassificationReport]
    let failures: [Failure]
    /// Which part of how many checkpoints it is; nil for all.
    let shard: (place: ShardPlace, files: Int)?

    /// Joins the reports in the order given.
    ///
    /// - Parameters:
    ///   - statistics: what was classified.
    ///   - failures: what could not be read.
    ///   - shard: which part these are of how many checkpoints in all; nil where they are all.
    public init(
        _ statistics: [NetworkStatistics], failures: [Failure] = [], shard: (place: ShardPlace, files: Int)? = nil
    ) {
        reports = statistics.map(ClassificationReport.init)
        self.failures = failures
        self.shard = shard
    }

    /// The tables one below the other, then one line a checkpoint.
    public func table(coloured: Bool = false) -> String {
        reports.map { $0.table(coloured: coloured) + "\n" }.joined() + (reports.count > 1 ? summary.text : "")
    }

    /// The same in Markdown.
    public var markdown: String {
        reports.map { $0.markdown + "\n" }.joined()
            + (reports.count > 1 ? "## All checkpoints\n\n" + summary.markdown : "")
    }

    /// ``ClassificationReport/csv`` of every checkpoint under one header.
    public var csv: String { Self.joined(reports.map(\.csv)) }

    /// ``ClassificationReport/kernelCSV`` of every checkpoint under one header.
    public var kernelCSV: String { Self.joined(reports.map(\.kernelCSV)) }

    private static func joined(_ texts: [String]) -> String {
        guard let first = texts.first else { return "" }
        return texts.dropFirst().reduce(first) { all, text in
            all + (text.firstIndex(of: "\n").map { String(text[text.index(after: $0)...]) } ?? "")
        }
    }

    private var summary: TextTable {
        var table = TextTable(
            [.init("checkpoint", .left), .init("network", .left), .init("layers", .right), .init("kernels", .right)]
                + KernelLabel.allCases.map { .init($0.rawValue, .right) })
        for report in reports {
            let statistics = report.statistics
            let counts = statistics.counts
            var row: [TextTable.Cell] = [
                .init(TextTable.shortened(statistics.network.checkpoint.path, to: 48)),
                .init(statistics.network.title), .init("\(statistics.layers.count)"),
                .init(NumberFormat.grouped(counts.total)),
            ]
            row += KernelLabel.allCases.map { .init(NumberFormat.percent(counts.share($0))) }
            table.add(row)
        }
        return table
    }
}
