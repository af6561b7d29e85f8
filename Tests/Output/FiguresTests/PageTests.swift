import Classification
import Kernels
import Statistics
import Testing
import VGNets

@testable import Figures

/// What must hold for every figure at every size.
@Suite struct PageTests {
    static let longName =
        "backbone.a.name.that.goes.on.and.on.and.will.not.end.before.the.page.does.blocks.11.depthwise"

    /// One figure of each kind, with long and short names.
    static func figures(width: Double) throws -> [(String, Figure)] {
        var options = KernelGridOptions()
        options.widthMillimetres = width
        let broken = Samples.bank(outputs: 30, name: longName, values: { $0 == 5 ? .nan : Float($0) * 1e-6 })
        let labels = Samples.classifications(30)
        let rows = (0..<9).map { index in
            LabelSharesFigure.Row(
                name: index % 2 == 0 ? "#\(index) \(longName)" : "#\(index) conv",
                counts: LabelCounts(Samples.classifications(index * 137)), isStrided: index % 3 == 0)
        }
        var layerOptions = options
        layerOptions.scale = .perLayer
        layerOptions.histogramAxis = .counts
        return [
            ("grid", try KernelGridFigure(bank: Samples.bank(outputs: 96), network: "Net", options: options).figure()),
            (
                "labelled",
                try KernelGridFigure(bank: broken, classifications: labels, network: longName, options: layerOptions)
                    .figure()
            ),
            (
                "strips",
                try KernelGridFigure(bank: Samples.bank(outputs: 32, inputs: 3), network: "", options: options).figure()
            ),
            (
                "one",
                try KernelGridFigure(bank: Samples.bank(outputs: 1, size: 7), network: "N", options: options).figure()
            ),
            ("histogram", try HistogramFigure.figure(of: broken, network: longName, options: layerOptions)),
            ("shares", try LabelSharesFigure.figure(of: rows, network: longName, widthMillimetres: width)),
        ] + (try FigureKinds.figures(width: width))
    }

    @Test(arguments: [80, 95.5, 170, 400]) func nothingIsClippedAndNoTextsOverlap(width: Double) throws {
        for (name, figure) in try Self.figures(width: width) {
            #expect(abs(figure.width - width * 72 / 25.4) < 1e-9)
            let page = FigureRect(x: 0, y: 0, width: figure.width, height: figure.height)
            for mark in figure.marks {
                #expect(page.contains(mark.bounds, slack: 0.01), "\(name): \(mark)")
            }
            let texts = figure.texts
            for (index, text) in texts.enumerated() {
                // What journals ask for at print size is 5 to 7 pt.
                #expect(text.size >= 6 && text.size <= 7, "\(name): \(text.text)")
                for other in texts[(index + 1)...] {
                    #expect(
                        !text.bounds.overlaps(other.bounds, slack: 0.05),
                        "\(name) at \(width) mm: '\(text.text)' on '\(other.text)'")
                }
            }
        }
    }

    @Test(arguments: [80, 170, 400]) func noTextLiesOnAGridOrAHistogram(width: Double) throws {
        for (name, figure) in try Self.figures(width: width) where !FigureKinds.withTextOnAreas.contains(name) {
            let areas = figure.marks.compactMap { mark -> FigureRect? in
                switch mark {
                case .cells(let grid): grid.frame
                case .raster(let raster): raster.frame
                case .path(let path): path.fill == nil ? nil : mark.bounds
                default: nil
                }
            }
            for text in figure.texts {
                #expect(!areas.contains { $0.overlaps(text.bounds, slack: 0.05) }, "\(name): '\(text.text)'")
            }
        }
    }

    /// A sentence goes on in a second line; a layer's name that no line holds is shortened in one.
    @Test func headingsLoseNoWords() {
        func heading(_ subject: String) -> [TextMark] {
            var page = Page(widthMillimetres: 85)
            page.heading("MobileNetV1 0.25", subject)
            return page.finished(title: "").texts
        }
        let sentence = "paths: which depthwise kernels feed which through the 1×1 layers"
        let lines = heading(sentence).dropFirst()
        #expect(lines.count == 2 && lines.map(\.text).joined(separator: " ") == sentence)
        let name = heading("#3 \(Self.longName)").dropFirst()
        #expect(name.count == 1 && name.allSatisfy { $0.text.hasPrefix("#3 backbone") && $0.text.contains("…") })
        #expect(heading("kernels").map(\.position.y).allSatisfy { $0 == heading("")[0].position.y })
    }

    /// Journals print at most 170 mm.
    @Test func theFixedKernelsAndTheDiagramFitAPage() throws {
        for width in [85.0, 170] {
            let kernels = try NamedKernelsFigure.figure(
                of: FixedKernels.sixEdgeTwoGaussian, title: "Fig. 7", subject: "kernels", caption: "Eight.",
                widthMillimetres: width)
            #expect(kernels.height <= 170 * 72 / 25.4)
        }
        let diagram = try NetworkDiagramFigure.figure(of: .published("vgnetg-1.0mp"), widthMillimetres: 170)
        #expect(diagram.height <= 170 * 72 / 25.4)
    }

    @Test func barsFillTheirRowInProportion() throws {
        var counts = LabelCounts()
        counts[.identity] = 1
        counts[.edge] = 3
        let row = LabelSharesFigure.Row(name: "#7 conv", counts: counts, isStrided: true)
        let figure = try LabelSharesFigure.figure(of: [row], network: "Net")
        func bar(_ label: KernelLabel) -> FigureRect? {
            let bars = figure.marks.compactMap { mark -> FigureRect? in
                if case .rectangle(let rect, LabelPalette.color(label)) = mark, rect.height > 8 { rect } else { nil }
            }
            return bars.first
        }
        let identity = try #require(bar(.identity))
        let edge = try #require(bar(.edge))
        #expect(abs(edge.width - 3 * identity.width) < 1e-9 && abs(edge.x - identity.right) < 1e-9)
        #expect(bar(.blur) == nil)
        let texts = figure.texts.map(\.text)
        #expect(texts.contains("#7 conv ↓") && texts.contains("I 25 %") && texts.contains("E 75 %"))
        #expect(texts.contains("identity 1 (25 %)") && texts.contains("blur 0 (0 %)"))
        #expect(texts.contains("Bold, with ↓: stride above 1."))
    }
}
