import Diagnostics
import Testing

@testable import Figures

@Suite struct ColorMapTests {
    /// round(255 · colormap(x)) in matplotlib 3.11 and cmcrameri 1.9 for x = 0, 0.3, 0.5, 0.77, 1.
    static let expected: [(ColorMap, [Color])] = [
        (
            .rdBu,
            [
                Color(103, 0, 31), Color(243, 164, 129), Color(246, 247, 247), Color(89, 161, 202), Color(5, 48, 97),
            ]
        ),
        (
            .puOr,
            [
                Color(127, 59, 8), Color(252, 183, 97), Color(246, 246, 247), Color(142, 130, 182), Color(45, 0, 75),
            ]
        ),
        (
            .brBG,
            [
                Color(84, 48, 5), Color(222, 193, 123), Color(244, 245, 245), Color(74, 166, 157), Color(0, 60, 48),
            ]
        ),
        (
            .cividis,
            [
                Color(0, 34, 78), Color(79, 87, 108), Color(125, 124, 120), Color(193, 178, 106), Color(254, 232, 56),
            ]
        ),
        (
            .vik,
            [
                Color(0, 18, 97), Color(84, 150, 183), Color(236, 229, 224), Color(190, 103, 54), Color(89, 0, 8),
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
        #expect(ColorMap.rdBu.color(-7) == Color(103, 0, 31))
        #expect(ColorMap.rdBu.color(.infinity) == Color(5, 48, 97))
        #expect(ColorMap.rdBu.color(.nan) == Color(246, 247, 247))
    }

    @Test func anUnknownNameIsAnsweredWithTheNearest() throws {
        #expect(try ColorMap.named("rdbu") == .rdBu)
        let near = #expect(throws: KernelVizError.self) { try ColorMap.named("viks") }
        #expect(
            near?.description
                == "--colormap: no colour map 'viks'; expected one of RdBu, PuOr, BrBG, vik, cividis. "
                + "The nearest name is 'vik'.")
        let far = #expect(throws: KernelVizError.self) { try ColorMap.named("thermometer") }
        #expect(
            far?.description
                == "--colormap: no colour map 'thermometer'; expected one of RdBu, PuOr, BrBG, vik, cividis.")
    }

    @Test func textOnLabelColoursHasEnoughContrast() {
        for label in [Color(0x00, 0x72, 0xB2), Color(0xE6, 0x9F, 0x00), Color(0x8C, 0x8C, 0x8C)] {
            let (a, b) = (label.luminance + 0.05, label.contrasting.luminance + 0.05)
            #expect(max(a, b) / min(a, b) > 4.4)  // WCAG 2 asks for 4.5 of small text
        }
    }
}
