import ArgumentParser
import KernelViz

/// `kernelviz render FIGURE …`.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Draw figures of a network's kernels as PNG, SVG or PDF.",
        subcommands: [RenderKernelsCommand.self, RenderHistogramCommand.self, RenderStatisticsCommand.self])
}

/// What every figure is written with.
struct FigureOptions: ParsableArguments {
    @Option(
        name: [.short, .long], help: ArgumentHelp("The figure: FILE.png, FILE.svg or FILE.pdf.", valueName: "file"))
    var output: String

    @Option(help: "The page's width in millimetres, 80…400.")
    var width = 170.0

    @Option(help: "Pixels per inch of a PNG.")
    var dpi = 200.0

    @Flag(help: "Replace an existing file.")
    var force = false

    func validate() throws {
        guard (80...400).contains(width) else { throw ValidationError("--width must lie in 80…400 millimetres.") }
        guard (36...1200).contains(dpi) else { throw ValidationError("--dpi must lie in 36…1200.") }
    }

    var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    /// Throws where the figure could not be written, before any work is done.
    func check() throws {
        _ = try FigureFormat(path: output)
        try AtomicFile.checkWritable(output, overwriting: overwriting)
    }

    func write(_ figure: Figure) throws {
        try FigureWriter.write(figure, to: output, dpi: dpi, overwriting: overwriting)
        Console.note("Wrote \(output)")
    }
}
