import Classification
import Diagnostics
import Figures
import Kernels
import Statistics
import Architectures

/// One layer's part of the page: its kernels as vector cells, the details behind them, and its histogram.
struct HTMLLayer {
    /// Kernels of a layer that are drawn at most; the page says where there are more.
    static let kernelLimit = 4096
    private static let bins = 80

    private let statistics: LayerStatistics
    private let bank: KernelBank
    private let identifier: String
    private let shown: Int
    private let columns: Int

    init(_ statistics: LayerStatistics, bank: KernelBank, identifier: String) {
        (self.statistics, self.bank, self.identifier) = (statistics, bank, identifier)
        shown = min(bank.count, Self.kernelLimit)
        // About three times as wide as high; whole filters in a row where they have several slices.
        let wanted = max(1, Int((Double(shown) * 3).squareRoot().rounded(.up)))
        let inputs = bank.layer.weightShape[1]
        columns = inputs > 1 && inputs <= wanted ? wanted / inputs * inputs : min(wanted, max(1, shown))
    }

    /// Heading, grid with its data, histogram.
    var section: String {
        let layer = bank.layer
        let counts = statistics.counts
        let facts =
            [
                "\(NumberFormat.grouped(bank.count)) kernels", "\(bank.size)×\(bank.size)",
                layer.strideText.map { "stride \($0)" } ?? "stride unknown", layer.connectivity.description,
            ]
            + KernelLabel.allCases.filter { counts[$0] > 0 }.map {
                "\($0.rawValue) \(NumberFormat.grouped(counts[$0]))"
            }
            + shapeFacts + (statistics.sigmaText.map { ["median σ \($0) px"] } ?? [])
            + (statistics.uncertainCount > 0 ? ["uncertain \(NumberFormat.grouped(statistics.uncertainCount))"] : [])
        let cut =
            shown < bank.count
            ? "<p class=\"quiet\">The first \(NumberFormat.grouped(shown)) of \(NumberFormat.grouped(bank.count)) kernels.</p>"
            : ""
        return "<details open class=\"layer\" id=\"\(identifier)\"><summary>\(InlineSVG.escaped(layer.label))</summary>"
            + "<p class=\"quiet\">\(InlineSVG.escaped(facts.joined(separator: " · ")))</p>" + cut + grid + histogram
            + "</details>"
    }

    /// How many kernels have each shape ("ring 845").
    private var shapeFacts: [String] {
        let named = statistics.shapeCounts.filter { $0.shape.isNamed && $0.count > 0 }
            .map { "\($0.shape.rawValue) \(NumberFormat.grouped($0.count))" }
        return named.isEmpty ? [] : ["shapes: " + named.joined(separator: ", ")]
    }

    private static func thousandths(_ share: Double) -> String { "\(Int((share * 1000).rounded()))" }

    private static func second(_ kernel: KernelClassification) -> String {
        guard let label = kernel.secondLabel, let share = kernel.secondProbability,
            let place = KernelLabel.allCases.firstIndex(of: label)
        else { return "0" }
        return "\(1000 * place + min(999, Int((share * 1000).rounded())))"
    }

    // MARK: Kernels

    /// The bar that stands below the kernels of a label, for a legend.
    static func bar(of label: KernelLabel) -> String {
        let pieces = LabelPalette.bar(label).map { piece in
            let (x, width) = (piece.lowerBound * 18, (piece.upperBound - piece.lowerBound) * 18)
            return
                "<rect x=\"\(NumberFormat.fixed(x, 1))\" y=\"6\" width=\"\(NumberFormat.fixed(width, 1))\" height=\"4\" "
                + "fill=\"\(InlineSVG.hexadecimal(LabelPalette.color(label)))\"/>"
        }
        return
            "<svg class=\"mark\" viewBox=\"-2 0 22 12\" aria-hidden=\"true\"><path class=\"rim\" d=\"M0 3h18v1H0z\"/>"
            + pieces.joined() + "</svg>"
    }

    /// Cells are one unit wide; kernels are a unit and a half apart.
    private var pitch: Double { Double(bank.size) + 1.5 }

    private var grid: String {
        var options = KernelGridOptions()
        options.scale = .perKernel
        let labels = statistics.classifications.map(\.label)
        let colors = KernelColors(bank: bank, labels: labels, options: options)
        let rows = (shown + columns - 1) / columns
        let (width, height) = (Double(min(columns, shown)) * pitch + 0.5, Double(rows) * pitch + 0.5)
        var groups = ""
        for label in KernelLabel.allCases {
            var (frame, bars) = ("", "")
            var order: [String] = []
            var shapes: [String: String] = [:]
            for index in 0..<shown where labels[index] == label {
                let (x, y) = corner(index)
                let side = Double(bank.size)
                let outer = side + 2 * Self.hairline
                frame +=
                    "M\(short(x - Self.hairline)) \(short(y - Self.hairline))h\(short(outer))v\(short(outer))h\(short(-outer))z"
                for piece in LabelPalette.bar(label) {
                    let width = (piece.upperBound - piece.lowerBound) * side
                    bars +=
                        "M\(short(x + piece.lowerBound * side)) \(short(y + side + Self.barGap))h\(short(width))"
                        + "v\(short(Self.barHeight))h\(short(-width))z"
                }
                for (cell, color) in colors.colors(index).enumerated() {
                    let key = color.map(InlineSVG.hexadecimal) ?? "nan"
                    if shapes[key] == nil { order.append(key) }
                    shapes[key, default: ""] +=
                        "M\(short(x + Double(cell % bank.size))) \(short(y + Double(cell / bank.size)))h1v1h-1z"
                }
            }
            guard !frame.isEmpty else { continue }
            let cells = order.map { key in
                let paint = key == "nan" ? "class=\"nan\"" : "fill=\"\(key)\""
                return "<path \(paint) d=\"\(shapes[key] ?? "")\"/>"
            }
            groups +=
                "<g data-label=\"\(label.rawValue)\"><path class=\"rim\" d=\"\(frame)\"/>\(cells.joined())"
                + "<path fill=\"\(InlineSVG.hexadecimal(LabelPalette.color(label)))\" d=\"\(bars)\"/></g>"
        }
        let scale = min(9.0, max(3.0, 1000 / width))
        return
            "<svg class=\"grid\" shape-rendering=\"crispEdges\" tabindex=\"0\" role=\"group\" aria-label=\"Kernels of \(InlineSVG.escaped(bank.layer.label)); "
            + "arrow keys walk through them\" viewBox=\"0 0 \(short(width)) \(short(height))\" "
            + "style=\"width:\(short(width * scale))px\">"
            + "<rect class=\"sheet\" width=\"\(short(width))\" height=\"\(short(height))\"/>\(groups)<rect class=\"cursor\" width=\"\(short(Double(bank.size) + 1))\" "
            + "height=\"\(short(Double(bank.size) + 1))\" hidden/></svg>"
            + "<script type=\"application/json\">\(data)</script>"
    }

    /// The line around a kernel, outside its cells.
    private static let hairline = 0.12
    /// Between a kernel and the bar of its label, whose form tells the label without colour.
    private static let barGap = 0.3
    private static let barHeight = 0.55

    private func corner(_ index: Int) -> (Double, Double) {
        (Double(index % columns) * pitch + 1, Double(index / columns) * pitch + 1)
    }

    /// What the script needs to tell about each kernel: weights as bytes of the kernel's own scale, labels, fits.
    private var data: String {
        let kernels = statistics.classifications.prefix(shown)
        let largest = (0..<shown).map { index in
            bank.kernel(index).reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
        }
        let bytes = (0..<shown).flatMap { index in
            bank.kernel(index).map { weight -> UInt8 in
                // −127…127 for −max…max, −128 for what is not finite.
                guard weight.isFinite else { return UInt8(bitPattern: -128) }
                return UInt8(bitPattern: Int8((largest[index] > 0 ? weight / largest[index] * 127 : 0).rounded()))
            }
        }
        let shapes = kernels.map(\.subLabel).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }
        let fields = [
            "\"size\":\(bank.size)", "\"columns\":\(columns)", "\"count\":\(shown)",
            "\"inputs\":\(bank.layer.weightShape[1])",
            "\"weights\":\"\(Base64.text(bytes))\"", "\"largest\":" + list(largest.map { "\($0)" }),
            "\"labels\":\"" + kernels.map { "\(KernelLabel.allCases.firstIndex(of: $0.label) ?? 0)" }.joined() + "\"",
            "\"shapes\":" + list(shapes.map { "\"\($0)\"" }),
            "\"shape\":" + list(kernels.map { "\(shapes.firstIndex(of: $0.subLabel) ?? 0)" }),
            "\"fit\":" + list(kernels.map { NumberFormat.fixed($0.fit, 2) }),
            // Below zero: wider than its magnitude. Of no number: 0.
            "\"sigma\":"
                + list(
                    kernels.map {
                        $0.sigmaPixels.map { NumberFormat.fixed($0, 2) }
                            ?? $0.sigmaBoundPixels.map { "-\(NumberFormat.fixed($0, 1))" } ?? "0"
                    }),
            // In thousandths; -1 where no reader was asked.
            "\"probability\":" + list(kernels.map { $0.probability.map(Self.thousandths) ?? "-1" }),
            // The second label and its probability in thousandths in one number: 1000 · label + probability; 0 where none is near.
            "\"second\":" + list(kernels.map(Self.second)),
        ]
        return "{" + fields.joined(separator: ",") + "}"
    }

    // MARK: Histogram

    private var histogram: String {
        let whole = Histogram.ofBulk(bank.values, bins: Self.bins)
        let range = whole.lowerBound...whole.upperBound
        let moments = Moments(bank.values)
        let parts = KernelLabel.allCases.compactMap { label -> (KernelLabel, [Int])? in
            let values = statistics.classifications.indices.filter { statistics.classifications[$0].label == label }
                .flatMap { bank.kernel($0) }
            return values.isEmpty ? nil : (label, Histogram(values, bins: Self.bins, range: range).counts)
        }
        let highest = Double(max(1, whole.counts.max() ?? 1))
        let (width, height) = (Double(Self.bins) * 6, 90.0)
        var bars = ""
        for bin in 0..<Self.bins where whole.counts[bin] > 0 {
            let low = whole.lowerBound + Double(bin) * whole.binWidth
            var y = height
            var boxes = ""
            for (label, counts) in parts where counts[bin] > 0 {
                let size = Double(counts[bin]) / highest * height
                y -= size
                boxes +=
                    "<rect data-label=\"\(label.rawValue)\" x=\"\(bin * 6)\" y=\"\(short(y))\" width=\"6\" "
                    + "height=\"\(NumberFormat.fixed(size, 2))\" fill=\"\(InlineSVG.hexadecimal(LabelPalette.color(label)))\"/>"
            }
            let words = parts.filter { $0.1[bin] > 0 }.map { "\($0.0.rawValue) \($0.1[bin])" }.joined(separator: ", ")
            bars +=
                "<g data-tip=\"\(significant(low)) … \(significant(low + whole.binWidth)): "
                + "\(NumberFormat.grouped(whole.counts[bin])) weights (\(words))\">\(boxes)</g>"
        }
        let zero = range.contains(0) ? -whole.lowerBound / (whole.upperBound - whole.lowerBound) * width : nil
        let line = zero.map { "<path class=\"s-axis\" stroke-dasharray=\"2 2\" d=\"M\(short($0)) 0v90\"/>" } ?? ""
        let facts =
            [
                "mean \(significant(moments.mean))", "std \(significant(moments.standardDeviation))",
                "skewness \(significant(moments.skewness))", "excess kurtosis \(significant(moments.excessKurtosis))",
                "range \(significant(moments.minimum)) … \(significant(moments.maximum))",
            ]
            + (whole.outsideCount > 0 ? ["\(NumberFormat.grouped(whole.outsideCount)) beyond the axis"] : [])
            + (moments.nonFiniteCount > 0 ? ["\(NumberFormat.grouped(moments.nonFiniteCount)) not finite"] : [])
        return
            "<svg class=\"histogram\" viewBox=\"0 -2 \(short(width)) 104\" role=\"img\" aria-label=\"Histogram of the weights\">"
            + bars + line + "<path class=\"s-axis\" d=\"M0 90h\(short(width))\"/>"
            + "<text class=\"quiet\" x=\"0\" y=\"101\" font-size=\"9\">\(significant(whole.lowerBound))</text>"
            + "<text class=\"quiet\" x=\"\(short(width))\" y=\"101\" font-size=\"9\" text-anchor=\"end\">"
            + "\(significant(whole.upperBound))</text></svg><p class=\"quiet\">\(facts.joined(separator: " · "))</p>"
    }

    private func short(_ value: Double) -> String {
        let text = NumberFormat.fixed(value, 2)
        guard text.contains(".") else { return text }
        var rest = Substring(text)
        while rest.last == "0" { rest.removeLast() }
        if rest.last == "." { rest.removeLast() }
        return String(rest)
    }

    private func significant(_ value: Double) -> String {
        let text = value == 0 || (abs(value) >= 0.001 && abs(value) < 10_000) ? short3(value) : "\(Float(value))"
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }

    private func short3(_ value: Double) -> String { NumberFormat.fixed(value, abs(value) >= 100 ? 0 : 3) }
}

/// RFC 4648 text of bytes.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let rest = bytes.count - start
            let word =
                Int(bytes[start]) << 16 | (rest > 1 ? Int(bytes[start + 1]) << 8 : 0)
                | (rest > 2 ? Int(bytes[start + 2]) : 0)
            for part in 0..<4 {
                result.append(part <= rest ? letters[word >> (18 - 6 * part) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
