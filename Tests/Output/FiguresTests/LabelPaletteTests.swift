import Classification
import Glibc
import Testing

@testable import Figures

/// The labels' colours in sight that lacks receptors, and in grey.
@Suite struct LabelPaletteTests {
    /// Matrices on linear RGB. Machado, Oliveira & Fernandes 2009 at severity 1; Viénot, Brettel & Mollon 1999.
    static let sights: [(name: String, rows: [SIMD3<Double>])] = [
        ("all receptors", [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]),
        (
            "protanopia, Machado",
            [
                SIMD3(0.152286, 1.052583, -0.204868), SIMD3(0.114503, 0.786281, 0.099216),
                SIMD3(-0.003882, -0.048116, 1.051998),
            ]
        ),
        (
            "deuteranopia, Machado",
            [
                SIMD3(0.367322, 0.860646, -0.227968), SIMD3(0.280085, 0.672501, 0.047413),
                SIMD3(-0.011820, 0.042940, 0.968881),
            ]
        ),
        (
            "protanopia, Viénot",
            [SIMD3(0.11238, 0.88762, 0), SIMD3(0.11238, 0.88762, 0), SIMD3(0.00401, -0.00401, 1)]
        ),
        (
            "deuteranopia, Viénot",
            [SIMD3(0.29275, 0.70725, 0), SIMD3(0.29275, 0.70725, 0), SIMD3(-0.02234, 0.02234, 1)]
        ),
        (
            "grey",
            Array(repeating: SIMD3(0.2126729, 0.7151522, 0.0721750), count: 3)
        ),
    ]

    /// L*, a*, b* (D65) of a colour as `rows` let it be seen.
    static func lab(_ color: FigureColor, _ rows: [SIMD3<Double>]) -> SIMD3<Double> {
        func linear(_ part: UInt8) -> Double {
            let x = Double(part) / 255
            return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
        }
        let light = SIMD3(linear(color.red), linear(color.green), linear(color.blue))
        let seen = rows.map { min(1, max(0, ($0 * light).sum())) }
        let xyz = [
            SIMD3(0.4124564, 0.3575761, 0.1804375), SIMD3(0.2126729, 0.7151522, 0.0721750),
            SIMD3(0.0193339, 0.1191920, 0.9503041),
        ]
        let f = xyz.map { row -> Double in
            let value = (row * SIMD3(seen[0], seen[1], seen[2])).sum() / row.sum()
            return value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
        }
        return SIMD3(116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
    }

    private func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }

    @Test func theSimulationIsThatOfNumPy() {
        // The identity and the blur colour, computed with the same matrices in NumPy.
        let protanope = Self.lab(FigureColor(58, 28, 186), Self.sights[1].rows)
        #expect(distance(protanope, SIMD3(34.409, 30.371, -67.148)) < 0.01)
        let deuteranope = Self.lab(FigureColor(228, 158, 44), Self.sights[4].rows)
        #expect(distance(deuteranope, SIMD3(71.975, -16.138, 68.024)) < 0.01)
    }

    @Test(arguments: sights.dropLast().map(\.name)) func labelsDifferInEverySight(name: String) throws {
        let rows = try #require(Self.sights.first { $0.name == name }).rows
        let colors = KernelLabel.allCases.map { ($0, Self.lab(LabelPalette.color($0), rows)) }
        for (index, (label, color)) in colors.enumerated() {
            for (other, second) in colors[(index + 1)...] {
                #expect(distance(color, second) >= 25, "\(label) and \(other), \(name)")
            }
        }
    }

    @Test(arguments: sights.dropLast().map(\.name)) func symmetryTypesDifferInEverySight(name: String) throws {
        let rows = try #require(Self.sights.first { $0.name == name }).rows
        let colors = SymmetryFigure.types.map { ($0.name, Self.lab($0.color, rows)) }
        for (index, (type, color)) in colors.enumerated() {
            for (other, second) in colors[(index + 1)...] {
                #expect(distance(color, second) >= 25, "\(type) and \(other), \(name)")
            }
        }
    }

    @Test func symmetryTypesBesideEachOtherDifferInGreyPrint() throws {
        let grey = try #require(Self.sights.last).rows
        let lightness = SymmetryFigure.types.map { Self.lab($0.color, grey).x }
        for (first, second) in zip(lightness, lightness.dropFirst()) { #expect(abs(first - second) > 18) }
    }

    @Test func greyPrintKeepsTheOrderOfLightness() throws {
        let grey = try #require(Self.sights.last).rows
        let lightness = KernelLabel.allCases.map { Self.lab(LabelPalette.color($0), grey).x }.sorted()
        for (dark, light) in zip(lightness, lightness.dropFirst()) { #expect(light - dark > 18) }
    }

    @Test func noLabelHasTheColourOfAWeight() {
        let seen = Self.sights[0].rows
        for map in [ColorMap.rdBu, .puOr, .brBG, .vik] {
            for value in [-1, 1] {
                for label in KernelLabel.allCases {
                    let far = distance(
                        Self.lab(LabelPalette.color(label), seen), Self.lab(map.color(Double(value)), seen))
                    #expect(far >= 25, "\(label) and the end \(value) of \(map.name)")
                }
            }
        }
    }

    @Test func everyLabelHasALetterAndAFormOfItsOwn() {
        #expect(KernelLabel.allCases.map(LabelPalette.letter) == ["I", "B", "E", "Z", "O"])
        let bars = KernelLabel.allCases.map(LabelPalette.bar)
        for (index, bar) in bars.enumerated() {
            #expect(bar.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= 1 })
            #expect(!bars[(index + 1)...].contains(bar))
        }
    }
}
