import Races
import Testing

@Suite struct BaselineContrastTests {
    private func runs(_ values: [Double]) -> [UInt64: Double] {
        Dictionary(uniqueKeysWithValues: values.enumerated().map { (UInt64($0 + 1), $1) })
    }

    /// As many seeds each: the paired t test. Differences 0.04, 0.02, 0.06: SE 0.02/√3, two degrees of freedom.
    @Test func equalSeedsArePaired() throws {
        let found = try #require(BaselineContrast(runs([0.70, 0.72, 0.71]), minus: runs([0.66, 0.70, 0.65])))
        #expect(abs(found.mean - 0.04) < 1e-12)
        #expect(abs(found.standardError - 0.011_547_005_384) < 1e-9)
        #expect(abs(found.freedom - 2) < 1e-9)
        #expect(found.count == 3 && found.baselineCount == 3)
        #expect(abs(found.interval.upperBound - found.mean - 4.302_652_729_7 * 0.011_547_005_384) < 1e-8)
    }

    /// By NumPy: y = .70 .73 .71, y₀ = .66 .70 .65 .68 .67; w = 3/5, y − w·y₀ = .304 .310 .320, of deviation
    /// .0080829, y₀ of .0192354; SE² = .0080829²/3 + .16 · .0192354²/2, degrees of freedom of the two parts 2 and 4.
    @Test func furtherSeedsOfTheBaselineCount() throws {
        let found = try #require(
            BaselineContrast(runs([0.70, 0.73, 0.71]), minus: runs([0.66, 0.70, 0.65, 0.68, 0.67])))
        #expect(abs(found.mean - (0.713_333_333_333 - 0.672)) < 1e-9)
        #expect(abs(found.standardError - 0.007_167_829_363_0) < 1e-9)
        #expect(abs(found.freedom - 5.786_532_374_3) < 1e-6)
    }

    @Test func whatCannotBeComparedIsNone() {
        #expect(BaselineContrast(runs([0.7]), minus: runs([0.6, 0.7])) == nil)
        #expect(BaselineContrast(runs([0.7, 0.7, 0.7]), minus: runs([0.6, 0.7])) == nil)
    }

    @Test func equalDifferencesAreCertain() throws {
        let found = try #require(BaselineContrast(runs([0.75, 0.5]), minus: runs([0.5, 0.25])))
        #expect(found.standardError == 0 && found.score == 40)
        let none = try #require(BaselineContrast(runs([0.75, 0.5]), minus: runs([0.75, 0.5])))
        #expect(none.score == 0)
    }
}
