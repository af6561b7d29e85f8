import Diagnostics
import Classification
import Kernels
import Statistics

/// Kernels as they grow: a strip of epochs for paper, or one picture an epoch for a film.
public enum TrainingFilmFigure {
    /// Kernels of each layer that are shown: a square of them.
    private static let side = 4

    /// A film strip: epochs from left to right, layers below each other, the labels' shares below.
    ///
    /// Throws `figures.badWidth`.
    public static func strip(of film: TrainingFilm, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: film.frames.count, network: film.title)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(film.title, "kernels by epoch")
        page.facts(facts(film, film.frames.count - 1))
        page.y += 2
        page.flow(legend)
        page.y += 6
        let isWide = page.contentWidth > 330
        let shown = TrainingFilm.evenly(film.frames.count, isWide ? 7 : 4)
        let layers = film.shownLayers(4)
        let nameRoom = 26.0
        let size = Page.FontSize.tick
        let pitch = min(82, (page.contentWidth - nameRoom) / Double(shown.count))
        page.y += size * TextMetrics.ascent
        page.text("epoch", at: FigurePoint(page.left, page.y), size: size, color: .quietInk)
        for (column, frame) in shown.enumerated() {
            page.text(
                "\(film.frames[frame].epoch)", at: FigurePoint(page.left + nameRoom + Double(column) * pitch, page.y),
                size: size, color: .ink)
        }
        page.y += 5
        for layer in layers {
            let top = page.y
            var bottom = top
            for (column, frame) in shown.enumerated() {
                bottom = drawKernels(
                    film.frames[frame].layers[layer],
                    at: FigurePoint(page.left + nameRoom + Double(column) * pitch, top), room: pitch - 7, on: &page)
            }
            let kernels = film.frames[0].layers[layer]
            let name = (kernels.bank.layer.number == nil ? "" : "#") + kernels.shortName
            page.text(
                TextFitting.shortenedMiddle(name, to: nameRoom - 3, size: size),
                at: FigurePoint(page.left, top + 8), size: size, color: .ink)
            page.y = bottom + 6
        }
        page.y += 3
        drawShares(film, upTo: nil, on: &page)
        page.y += 3
        page.caption(caption(film, layers: layers.count))
        return page.finished(title: "\(film.title): kernels by epoch")
    }

    /// One picture of the film; all of a film have the same size.
    ///
    /// Throws `figures.badWidth`.
    public static func frame(_ index: Int, of film: TrainingFilm, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: film.frames.count, network: film.title)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(film.title, "epoch \(film.frames[index].epoch) of \(film.frames[film.frames.count - 1].epoch)")
        page.paragraphLine(facts(film, index).joined(separator: "  ·  "))
        page.y += 2
        page.flow(legend)
        page.y += 5
        let layers = film.shownLayers(page.contentWidth > 330 ? 4 : 2)
        page.columns(layers.count, gap: 12, blocks: layers.count) { page, block in
            let kernels = film.frames[index].layers[layers[block]]
            page.subheading(kernels.bank.layer.label)
            page.y = drawKernels(
                kernels, at: FigurePoint(page.left, page.y + 2), room: page.contentWidth, on: &page)
        }
        page.y += 8
        drawShares(film, upTo: index, on: &page)
        return page.finished(title: "\(film.title): epoch \(film.frames[index].epoch)")
    }

    private static var legend: [Page.Item] {
        [Legend.colorBar(.rdBu, low: "−max|w|", high: "+max|w|")]
            + KernelLabel.allCases.map { Legend.label($0, $0.rawValue) }
    }

    private static func facts(_ film: TrainingFilm, _ frame: Int) -> [String] {
        let cosine = film.likenessToStart(frame)
        return [
            "\(NumberText.grouped(film.frames[frame].counts.total)) kernels in \(film.frames[0].layers.count) layers",
            "identity, blur or edge \(NumberFormat.share(film.namedShare(frame)))",
        ] + (cosine.map { ["median cosine to the start \(NumberText.fixed($0, decimals: 2))"] } ?? [])
    }

    private static func caption(_ film: TrainingFilm, layers: Int) -> String {
        let last = film.frames.count - 1
        let start = NumberFormat.share(film.namedShare(0))
        let end = NumberFormat.share(film.namedShare(last))
        let isSampled = layers < film.frames[0].layers.count
        return
            "Kernels with a name (identity, blur, edge) go from \(start) at epoch \(film.frames[0].epoch) to \(end) at epoch "
            + "\(film.frames[last].epoch). The same kernels of a layer in every picture, evenly spaced, at most "
            + "\(side * side); each on its own scale."
            + (isSampled ? " \(layers) of \(film.frames[0].layers.count) layers are shown, the shares are of all." : "")
    }

    /// A square of a layer's kernels, evenly spaced; returns where it ends.
    private static func drawKernels(
        _ kernels: LabelledKernels, at corner: FigurePoint, room: Double, on page: inout Page
    ) -> Double {
        let unit = Length.unit
        let places = TrainingFilm.evenly(kernels.bank.count, side * side)
        let pitch = ((room / Double(side)) / unit).rounded(.down) * unit
        let box = pitch - 12 * unit
        let (left, top) = ((corner.x / unit).rounded(.up) * unit, (corner.y / unit).rounded(.up) * unit)
        for (place, index) in places.enumerated() {
            let frame = FigureRect(
                x: left + Double(place % side) * pitch, y: top + Double(place / side) * pitch, width: box, height: box)
            let weights = kernels.unit(index) ?? Array(repeating: 0, count: kernels.bank.size * kernels.bank.size)
            let largest = weights.map(abs).max() ?? 0
            page.add(
                .cells(
                    CellGrid(
                        frame: frame.expanded(-unit), columns: kernels.bank.size,
                        colors: weights.map { ColorMap.rdBu.color(largest > 0 ? $0 / largest : 0) },
                        border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
            LabelBar.draw(
                kernels.classifications[index].label,
                in: FigureRect(x: frame.x, y: frame.bottom + 2 * unit, width: box, height: 5 * unit), on: &page)
        }
        return top + Double((places.count + side - 1) / side) * pitch
    }

    /// Stacked areas of the labels' shares; up to one frame, or all of them.
    private static func drawShares(_ film: TrainingFilm, upTo frame: Int?, on page: inout Page) {
        page.subheading("labels of all kernels")
        let epochs = film.frames.map { Double($0.epoch) }
        var plot = PlotFrame(
            x: PlotAxis(title: "epoch", range: epochs[0]...max(epochs[epochs.count - 1], epochs[0] + 1)),
            y: PlotAxis(title: "", range: 0...1, ticks: [(0, "0 %"), (0.5, "50 %"), (1, "100 %")]), height: 60)
        plot.draw(on: &page)
        let shown = Array(film.frames.prefix((frame ?? film.frames.count - 1) + 1))
        var floor = [Double](repeating: 0, count: shown.count)
        for label in KernelLabel.allCases where shown.count > 1 {
            let ceiling = zip(floor, shown).map { $0 + $1.counts.share(label) }
            let points =
                zip(shown, ceiling).map { plot.point(Double($0.epoch), $1) }
                + zip(shown, floor).reversed().map { plot.point(Double($0.epoch), $1) }
            page.add(.path(FigurePath(points, isClosed: true, fill: LabelPalette.color(label))))
            let last = shown.count - 1
            if ceiling[last] - floor[last] > 0.14 {
                page.text(
                    LabelPalette.letter(label),
                    at: FigurePoint(
                        plot.xPlace(Double(shown[last].epoch)) - 5,
                        plot.yPlace((ceiling[last] + floor[last]) / 2) + 2.3), size: 6.5, anchor: .middle,
                    color: LabelPalette.color(label).contrasting)
            }
            floor = ceiling
        }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
    }
}
