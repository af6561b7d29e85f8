/// What went wrong because of a user or a file, said so that the reader knows what to do next.
///
/// Printed as `<subject>: <found>; expected <expected>. <advice>.`; programs read ``code``.
/// Every library module throws this one type; the prefix of the code names the module ("hdf5.notAFile").
public struct KernelVizError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A stable name for programs: `module.reason`.
    public let code: String
    /// The file, then the object inside it ("net.h5: /features/0").
    public let subject: String
    /// What was found, numbers and names as they stand there.
    public let found: String
    /// What should have been found; nil where ``found`` already says it.
    public let expected: String?
    /// What to do next, one sentence without its full stop; nil where nothing sensible can be said.
    public let advice: String?

    /// Names a failure; the sentences are joined by ``description``.
    public init(code: String, subject: String, found: String, expected: String? = nil, advice: String? = nil) {
        self.code = code
        self.subject = subject
        self.found = found
        self.expected = expected
        self.advice = advice
    }

    /// The whole sentence, without the program's name, `printable`.
    public var description: String {
        var text = "\(subject): \(found)"
        if let expected { text += "; expected \(expected)" }
        text += "."
        if let advice { text += " \(advice)." }
        return text.printable
    }
}
