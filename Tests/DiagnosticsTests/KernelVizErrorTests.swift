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

    @Test(arguments: [
        ("kernal", ["kernel", "layer"], "kernel"), ("chanels", ["layers", "channels"], "channels"),
        ("RDBU", ["viridis", "RdBu"], "RdBu"),
    ])
    func theNearestNameIsFound(name: String, candidates: [String], expected: String) {
        #expect(NearestName.of(name, among: candidates) == expected)
    }

    @Test func nothingNearIsNil() { #expect(NearestName.of("zzzzzzzz", among: ["kernel", "layer"]) == nil) }
}
