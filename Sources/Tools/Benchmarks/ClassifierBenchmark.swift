import ArgumentParser
import Classification
import HDF5
import KernelViz
import Parallel
import Synchronization

/// Labelling 3×3 kernels with full sub-labels, on one thread and on two, in memory and straight from a file.
///
/// A file is a data set of kernels (`filters`, N×9). `FILE.tables.h5` is written beside it: the classifier's tables
/// and what it found, for `Peers/compare_classify.py`.
struct ClassifierBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classifier", abstract: "Labels of 3×3 kernels, on one thread and on two.")

    @Option(help: ArgumentHelp("A data set of kernels instead of 200,000 random ones.", valueName: "file"))
    var file: String?

    @OptionGroup var options: RunOptions

    func run() throws {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        settings.labelsUnstructuredLayers = true
        let classifier = LayerClassifier(settings: settings, size: 3)
        let values = try file.map(Self.weights) ?? Self.random(200_000)
        let count = values.count / 9
        // As a data set streams through: piece by piece, each with its full result.
        let pieces = stride(from: 0, to: values.count, by: 9 * Self.pieceLength).map {
            Array(values[$0..<min(values.count, $0 + 9 * Self.pieceLength)])
        }
        if let file { try Self.save(classifier, values, to: file + ".tables.h5") }
        let measurements = try options.runner.together(
            [1, 2].map { threads in
                (
                    "classifier/\(count) kernels, \(threads) thread\(threads == 1 ? "" : "s")",
                    { Self.classify(pieces, classifier, threads: threads) }
                )
            })
        print(BenchmarkReport(measurements).json)
    }

    private static let pieceLength = 4096

    /// Every piece once, whichever thread is free; a result that nobody needs is still made.
    private static func classify(_ pieces: [[Float]], _ classifier: LayerClassifier, threads: Int) {
        let done = Atomic<Int>(0)
        Parallel(threads: threads).run(pieces: pieces.count) { piece, _ in
            done.wrappingAdd(
                classifier.label(pieces[piece], chance: .untested).classifications.count, ordering: .relaxed)
        }
    }

    private static func weights(_ path: String) throws -> [Float] {
        guard let kernels = KernelDataset(try Checkpoint.open(path)) else {
            throw KernelVizError(
                code: "benchmarks.file", subject: path, found: "no data set 'filters' of N×9 numbers",
                expected: "a data set of 3×3 kernels")
        }
        return try kernels.weights(0..<kernels.count)
    }

    private static func random(_ count: Int) -> [Float] {
        var generator = SeededGenerator(seed: 1)
        return (0..<count * 9).map { _ in Float(generator.normal()) }
    }

    private static func save(_ classifier: LayerClassifier, _ values: [Float], to path: String) throws {
        let tables = classifier.tables
        let found = classifier.label(values).classifications
        let labels = KernelLabel.allCases
        let shapes = KernelShape.allCases
        try HDF5Writer.write(to: path) { writer in
            for (index, name) in ["blur", "first", "second"].enumerated() {
                try put(writer, "weights/\(name)", tables.weights[index])
                try put(writer, "projected/\(name)", tables.projected[index])
                try put(writer, "kinds/\(name)", tables.kinds[index])
            }
            for (index, name) in ["identity", "blur", "first", "second"].enumerated() {
                try put(writer, "null/\(name)", tables.nullScores[index])
            }
            try put(writer, "correlation", tables.correlation)
            try put(writer, "widths", tables.widths)
            try put(writer, "cutOffs", tables.cutOffs)
            try put(writer, "found/label", found.map { Float(labels.firstIndex(of: $0.label) ?? 0) })
            try put(writer, "found/shape", found.map { Float(shapes.firstIndex(of: $0.shape) ?? 0) })
            try put(writer, "found/fit", found.map { Float($0.fit) })
            try put(writer, "found/sigma", found.map { Float($0.sigmaPixels ?? .nan) })
            try put(writer, "found/probability", found.map { Float($0.probability ?? .nan) })
            try put(writer, "found/angle", found.map { Float($0.angleDegrees ?? .nan) })
        }
    }

    private static func put(_ writer: borrowing HDF5Writer, _ name: String, _ numbers: [Float]) throws {
        try writer.write(numbers, dimensions: [numbers.count], to: name)
    }
}
