import Files

extension VGNetConfig {
    /// Whether `text` names a config file rather than a published net: it ends in .yaml, .yml or .json, or is "-" for
    /// standard input.
    public static func isFileName(_ text: String) -> Bool {
        text == "-" || ["yaml", "yml", "json"].contains(FilePaths.fileExtension(of: text))
    }

    /// The design that a user names: a config file, or a published net.
    ///
    /// Throws as ``init(contentsOf:)`` and ``published(_:)`` do.
    public init(named text: String) throws {
        self = try Self.isFileName(text) ? VGNetConfig(contentsOf: text) : .published(text)
    }
}
