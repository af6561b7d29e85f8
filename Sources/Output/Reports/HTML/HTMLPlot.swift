import Diagnostics
import Figures

/// Small plots of the evidence pages, drawn as the histograms of the network pages are.
enum HTMLPlot {
    /// One point of a row.
    struct Dot {
        let value: Double
        /// The ends of its interval.
        var interval: ClosedRange<Double>?
        let color: String
        let isFilled: Bool
        /// What the pointer tells.
        let tip: String
    }

    /// Okabe and Ito's colours as every figure has them: blue, vermilion, green, grey.
    static let colors = ["#0072b2", "#d55e00", "#009e73", "#808080"]

    /// Points in named rows over one axis, each point of a row on a line of its own.
    static func dots(
        _ rows: [(name: String, dots: [Dot])], range: ClosedRange<Double>, ticks: [(value: Double, text: String)],
        label: String
    ) -> String {
        let (left, width) = (190.0, 720.0)
        func x(_ value: Double) -> Double {
            left + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (width - left - 24)
        }
        let lane = 9.0
        var y = 8.0
        var marks = ""
        for row in rows {
            let height = Double(max(1, row.dots.count)) * lane + 7
            marks +=
                "<text class=\"ink\" x=\"0\" y=\"\(number(y + height / 2))\" font-size=\"11\">"
                + "\(InlineSVG.escaped(TextTable.shortened(row.name, to: 30)))</text>"
            for (index, dot) in row.dots.enumerated() {
                let at = y + Double(index) * lane + 6
                var shape = ""
                if let interval = dot.interval {
                    shape +=
                        "<path fill=\"none\" stroke=\"\(dot.color)\" stroke-width=\"1.4\" "
                        + "d=\"M\(number(x(interval.lowerBound))) \(number(at))H\(number(x(interval.upperBound)))\"/>"
                }
                shape +=
                    "<circle cx=\"\(number(x(dot.value)))\" cy=\"\(number(at))\" r=\"3.4\" stroke=\"\(dot.color)\" "
                    + "stroke-width=\"1.4\" \(dot.isFilled ? "fill=\"\(dot.color)\"" : "class=\"hollow\"")/>"
                marks += "<g data-tip=\"\(InlineSVG.escaped(dot.tip))\">\(shape)</g>"
            }
            y += height
        }
        var axis = ""
        for tick in ticks {
            axis +=
                "<path class=\"s-faint\" d=\"M\(number(x(tick.value))) 4V\(number(y))\"/>"
                + "<text class=\"quiet\" x=\"\(number(x(tick.value)))\" y=\"\(number(y + 14))\" font-size=\"11\" "
                + "text-anchor=\"middle\">\(InlineSVG.escaped(tick.text))</text>"
        }
        axis += "<path class=\"s-axis\" d=\"M\(number(left)) \(number(y))H\(number(width - 24))\"/>"
        return figure(width: width, height: y + 20, label: label, axis + marks)
    }

    /// Numbers 0…1 as a matrix of coloured cells with their percentages; columns come in titled groups.
    static func matrix(
        rows: [(name: String, values: [Double])], groups: [(title: String, columns: [String])], label: String
    ) -> String {
        let (left, top, width) = (168.0, 34.0, 960.0)
        let count = groups.reduce(0) { $0 + $1.columns.count }
        let gap = 10.0
        let cell = (width - left - gap * Double(groups.count - 1)) / Double(max(1, count))
        let height = 15.0
        var text = ""
        var places: [Double] = []
        var x = left
        for group in groups {
            text +=
                "<text class=\"ink\" x=\"\(number(x))\" y=\"12\" font-size=\"12\" font-weight=\"bold\">"
                + "\(InlineSVG.escaped(group.title))</text>"
            for column in group.columns {
                text +=
                    "<text class=\"quiet\" x=\"\(number(x + cell / 2))\" y=\"28\" font-size=\"10\" "
                    + "text-anchor=\"middle\">\(InlineSVG.escaped(column))</text>"
                places.append(x)
                x += cell
            }
            x += gap
        }
        let titles = groups.flatMap { group in group.columns.map { "\(group.title), \($0)" } }
        for (index, row) in rows.enumerated() {
            let y = top + Double(index) * height
            text +=
                "<text class=\"ink\" x=\"0\" y=\"\(number(y + 11))\" font-size=\"11\">\(InlineSVG.escaped(row.name))</text>"
            for (place, value) in row.values.enumerated() {
                let color = ColorMap.cividis.color(value * 2 - 1)
                let percent = NumberFormat.fixed(value * 100, 0)
                text +=
                    "<g data-tip=\"\(InlineSVG.escaped("\(row.name), \(titles[place]): "))"
                    + "\(NumberFormat.fixed(value * 100, 1)) %\">"
                    + "<rect x=\"\(number(places[place]))\" y=\"\(number(y))\" width=\"\(number(cell - 1))\" "
                    + "height=\"\(number(height - 1))\" fill=\"\(InlineSVG.hexadecimal(color))\"/>"
                    + "<text x=\"\(number(places[place] + cell / 2 - 0.5))\" y=\"\(number(y + 11))\" font-size=\"10\" "
                    + "text-anchor=\"middle\" fill=\"\(InlineSVG.hexadecimal(color.contrasting))\">\(percent)</text></g>"
            }
        }
        return figure(width: width, height: top + Double(rows.count) * height + 4, label: label, text)
    }

    /// Shares that add up to 1 as bars, one a row.
    static func bars(
        _ rows: [(name: String, parts: [(name: String, share: Double, color: String)])], label: String
    ) -> String {
        let (left, width, height) = (300.0, 960.0, 18.0)
        var text = ""
        for (index, row) in rows.enumerated() {
            let y = Double(index) * height
            text +=
                "<text class=\"ink\" x=\"0\" y=\"\(number(y + 13))\" font-size=\"11\">"
                + "\(InlineSVG.escaped(TextTable.shortened(row.name, to: 46)))</text>"
            var x = left
            for part in row.parts where part.share > 0 {
                let length = part.share * (width - left)
                let percent = NumberFormat.share(part.share)
                text +=
                    "<g data-tip=\"\(InlineSVG.escaped("\(row.name): \(part.name) \(percent)"))\">"
                    + "<rect x=\"\(number(x))\" y=\"\(number(y + 1))\" width=\"\(number(length))\" "
                    + "height=\"\(number(height - 3))\" fill=\"\(part.color)\"/></g>"
                x += length
            }
        }
        return figure(width: width, height: Double(rows.count) * height + 2, label: label, text)
    }

    /// Swatches with their names.
    static func legend(_ entries: [(name: String, color: String)]) -> String {
        let parts = entries.map { "<span><i style=\"background:\($0.color)\"></i>\(InlineSVG.escaped($0.name))</span>" }
        return "<p class=\"legend\">\(parts.joined(separator: " "))</p>"
    }

    private static func figure(width: Double, height: Double, label: String, _ content: String) -> String {
        "<figure><svg class=\"figure\" viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" "
            + "aria-label=\"\(InlineSVG.escaped(label))\">\(content)</svg></figure>"
    }

    private static func number(_ value: Double) -> String { NumberFormat.fixed(value, 2) }
}
