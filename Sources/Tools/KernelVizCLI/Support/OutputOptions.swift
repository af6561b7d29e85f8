import ArgumentParser
import Files
import KernelViz

/// Where a result goes; shared by the verbs that can write one.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("Write the result to this file.", valueName: "file"))
    var output: String?

    @Flag(name: .long, help: "Replace an existing file.")
    var force = false

    var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    /// Throws where the file could not be written, before any work is done.
    func check() throws {
        if let output { try AtomicFile.checkWritable(output, overwriting: overwriting) }
    }

    /// Writes `text` to the file, or to stdout without one.
    func emit(_ text: String) throws {
        guard let output else { return Console.result(text) }
        try AtomicFile.write(text: text, to: output, overwriting: overwriting)
        Console.note("Wrote \(output)")
    }
}
