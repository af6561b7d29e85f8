import Diagnostics
import Foundation
import Sweeps
import TestSupport
import Testing

@Suite struct RuleVerdictTests {
    private static func verdict(
        _ own: [Double], _ rivals: [[Double]], test: RuleCheck.Test = .beats, margin: Double = 0
    ) -> RuleVerdict {
        RuleVerdict(
            RuleCheck(
                rule: "D1", claim: "", candidate: "a", candidateTop1: own,
                rivals: rivals.enumerated().map { .init(name: "b\($0)", top1: $1) }, test: test, margin: margin))
    }

    /// Means 0.62 and 0.60, deviations 0.01, three seeds: the error is √(2 · 0.0001/3) = 0.00816, two are 0.0163.
    @Test func twoStandardErrorsDecide() {
        let base = [0.59, 0.60, 0.61]
        #expect(Self.verdict([0.61, 0.62, 0.63], [base]).outcome == .gain)
        #expect(Self.verdict([0.605, 0.615, 0.625], [base]).outcome == .noGain)
        #expect(Self.verdict([0.57, 0.58, 0.59], [base]).outcome == .loss)
        let error = Self.verdict([0.61, 0.62, 0.63], [base]).differences[0].standardError ?? 0
        #expect(abs(error - 0.00816) < 1e-5)
    }

    @Test func everyRivalMustBeBeaten() {
        let own = [0.61, 0.62, 0.63]
        #expect(Self.verdict(own, [[0.59, 0.60, 0.61], [0.61, 0.62, 0.63]]).outcome == .noGain)
        #expect(Self.verdict(own, [[0.59, 0.60, 0.61], [0.64, 0.65, 0.66]]).outcome == .loss)
        #expect(Self.verdict(own, [[0.59, 0.60, 0.61], []]).outcome == .open)
        #expect(Self.verdict([0.7], [[0.5, 0.5]]).outcome == .open)
    }

    @Test func whatHoldsMayLoseTheMargin() {
        let (own, base) = ([0.599, 0.600, 0.601], [0.600, 0.601, 0.602])
        // 0.001 below, the error is 0.0008: within 0.003 by more than two errors.
        #expect(Self.verdict(own, [base], test: .holds, margin: 0.003).outcome == .gain)
        #expect(Self.verdict(own, [base], test: .holds, margin: 0.002).outcome == .noGain)
    }

    @Test func aRankNeedsOneInTwenty() throws {
        let rivals = (0..<39).map { [0.5 + Double($0) / 1000] }
        let first = Self.verdict([0.7], rivals, test: .rank)
        #expect(first.outcome == .gain)
        #expect(try #require(first.rank) == 1.0 / 40)
        #expect(Self.verdict([0.5375], rivals, test: .rank).outcome == .gain)  // one is better: 2 of 40
        #expect(Self.verdict([0.5365], rivals, test: .rank).outcome == .noGain)  // 3 of 40
        #expect(Self.verdict([0.4], rivals, test: .rank).outcome == .loss)
        #expect(Self.verdict([0.7], Array(rivals.prefix(18)), test: .rank).outcome == .open)
    }

    @Test func checksAreReadWithTheirResults() throws {
        try withTemporaryFolder { folder in
            try Self.write(
                """
                {"schema": "kernelviz.sweep/1", "networks": [
                 {"network": "derived", "runs": [{"seed": 1, "top1": 0.5}, {"seed": 2, "top1": null}]},
                 {"network": "sample-1", "runs": [{"seed": 1, "top1": 0.4}]},
                 {"network": "sample-2", "runs": [{"seed": 1, "top1": 0.3}]}]}
                """, "\(folder)/results.json")
            let checks = "\(folder)/checks.yaml"
            let head = "checks:\n  - {rule: D8, claim: c, results: ., candidate: "
            try Self.write(head + "derived, against: [\"sample-*\"], test: rank}\n", checks)
            let check = try #require(RuleCheck.read(contentsOf: checks).first)
            #expect(check.candidateTop1 == [0.5])
            #expect(check.rivals.map(\.name) == ["sample-1", "sample-2"])
            for (text, sentence) in [
                (
                    head + "derivd, against: [derived]}\n",
                    "\(checks): checks[0]: no net called 'derivd' in the results; expected a net of the sweep. "
                        + "The nearest name is 'derived'."
                ),
                (
                    head + "derived, against: [derived], test: wins}\n",
                    "\(checks): checks[0]: test: 'wins'; expected 'beats', 'holds', 'rank'."
                ),
                (
                    "checks: [{rule: D1}]\n",
                    "\(checks): no list of checks (no 'claim' in checks[0]); expected checks, each with rule, claim, results, "
                        + "candidate and against."
                ),
                (
                    head.replacing("results: .", with: "results: none") + "derived, against: [derived]}\n",
                    "\(folder)/none/results.json: no such file or directory. Check the path."
                ),
            ] {
                try Self.write(text, checks)
                let error = #expect(throws: KernelVizError.self) { try RuleCheck.read(contentsOf: checks) }
                #expect(error?.description == sentence)
            }
        }
    }

    @Test("Accuracies that are no shares are refused")
    func refusesAbsurdAccuracies() throws {
        try withTemporaryFolder { folder in
            try Self.write(
                "checks:\n  - {rule: D1, claim: x, results: ., candidate: a, against: [b]}\n", folder + "/c.yaml")
            for (number, words) in [("1e308", "1e+308"), ("-0.1", "-0.1"), ("55.2", "55.2")] {
                try Self.write(
                    """
                    {"schema": "kernelviz.sweep/1", "networks": [
                     {"network": "a", "runs": [{"top1": 0.5}, {"top1": \(number)}]}, {"network": "b", "runs": [{"top1": 0.5}]}]}
                    """, "\(folder)/results.json")
                let error = #expect(throws: KernelVizError.self) { try RuleCheck.read(contentsOf: folder + "/c.yaml") }
                #expect(error?.found == "top1 \(words) of 'a'" && error?.expected == "shares from 0 to 1")
            }
        }
    }

    private static func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
