import Files
import Glibc
import KernelViz
import Synchronization

/// Where a command's words go: results to stdout, everything else to stderr. None of them is lost in silence.
enum Console {
    /// Writes a result to stdout, whole, without adding a line end.
    ///
    /// Throws `files.writeFailed` where it cannot be written: the disk is full, or nobody listens.
    static func result(_ text: String) throws {
        // A file or a pipe gets the bytes as they are.
        let shown =
            isatty(STDOUT_FILENO) == 1 ? forTerminal(TerminalText.safe(text, keepingColours: true)) : text
        guard StreamFile.writeAll(Array(shown.utf8), to: STDOUT_FILENO) else {
            throw StreamFile.failure("standard output")
        }
    }

    /// Writes a line to stderr; with `--quiet` only a warning.
    static func note(_ text: String) {
        if isQuiet, !text.hasPrefix("kernelviz: warning:") { return }
        write(TerminalText.safe(text) + "\n")
    }

    /// Writes a line to stderr; named apart so that errors are easy to find in the code.
    static func error(_ text: String) { write(TerminalText.safe(text) + "\n") }

    /// Writes to stderr without a line end: progress bars, which go back to the beginning of their line.
    static func progress(_ text: String) { if !isQuiet { write(forTerminal(text)) } }

    /// Whether words for stderr were lost. There is nowhere to say it, but the exit status tells.
    static var hasLostNotes: Bool { lost.load(ordering: .relaxed) }

    /// Whether the locale has box characters and bars.
    static let isUnicode = TerminalText.isUnicode(["LC_ALL", "LC_CTYPE", "LANG"].map(environment))

    private static func forTerminal(_ text: String) -> String { isUnicode ? text : TerminalText.plain(text) }

    private static let lost = Atomic<Bool>(false)

    private static func write(_ text: String) {
        if !StreamFile.writeAll(Array(text.utf8), to: STDERR_FILENO) { lost.store(true, ordering: .relaxed) }
    }

    /// Puts something that cannot be read or written on standard descriptors that whoever started this program closed:
    /// the first file that is opened would get their number, and results would be written into it.
    static func fillClosedDescriptors() {
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is taken, which is this one.
            _ = unsafe open("/dev/null", mode)
        }
    }

    /// What `--quiet` and `--color` ask for; set once, before the verb runs.
    static func configure(isQuiet: Bool, colours: ColourChoice) {
        quiet.store(isQuiet, ordering: .relaxed)
        coloured.store(colours == .always ? 1 : colours == .never ? 0 : -1, ordering: .relaxed)
    }

    private static var isQuiet: Bool { quiet.load(ordering: .relaxed) }
    private static let quiet = Atomic<Bool>(false)
    private static let coloured = Atomic<Int>(-1)

    /// Whether results have colours: as `--color` says, else on a terminal where neither `NO_COLOR` is set nor TERM is
    /// "dumb".
    static var resultsAreColoured: Bool {
        let asked = coloured.load(ordering: .relaxed)
        if asked >= 0 { return asked == 1 }
        return isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
    }

    /// Whether stderr is a terminal, so that a bar may be redrawn in place.
    static var notesAreInteractive: Bool { isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb" }

    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

/// When results have colours.
enum ColourChoice: String, CaseIterable {
    case auto, always, never
}
