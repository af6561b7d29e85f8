import Diagnostics

/// How strongly a unit depends on each pixel around it.
public struct ReceptiveField: Sendable, Equatable {
    /// The layer whose unit it is.
    public let name: String
    /// Pixels between neighbouring units.
    public let stride: Int
    /// The side of a bin of ``response`` in pixels.
    public let binPixels: Int
    /// Bins in a row; odd, the unit's own place in the middle.
    public let side: Int
    /// The root mean square response to a pixel of each bin, row by row; nil where no pixel of the picture lay so to a unit.
    /// `response.count == side·side`.
    public let response: [Double?]
    /// Rows of pixels that can reach the unit by the kernels' sizes; nil where a gate reads the whole picture.
    public let theoreticalSide: Int?

    /// Gathers a field; see the properties.
    public init(
        name: String, stride: Int, binPixels: Int, side: Int, response: [Double?], theoreticalSide: Int?
    ) {
        precondition(side % 2 == 1 && response.count == side * side && binPixels > 0)
        (self.name, self.stride, self.binPixels) = (name, stride, binPixels)
        (self.side, self.response, self.theoreticalSide) = (side, response, theoreticalSide)
    }

    /// A response below this share of the largest counts as none (Luo et al. 2016: 1 − 95.45 %, two standard deviations).
    public static let threshold = 0.0455

    /// The pixels whose response is ``threshold`` of the largest or more, in number.
    public var effectiveArea: Int {
        let measured = response.compactMap(\.self)
        guard let largest = measured.max(), largest > 0 else { return 0 }
        return measured.count { $0 >= Self.threshold * largest } * binPixels * binPixels
    }

    /// The side of a square of ``effectiveArea``, in pixels.
    public var effectiveSide: Double { Double(effectiveArea).squareRoot() }

    /// ``effectiveArea`` over the area that the kernels' sizes allow; nil where that is not known.
    public var areaRatio: Double? {
        theoreticalSide.map { Double(effectiveArea) / (Double($0) * Double($0)) }
    }
}

/// The effective receptive field by stage.
public enum ReceptiveFieldFigure {
    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(
        of fields: [ReceptiveField], network: String, method: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: fields.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "effective receptive field by stage")
        page.y += 2
        page.flow([
            Legend.ramp(.cividis, low: "0", high: "largest response of the stage"),
            Legend.words("white: effective area, as a square"),
            Legend.words("dashed: what the kernels' sizes allow"),
        ])
        page.y += 6
        let columns = page.contentWidth > 330 ? max(4, min(fields.count, 6)) : 3
        page.columns(columns, gap: 9, blocks: fields.count) { page, index in draw(fields[index], on: &page) }
        page.y += 9
        drawCourse(fields, on: &page)
        page.y += 3
        page.caption(caption(fields, method))
        return page.finished(title: "\(network): effective receptive fields")
    }

    private static func caption(_ fields: [ReceptiveField], _ method: String) -> String {
        var sentences: [String] = []
        if let last = fields.last {
            let ratio = last.areaRatio.map {
                ", \(NumberFormat.share($0)) of the area that the kernels' sizes allow"
            }
            sentences.append(
                "Units of \(last.name) depend on about \(side(last))² pixels"
                    + "\(ratio ?? "").")
        }
        sentences.append(method)
        sentences.append(
            "Effective: responses of \(NumberText.short(ReceptiveField.threshold * 100)) % of the largest or more (Luo et al. "
                + "2016).")
        if fields.contains(where: { $0.response.contains { $0 == nil } }) {
            sentences.append(
                "Pale grey: the picture is too small to show it, so that the area is a lower bound.")
        }
        if fields.contains(where: { $0.theoreticalSide == nil }) {
            sentences.append("No dashed square: a gate of the stage reads the whole picture.")
        }
        return sentences.joined(separator: " ")
    }

    /// The side of the effective area to three digits, so that its square is the share that stands beside it.
    private static func side(_ field: ReceptiveField) -> String {
        NumberText.short(field.effectiveSide, digits: 3)
    }

    private static func draw(_ field: ReceptiveField, on page: inout Page) {
        let size = Page.FontSize.tick
        page.subheading(field.name)
        let pixels = field.side * field.binPixels
        page.text(
            TextFitting.first(
                of: ["stride \(field.stride), \(pixels) px wide", "stride \(field.stride), \(pixels) px"],
                limit: page.contentWidth, size: size),
            at: FigurePoint(page.left, page.y + 5), size: size, color: .quietInk)
        page.y += 9
        let frame = FigureRect(x: page.left, y: page.y, width: page.contentWidth, height: page.contentWidth)
        let largest = field.response.compactMap(\.self).max() ?? 0
        let bytes = field.response.flatMap { value -> [UInt8] in
            let color =
                value.map { ColorMap.cividis.color(largest > 0 ? $0 / largest * 2 - 1 : -1) } ?? FigureColor(grey: 0xD8)
            return [color.red, color.green, color.blue]
        }
        page.add(.raster(Raster(frame: frame, width: field.side, height: field.side, bytes: bytes)))
        square(field.effectiveSide / Double(pixels), in: frame, Stroke(.white, width: 0.9), on: &page)
        if let theoretical = field.theoreticalSide, theoretical <= pixels {
            square(
                Double(theoretical) / Double(pixels), in: frame, Stroke(.white, width: 0.6, dash: [2, 1.5]), on: &page)
        }
        page.y = frame.bottom + 3
        let ratio = field.areaRatio.map { " = \(NumberFormat.share($0)) of \(field.theoreticalSide ?? 0)²" } ?? ""
        let side = "\(side(field))²"
        page.text(
            TextFitting.first(of: ["\(side) px\(ratio)", "\(side)\(ratio)"], limit: page.contentWidth, size: size),
            at: FigurePoint(page.left, page.y + 5),
            size: size, color: .ink)
        page.y += 9
    }

    /// The outline of a square around the middle of `frame`, of a share of its side.
    private static func square(_ share: Double, in frame: FigureRect, _ stroke: Stroke, on page: inout Page) {
        guard share > 0, share <= 1 else { return }
        let half = frame.width * share / 2
        let (x, y) = (frame.x + frame.width / 2, frame.y + frame.height / 2)
        page.add(
            .path(
                FigurePath(
                    [
                        FigurePoint(x - half, y - half), FigurePoint(x + half, y - half),
                        FigurePoint(x + half, y + half), FigurePoint(x - half, y + half),
                    ], isClosed: true, stroke: stroke)))
    }

    private static func drawCourse(_ fields: [ReceptiveField], on page: inout Page) {
        page.subheading("side of the field by stage")
        let reach = fields.compactMap { $0.theoreticalSide.map(Double.init) }
        var plot = PlotFrame(
            x: LayerAxis.axis(fields.map(\.name), width: page.contentWidth - 40, title: "stage"),
            y: .fitting("pixels", fields.map(\.effectiveSide).filter { $0 > 0 } + reach, isLogarithmic: true),
            height: 70)
        plot.draw(on: &page)
        func line(_ values: [Double?], _ stroke: Stroke) {
            let points = values.enumerated().compactMap { index, value in
                value.flatMap { $0 > 0 ? plot.point(Double(index), $0) : nil }
            }
            if points.count > 1 { page.add(.path(FigurePath(points, stroke: stroke))) }
            for point in points {
                page.add(
                    .rectangle(
                        FigureRect(x: point.x, y: point.y, width: 0, height: 0).expanded(1.7), fill: stroke.color))
            }
        }
        line(fields.map { $0.theoreticalSide.map(Double.init) }, Stroke(.axis, width: 0.8, dash: [2, 1.5]))
        line(fields.map(\.effectiveSide), Stroke(FigureColor(0x00, 0x53, 0x8F), width: 1.1))
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
        page.caption("Solid: effective. Dashed, grey: what the kernels' sizes allow.")
    }
}
