import Diagnostics
import Testing

@testable import Statistics

/// Statements over networks; expected numbers from the formulas in Python, Student's t from tables.
@Suite struct MetaAnalysisTests {
    private func effect(_ value: Double, _ variance: Double) -> ClaimEffect {
        ClaimEffect(value: value, variance: variance, scale: .shareDifference)
    }

    @Test func fourNetworksHaveAMeanAnIntervalAndASpread() throws {
        let found = try #require(
            MetaAnalysis([effect(0.5, 0.01), effect(0.4, 0.02), effect(0.1, 0.015), effect(0.35, 0.005)]))
        #expect(found.networks == 4)
        #expect(abs(found.mean - 0.344705818266) < 1e-9)
        #expect(abs(found.low - 0.085890153) < 1e-6 && abs(found.high - 0.603521484) < 1e-6)
        #expect(abs(found.tau - 0.112440460435) < 1e-9 && abs(found.heterogeneity - 0.541284403670) < 1e-9)
        #expect(abs(found.pValue - 0.024042402) < 1e-6)
    }

    /// Two networks that agree to the last digit leave the doubt of their kernels, with one degree of freedom.
    @Test func agreementByChanceMakesNoCertainty() throws {
        let found = try #require(MetaAnalysis([effect(0.4, 0.02), effect(0.4, 0.02)]))
        #expect(found.tau == 0 && found.heterogeneity == 0 && abs(found.mean - 0.4) < 1e-12)
        // t₀.₉₇₅ of one degree of freedom is 12.706; √(0.02 / 2) = 0.1.
        #expect(abs(found.high - (0.4 + 1.2706)) < 1e-4)
        #expect(MetaAnalysis([effect(0.4, 0.02)]) == nil)
    }

    @Test func effectsPointWhereTheStatementPoints() throws {
        let falls = try #require(RankCorrelation([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 1, 2]))
        let effect = try #require(ClaimEffect.correlation(falls, rises: false))
        // ρ = 1 − 6 · (25 + 9 + 1 + 1 + 16 + 16) / 210 = −0.942857…, artanh 0.942857 = 1.763180, 1.06 / 3.
        #expect(abs(effect.value - 1.763180) < 1e-5 && abs(effect.variance - 1.06 / 3) < 1e-12)
        #expect(abs(ClaimEffect.readable(effect.value, effect.scale) - 0.942857) < 1e-5)
        let rare = try #require(ClaimEffect.difference(0, of: 9, 0, of: 19))
        #expect(rare.value == 0 && abs(rare.variance - (0.05 * 0.95 / 10 + 0.025 * 0.975 / 20)) < 1e-12)
    }

    @Test func provenanceIsReadByFileName() throws {
        let text =
            "checkpoint,trained_by,trained_on,numbers,stands_in_for\na.h5, Keras ,ImageNet,float32,\n\nb.h5,x,y,dequantised,MobileNetV3\n"
        let table = try Provenance.table(text, path: "p.csv")
        #expect(table["a.h5"]?.trainedBy == "Keras" && table["a.h5"]?.isStandIn == false)
        #expect(table["b.h5"]?.isStandIn == true && table.count == 2)
        for (wrong, code) in [
            ("checkpoint\n", "provenance.header"), (text + "c.h5,1,2\n", "provenance.line"),
            (text + "a.h5,1,2,3,4\n", "provenance.twice"),
        ] {
            let error = #expect(throws: KernelVizError.self) { _ = try Provenance.table(wrong, path: "p.csv") }
            #expect(error?.code == code)
        }
    }
}
