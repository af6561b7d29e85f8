import Glibc

/// Where a command's words go: results to stdout, everything else to stderr.
enum Console {
    /// Writes a result to stdout, whole, without adding a line end.
    static func result(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes a line to stderr.
    static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Writes a line to stderr; named apart so that errors are easy to find in the code.
    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Writes to stderr without a line end: progress bars.
    static func progress(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Whether stdout is a terminal that shows colours: not where `NO_COLOR` is set or TERM is "dumb".
    static var resultsAreColoured: Bool {
        isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
    }

    /// Whether stderr is a terminal, so that a bar may be redrawn in place.
    static var notesAreInteractive: Bool { isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb" }

    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
