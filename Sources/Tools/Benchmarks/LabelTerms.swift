import ArgumentParser
import Classification
import Foundation
import KernelViz

/// Kernels that people labelled, with the terms by which the classifier tells how probable a label is: what
/// `Peers/fit_labels.py` reads.
struct LabelTerms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label-terms", abstract: "Labelled kernels and their terms as CSV, for fit_labels.py.")

    @Option(help: ArgumentHelp("The folder of the labelled checkpoints.", valueName: "folder"))
    var shared = "../shared"

    @Option(help: ArgumentHelp("The folder of blind-labels.csv and hand-labels.csv.", valueName: "folder"))
    var labels = "Tests/Analysis/StatisticsTests/Fixtures"

    /// Who said what of which kernel.
    private struct Row {
        let set, checkpoint, layer: String
        let output, input, size: Int
        let first, second: String
    }

    func run() throws {
        let number = (0..<LayerClassifier.readerTermCount).map { "t\($0)" }
        print((["set", "network", "size", "first", "second", "label", "rubric"] + number).joined(separator: ","))
        let rows = try blind() + annotator()
        for (file, asked) in Dictionary(grouping: rows, by: \.checkpoint).sorted(by: { $0.key < $1.key }) {
            try write(asked, of: file)
        }
        for size in [3, 5, 7] {
            let classifier = LayerClassifier(size: size)
            for (decibels, seed) in [(20.0, UInt64(901)), (30, 902), (60, 903)] {
                for known in LayerClassifier.knownKernels(size: size, count: 20, decibels: decibels, seed: seed) {
                    let label = known.family.label.rawValue
                    line("synthetic", "synthetic", (label, ""), label, classifier.readerTerms(known.values)[0], label)
                }
            }
        }
        try writeList()
    }

    private func write(_ rows: [Row], of file: String) throws {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        let network = try ConvNetwork.open("\(shared)/\(file)")
        let layers = try NetworkStatistics.analyse(network, settings: settings).layers
        let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        for row in rows {
            guard let layer = layers.first(where: { $0.layer.name == row.layer }) else {
                throw KernelVizError(
                    code: "benchmarks.layer", subject: file, found: "no layer \(row.layer)",
                    expected: "the layers that were labelled")
            }
            let bank = try network.bank(of: layer.layer)
            let place = row.output * layer.layer.weightShape[1] + row.input
            let cells = row.size * row.size
            let values = Array(bank.values[place * cells..<(place + 1) * cells])
            let terms = LayerClassifier(size: row.size).readerTerms(values)[0]
            let label = layer.classifications[place].label.rawValue
            line(row.set, name, (row.first, row.second), label, terms, terms.rubric.rawValue)
        }
    }

    /// `labels/kernels200.csv` of the shared folder, where it is there: kernels as plain weights.
    private func writeList() throws {
        guard let text = try? String(contentsOfFile: "\(shared)/labels/kernels200.csv", encoding: .utf8) else { return }
        for row in Self.fields(text) where row.count == 11 {
            let values = row[10].split(separator: " ").compactMap { Float($0) }
            guard let size = Int(row[3]), values.count == size * size else { continue }
            let terms = LayerClassifier(size: size).readerTerms(values)[0]
            let name = URL(fileURLWithPath: row[0]).deletingPathExtension().lastPathComponent
            line("outside", name, (row[5], row[8]), terms.rubric.rawValue, terms, terms.rubric.rawValue)
        }
    }

    private func line(
        _ set: String, _ network: String, _ readers: (String, String), _ label: String, _ terms: ReaderTerms,
        _ rubric: String
    ) {
        let words = [set, network, "\(terms.size)", readers.0, readers.1, label, rubric]
        print((words + terms.terms.map { "\($0)" }).joined(separator: ","))
    }

    private func blind() throws -> [Row] {
        try Self.fields(String(contentsOfFile: "\(labels)/blind-labels.csv", encoding: .utf8)).compactMap { row in
            guard row.count == 11, let output = Int(row[2]), let input = Int(row[3]), let size = Int(row[4]) else {
                return nil
            }
            return Row(
                set: "blind", checkpoint: row[0], layer: row[1], output: output, input: input, size: size,
                first: row[5], second: row[8])
        }
    }

    private func annotator() throws -> [Row] {
        try Self.fields(String(contentsOfFile: "\(labels)/hand-labels.csv", encoding: .utf8)).compactMap { row in
            guard row.count >= 7, let channel = Int(row[2]), let size = Int(row[3]) else { return nil }
            return Row(
                set: "annotator", checkpoint: "weights/" + row[0], layer: row[1], output: channel, input: 0,
                size: size, first: row[4], second: row[5])
        }
    }

    private static func fields(_ text: String) -> [[String]] {
        text.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
