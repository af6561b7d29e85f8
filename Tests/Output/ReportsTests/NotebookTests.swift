import Foundation
import Reports
import Testing

@Suite struct NotebookTests {
    private let notebook = Notebook([
        .markdown("# Title\n\nText."),
        .code("print(\"a\")\nprint(\"b\")", outputs: [.printed("a\nb\n")]),
        .code("figure()", outputs: [.svg("<svg/>\n", text: "<figure>")]),
    ])

    private func file() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(notebook.json.utf8)) as? [String: Any])
    }

    /// The names and kinds that the schema of nbformat 4.5 asks for.
    @Test func cellsHaveWhatTheFormatAsksFor() throws {
        let file = try file()
        #expect(file["nbformat"] as? Int == 4)
        #expect(file["nbformat_minor"] as? Int == 5)
        let cells = try #require(file["cells"] as? [[String: Any]])
        #expect(cells.map { $0["cell_type"] as? String } == ["markdown", "code", "code"])
        #expect(cells.map { $0["id"] as? String } == ["cell-1", "cell-2", "cell-3"])
        #expect(cells.allSatisfy { $0["metadata"] is [String: Any] })
        #expect(cells.map { $0["execution_count"] as? Int } == [nil, 1, 2])
        #expect(cells[0]["outputs"] == nil)
    }

    @Test func textIsKeptAsLinesWithTheirEnds() throws {
        let cells = try #require(try file()["cells"] as? [[String: Any]])
        #expect(cells[0]["source"] as? [String] == ["# Title\n", "\n", "Text."])
        #expect(cells[1]["source"] as? [String] == ["print(\"a\")\n", "print(\"b\")"])
        let outputs = try #require(cells[1]["outputs"] as? [[String: Any]])
        #expect(outputs[0]["output_type"] as? String == "stream")
        #expect(outputs[0]["text"] as? [String] == ["a\n", "b\n"])
    }

    @Test func figuresAreTheValueOfTheirCell() throws {
        let cells = try #require(try file()["cells"] as? [[String: Any]])
        let outputs = try #require(cells[2]["outputs"] as? [[String: Any]])
        #expect(outputs[0]["output_type"] as? String == "execute_result")
        #expect(outputs[0]["execution_count"] as? Int == 2)
        let data = try #require(outputs[0]["data"] as? [String: [String]])
        #expect(data == ["image/svg+xml": ["<svg/>\n"], "text/plain": ["<figure>"]])
    }
}
