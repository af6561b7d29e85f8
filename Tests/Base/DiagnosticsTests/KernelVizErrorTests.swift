import Diagnostics
import Testing

@Suite struct KernelVizErrorTests {
    @Test func theSentenceNamesSubjectFoundExpectedAndAdvice() {
        let error = KernelVizError(
            code: "test.x", subject: "net.h5: /conv", found: "3 axes", expected: "4", advice: "Pass another file")
        #expect(error.description == "net.h5: /conv: 3 axes; expected 4. Pass another file.")
    }

    @Test func partsThatAreMissingLeaveNoTrace() {
        #expect(KernelVizError(code: "c", subject: "a", found: "b").description == "a: b.")
    }

    /// Names from files may hold what a terminal obeys: it is written out, and the sentence stays one line.
    @Test func whatATerminalObeysIsWrittenOut() {
        let name = "a\u{1B}[2Jb\nc\u{202E}d\u{7F}é日"
        let error = KernelVizError(code: "c", subject: name, found: "b", advice: "Look at \(name)")
        let written = "a\\u{1B}[2Jb\\u{A}c\\u{202E}d\\u{7F}é日"
        #expect(error.description == "\(written): b. Look at \(written).")
    }

    @Test(arguments: [
        ("kernal", ["kernel", "layer"], "kernel"), ("chanels", ["layers", "channels"], "channels"),
        ("RDBU", ["viridis", "RdBu"], "RdBu"),
    ])
    func theNearestNameIsFound(name: String, candidates: [String], expected: String) {
        #expect(NearestName.of(name, among: candidates) == expected)
    }

    @Test func nothingNearIsNil() { #expect(NearestName.of("zzzzzzzz", among: ["kernel", "layer"]) == nil) }
}
