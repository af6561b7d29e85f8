import CairoRenderer
import Diagnostics
import Figures
import Files

/// All figures of the paper in a folder, with an index page.
public struct PaperGallery: Sendable {
    /// What was written.
    public struct Outcome: Sendable, Equatable {
        /// The files' names, the index page last.
        public let files: [String]
        /// What the reader should know, one sentence each.
        public let notes: [String]
    }

    private let paper: PaperFigures
    private let dpi: Double

    /// Draws `paper` with `dpi` dots per inch.
    public init(paper: PaperFigures, dpi: Double) { (self.paper, self.dpi) = (paper, dpi) }

    /// Writes `paper-figure-1.png` … and `paper.md` into `folder`, which is made where it does not exist.
    ///
    /// A figure for which nothing is at hand, or that is taller than asked for, is left out, and the index says why. `progress` is called after each
    /// figure; what it throws ends the work.
    /// Throws the errors of `FolderWriter` and `AtomicFile` and what rendering throws.
    public func write(
        to folder: String, overwriting: AtomicFile.Overwriting,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        try FolderWriter.prepare(folder)
        let numbers = PaperFigures.numbers
        for name in numbers.map(Self.fileName) + ["paper.md"] {
            try AtomicFile.checkWritable("\(folder)/\(name)", overwriting: overwriting)
        }
        var (files, notes): ([String], [String]) = ([], [])
        var sections = [
            "# The figures of the VGNet paper",
            "Drawn as `kernelviz render paper --all` does from \(paper.shelf.networks.map(\.title).joined(separator: ", ")). "
                + "Captions inside the figures name what stands in for a network that is not at hand.",
        ]
        for number in numbers {
            let title = "Fig. \(number): \(PaperFigures.subject(number))"
            do {
                let figure = try paper.figure(number)
                let name = Self.fileName(number)
                for note in try FigureWriter.write(figure, to: "\(folder)/\(name)", dpi: dpi, overwriting: overwriting)
                where !notes.contains(note) {
                    notes.append(note)
                }
                files.append(name)
                sections.append("## \(title)\n\n![\(title)](\(name))")
            } catch let error as KernelVizError
                where error.code.hasPrefix("gallery.") || error.code == "figures.tooLow"
            {
                notes.append("Fig. \(number) is left out: \(error)")
                sections.append("## \(title)\n\nLeft out: \(error)")
            }
            try progress(number, numbers.count)
        }
        try AtomicFile.write(
            text: sections.joined(separator: "\n\n") + "\n", to: "\(folder)/paper.md", overwriting: overwriting)
        return Outcome(files: files + ["paper.md"], notes: notes)
    }

    private static func fileName(_ number: Int) -> String { "paper-figure-\(number).png" }
}
