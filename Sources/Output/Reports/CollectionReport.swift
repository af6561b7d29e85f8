import Checkpoints
import Classification
import Diagnostics
import Kernels
import Statistics

/// What was found in a data set of kernels, for people and programs.
public struct CollectionReport: CSVReport, MarkdownReport {
    /// Names the JSON's form.
    public static let schema = DocumentSchema.collection.rawValue

    private let statistics: CollectionStatistics
    private let checkpoint: Checkpoint

    /// Takes what was found in a data set; the digest of its file is computed where a form has it.
    public init(_ statistics: CollectionStatistics, of kernels: KernelDataset) {
        self.statistics = statistics
        checkpoint = kernels.checkpoint
    }

    /// Tables for a terminal, with what the numbers rest on below.
    public var table: String {
        heading + "\n" + labels.text + shapes.text + notes.map { $0 + "\n" }.joined()
    }

    /// The same in Markdown.
    public var markdown: String {
        "## \(heading)\n\n\(labels.markdown)\n\(shapes.markdown)\n" + notes.map { "- \($0)\n" }.joined()
    }

    /// One line a label, with a header.
    public var csv: String {
        let sha256 = checkpoint.sha256
        return KernelLabel.allCases.reduce(
            CSVText.line(["checkpoint", "sha256", "label", "count", "share", "share_low", "share_high"])
        ) { text, label in
            let interval = statistics.interval(label)
            return text
                + CSVText.line([
                    statistics.source.path, sha256, label.rawValue,
                    "\(statistics.counts[label])", "\(interval.share)", "\(interval.low)", "\(interval.high)",
                ])
        }
    }

    /// All of it as JSON.
    public var json: String { JSONText.of(Document(statistics, sha256: checkpoint.sha256)) }

    private struct Document: Encodable {
        let schema = CollectionReport.schema
        let path: String
        let sha256: String
        let kernels: Int
        let layers: Int
        let settings: ClassifierSettings
        let counts: [String: Int]
        let shares: [String: Double]
        let intervals: [String: [Double]]
        let shapes: [String: Int]
        let spectrum: [String: Int]
        let beyondChance: Int
        let nonFinite: Int
        let dcGain: [String: Double]
        let sigmaPixels: [String: Double]
        /// Blurs beyond the fit's bound, left out of `sigmaPixels`.
        let sigmaAtBound: Int
        let symmetry: SymmetryEnergies
        let varianceEntropy: Double
        let sparsity: Double
        let testedPieces: Int
        let structuredPieces: Int
        let nullRates: NullRates
        let uncorrectedFalsePositiveRates: NullRates

        init(_ statistics: CollectionStatistics, sha256: String) {
            path = statistics.source.path
            self.sha256 = sha256
            kernels = statistics.counts.total
            layers = statistics.source.layers
            settings = statistics.settings
            counts = byLabel { statistics.counts[$0] }
            shares = byLabel { statistics.counts.share($0) }
            intervals = byLabel { [statistics.interval($0).low, statistics.interval($0).high] }
            shapes = Dictionary(uniqueKeysWithValues: statistics.shapes.map { ($0.key.rawValue, $0.value) })
            spectrum = Dictionary(uniqueKeysWithValues: statistics.spectrum.map { ($0.key.rawValue, $0.value) })
            beyondChance = statistics.beyondChance
            nonFinite = statistics.nonFinite
            dcGain = Self.quantiles(statistics.dcGain)
            sigmaPixels = Self.quantiles(statistics.sigmaPixels)
            sigmaAtBound = statistics.blursAtBound
            symmetry = statistics.symmetry
            varianceEntropy = statistics.varianceEntropy
            sparsity = statistics.counts.total > 0 ? Double(statistics.sparse) / Double(statistics.counts.total) : 0
            testedPieces = statistics.testedPieces
            structuredPieces = statistics.structuredPieces
            nullRates = statistics.calibration.nullRates
            uncorrectedFalsePositiveRates = statistics.calibration.uncorrectedFalsePositiveRates
        }

        private static func quantiles(_ tally: Tally) -> [String: Double] {
            var result: [String: Double] = [:]
            for (name, share) in [("p5", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)] {
                result[name] = tally.quantile(share)
            }
            return result
        }
    }

    private var heading: String {
        let source = statistics.source
        let layers = source.layers == 0 ? "layers not told" : "\(NumberFormat.grouped(source.layers)) layers"
        return "\(source.path): \(NumberFormat.grouped(source.kernels)) 3×3 kernels without a network, \(layers)"
    }

    private var labels: TextTable {
        var table = TextTable([
            .init("label", .left), .init("kernels", .right), .init("share", .right), .init("95 %", .right),
        ])
        for label in KernelLabel.allCases {
            let interval = statistics.interval(label)
            table.add([
                .init(label.rawValue), .init(NumberFormat.grouped(statistics.counts[label])),
                .init("\(NumberFormat.fixed(interval.share * 100, 2)) %"),
                .init("\(NumberFormat.fixed(interval.low * 100, 2))…\(NumberFormat.fixed(interval.high * 100, 2))"),
            ])
        }
        return table
    }

    private var shapes: TextTable {
        var table = TextTable([.init("shape", .left), .init("kernels", .right)])
        for shape in KernelShape.allCases {
            guard let count = statistics.shapes[shape], count > 0, shape != .unnamed else { continue }
            table.add([.init(shape.rawValue), .init(NumberFormat.grouped(count))])
        }
        return table
    }

    private var notes: [String] {
        let fixed = NumberFormat.fixed
        var notes: [String] = []
        if let gain = statistics.dcGain.quantile(0.5) {
            let bound = Int(KernelClassification.sigmaBound(size: 3))
            let beyond =
                statistics.blursAtBound > 0
                ? " (\(NumberFormat.grouped(statistics.blursAtBound)) boxes and rings of σ > \(bound) left out)" : ""
            let sigma =
                statistics.sigmaPixels.quantile(0.5).map { ", σ of the blurs \(fixed($0, 2)) px\(beyond)" } ?? ""
            notes.append("Medians: DC gain \(fixed(gain, 2))\(sigma).")
        }
        let symmetry = zip(["full", "swirl", "axes", "diagonals", "odd"], statistics.symmetry.all)
            .map { "\($0) \(NumberFormat.percent($1))" }.joined(separator: ", ")
        notes.append(
            "Energy by symmetry: \(symmetry). Variance entropy \(fixed(statistics.varianceEntropy, 3)) "
                + "(CNN Filter DB's, at most \(fixed(0.954, 3))).")
        let piece = statistics.source.layers == 0 ? "pieces of \(NumberFormat.grouped(65_536)) kernels" : "layers"
        notes.append(
            "\(NumberFormat.grouped(statistics.structuredPieces)) of \(NumberFormat.grouped(statistics.testedPieces)) "
                + "\(piece) differ from their own shuffled weights; zero kernels are judged within them.")
        if statistics.nonFinite > 0 {
            notes.append(
                "\(NumberFormat.grouped(statistics.nonFinite)) kernels hold NaN or infinite weights and count as other."
            )
        }
        return notes
    }
}
