import Classification
import Diagnostics
import Kernels
import Statistics
import TestSupport
import Testing

@testable import Figures

/// What the figures of statistics, networks and evaluations draw.
@Suite struct StatisticsFigureTests {
    private func texts(_ figure: Figure) -> [String] { figure.texts.map(\.text) }

    @Test func areasStackTheSharesOverTheLayers() throws {
        var first = LabelCounts()
        first[.identity] = 1
        first[.blur] = 3
        var second = LabelCounts()
        second[.blur] = 4
        let rows = [first, second].enumerated().map {
            LabelSharesFigure.Row(name: "#\($0 + 1) conv", counts: $1, isStrided: $0 == 1)
        }
        let figure = try ShareAreasFigure.figure(of: rows, network: "Net")
        func area(_ label: KernelLabel) -> [FigurePoint]? {
            figure.marks.compactMap { mark -> [FigurePoint]? in
                if case .path(let path) = mark, path.fill == LabelPalette.color(label) { path.points } else { nil }
            }.first
        }
        let blur = try #require(area(.blur))
        let identity = try #require(area(.identity))
        // Half a layer level, both layers, half a layer level, then down to the axis and back.
        #expect(blur.count == 6 && identity.count == 6)
        let (top, bottom) = (blur[0].y, identity[5].y)
        #expect(abs((bottom - identity[1].y) - 0.25 * (bottom - top)) < 1e-9)
        #expect(abs(identity[2].y - bottom) < 1e-9)
        #expect(area(.edge) == nil)
        #expect(texts(figure).contains("2") && texts(figure).contains("↓"))
    }

    @Test func sigmasAreQuartilesAndWideOnesAreCounted() throws {
        let row = SigmaFigure.Row(name: "4", sigmas: [1.2, 0.8, 1.0, 7, .nan], isStrided: true)
        #expect(row.sigmas == [0.8, 1.0, 1.2, 7])
        #expect(abs(row.quantile(0.5) - 1.1) < 1e-12 && abs(row.quantile(0.25) - 0.95) < 1e-12)
        let figure = try SigmaFigure.figure(of: [row], network: "Net")
        #expect(texts(figure).contains { $0.contains("median σ of the strided layers 1.10 px") })
        #expect(texts(figure).joined(separator: " ").contains("1 lie above the axis. ▴: the median"))
    }

    @Test func widthsThatCannotBeToldAreCountedAndInNoMedian() throws {
        let rows = [
            SigmaFigure.Row(name: "1", sigmas: [1, 1.1, 1.2], beyond: 2, isStrided: true),
            SigmaFigure.Row(name: "2", sigmas: [2], beyond: 5, isStrided: false),
        ]
        let text = texts(try SigmaFigure.figure(of: rows, network: "Net")).joined(separator: " ")
        #expect(text.contains("11 blur kernels") && text.contains("median σ of the strided layers 1.10 px"))
        #expect(text.contains("7 blurs, boxes and rings, are wider than three half widths") && text.contains("▴"))
    }

    @Test func stepsAreSharesOfTheWholeAndOfTheLimit() throws {
        let steps = [
            StepTimesFigure.Step(name: "stage1.0", microseconds: 300, limitMicroseconds: 150),
            StepTimesFigure.Step(name: "stage1.1", microseconds: 100, limitMicroseconds: 90),
            StepTimesFigure.Step(name: "pool", microseconds: 100, limitMicroseconds: 0),
        ]
        let figure = try StepTimesFigure.figure(of: steps, network: "net", subject: "")
        let texts = texts(figure)
        #expect(texts.contains { $0.contains("500 µs in all") && $0.contains("limit 240 µs (48 %)") })
        #expect(texts.contains("stage1 80 %") && texts.contains("pool 20 %"))
        #expect(texts.count { $0 == "50 %" } == 2 && texts.count { $0 == "90 %" } == 2)
        #expect(
            sentence { _ = try StepTimesFigure.figure(of: [], network: "net", subject: "") }
                == "net: no step with a time; expected at least one. Run 'kernelviz bench --steps --format json'.")
    }

    /// Every bar once, on one scale; the flame graph of all on each page.
    @Test func barsOfStepsGoOnFurtherPages() throws {
        let steps = (0..<60).map {
            StepTimesFigure.Step(name: "s\($0 % 2).\($0)", microseconds: 10 + Double($0), limitMicroseconds: 5)
        }
        let pages = try StepTimesFigure.pages(
            of: steps, network: "net", subject: "", widthMillimetres: 85, maximumHeightMillimetres: 120)
        #expect(pages.count > 1 && pages.allSatisfy { $0.height <= 120 * 72 / 25.4 })
        let all = pages.flatMap { texts($0) }
        for index in steps.indices { #expect(all.count { $0 == "s\(index % 2).\(index)" } == 1) }
        // 10 + 11 + … + 69.
        #expect(all.count { $0.contains("2.37 ms in all") } == pages.count)
        let whole = try StepTimesFigure.pages(of: steps, network: "net", subject: "", maximumHeightMillimetres: nil)
        #expect(try whole == [StepTimesFigure.figure(of: steps, network: "net", subject: "")])
    }

    @Test func latencyIsAPowerOfWhatGrows() throws {
        let points = [96.0, 192, 384].map {
            ScalingFigure.Point(value: $0, milliseconds: $0 * $0, limitMilliseconds: $0 * $0 * $0)
        }
        let panel = ScalingFigure.Panel(title: "size", series: [ScalingFigure.Series(name: "net", points: points)])
        #expect(texts(try ScalingFigure.figure(of: [panel], subject: "")).contains("x^2.00 (MACs 3.00)"))
        let measured = points.map {
            ScalingFigure.Point(
                value: $0.value, milliseconds: $0.milliseconds, limitMilliseconds: $0.limitMilliseconds,
                spread: Spread(
                    low: $0.milliseconds / 2, high: $0.milliseconds * 2, count: 7, meaning: "all of the runs"))
        }
        let spread = ScalingFigure.Panel(title: "size", series: [ScalingFigure.Series(name: "net", points: measured)])
        #expect(
            texts(try ScalingFigure.figure(of: [spread], subject: "")).joined(separator: " ")
                .contains("Bars of the latency: all of the runs (n = 7)."))
        #expect(
            sentence { _ = try ScalingFigure.figure(of: [], subject: "") }
                == "scaling: no measurements; expected at least one. Run 'kernelviz bench --scaling --format json'.")
    }

    @Test func theFrontHoldsWhatNoOtherBeats() {
        func entry(_ name: String, _ x: Double, _ y: Double) -> ScatterFigure.Entry {
            ScatterFigure.Entry(name: name, x: x, y: y)
        }
        let small = ScatterFigure.Axis(title: "", isLogarithmic: false, isMoreBetter: false)
        let large = ScatterFigure.Axis(title: "", isLogarithmic: false, isMoreBetter: true)
        let entries = [entry("a", 1, 10), entry("b", 2, 9), entry("c", 3, 20), entry("d", 3, 5), entry("e", 0.5, 1)]
        #expect(ScatterFigure.front(entries, x: small, y: large).map(\.name) == ["e", "a", "c"])
        #expect(ScatterFigure.front(entries, x: small, y: small).map(\.name) == ["e"])
    }

    @Test func missingNumbersAreLeftOutAndSaid() throws {
        let axis = ScatterFigure.Axis(title: "latency", isLogarithmic: true, isMoreBetter: false)
        let entries = [
            ScatterFigure.Entry(name: "a", x: 1, y: 2), ScatterFigure.Entry(name: "b", x: 1, y: .nan),
            ScatterFigure.Entry(name: "c", x: 0, y: 1),
        ]
        let figure = try ScatterFigure.figure(of: entries, x: axis, y: axis, title: "t")
        #expect(texts(figure).contains { $0.contains("2 left out: a number is missing") })
        #expect(
            sentence { _ = try ScatterFigure.figure(of: [entries[1]], x: axis, y: axis, title: "t") }
                == "t: no network with both latency and latency; expected at least one. "
                + "Evaluate the networks again, or choose other axes.")
    }

    @Test func networksOfOneTitleAreToldApartByTheirFiles() throws {
        let layers = [MemoryNetwork.Layer(name: "c", shape: [8, 1, 3, 3], scalars: (0..<72).map { Float($0 % 7) - 3 })]
        let networks = try ["a/one.h5", "b/two.h5"].map {
            try NetworkStatistics.analyse(MemoryNetwork.make(layers, path: $0))
        }
        #expect(
            NetworkComparisonFigure.Entry.entries(networks).map(\.title) == [
                "TestNet 1.0, one.h5", "TestNet 1.0, two.h5",
            ])
        #expect(NetworkComparisonFigure.Entry.entries([networks[0]]).map(\.title) == ["TestNet 1.0"])
    }

    @Test func areasOfDiscsShowAThirdNumber() throws {
        let axis = ScatterFigure.Axis(title: "x", isLogarithmic: false, isMoreBetter: true)
        let entries = [(1.0, 2.0), (4, 8), (9, 18)].enumerated().map { index, numbers in
            ScatterFigure.Entry(
                name: "net \(index)", x: numbers.0, y: Double(index), isEmphasised: index == 0, area: numbers.1)
        }
        let figure = try ScatterFigure.figure(of: entries, x: axis, y: axis, areaTitle: "latency (ms)", title: "t")
        let widths = figure.marks.compactMap { mark -> Double? in
            guard case .path(let path) = mark, path.isClosed, let fill = path.fill else { return nil }
            return [ScatterFigure.plainColor, ScatterFigure.emphasisColor].contains(fill) ? mark.bounds.width : nil
        }.sorted()
        // Areas 2 : 8 : 18, so widths 1 : 2 : 3.
        #expect(widths.count == 3 && abs(widths[1] / widths[0] - 2) < 1e-9 && abs(widths[2] / widths[0] - 3) < 1e-9)
        #expect(texts(figure).contains("area: latency (ms)") && texts(figure).contains("10"))
        let missing = ScatterFigure.Entry(name: "m", x: 1, y: 1, area: .nan)
        let rest = try ScatterFigure.figure(of: entries + [missing], x: axis, y: axis, title: "t")
        #expect(texts(rest).contains { $0.contains("1 left out: a number is missing") })
    }

    @Test func whatNeverChangesIsAFactAndNoCurve() throws {
        func panel(_ title: String, _ values: [Double]) -> CurvesFigure.Panel {
            CurvesFigure.Panel(
                title: title,
                series: [
                    CurvesFigure.Series(
                        name: title,
                        points: values.enumerated().map {
                            CurvesFigure.Point(step: Double($0), value: $1)
                        })
                ])
        }
        let figure = try CurvesFigure.figure(
            of: [panel("learning rate", [0.1, 0.05]), panel("unreadable", [0, 0])], stepTitle: "epoch", title: "run")
        #expect(texts(figure).contains("unreadable 0 throughout"))
        // Whether more or less is better is not known of a learning rate.
        #expect(texts(figure).contains("learning rate: last 0.05"))
        let only = try CurvesFigure.figure(of: [panel("loss", [2, 2])], stepTitle: "epoch", title: "run")
        #expect(texts(only).contains("loss: last 2, best 2"))
    }

    @Test func logarithmicAxesTickAtPowersOfTen() {
        let axis = PlotAxis(title: "", range: 0.5...2000, isLogarithmic: true)
        #expect(axis.ticks(limit: 4).map(\.label) == ["1", "10", "100", "1000"])
        #expect(abs(axis.place(0.5)) < 1e-12 && abs(axis.place(2000) - 1) < 1e-12)
        #expect(abs(axis.place(31.6227766) - 0.5) < 1e-6)
    }

    @Test func curvesBreakAtGapsAndNameTheirBest() throws {
        let points = [1.0, 0.5, .nan, 0.4, 0.6].enumerated().map {
            CurvesFigure.Point(step: Double($0), value: $1)
        }
        let series = CurvesFigure.Series(name: "loss", points: points)
        let figure = try CurvesFigure.figure(
            of: [CurvesFigure.Panel(title: "loss", series: [series])], stepTitle: "epoch", title: "run")
        let lines = figure.marks.filter {
            if case .path(let path) = $0 {
                path.stroke?.color == CurvesFigure.colors[0] && path.stroke?.width == 1.1
            } else {
                false
            }
        }
        #expect(lines.count == 2)
        #expect(texts(figure).contains("loss: last 0.6, best 0.4"))
        #expect(
            sentence { _ = try CurvesFigure.figure(of: [], stepTitle: "", title: "run") }
                == "run: no finite measurements; expected at least one.")
    }

    @Test func theDiagramMarksWhatDiffersFromThePublishedNet() throws {
        let plain = try NetworkDiagramFigure.figure(of: .published("vgnetg-1.5mp"))
        #expect(texts(plain).contains("nothing differs from vgnetg-1.5mp"))
        #expect(
            texts(plain).contains("512 × 7×7")
                && texts(plain).contains(
                    "1,502,024 learnable parameters  ·  187,819,008 MACs at 224×224  ·  1,000 classes")
        )
        #expect(!plain.texts.contains { $0.color == NetworkDiagramFigure.Tint.changed })
        let changed = try NetworkDiagramFigure.figure(of: FigureKinds.changed())
        let marked = changed.texts.filter { $0.color == NetworkDiagramFigure.Tint.changed }.map(\.text)
        #expect(marked.contains("496 × 7×7"))
        // The published net nearest in parameters, as the legend says.
        let legend = try #require(changed.texts.map(\.text).first { $0.hasPrefix("bold orange: not as in ") })
        let baseline = legend.dropFirst("bold orange: not as in ".count)
        #expect(marked.contains { $0.hasPrefix("6ek2gk (\(baseline): learnable)") })
        #expect(marked.joined(separator: " ").contains("ratio 0.25, inner ReLU (\(baseline): none)"))
        // 40 blocks do not fit as boxes.
        #expect(texts(changed).contains("H ×39"))
    }

    @Test func theDiagramTellsHowManyChannelsPass() throws {
        let small = texts(try NetworkDiagramFigure.figure(of: .published("vgnetg-1.0mp")))
        #expect(small.contains("last o/2 pass") && small.contains("o channels as two halves"))
        #expect(small.contains("concat(a, b)") && small.contains("depthwise, shared by 8"))
        // The authors' code passes min(o/2, i): of 2.0MP's 72 channels behind 32 not 36 but 32.
        let large = texts(try NetworkDiagramFigure.figure(of: .published("vgnetg-2.0mp"), widthMillimetres: 400))
        #expect(large.contains("last min(o/2, i) pass") && large.contains("joined, cut at o/2"))
        #expect(
            large.joined(separator: " ").contains(
                "32 → 72, 32 + 40; 72 → 168, 72 + 96; 168 → 376, 168 + 208; 376 → 512, 256 + 256."))
    }

    @Test func theDiagramTellsWhatDiffersBetweenStages() throws {
        let figure = try NetworkDiagramFigure.figure(of: FigureKinds.general())
        let changed = figure.texts.filter { $0.color == NetworkDiagramFigure.Tint.changed }.map(\.text)
            .joined(separator: " ")
        #expect(
            changed.contains("learnable, fixed Gaussian, fixed Gaussian for 50 % of the channels, fixed Gaussian ("))
        #expect(changed.contains("–, 1.10 px, 1.00 px, 1.00 px (") && changed.contains("0.375 ("))
        #expect(
            texts(figure).contains("depthwise 3×3 s2, by stage") && texts(figure).contains("depthwise 3×3, by stage"))
        // Halves are the paper's alone.
        #expect(texts(figure).contains("younger (1 − ρ)·C") && !texts(figure).contains("right half b"))
    }

    @Test func everyStatisticsFigureRefusesNothingAndBadWidths() {
        let nothing = "Net: no layers with N×N kernels; expected at least one. Choose another network."
        #expect(sentence { _ = try RidgeFigure.figure(of: [], network: "Net") } == nothing)
        #expect(sentence { _ = try ShareAreasFigure.figure(of: [], network: "Net") } == nothing)
        #expect(sentence { _ = try SigmaFigure.figure(of: [], network: "Net") } == nothing)
        #expect(sentence { _ = try SymmetryFigure.figure(of: [], network: "Net") } == nothing)
        #expect(sentence { _ = try FrequencyResponseFigure.figure(of: [], network: "Net") } == nothing)
        let narrow = "figure: a width of 0 mm; expected 80 to 400 mm. Pass another --width."
        #expect(
            sentence { _ = try NetworkDiagramFigure.figure(of: .published("vgnetg-1.0mp"), widthMillimetres: 0) }
                == narrow)
        #expect(sentence { _ = try NetworkComparisonFigure.figure(of: [], widthMillimetres: 0) } == narrow)
    }

    /// The first series has squares, the second diamonds, in the plot and in the legend; long lines have a dozen or so.
    @Test func seriesAreToldApartByTheFormOfTheirPoints() throws {
        func corners(_ count: Int) throws -> [[FigurePoint]] {
            let series = ["a", "b"].map { name in
                CurvesFigure.Series(
                    name: name, points: (0..<count).map { CurvesFigure.Point(step: Double($0), value: Double($0 * $0)) }
                )
            }
            let figure = try CurvesFigure.figure(
                of: [CurvesFigure.Panel(title: "loss", series: series)], stepTitle: "epoch", title: "run")
            return figure.marks.compactMap { mark in
                if case .path(let path) = mark, path.isClosed { path.points } else { nil }
            }
        }
        let few = try corners(5)
        #expect(few.count { $0[0].y == $0[1].y } == 6 && few.count { $0[0].x == $0[2].x } == 6)
        #expect(try corners(400).count == 2 * (1 + 13))
    }
}
