import Classification
import Statistics
import Testing

@testable import Figures

/// Intervals of what was measured several times.
@Suite struct SpreadTests {
    /// .5, .6, .7: m = .6, s = .1, t(2) = 4.30265 (tables), so ± .24841.
    @Test func theMeansIntervalIsStudents() throws {
        let spread = try #require(Spread(meanOf: [0.5, 0.6, 0.7], within: 0...1, meaning: "m"))
        #expect(abs(spread.low - 0.35159) < 1e-4 && abs(spread.high - 0.84841) < 1e-4 && spread.count == 3)
        #expect(Spread(meanOf: [0.5], within: 0...1, meaning: "m") == nil)
        #expect(Spread(meanOf: [0.5, .nan], within: 0...1, meaning: "m") == nil)
        let cut = try #require(Spread(meanOf: [0, 0.9], within: 0...1, meaning: "m"))
        #expect(cut.low == 0 && cut.high == 1)
        #expect(Spread(low: 2, high: 1, count: 3, meaning: "m") == nil)
    }

    /// The ranks of the tables for n = 6, 10 and 20: 1 and 6, 2 and 9, 6 and 15.
    @Test func theMediansIntervalGoesBetweenRanks() {
        func interval(_ count: Int) -> ClosedRange<Double>? { Spread.ofMedian((1...count).map(Double.init)) }
        #expect(interval(5) == nil && interval(6) == 1...6 && interval(10) == 2...9 && interval(20) == 6...15)
        #expect(Spread.ofMedian([]) == nil)
    }

    @Test func barsSayWhatTheyAreAndOnWhatTheyRest() throws {
        let spreads = [3, 5].compactMap { Spread(low: 0, high: 1, count: $0, meaning: "range over seeds") }
        #expect(Spread.sentence(spreads, of: "top-1") == "Bars of top-1: range over seeds (n = 3 to 5).")
        #expect(Spread.sentence([], of: "top-1").isEmpty)
    }

    /// 25, 50 and 75 % over three networks: 50 ± 4.30265·25/√3 = ± 62.1, cut at 0 and 100.
    @Test func severalNetworksShowTheirMeanWithNetworksAsTheUnit() throws {
        let counts = [1, 2, 3].map { blurs in
            var counts = LabelCounts()
            counts[.blur] = blurs
            counts[.other] = 4 - blurs
            return counts
        }
        let entries = counts.enumerated().map { index, counts in
            NetworkComparisonFigure.Entry(
                title: "net \(index)",
                rows: [LabelSharesFigure.Row(name: "#1 conv", counts: counts, isStrided: false)])
        }
        let texts = try NetworkComparisonFigure.figure(of: entries).texts.map(\.text)
        #expect(texts.contains("mean over the networks") && texts.contains("50 % (0–100)"))
        #expect(texts.contains { $0.contains("n = 3") })
        let one = try NetworkComparisonFigure.figure(of: [entries[0]]).texts.map(\.text)
        #expect(!one.contains("mean over the networks"))
    }

    /// 20 of 80: Wilson .168 … .355, half of it 9.3 points; 60 of 80 the same.
    @Test func sharesSayHowFarTheyCanBeTrusted() throws {
        var counts = LabelCounts()
        counts[.blur] = 20
        counts[.edge] = 60
        let row = LabelSharesFigure.Row(name: "#1 conv", counts: counts, isStrided: false)
        let texts = try LabelSharesFigure.figure(of: [row], network: "Net").texts.map(\.text)
        #expect(texts.contains("80 ±9") && texts.contains("kernels, ±"))
    }

    @Test func mediansOfWidthsHaveAnInterval() throws {
        let row = SigmaFigure.Row(name: "1", sigmas: (1...10).map { Double($0) / 10 }, isStrided: false)
        func bars(_ row: SigmaFigure.Row) throws -> Int {
            try SigmaFigure.figure(of: [row], network: "Net").marks.count { mark in
                if case .path(let path) = mark { path.stroke == Stroke(.ink, width: 0.5) } else { false }
            }
        }
        #expect(try bars(row) == 3)
        #expect(try bars(SigmaFigure.Row(name: "1", sigmas: [1, 1.1], isStrided: false)) == 0)
    }
}
