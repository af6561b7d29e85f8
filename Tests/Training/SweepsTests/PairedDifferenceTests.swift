import Sweeps
import Testing

@Suite struct PairedDifferenceTests {
    /// Differences 0.04, 0.02, 0.06: deviation 0.02, t = 2√3; with two degrees of freedom p = 1 − t/√(t² + 2).
    @Test func pairsAreComparedOneByOne() throws {
        let found = try #require(PairedDifference([(0.70, 0.66), (0.72, 0.70), (0.71, 0.65)]))
        #expect(found.count == 3 && abs(found.mean - 0.04) < 1e-12)
        #expect(abs(try #require(found.standardError) - 0.011_547_005_384) < 1e-9)
        #expect(abs(try #require(found.pValue) - 0.074_179_900_2) < 1e-7)
        let interval = try #require(found.interval)
        #expect(abs(interval.upperBound - interval.lowerBound - 2 * 4.302_652_729_7 * 0.011_547_005_384) < 1e-8)
    }

    @Test func aSinglePairHasNoInterval() throws {
        let found = try #require(PairedDifference([(0.7, 0.6)]))
        #expect(found.interval == nil && found.pValue == nil)
        #expect(PairedDifference([]) == nil)
    }

    /// Tables of t: 4 degrees of freedom 2.7764 and 0.9410, 22 of them 2.0739 and 0.8583.
    @Test(arguments: [(3, 0.026_22), (12, 0.010_34)] as [(Int, Double)])
    func powerIsThatOfTheTables(seeds: Int, expected: Double) throws {
        #expect(abs(try #require(SweepPower(seeds: seeds).detectableDifference) - expected) < 2e-5)
        #expect(SweepPower(seeds: 1).detectableDifference == nil)
    }
}
