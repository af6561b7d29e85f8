import Classification
import Diagnostics
import Testing

@testable import Figures

@Suite struct ColorMapTests {
    /// round(255 · colormap(x)) in matplotlib 3.11 and cmcrameri 1.9 for x = 0, 0.3, 0.5, 0.77, 1.
    static let expected: [(ColorMap, [FigureColor])] = [
        (
            .rdBu,
            [
                FigureColor(103, 0, 31), FigureColor(243, 164, 129), FigureColor(246, 247, 247),
                FigureColor(89, 161, 202), FigureColor(5, 48, 97),
            ]
        ),
        (
            .puOr,
            [
                FigureColor(127, 59, 8), FigureColor(252, 183, 97), FigureColor(246, 246, 247),
                FigureColor(142, 130, 182), FigureColor(45, 0, 75),
            ]
        ),
        (
            .brBG,
            [
                FigureColor(84, 48, 5), FigureColor(222, 193, 123), FigureColor(244, 245, 245),
                FigureColor(74, 166, 157), FigureColor(0, 60, 48),
            ]
        ),
        (
            .cividis,
            [
                FigureColor(0, 34, 78), FigureColor(79, 87, 108), FigureColor(125, 124, 120),
                FigureColor(193, 178, 106), FigureColor(254, 232, 56),
            ]
        ),
        (
            .vik,
            [
                FigureColor(0, 18, 97), FigureColor(84, 150, 183), FigureColor(236, 229, 224),
                FigureColor(190, 103, 54), FigureColor(89, 0, 8),
            ]
        ),
    ]

    @Test func everyMapHasMatplotlibsColours() {
        for (map, colors) in Self.expected {
            let found = [0, 0.3, 0.5, 0.77, 1].map { map.color(2 * $0 - 1) }
            #expect(found == colors, "\(map.name)")
        }
    }

    @Test func numbersOutsideTheRangeTakeTheEnds() {
        #expect(ColorMap.rdBu.color(-7) == FigureColor(103, 0, 31))
        #expect(ColorMap.rdBu.color(.infinity) == FigureColor(5, 48, 97))
        #expect(ColorMap.rdBu.color(.nan) == FigureColor(246, 247, 247))
    }

    @Test func anUnknownNameIsAnsweredWithTheNearest() throws {
        #expect(try ColorMap.named("rdbu") == .rdBu)
        let near = #expect(throws: KernelVizError.self) { try ColorMap.named("viks") }
        #expect(
            near?.description
                == "--colormap: no colour map 'viks'; expected one of RdBu, PuOr, BrBG, vik. "
                + "The nearest name is 'vik'.")
        let far = #expect(throws: KernelVizError.self) { try ColorMap.named("thermometer") }
        #expect(
            far?.description
                == "--colormap: no colour map 'thermometer'; expected one of RdBu, PuOr, BrBG, vik.")
    }

    @Test(arguments: ["cividis", "Viridis", "jet"]) func mapsOfOneRampAreRefusedForSignedWeights(name: String) throws {
        let error = #expect(throws: KernelVizError.self) { try ColorMap.named(name) }
        #expect(error?.code == "figures.sequentialColorMap")
        #expect(
            error?.description
                == "--colormap: '\(name)', one ramp, on which a weight of zero has no colour of its own; expected a map "
                + "with a neutral middle for signed weights: RdBu, PuOr, BrBG, vik.")
        var options = KernelGridOptions()
        options.colorMap = .cividis
        #expect(throws: KernelVizError.self) {
            try KernelGridFigure(bank: Samples.bank(outputs: 1), network: "", options: options)
        }
    }

    @Test func textOnLabelColoursHasEnoughContrast() {
        for label in KernelLabel.allCases.map(LabelPalette.color) {
            let (a, b) = (label.luminance + 0.05, label.contrasting.luminance + 0.05)
            #expect(max(a, b) / min(a, b) > 4.4)  // WCAG 2 asks for 4.5 of small text
        }
    }
}
