import Testing

@testable import Figures
@testable import Statistics

@Suite struct ClaimSheetTests {
    private static func claims(_ verdicts: [PaperClaim.Verdict]) -> [PaperClaim] {
        zip(PaperClaim.Statement.allCases, verdicts).enumerated().map { index, pair in
            let isTested = pair.1 != .notTestable
            return PaperClaim(
                pair.0, "found", rankCorrelation: index == 4 ? -0.414 : nil, pValue: index == 4 ? 0.0613 : 0.0001,
                effect: isTested && index != 4 ? .difference(80, of: 100, 40, of: 100) : nil, pair.1)
        }
    }

    /// Half a kernel on either side, 1.96 deviations: by hand in Python.
    @Test func numbersAreEffectsWithTheirIntervals() {
        let claims = Self.claims(Array(repeating: .supported, count: 8))
        #expect(ForestPanel.numbers(claims[0], withInterval: true) == "+0.40 [0.28, 0.52]")
        #expect(ForestPanel.numbers(claims[0], withInterval: false) == "+0.40")
        // Too few layers for an interval.
        #expect(ForestPanel.numbers(claims[4], withInterval: true) == "ρ −0.41")
        #expect(ForestPanel.probability(0.0613) == "p .061" && ForestPanel.probability(0.0001) == "p < .001")
        #expect(ForestPanel.probability(0.9999) == "p > .999" && ForestPanel.probability(nil).isEmpty)
    }

    private static let verdicts: [PaperClaim.Verdict] = [
        .supported, .notSupported, .notTestable, .supported, .notSupported, .supported, .supported, .notTestable,
    ]

    private static let columns = (1...7).map {
        ClaimSheetFigure.Column(
            title: $0 == 3 ? PageTests.longName : "Net \($0)",
            claims: Self.claims($0 == 1 ? Array(repeating: .supported, count: 8) : Self.verdicts))
    }

    private static func check(_ figure: Figure) {
        let page = FigureRect(x: 0, y: 0, width: figure.width, height: figure.height)
        for mark in figure.marks { #expect(page.contains(mark.bounds, slack: 0.01), "\(mark)") }
        for (index, text) in figure.texts.enumerated() {
            #expect(text.size >= 6)
            for other in figure.texts[(index + 1)...] {
                #expect(!text.bounds.overlaps(other.bounds, slack: 0.05), "'\(text.text)' on '\(other.text)'")
            }
        }
    }

    @Test(arguments: [80.0, 170, 300]) func statementsAreCountedOverNetworks(width: Double) throws {
        let figure = try ClaimSheetFigure.figure(of: Self.columns, widthMillimetres: width)
        let texts = figure.texts.map(\.text)
        func count(_ start: String) -> Int { texts.count { $0.hasPrefix(start) } }
        #expect(count("7 of 7 support it") == 4 && count("1 of 7 support it") == 2 && count("1 of 1 support it") == 2)
        // 8 of the first, 4 of each of six others; 8 + 6·6 tests.
        #expect(texts.joined(separator: " ").contains("32 of 44 tests support their statement."))
        // Five statements have effects on seven networks: equal ones, so that nothing lies between them.
        #expect(texts.count { $0.contains("I² 0 %") } == 5)
        Self.check(figure)
    }

    @Test(arguments: [80.0, 170]) func oneNetworkIsOnePanel(width: Double) throws {
        let figure = try ClaimSheetFigure.figure(of: [Self.columns[1]], widthMillimetres: width)
        let texts = figure.texts.map(\.text)
        #expect(texts.contains("on Net 2") && texts.contains { $0.hasPrefix("Strided layers") })
        #expect(!texts.contains { $0.contains("I²") || $0.contains("support it") })
        Self.check(figure)
    }

    /// Statements go on further pages; p after Holm is that of all statements on each.
    @Test func pagesDivideTheStatements() throws {
        let pages = try FigurePages.pages(
            PaperClaim.Statement.allCases, name: "Statements", maximumHeightMillimetres: 120
        ) { statements, name in
            try ClaimSheetFigure.figure(of: Self.columns, statements: statements, name: name, widthMillimetres: 80)
        }
        #expect(pages.count > 1)
        let bold = pages.flatMap(\.texts).filter { $0.weight == .bold && $0.size == Page.FontSize.name }.map(\.text)
        let heads = bold.filter { !$0.hasPrefix("Statements") }
        #expect(heads == PaperClaim.Statement.allCases.map { ForestPanel.capitalised($0.rawValue) })
    }
}
