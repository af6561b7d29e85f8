import Derivation
import TestSupport
import Testing
import VGNets

@Suite struct SurveyTests {
    private static func survey() throws -> DerivationSurvey {
        let weak = HandMadeEvidence.network([HandMadeEvidence.Layer(stride: 2, blurs: 150)], title: "Weak")
        var options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: "1.0MP"))
        options.rules = .withoutTrained
        return try DerivationSurvey([HandMadeEvidence.paper(), weak], options: options)
    }

    /// The paper's own picture leads to the paper's nets (Table 1), and so does a network that cannot vote.
    @Test func everySourceThenAllThenThePublishedNets() throws {
        let survey = try Self.survey()
        #expect(survey.rows.map(\.source) == ["TestNet 1.0", "Weak", "all together", "published"])
        for row in survey.rows {
            #expect(row.designs.map(\.parameters.learnable) == [997_358, 1_502_024, 2_006_380, 2_492_756])
            #expect(
                row.designs.map { $0.macs(inputHeight: 224, inputWidth: 224) } == [
                    141_300_232, 187_819_008, 300_637_784, 398_936_736,
                ])
        }
        #expect(survey.rows.map { $0.refusal == nil } == [true, false, true, true])
        #expect(survey.leftOut == ["Weak: only 150 kernels were found, at least 200 are needed"])
    }
}
