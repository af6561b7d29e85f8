import ArgumentParser
import Files
import KernelViz

/// `kernelviz render FIGURE …`.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Draw figures of a network's kernels as PNG, SVG or PDF.",
        discussion: """
            Examples:
              kernelviz render kernels net.h5 --layer 5 -o kernels.pdf
              kernelviz render statistics net.h5 -o shares.svg
            """,
        subcommands: [
            RenderKernelsCommand.self, RenderHistogramCommand.self, RenderFeaturesCommand.self,
            RenderStatisticsCommand.self, RenderNetworkCommand.self, RenderPaperCommand.self, RenderFilmCommand.self,
        ])
}

/// How large figures are.
struct FigureSizeOptions: ParsableArguments {
    @Option(help: "The page's width in millimetres, 80…400.")
    var width = 170.0

    @Option(help: "Pixels per inch of a PNG.")
    var dpi = 300.0

    @Flag(help: "Replace an existing file.")
    var force = false

    func validate() throws {
        try Bounds.check("--width", width, in: 80...400, unit: "millimetres")
        try Bounds.check("--dpi", dpi, in: 36...1200)
    }

    var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    /// Writes a figure and says so, with what the reader should know.
    func write(_ figure: Figure, to output: String) throws {
        say(try FigureWriter.write(figure, to: output, dpi: dpi, overwriting: overwriting))
        Console.note("Wrote \(output)")
    }

    /// Writes the pages of a figure and says into which files.
    func write(pages: [Figure], to output: String) throws {
        let written = try FigureWriter.writePages(pages, to: output, dpi: dpi, overwriting: overwriting)
        say(written.notes)
        let count = pages.count > 1 ? ", \(pages.count) pages" : ""
        Console.note("Wrote \(written.files.joined(separator: ", "))\(count)")
    }

    /// Prints the notes of the renderer.
    func say(_ notes: [String]) {
        for note in notes { Console.note("kernelviz: note: \(note)") }
    }
}

/// What every figure is written with.
struct FigureOptions: ParsableArguments {
    @Option(
        name: [.short, .long], help: ArgumentHelp("The figure: FILE.png, FILE.svg or FILE.pdf.", valueName: "file"))
    var output: String

    @OptionGroup var size: FigureSizeOptions

    var width: Double { size.width }

    /// Refuses heights of pages that are none.
    static func validate(maxHeight: Double?) throws {
        if let maxHeight, !(maxHeight > 0 && maxHeight.isFinite) {
            throw ValidationError("--max-height must be above 0 millimetres.")
        }
    }

    /// Throws where the figure could not be written, before any work is done.
    func check() throws {
        _ = try FigureFormat(path: output)
        try AtomicFile.checkWritable(output, overwriting: size.overwriting)
    }

    func write(_ figure: Figure) throws { try size.write(figure, to: output) }
}

/// One layer by its number or name, or all of them.
enum LayerChoice: ExpressibleByArgument, Equatable {
    case one(LayerReference)
    case all

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else {
            guard let layer = LayerReference(argument) else { return nil }
            self = .one(layer)
        }
    }
}

extension LayerReference: ExpressibleByArgument {
    /// A layer on a command line.
    public init?(argument: String) { self.init(argument) }
}
