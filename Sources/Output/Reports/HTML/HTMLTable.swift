import Classification
import Diagnostics
import Figures
import Statistics

/// Tables whose columns the reader can sort.
enum HTMLTable {
    /// A column's head: a button, so that the keyboard reaches it.
    static func header(_ title: String, isNumeric: Bool = false) -> String {
        "<th scope=\"col\"\(isNumeric ? " class=\"n\"" : "")>"
            + "<button type=\"button\" class=\"sort\">\(InlineSVG.escaped(title))</button></th>"
    }

    /// One layer a row, linked to its section.
    static func layers(_ statistics: NetworkStatistics, prefix: String) -> String {
        let titles =
            ["layer", "name", "kernels", "size", "stride", "role"] + KernelLabel.allCases.map { "\($0.rawValue) %" }
            + ["commonest shape", "σ px", "DC gain", "structured"]
        let words: Set = ["layer", "name", "size", "role", "commonest shape", "structured"]
        let headers = titles.map { header($0, isNumeric: !words.contains($0)) }
        let rows = statistics.layers.map { row($0, prefix: prefix) }
        return "<div class=\"scroll\"><table class=\"sortable\"><thead><tr>\(headers.joined())</tr></thead>"
            + "<tbody>\(rows.joined())</tbody></table></div>"
    }

    private static func row(_ statistics: LayerStatistics, prefix: String) -> String {
        let layer = statistics.layer
        let number = layer.number ?? 0
        var cells = [
            "<th scope=\"row\" data-v=\"\(number)\"><a href=\"#\(prefix)\(number)\">#\(number)</a></th>",
            "<td>\(InlineSVG.escaped(layer.name))</td>", numeric(Double(statistics.counts.total), decimals: 0),
            "<td data-v=\"\(layer.kernelHeight)\">\(layer.kernelHeight)×\(layer.kernelWidth)</td>",
            layer.stride.map { stride($0, layer.strideText) } ?? "<td>unknown</td>",
            "<td>\(layer.role.rawValue)\(layer.isOutsideFamily ? ", outside the family" : "")\(layer.isFixed ? ", fixed" : "")</td>",
        ]
        cells += KernelLabel.allCases.map { share(statistics.counts, $0) }
        cells.append("<td>\(statistics.commonestShape ?? "–")</td>")
        cells.append(sigma(statistics))
        cells.append(numeric(statistics.medianDCGain, decimals: 2))
        cells.append("<td>\(statistics.structure.map { $0.isStructured ? "yes" : "no" } ?? "–")</td>")
        return "<tr>\(cells.joined())</tr>"
    }

    /// Sorted by the larger of two strides.
    private static func stride(_ value: Int, _ text: String?) -> String {
        "<td class=\"n\" data-v=\"\(Double(value))\">\(text ?? "")</td>"
    }

    /// The median width; one beyond the bound is sorted as the bound.
    private static func sigma(_ statistics: LayerStatistics) -> String {
        guard let text = statistics.sigmaText else { return "<td class=\"n\">–</td>" }
        let value =
            statistics.medianSigmaPixels ?? KernelClassification.sigmaBound(size: statistics.layer.kernelHeight)
        return "<td class=\"n\" data-v=\"\(value)\">\(InlineSVG.escaped(text))</td>"
    }

    /// The share of a label in percent, with a bar behind it.
    static func share(_ counts: LabelCounts, _ label: KernelLabel) -> String {
        let share = counts.share(label)
        return "<td class=\"n share\" data-v=\"\(NumberFormat.fixed(share, 5))\" data-label=\"\(label.rawValue)\" "
            + "style=\"--share:\(NumberFormat.fixed(share * 100, 1))%;"
            + "--color:\(InlineSVG.hexadecimal(LabelPalette.color(label)))\">"
            + "\(NumberFormat.fixed(share * 100, 1))</td>"
    }

    /// A number.
    static func numeric(_ value: Double, decimals: Int) -> String {
        "<td class=\"n\" data-v=\"\(value)\">"
            + "\(decimals == 0 ? NumberFormat.grouped(Int(value)) : NumberFormat.fixed(value, decimals))</td>"
    }
}
