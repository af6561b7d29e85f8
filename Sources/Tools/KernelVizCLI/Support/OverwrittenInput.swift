import Glibc
import KernelViz

/// A command line that would replace what it reads: `slim net.h5 -o net.h5 --force`.
enum OverwrittenInput {
    /// Options whose value is a file that is written.
    private static let outputs: Set<String> = [
        "-o", "--output", "--onnx", "--safetensors", "--hdf5", "--save-logits", "--curve", "--report",
    ]

    /// An argument that names a file which is there.
    private struct Named {
        let text: String
        let file: FileIdentity
        var isWritten: Bool
    }

    /// A sentence on the first file that the command reads and would replace, whatever it is called; nil where there is
    /// none.
    static func sentence(_ arguments: [String]) -> String? {
        let verb = VerbNames.words(arguments)
        let written = verb.first == "derive" ? outputs.union(["--init"]) : outputs
        var named: [Named] = []
        var previous = ""
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let isWhole = !argument.hasPrefix("-") || parts.count < 2
            let (option, value) = isWhole ? (previous, argument) : (parts[0], parts[1])
            // "logits.h5:/input" names a data set of a file.
            let file = FileIdentity(value) ?? value.firstIndex(of: ":").flatMap { FileIdentity(String(value[..<$0])) }
            if let file { named.append(Named(text: value, file: file, isWritten: written.contains(option))) }
            previous = argument
        }
        if verb.starts(with: ["weights", "convert"]), let last = named.indices.last { named[last].isWritten = true }
        for output in named where output.isWritten {
            guard let input = named.first(where: { !$0.isWritten && $0.file == output.file }) else { continue }
            return "'\(output.text.printable)' would be replaced, and the command reads it"
                + (input.text == output.text ? "" : " as '\(input.text.printable)'") + ". Name another file."
        }
        return nil
    }
}

/// Which file a path leads to.
private struct FileIdentity: Equatable {
    let device: UInt
    let number: UInt

    /// Nil where there is no plain file.
    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
    }
}
