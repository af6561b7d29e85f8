import Reports
import Sweeps
import TestSupport
import Testing

@Suite struct VerdictReportTests {
    private func verdict(_ rule: String, _ candidate: [Double], _ rival: [Double]) -> RuleVerdict {
        RuleVerdict(
            RuleCheck(
                rule: rule, claim: "a claim", candidate: "new", candidateTop1: candidate,
                rivals: [.init(name: "old", top1: rival)]))
    }

    /// Which rules are on is what the committed trainings say.
    @Test func theSwitchesFollowTheTrainings() throws {
        let checks = try RuleCheck.read(
            contentsOf: SharedFiles.packageRoot + "/Notebooks-out/experiments/checks.yaml")
        let conclusions = VerdictReport(checks.map(RuleVerdict.init)).conclusions
        #expect(conclusions.count >= 8)
        #expect(conclusions.allSatisfy { !$0.contains("switch it") }, "\(conclusions)")
    }

    /// 0.70 ± 0.01 over 3 against 0.60 ± 0.01 over 3: 10 points, standard error √(2 · 0.0001 / 3) = 0.82 points.
    @Test func everyRuleHasItsAdvice() {
        let (high, low) = ([0.69, 0.70, 0.71], [0.59, 0.60, 0.61])
        let report = VerdictReport([
            verdict("D2", high, low), verdict("D5", low, high), verdict("D7", high, low), verdict("D4", high, high),
            verdict("Table 4", high, low), verdict("D3", [0.7], low),
        ])
        #expect(
            report.conclusions == [
                "D2: gain; off by default: switch it on.", "D5: loss; on by default: switch it off.",
                "D7: gain; off by default: switch it on.",
                "D4: no gain (within two standard errors); off by default: leave it.", "Table 4: gain.",
                "D3: open; off by default: more trainings are needed.",
            ])
        let line = "| D2 | a claim | new (70.00 ± 1.00 %) | old (60.00 ± 1.00 %) | +10.00 ± 0.82 | gain |"
        #expect(report.markdown.contains(line))
    }
}
