import ArgumentParser
import Files
import Gallery
import KernelViz

/// `kernelviz render film RUN/ -o FILE`.
struct RenderFilmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "film",
        abstract: "Draw how kernels grow while a network is trained.",
        discussion: """
            Reads RUN/snapshots, which 'train --snapshots' writes. PNG, SVG and PDF get a film strip, epochs from left to \
            right; FILE.apng becomes a film, one picture an epoch (viewers that do not know APNG show the first).

            Examples:
              kernelviz render film run/ -o strip.pdf
              kernelviz render film run/ -o film.apng
            """)

    @Argument(help: ArgumentHelp("The folder of a training.", valueName: "folder"), completion: .directory)
    var folder: String

    @Option(help: "Milliseconds that each picture of a film is shown, 20…60000.")
    var duration = 500

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("FILE.png, FILE.svg or FILE.pdf for a strip, FILE.apng for a film.", valueName: "file"))
    var output: String

    @OptionGroup var size: FigureSizeOptions

    private var isFilm: Bool { FilePaths.fileExtension(of: output) == "apng" }

    func validate() throws { try Bounds.check("--duration", duration, in: 20...60_000) }

    func run() throws {
        if !isFilm { _ = try FigureFormat(path: output) }
        try AtomicFile.checkWritable(output, overwriting: size.overwriting)
        let reading = ProgressLine("Reading \(folder)")
        let film = try TrainingFilm.read(folder: folder) { try reading.update($0, of: $1) }
        reading.finish()
        guard isFilm else {
            try size.write(TrainingFilmFigure.strip(of: film, widthMillimetres: size.width), to: output)
            return
        }
        let drawing = ProgressLine("Drawing \(film.title)")
        defer { drawing.finish() }
        let figures = try film.frames.indices.map {
            try TrainingFilmFigure.frame($0, of: film, widthMillimetres: size.width)
        }
        let rendered = try FigureRenderer.renderFilm(
            figures, title: film.title, dpi: size.dpi, milliseconds: duration
        ) { try drawing.update($0, of: $1) }
        drawing.finish()
        try AtomicFile.write(rendered.bytes, to: output, overwriting: size.overwriting)
        size.say(rendered.notes)
        Console.note("Wrote \(output), \(film.frames.count) pictures")
    }
}
