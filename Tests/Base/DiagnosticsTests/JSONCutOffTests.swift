import Testing

@testable import Diagnostics

@Suite struct JSONCutOffTests {
    @Test(
        "A JSON text that only lacks its end is told from other text",
        arguments: [
            (#"{"a": [1, 2"#, true), (#"{"a": "x\"}"#, true), (#"{"a": "b"#, true), ("[", true),
            (#"  {"a": {"b": 1}"#, true),
            (#"{"a": "}"}"#, false), ("{}", false), ("", false), ("a: [1", false), ("{]", false), ("{} {", false),
            (#""text"#, false), (#"{"a": "\\"}"#, false),
        ])
    func knowsCuts(text: String, isCut: Bool) {
        #expect(JSONText.isCutOff(text.utf8) == isCut)
        #expect(
            JSONText.problem(text, otherwise: "no plan")
                == (isCut ? "ends after \(text.utf8.count) bytes: cut off?" : "no plan"))
    }

    @Test func everyPartOfAReportIsACutOne() {
        let text = JSONText.of(["a": ["b": [1, 2]], "c\"}": ["d": []]])
        let bytes = Array(text.utf8)
        // The last two are the closing bracket and the line end.
        for count in 1...bytes.count {
            #expect(JSONText.isCutOff(bytes[..<count]) == (count < bytes.count - 1), "\(count) of \(bytes.count)")
        }
    }
}
