import ArgumentParser
import Files
import Gallery
import KernelViz

/// `kernelviz render paper --figure N -o FILE`, or `--all -o FOLDER`.
struct RenderPaperCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paper",
        abstract: "Compose the figures of the VGNet paper from the checkpoints at hand.",
        discussion: """
            The checkpoints of a folder are recognised by their contents. Where the paper's network is not among them \
            the nearest one is drawn and named in the caption. Fig. 7 and 8 need no weights.

            Examples:
              kernelviz render paper --all --weights checkpoints/ -o figures/
              kernelviz render paper --figure 1 -o figure-1.pdf
            """)

    @Option(help: ArgumentHelp("The figure's number, 1…9.", valueName: "number"))
    var figure: Int?

    @Flag(help: "Draw all figures and an index page into a folder.")
    var all = false

    @Option(help: ArgumentHelp("The folder of the checkpoints.", valueName: "folder"))
    var weights = "Weights"

    @Option(help: ArgumentHelp("A picture for the feature maps of Fig. 6.", valueName: "image"))
    var input: String?

    @Option(
        help: """
            The greatest height in millimetres: cells and feature maps shrink, then kernels and channels are sampled; \
            what cannot be that low is refused, or with --all left out.
            """)
    var maxHeight: Double?

    @Flag(
        help: """
            Draw Fig. 1, 2, 3 or 4 for one column of a journal: 89 mm wide, at most 45 mm or --max-height high, no text \
            under 5 pt.
            """)
    var column = false

    @Option(name: [.short, .long], help: ArgumentHelp("A file, or with --all a folder.", valueName: "path"))
    var output: String

    @OptionGroup var size: FigureSizeOptions

    func validate() throws {
        guard all != (figure != nil) else { throw ValidationError("Pass either --figure NUMBER or --all.") }
        if let maxHeight, !(maxHeight > 0 && maxHeight.isFinite) {
            throw ValidationError("--max-height must be above 0 millimetres.")
        }
        if let figure, !PaperFigures.numbers.contains(figure) {
            throw ValidationError("--figure must lie in 1…9.")
        }
        if column, !(figure.map(PaperFigures.columnNumbers.contains) ?? false) {
            throw ValidationError("--column draws --figure 1, 2, 3 or 4.")
        }
    }

    func run() throws {
        if figure != nil {
            _ = try FigureFormat(path: output)
            try AtomicFile.checkWritable(output, overwriting: size.overwriting)
        }
        let progress = ProgressLine("Reading \(weights)")
        let shelf = try CheckpointShelf(folder: weights) { try progress.update($0, of: $1) }
        progress.finish()
        for skipped in shelf.skipped { Console.note("kernelviz: note: \(skipped)") }
        let paper = PaperFigures(
            shelf: shelf, picture: input ?? shelf.picture, widthMillimetres: size.width,
            maximumHeightMillimetres: maxHeight)
        if let figure {
            try size.write(column ? paper.columnFigure(figure) : paper.figure(figure), to: output)
            return
        }
        let drawing = ProgressLine("Drawing the paper's figures")
        defer { drawing.finish() }
        let page = try PaperGallery(paper: paper, dpi: size.dpi).write(to: output, overwriting: size.overwriting) {
            try drawing.update($0, of: $1)
        }
        size.say(page.notes)
        Console.note("Wrote \(page.files.count) files to \(output), start with \(output)/paper.md")
    }
}
