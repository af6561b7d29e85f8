import Diagnostics

/// A Jupyter notebook (nbformat 4.5) whose cells carry their outputs.
///
/// Source: the JSON schema of nbformat 4.5. The same cells give the same bytes.
public struct Notebook: Sendable, Equatable {
    /// What a code cell leaves below itself.
    public enum Output: Sendable, Equatable {
        /// What it printed.
        case printed(String)
        /// A vector figure, the value of its last line; `text` stands where none can be shown.
        case svg(String, text: String)
    }

    /// A cell.
    public enum Cell: Sendable, Equatable {
        case markdown(String)
        case code(String, outputs: [Output])
    }

    /// From the first to the last.
    public let cells: [Cell]

    /// A notebook of `cells`.
    public init(_ cells: [Cell]) { self.cells = cells }

    /// The file's text.
    public var json: String {
        var runs = 0
        return JSONText.of(
            File(
                cells: cells.enumerated().map { index, cell in
                    switch cell {
                    case .markdown(let text):
                        return File.Cell(id: "cell-\(index + 1)", type: "markdown", source: Self.lines(text))
                    case .code(let source, let outputs):
                        runs += 1
                        return File.Cell(
                            id: "cell-\(index + 1)", type: "code", source: Self.lines(source), run: runs,
                            outputs: outputs.map { File.Output($0, run: runs) })
                    }
                }))
    }

    /// Lines with their ends, as notebooks keep text.
    fileprivate static func lines(_ text: String) -> [String] {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let ended = parts.dropLast().map { $0 + "\n" }
        return ended + parts.suffix(1).filter { !$0.isEmpty }
    }
}

/// The file, under nbformat's names.
private struct File: Encodable {
    struct Kernel: Encodable {
        let display_name = "Python 3"
        let language = "python"
        let name = "python3"
    }

    struct Metadata: Encodable { let kernelspec = Kernel() }

    /// An object without keys, which nbformat asks for.
    struct Empty: Encodable, Equatable {}

    struct Cell: Encodable {
        let id: String
        let type: String
        let source: [String]
        var run: Int?
        var outputs: [Output]?

        enum CodingKeys: String, CodingKey {
            case id, type = "cell_type", source, metadata, run = "execution_count", outputs
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(id, forKey: .id)
            try fields.encode(type, forKey: .type)
            try fields.encode(source, forKey: .source)
            try fields.encode(Empty(), forKey: .metadata)
            try fields.encodeIfPresent(run, forKey: .run)
            try fields.encodeIfPresent(outputs, forKey: .outputs)
        }
    }

    struct Output: Encodable {
        let output: Notebook.Output
        let run: Int

        enum CodingKeys: String, CodingKey {
            case type = "output_type", name, text, data, metadata, run = "execution_count"
        }

        init(_ output: Notebook.Output, run: Int) { (self.output, self.run) = (output, run) }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            switch output {
            case .printed(let text):
                try fields.encode("stream", forKey: .type)
                try fields.encode("stdout", forKey: .name)
                try fields.encode(Notebook.lines(text), forKey: .text)
            case .svg(let image, let text):
                try fields.encode("execute_result", forKey: .type)
                try fields.encode(run, forKey: .run)
                try fields.encode(Empty(), forKey: .metadata)
                try fields.encode(
                    ["image/svg+xml": Notebook.lines(image), "text/plain": Notebook.lines(text)], forKey: .data)
            }
        }
    }

    let cells: [Cell]
    let metadata = Metadata()
    let nbformat = 4
    let nbformat_minor = 5
}
