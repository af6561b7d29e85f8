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
}
