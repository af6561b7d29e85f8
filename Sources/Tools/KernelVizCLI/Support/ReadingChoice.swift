import KernelViz

/// How the verbs read files of weights: in a process of their own unless `--trust` is given, and of several copies of the
/// weights the one that `--copy` names, and nothing that needs more memory than `--max-memory`; and what they say: with
/// `--quiet` nothing but results, warnings and errors, in colours as `--color` says.
enum ReadingChoice {
    static let flags = ["--trust", "--quiet"]
    static let options = ["--copy", "--max-memory", "--color"]

    /// What was chosen.
    struct Choice {
        /// The process's arguments with the choices, wherever they stand, moved to where the parser expects them: before the
        /// verb.
        let arguments: [String]
        let reading: Checkpoint.Reading
        let copy: String?
        /// The text of --max-memory.
        let memory: String?
        /// Whether only results, warnings and errors are wanted.
        let isQuiet: Bool
        /// The text of --color.
        let colours: String?
    }

    /// Takes the choices out of the process's arguments.
    static func arguments(_ all: [String]) -> Choice {
        let own = all.prefix { $0 != "--" }
        var (moved, rest): ([String], [String]) = ([], [])
        var chosen: [String: String] = [:]
        var place = own.startIndex
        while place < own.endIndex {
            let argument = own[place]
            place += 1
            if flags.contains(argument) {
                moved.append(argument)
            } else if options.contains(argument), place < own.endIndex {
                chosen[argument] = own[place]
                moved += [argument, own[place]]
                place += 1
            } else if let option = options.first(where: { argument.hasPrefix($0 + "=") }) {
                chosen[option] = String(argument.dropFirst(option.count + 1))
                moved.append(argument)
            } else {
                rest.append(argument)
            }
        }
        let isTrusted = moved.contains("--trust")
        return Choice(
            arguments: moved + rest + all.dropFirst(own.count), reading: isTrusted ? .inProcess : .isolated(),
            copy: chosen["--copy"], memory: chosen["--max-memory"], isQuiet: moved.contains("--quiet"),
            colours: chosen["--color"])
    }

    /// "500M", "2G", "1.5GB", "800000000": a number of bytes, a thousand or more; nil for anything else.
    static func bytes(_ text: String) -> Int? {
        var digits = text.uppercased()[...]
        if digits.hasSuffix("B") { digits = digits.dropLast() }
        let units: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
        let unit = digits.last.flatMap { units[$0] }
        if unit != nil { digits = digits.dropLast() }
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }), let number = Double(digits) else {
            return nil
        }
        let bytes = (number * (unit ?? 1)).rounded()
        return (1e3...1e15).contains(bytes) ? Int(bytes) : nil
    }
}
