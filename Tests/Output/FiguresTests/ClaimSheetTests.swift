import Testing

@testable import Figures
@testable import Statistics

@Suite struct ClaimSheetTests {
    private static func claims(_ verdicts: [PaperClaim.Verdict]) -> [PaperClaim] {
        zip(PaperClaim.Statement.allCases, verdicts).enumerated().map { index, pair in
            PaperClaim(
                pair.0, "found", rankCorrelation: index == 4 ? -0.414 : nil, pValue: index == 4 ? 0.0613 : 0.0001,
                pair.1)
        }
    }

    @Test func numbersAreShort() {
        let claims = Self.claims(Array(repeating: .supported, count: 8))
        #expect(ClaimSheetFigure.numbers(claims[4]) == ["ρ −0.41", "p .061"])
        #expect(ClaimSheetFigure.numbers(claims[0]) == ["p < .001"])
    }

    @Test(arguments: [80.0, 170, 300]) func statementsAreCountedOverNetworks(width: Double) throws {
        let verdicts: [PaperClaim.Verdict] = [
            .supported, .notSupported, .notTestable, .supported, .notSupported, .supported, .supported, .notTestable,
        ]
        let columns = (1...7).map {
            ClaimSheetFigure.Column(
                title: $0 == 3 ? PageTests.longName : "Net \($0)",
                claims: Self.claims($0 == 1 ? Array(repeating: .supported, count: 8) : verdicts))
        }
        let figure = try ClaimSheetFigure.figure(of: columns, widthMillimetres: width)
        let texts = figure.texts.map(\.text)
        #expect(texts.filter { $0 == "7 of 7" }.count == 4 && texts.filter { $0 == "1 of 7" }.count == 2)
        #expect(texts.filter { $0 == "1 of 1" }.count == 2)
        // 8 of the first, 4 of each of six others; 8 + 6·6 tests.
        #expect(texts.joined(separator: " ").contains("32 of 44 tests support their statement."))
        let page = FigureRect(x: 0, y: 0, width: figure.width, height: figure.height)
        for mark in figure.marks { #expect(page.contains(mark.bounds, slack: 0.01), "\(mark)") }
        for (index, text) in figure.texts.enumerated() {
            #expect(text.size >= 6)
            for other in figure.texts[(index + 1)...] {
                #expect(!text.bounds.overlaps(other.bounds, slack: 0.05), "'\(text.text)' on '\(other.text)'")
            }
        }
    }
}
