import ArgumentParser
import Files
import KernelViz

/// `kernelviz weights convert IN OUT`.
struct WeightsConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write the tensors of a file in another format; the result is read back before it gets its name.",
        discussion: """
            Examples:
              kernelviz weights convert net.h5 net.safetensors
              kernelviz weights convert net.pth net.npz
            """)

    enum Layout: String, ExpressibleByArgument, CaseIterable {
        case oihw = "OIHW"
        case hwio = "HWIO"
    }

    @Argument(help: "A file of weights, an index of shards, or a folder.", completion: .file())
    var file: String

    @Argument(help: "The file to write: .h5, .safetensors or .npz.", completion: .file())
    var result: String

    @Option(
        help: """
            The order of the axes and the names that go with it: OIHW as PyTorch, HWIO as Keras; as in the file by \
            default.
            """)
    var layout: Layout?

    @Flag(name: .long, help: "Replace an existing file.")
    var force = false

    func run() throws {
        let overwriting: AtomicFile.Overwriting = force ? .replace : .refuse
        let format = try CheckpointFormat(path: result)
        try AtomicFile.checkWritable(result, overwriting: overwriting)
        let checkpoint = try Checkpoint.open(file)
        for note in checkpoint.notes { Console.note("\(file): \(note)") }
        let conversion = try CheckpointConversion(
            checkpoint, layout: layout.flatMap { TensorLayout(rawValue: $0.rawValue) })
        let progress = ProgressLine("Converting \(file)")
        let notes = try conversion.write(to: result, format: format, overwriting: overwriting) {
            try progress.update($0, of: $1)
        }
        progress.finish()
        for note in notes { Console.note("\(result): \(note)") }
        Console.note("Wrote \(result)")
    }
}
