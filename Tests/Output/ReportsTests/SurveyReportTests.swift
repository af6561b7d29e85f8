import Derivation
import Reports
import Testing
import VGNets

@Suite struct SurveyReportTests {
    /// Counts of the published net: Table 3 of the paper and its authors' code.
    @Test func theTableNamesDefaultsAndReasons() throws {
        let published = try VGNetConfig.published("vgnetg-1.0mp")
        let report = SurveyReport(
            DerivationSurvey(
                budgets: [1_000_000],
                rows: [
                    .init(source: "Weak", kernels: 150, designs: [published], refusal: "only 150 kernels were found"),
                    .init(source: "published", kernels: nil, designs: [published], refusal: nil),
                ], leftOut: ["Weak: only 150 kernels were found"]))
        let line = "| Weak (defaults) | 150 | 1.0MP | 997,358 | 141,300,232 | 28 56 112 224 368 | 4 7 13 2 |"
        #expect(report.markdown.contains(line + " G G G G | 1.1 1.1 1.1 1.1 |\n"))
        #expect(report.markdown.contains("| published | – | 1.0MP | 997,358 |"))
        #expect(report.table.contains("Weak: the paper's values were kept: only 150 kernels were found.\n"))
        #expect(report.table.hasSuffix("Not among all together: Weak: only 150 kernels were found.\n"))
        #expect(report.json.contains("\"schema\" : \"kernelviz.survey/1\""))
    }
}
