import Diagnostics
import Testing

@testable import Figures

@Suite struct ReliabilityFigureTests {
    private let bins = [
        ReliabilityFigure.Bin(predicted: 0.55, agreed: 0.5, kernels: 20),
        ReliabilityFigure.Bin(predicted: 0.95, agreed: 0.9, kernels: 80),
    ]

    @Test func everyBinHasItsKernelsItsIntervalAndItsPlace() throws {
        let figure = try ReliabilityFigure.figure(of: bins, error: 0.0456, cutoff: 0.8, title: "Net")
        let texts = figure.marks.compactMap { mark -> String? in
            if case .text(let text) = mark { text.text } else { nil }
        }
        #expect(texts.contains("20") && texts.contains("80"))
        let all = texts.joined(separator: " ")
        #expect(all.contains("100 kernels") && all.contains("2 bins") && all.contains("0.046"))
        // Wilson: 10 in 20.
        #expect(abs(bins[0].interval.low - 0.2993) < 1e-4 && abs(bins[0].interval.high - 0.7007) < 1e-4)
        // Squares: the larger bin above the smaller one and to its right.
        let squares = figure.marks.compactMap { mark -> FigureRect? in
            if case .rectangle(let rect, let fill) = mark, fill == CurvesFigure.colors[0] { rect } else { nil }
        }
        #expect(squares.count == 2 && squares[1].width > squares[0].width)
        #expect(squares[1].x > squares[0].x && squares[1].y < squares[0].y)
    }

    @Test func nothingToDrawIsSaid() {
        let error = #expect(throws: KernelVizError.self) {
            _ = try ReliabilityFigure.figure(of: [], error: 0, cutoff: 0.8, title: "Net")
        }
        #expect(error?.code == "figures.noPoints")
    }
}
