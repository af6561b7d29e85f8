import Numerics
import Testing

@testable import Sweeps

@Suite struct SampleSummaryTests {
    @Test("Mean, sample deviation, best and worst")
    func summary() throws {
        // statistics.stdev([0.61, 0.64, 0.58]) = 0.03
        let summary = try #require(SampleSummary([0.61, 0.64, 0.58]))
        #expect(abs(summary.mean - 0.61) < 1e-12)
        #expect(abs(try #require(summary.standardDeviation) - 0.03) < 1e-12)
        #expect((summary.count, summary.best, summary.worst) == (3, 0.64, 0.58))
        #expect(SampleSummary([]) == nil)
        #expect(SampleSummary([0.5])?.standardDeviation == nil)
    }

    @Test(
        "The quantiles of Student's t are those of the tables",
        arguments: [
            // scipy.stats.t.ppf(0.975, nu)
            (1.0, 12.706204736174694), (2, 4.302652729749462), (2.5, 3.5746548420036817), (4, 2.7764451051977934),
            (30, 2.0422724563012378), (1000, 1.9623390808264083),
        ])
    func quantiles(freedom: Double, expected: Double) {
        #expect(abs(StudentT.quantile975(freedom: freedom) - expected) < 1e-6)
    }

    @Test("Numbers too large or too small for a deviation have no interval, or a wide one")
    func extremes() throws {
        let large = try #require(SampleSummary([1e308, -1e308, 1e308]))
        #expect(MeanDifference(large, minus: large).interval == nil)
        let tiny = try #require(SampleSummary([1e-162, 2e-162]))
        #expect(MeanDifference(tiny, minus: tiny).interval?.contains(0) == true)
    }

    @Test("Welch's difference, as scipy.stats.ttest_ind(equal_var=False) gives it")
    func difference() throws {
        let first = try #require(SampleSummary([0.70, 0.72, 0.71]))
        let second = try #require(SampleSummary([0.66, 0.70, 0.65]))
        let difference = MeanDifference(first, minus: second)
        #expect(abs(difference.mean - 0.04) < 1e-12)
        #expect(abs(try #require(difference.standardError) - 0.016329931618554523) < 1e-12)
        let interval = try #require(difference.interval)
        #expect(abs(interval.lowerBound + 0.01740656389274671) < 1e-6)
        #expect(abs(interval.upperBound - 0.09740656389274678) < 1e-6)
        #expect(MeanDifference(first, minus: try #require(SampleSummary([0.5]))).standardError == nil)
    }
}
