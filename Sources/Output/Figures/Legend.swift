import Diagnostics
import Classification
import Statistics

/// Legend entries for ``Page/flow(_:spacing:)``.
enum Legend {
    /// A bar of the colour map between the texts of its two ends, with 0 marked by a tick.
    static func colorBar(_ map: ColorMap, low: String, high: String) -> Page.Item {
        let size = Page.FontSize.fact
        let (barWidth, barHeight, gap) = (270 * Length.unit, 5.76, 4.0)
        let lowWidth = TextMetrics.width(low, size: size)
        let highWidth = TextMetrics.width(high, size: size)
        return Page.Item(width: lowWidth + barWidth + highWidth + 2 * gap) { page, at in
            let x = at.x + lowWidth + gap
            let top = at.y - barHeight + 0.3
            page.text(low, at: at, size: size, color: .ink)
            page.text(high, at: FigurePoint(x + barWidth + gap, at.y), size: size, color: .ink)
            let colors = (0..<100).map { map.color((Double($0) + 0.5) / 50 - 1) }
            page.add(
                .cells(
                    CellGrid(
                        frame: FigureRect(x: x, y: top, width: barWidth, height: barHeight), columns: 100,
                        colors: colors)))
            let middle = x + barWidth / 2
            page.line(
                from: FigurePoint(middle, top - 1.4), to: FigurePoint(middle, top + barHeight + 1.4),
                Stroke(.ink, width: 0.5))
        }
    }

    /// A bar of a map for numbers 0…1, between the texts of its ends.
    static func ramp(_ map: ColorMap, low: String, high: String) -> Page.Item {
        let size = Page.FontSize.fact
        let (barWidth, barHeight, gap) = (270 * Length.unit, 5.76, 4.0)
        let (lowWidth, highWidth) = (TextMetrics.width(low, size: size), TextMetrics.width(high, size: size))
        return Page.Item(width: lowWidth + barWidth + highWidth + 2 * gap) { page, at in
            let x = at.x + lowWidth + gap
            page.text(low, at: at, size: size, color: .ink)
            page.text(high, at: FigurePoint(x + barWidth + gap, at.y), size: size, color: .ink)
            let frame = FigureRect(x: x, y: at.y - barHeight + 0.3, width: barWidth, height: barHeight)
            let colors = (0..<100).map { map.color((Double($0) + 0.5) / 50 - 1) }
            page.add(.cells(CellGrid(frame: frame, columns: 100, colors: colors)))
        }
    }

    /// A text alone.
    static func words(_ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        return Page.Item(width: TextMetrics.width(text, size: size)) { page, at in
            page.text(text, at: at, size: size, color: .quietInk)
        }
    }

    /// A swatch and a text.
    static func swatch(_ color: FigureColor, _ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        let side = 5.76
        return Page.Item(width: side + 3 + TextMetrics.width(text, size: size)) { page, at in
            page.add(.rectangle(FigureRect(x: at.x, y: at.y - side + 0.3, width: side, height: side), fill: color))
            page.text(text, at: FigurePoint(at.x + side + 3, at.y), size: size, color: .ink)
        }
    }

    /// A piece of a line and a text.
    static func line(_ stroke: Stroke, _ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        let length = 14.0
        return Page.Item(width: length + 3 + TextMetrics.width(text, size: size)) { page, at in
            page.line(from: FigurePoint(at.x, at.y - 2.4), to: FigurePoint(at.x + length, at.y - 2.4), stroke)
            page.text(text, at: FigurePoint(at.x + length + 3, at.y), size: size, color: .ink)
        }
    }

    /// The hatched cell that stands for NaN and infinities.
    static func hatch(_ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        let side = 5.76
        return Page.Item(width: side + 3 + TextMetrics.width(text, size: size)) { page, at in
            let box = FigureRect(x: at.x, y: at.y - side + 0.3, width: side, height: side)
            page.add(.rectangle(box, fill: Hatch.paper))
            for line in Hatch.lines(in: box) { page.add(.path(line)) }
            page.text(text, at: FigurePoint(at.x + side + 3, at.y), size: size, color: .ink)
        }
    }

    /// A label in the form of the bars below kernels, and a text.
    static func label(_ label: KernelLabel, _ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        let (width, height) = (45 * Length.unit, 8 * Length.unit)
        return Page.Item(width: width + 3 + TextMetrics.width(text, size: size)) { page, at in
            // The foot of the kernel, so that the bar's place below it shows.
            page.add(
                .rectangle(
                    FigureRect(
                        x: at.x, y: at.y - size * 0.36 - height / 2 - 3 * Length.unit, width: width, height: Length.unit
                    ),
                    fill: KernelGridDrawing.hairline))
            LabelBar.draw(
                label, in: FigureRect(x: at.x, y: at.y - size * 0.36 - height / 2, width: width, height: height),
                on: &page)
            page.text(text, at: FigurePoint(at.x + width + 3, at.y), size: size, color: .ink)
        }
    }

    /// A label as areas show it, a letter on its colour, and a text.
    static func area(_ label: KernelLabel, _ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        let side = 7.68
        return Page.Item(width: side + 3 + TextMetrics.width(text, size: size)) { page, at in
            let box = FigureRect(x: at.x, y: at.y - size * 0.36 - side / 2, width: side, height: side)
            let color = LabelPalette.color(label)
            page.add(.rectangle(box, fill: color))
            page.text(
                LabelPalette.letter(label), at: FigurePoint(at.x + side / 2, at.y - size * 0.36 + 6 * 0.36), size: 6,
                anchor: .middle, color: color.contrasting)
            page.text(text, at: FigurePoint(at.x + side + 3, at.y), size: size, color: .ink)
        }
    }

    /// One area for each label, with its count and share.
    static func counts(_ counts: LabelCounts) -> [Page.Item] {
        KernelLabel.allCases.map { label in
            area(
                label,
                "\(label.rawValue) \(NumberText.grouped(counts[label])) (\(NumberFormat.share(counts.share(label))))")
        }
    }

    /// One bar for each label that occurs, with its count and share.
    static func labels(_ labels: [KernelLabel]) -> [Page.Item] {
        KernelLabel.allCases.compactMap { label in
            let count = labels.count { $0 == label }
            guard count > 0 else { return nil }
            let share = NumberFormat.share(Double(count) / Double(labels.count))
            return Self.label(label, "\(label.rawValue) \(NumberText.grouped(count)) (\(share))")
        }
    }
}

/// How weights that are no numbers are drawn: slanted lines on grey paper.
enum Hatch {
    static let paper = FigureColor(grey: 0xD0)
    static let ink = FigureColor(grey: 0x40)

    /// Three slanted lines that stay inside `box`.
    static func lines(in box: FigureRect) -> [FigurePath] {
        let stroke = Stroke(ink, width: max(0.25, min(0.6, box.width / 8)))
        let (w, h) = (box.width, box.height)
        let ends: [(Double, Double, Double, Double)] = [(0, 0.5, 0.5, 0), (0, 1, 1, 0), (0.5, 1, 1, 0.5)]
        return ends.map {
            FigurePath(
                [FigurePoint(box.x + $0.0 * w, box.y + $0.1 * h), FigurePoint(box.x + $0.2 * w, box.y + $0.3 * h)],
                stroke: stroke)
        }
    }
}
