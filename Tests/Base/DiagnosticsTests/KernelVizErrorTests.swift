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

    @Test(
        "What has no shape of its own is written out",
        arguments: [
            ("\u{1B}[31m", "\\u{1B}[31m"), ("a\u{202E}b", "a\\u{202E}b"), ("\u{2066}", "\\u{2066}"),
            ("\u{9B}", "\\u{9B}"),
            ("\u{180E}", "\\u{180E}"), ("\u{AD}", "\\u{AD}"), ("\u{E0041}", "\\u{E0041}"), ("\u{FEFF}", "\\u{FEFF}"),
            ("\u{2028}\n", "\\u{2028}\\u{A}"), ("层 é ب", "层 é ب"), ("👩\u{200D}🔬", "👩\u{200D}🔬"),
        ])
    func printable(text: String, shown: String) { #expect(text.printable == shown) }
}
