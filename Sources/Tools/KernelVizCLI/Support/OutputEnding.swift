import ArgumentParser
import Files
import KernelViz

/// The form of a result by the ending of its file: `-o table.csv` is `--format csv`, unless `--format` says otherwise.
enum OutputEnding {
    /// The verbs whose result goes to `-o` in one of several forms, the first of them where nothing is asked.
    private static let verbs: [(path: [String], formats: [String])] = [
        (["classify"], ClassifyCommand.Format.allCases.map(\.rawValue)),
        (["diagnose"], DiagnoseCommand.Format.allCases.map(\.rawValue)),
        (["derive"], DeriveCommand.Format.allCases.map(\.rawValue)),
        (["eval"], EvalCommand.Format.allCases.map(\.rawValue)),
        (["bench"], BenchCommand.Format.allCases.map(\.rawValue)),
        (["verdict"], VerdictCommand.Format.allCases.map(\.rawValue)),
        (["weights", "inspect"], WeightsInspectCommand.Format.allCases.map(\.rawValue)),
        (["weights", "diff"], WeightsDiffCommand.Format.allCases.map(\.rawValue)),
    ]

    private static let endings = [
        "csv": "csv", "json": "json", "md": "markdown", "markdown": "markdown", "html": "html", "htm": "html",
        "sarif": "sarif", "yaml": "yaml", "yml": "yaml",
    ]

    /// What to add to a command line: `--format` and its value, or nothing.
    ///
    /// Throws `ValidationError` where the file's ending names a form that the verb does not write.
    static func format(for arguments: [String]) throws -> [String] {
        let words = VerbNames.words(arguments)
        let own = arguments.prefix { $0 != "--" }
        guard own.count == arguments.count, let verb = verbs.first(where: { words.starts(with: $0.path) }),
            !own.contains(where: { $0 == "--format" || $0.hasPrefix("--format=") || $0 == "--explain" }),
            let path = output(of: Array(own)), let format = endings[FilePaths.fileExtension(of: path)],
            format != verb.formats.first
        else { return [] }
        guard verb.formats.contains(format) else {
            throw ValidationError(
                "\(path): '\(verb.path.joined(separator: " "))' writes \(verb.formats.joined(separator: ", ")), not "
                    + "\(format). Choose another ending, or say --format.")
        }
        return ["--format", format]
    }

    /// The file of `-o` or `--output`.
    private static func output(of arguments: [String]) -> String? {
        for (place, argument) in arguments.enumerated() {
            if ["-o", "--output"].contains(argument), place + 1 < arguments.count { return arguments[place + 1] }
            for form in ["--output=", "-o="] where argument.hasPrefix(form) {
                return String(argument.dropFirst(form.count))
            }
        }
        return nil
    }
}
