/// A classification of one or several checkpoints, with what it can show beside labels: colours, every kernel.
public protocol ClassificationForms: Sendable {
    /// For a terminal, with the labels' colours (ANSI) or without.
    func table(coloured: Bool) -> String
    /// The table in Markdown.
    var markdown: String { get }
    /// One line a layer.
    var csv: String { get }
    /// One line a kernel.
    var kernelCSV: String { get }
    /// JSON that ``SavedClassification`` reads back, written by a version of kernelviz, with every kernel or without.
    func savedJSON(kernels: Bool, version: String) -> String
}

extension ClassificationReport: ClassificationForms {}
extension ClassificationCollection: ClassificationForms {}

/// A classification as a verb shows it.
public struct ShownClassification: CSVReport, MarkdownReport {
    private let forms: any ClassificationForms
    private let isColoured: Bool
    private let showsKernels: Bool
    private let version: String

    /// A classification.
    ///
    /// - Parameters:
    ///   - forms: The report, or the reports on several checkpoints.
    ///   - coloured: Whether the table has the labels' colours (ANSI).
    ///   - kernels: Whether JSON and CSV have every kernel with its evidence.
    ///   - version: The version of kernelviz, named in JSON.
    public init(_ forms: any ClassificationForms, coloured: Bool, kernels: Bool, version: String) {
        (self.forms, isColoured, showsKernels, self.version) = (forms, coloured, kernels, version)
    }

    /// For a terminal.
    public var table: String { forms.table(coloured: isColoured) }
    /// In Markdown.
    public var markdown: String { forms.markdown }
    /// One line a layer, or a kernel.
    public var csv: String { showsKernels ? forms.kernelCSV : forms.csv }
    /// As JSON, with the statistics themselves.
    public var json: String { forms.savedJSON(kernels: showsKernels, version: version) }
}
