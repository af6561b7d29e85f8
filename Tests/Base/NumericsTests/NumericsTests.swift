import Foundation
import Numerics
import Testing

/// Expected numbers: closed forms and integration of the definitions, tables of t, NumPy's quantile.
@Suite struct NumericsTests {
    @Test(
        arguments: [
            (0.5, 2, 3, 0.6875), (0.3, 0.5, 0.5, 0.369_010_119_565_545), (0.9, 10, 0.5, 0.151_640_909_634_699),
            (0, 1, 1, 0), (1, 4, 2, 1),
            // At (a + 1)/(a + b + 2), where either tail could be asked: the arcsine law, sums of the binomial distribution.
            (0.5, 0.5, 0.5, 0.5), (0.5, 3, 3, 0.5), (3.0 / 7, 2, 3, 0.573_511_037_067_888_4),
            (8.0 / 11, 7, 2, 0.313_067_803_334_912_9),
        ] as [(Double, Double, Double, Double)])
    func incompleteBetasAreIntegrals(x: Double, a: Double, b: Double, expected: Double) {
        #expect(abs(IncompleteBeta.regularized(x, a, b) - expected) < 1e-12)
    }

    @Test(
        arguments: [
            (1, 12.706_204_736_175), (2, 4.302_652_729_749), (4, 2.776_445_105_198), (30, 2.042_272_456_301),
        ] as [(Double, Double)])
    func quantilesOfTAreTheTables(freedom: Double, expected: Double) {
        #expect(abs(StudentT.quantile975(freedom: freedom) - expected) < 1e-9)
    }

    /// t with one degree of freedom is Cauchy's distribution: tan(π(1/2 − p)) is exceeded with probability p.
    @Test func oneDegreeOfFreedomIsCauchys() {
        #expect(abs(StudentT.upperTail(1, freedom: 1) - 0.25) < 1e-12)
        #expect(abs(StudentT.quantile(above: 0.2, freedom: 1) - 1.376_381_920_471_173) < 1e-9)
    }

    @Test func quantilesAreNumPys() {
        let numbers = [1.0, 2, 4, 8, 16]
        #expect(OrderStatistics.quantile(0.1, ofSorted: numbers) == 1.4)
        #expect(OrderStatistics.quantile(0.9, ofSorted: numbers) == 12.8)
        #expect(OrderStatistics.quantile(1, ofSorted: numbers) == 16)
        #expect([3.0, 1, 2].median == 2 && [4.0, 1, 2, 3].median == 2.5 && [Double]().median == nil)
    }

    @Test(arguments: [(5, 0, 1), (5, 2, 10), (10, 10, 1), (52, 5, 2_598_960), (50, 25, 126_410_606_437_752)])
    func binomialCoefficientsAreThoseOfPascal(n: Int, k: Int, expected: Int) {
        #expect(abs(Binomial.logChoose(n, k) - log(Double(expected))) < 1e-12)
    }

    /// Σ C(n, i)·pⁱ·(1 − p)ⁿ⁻ⁱ in Python's exact fractions.
    @Test(arguments: [
        (8, 1, 0.035, 0.247_998_846_516_025), (16, 3, 0.035, 0.017_056_328_967_345),
        (69, 9, 0.035, 0.000_668_338_042_621), (69, 9, 0.2, 0.951_038_242_366_975), (200, 0, 0.5, 1),
        // (45 + 10 + 1) / 1024, and what cannot or must be.
        (10, 8, 0.5, 0.054_687_5), (10, 11, 0.5, 0), (10, 1, 0, 0), (10, 10, 1, 1),
    ])
    func binomialTails(n: Int, k: Int, rate: Double, expected: Double) {
        #expect(abs(Binomial.tail(atLeast: k, of: n, rate: rate) - expected) < 1e-12)
    }

    /// Wilson intervals as statsmodels' proportion_confint(method="wilson") gives them.
    @Test(arguments: [
        (5, 10, 0.236_593_091, 0.763_406_909), (1, 20, 0.008_881_447, 0.236_131_193), (0, 10, 0, 0.277_532_800),
        (10, 10, 0.722_467_200, 1), (62, 100, 0.522_097_553, 0.709_024_007),
    ])
    func wilsonIntervals(count: Int, total: Int, low: Double, high: Double) {
        let interval = ShareInterval(count: count, total: total)
        #expect(abs(interval.low - low) < 1e-6 && abs(interval.high - high) < 1e-6)
        #expect(interval.share == Double(count) / Double(total))
    }

    @Test func nothingCountedLeavesEverythingOpen() {
        let interval = ShareInterval(count: 0, total: 0)
        #expect(interval.share == 0 && interval.low == 0 && interval.high == 1)
    }

    /// Newcombe's method 10 in Python, on the four counts: both, the first alone, the second alone, neither.
    @Test(
        arguments: [
            (20, 12, 2, 16, 0.2, 0.056_156_424_841_748_265, 0.329_206_995_400_140_53),
            (40, 0, 0, 10, 0, -0.057_092_247_699_851_24, 0.057_092_247_699_851_25),
            (50, 0, 0, 0, 0, -0.071_347_599_133_358_64, 0.071_347_599_133_358_64),
            (36, 4, 1, 9, 0.06, -0.037_436_716_472_928_205, 0.160_365_502_200_866_68),
            (97, 3, 0, 0, 0.03, -0.011_933_312_904_032_642, 0.084_519_364_290_270_77),
        ] as [(Int, Int, Int, Int, Double, Double, Double)])
    func pairedSharesAreNewcombes(
        both: Int, first: Int, second: Int, neither: Int, difference: Double, low: Double, high: Double
    ) {
        func cases(_ values: [Bool]) -> [Bool] {
            zip(values, [both, first, second, neither]).flatMap { Array(repeating: $0, count: $1) }
        }
        let found = PairedShares(cases([true, true, false, false]), cases([true, false, true, false]))
        #expect(abs(found.difference - difference) < 1e-12)
        #expect(abs(found.low - low) < 1e-12 && abs(found.high - high) < 1e-12)
    }

    @Test func noCasesSayNothing() {
        let none = PairedShares([], [])
        #expect(none.difference == 0 && none.low == -1 && none.high == 1)
    }

    /// Numbers of NumPy by the formula, and for one draw of Bonett and Price's own form with 3 and 2 discordant pairs of 10.
    @Test func drawsShareTheirCases() {
        let one = [true, true, true, true, true, true, true, false, false, false]
        let other = [true, true, true, true, false, false, false, false, true, true]
        let single = DifferenceFromDraws(one, draws: [other])
        #expect(abs(single.difference - 0.1) < 1e-12)
        #expect(abs(single.low + 0.346_218_194_558_675) < 1e-12 && abs(single.high - 0.512_884_861_225_341) < 1e-12)
        let own = (0..<50).map { $0 < 45 }
        let draws = [15, 20, 25].map { count in (0..<50).map { $0 < count } }
        let several = DifferenceFromDraws(own, draws: draws)
        #expect(abs(several.difference - 0.5) < 1e-12)
        #expect(abs(several.low - 0.304_898_844_771_443) < 1e-12 && abs(several.high - 0.656_639_616_767_018) < 1e-12)
        let spread = DrawnShare(draws)
        #expect(abs(spread.mean - 0.4) < 1e-12 && spread.least == 0.3 && spread.most == 0.5)
        // The same draw again is no more evidence.
        let again = DifferenceFromDraws(one, draws: [other, other, other])
        #expect(abs(again.low - single.low) < 1e-12 && abs(again.high - single.high) < 1e-12)
        let nothing = DifferenceFromDraws([], draws: [])
        #expect((nothing.low, nothing.high) == (-1, 1))
    }
}
