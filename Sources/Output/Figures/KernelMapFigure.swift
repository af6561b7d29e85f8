import Classification
import Diagnostics
import Numerics

/// Kernels as points in the plane of their principal components: one panel a network, all on one basis.
public enum KernelMapFigure {
    /// Kernels of a network that are drawn at most unless asked otherwise.
    public static let pointLimit = 1500

    /// Lays the picture out; of networks with more kernels than `pointLimit` an even sample is drawn. `panels` are the
    /// places of the networks that are drawn, all without; `name` is what a page of some of them is called.
    ///
    /// Throws `figures.badWidth`.
    public static func figure(
        of map: KernelMap, panels: [Int]? = nil, name: String = "", widthMillimetres: Double = 170,
        pointLimit: Int = pointLimit
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let panels = panels ?? Array(map.networks.indices)
        precondition(panels.allSatisfy(map.networks.indices.contains))
        var page = Page(widthMillimetres: widthMillimetres)
        let title = name.isEmpty ? Self.title(of: map) : name
        page.heading(title, "map of the \(map.size)×\(map.size) kernels on their principal components")
        let total = map.networks.reduce(0) { $0 + $1.points.count }
        page.facts([
            total == 1 ? "1 kernel" : "\(NumberText.grouped(total)) kernels",
            "both components explain \(NumberFormat.share(min(1, map.explained.reduce(1e-9, +)))) of the variance",
        ])
        page.y += 6
        page.flow(
            zip(["PC 1", "PC 2"], map.components).map { picture($0, $1, size: map.size) }
                + shownLabels.map { label in
                    // The counts of several networks stand above their panels.
                    legend(label, map.networks.count == 1 ? " \(count(label, in: map.networks[0]))" : "")
                })
        page.y += map.networks.count == 1 ? 3 : 8
        let frame = Frame(map)
        let columns = page.contentWidth > 330 && map.networks.count > 1 ? 2 : 1
        page.columns(columns, gap: 16, blocks: panels.count) { page, index in
            draw(map, panels[index], frame, pointLimit, on: &page)
        }
        page.y += 2
        page.caption(caption(map, pointLimit))
        return page.finished(title: "\(title): map of kernels")
    }

    // MARK: Words

    /// The network's name, or how many there are.
    public static func title(of map: KernelMap) -> String {
        map.networks.count == 1 ? map.networks[0].title : "\(map.networks.count) networks"
    }

    private static let shownLabels: [KernelLabel] = [.identity, .blur, .edge, .other]

    private static func count(_ label: KernelLabel, in network: KernelMap.Network) -> String {
        NumberText.grouped(network.points.count { $0.label == label })
    }

    private static func caption(_ map: KernelMap, _ pointLimit: Int) -> String {
        let total = map.networks.reduce(0) { $0 + $1.points.count }
        let drawn = map.networks.reduce(0) { $0 + min($1.points.count, pointLimit) }
        let (leftOut, others) = map.networks.reduce((0, 0)) { ($0.0 + $1.leftOut, $0.1 + $1.otherSizes) }
        func count(_ number: Int, _ words: String) -> String {
            number == 0 ? "" : "\(NumberText.grouped(number)) \(words)"
        }
        let without = [count(leftOut, "zero or not finite"), count(others, "of other sizes")].filter { !$0.isEmpty }
        return [
            "Each kernel divided by its norm √Σw², with the sign that it has."
                + (map.networks.count > 1 ? " Mean and components are those of all networks, each counted alike." : ""),
            map.basisCount < total
                ? "The components rest on \(NumberText.grouped(map.basisCount)) kernels, evenly picked." : "",
            drawn < total
                ? "Drawn are \(NumberText.grouped(drawn)) of \(NumberText.grouped(total)) points, evenly picked." : "",
            "Letters: the axis that the kernels of a label share most (from 3 on), a kernel and its negative counted as one."
                + (map.networks.count > 1
                    ? " RV: how alike these kernels are to the first network's, 0 … 1 (RV coefficient of their second "
                        + "moments)." : ""),
            "Pictures: unit impulse, Gaussian of σ = \(NumberText.short(Double(map.size) / 4)) px, its slopes and its negative "
                + "Laplacian, tied to their places.",
            without.isEmpty ? "" : "Not on the map: \(without.joined(separator: ", ")).",
            map.missing.isEmpty
                ? "" : "Without such kernels, so not drawn: \(map.missing.joined(separator: ", ")).",
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// How alike the kernels of each label are to those of the first network.
    static func drift(_ map: KernelMap, _ index: Int) -> String {
        let parts = KernelLabel.allCases.compactMap { label -> String? in
            guard let first = map.networks[0].axis(label), let own = map.networks[index].axis(label) else { return nil }
            return "\(label.rawValue) \(NumberText.fixed(own.likeness(to: first), decimals: 2))"
        }
        return parts.isEmpty ? "RV: no label with three kernels in both" : "RV: \(parts.joined(separator: ", "))"
    }

    // MARK: Drawing

    /// The range that both axes of every panel show.
    private struct Frame {
        let x: ClosedRange<Double>
        let y: ClosedRange<Double>

        init(_ map: KernelMap) {
            let places = map.networks.flatMap(\.points) + map.prototypes.map(\.place)
            func range(_ values: [Double]) -> ClosedRange<Double> {
                let (low, high) = (values.min() ?? -1, values.max() ?? 1)
                let pad = max(0.05, (high - low) * 0.08)
                return low - pad...high + pad
            }
            (x, y) = (range(places.map(\.x)), range(places.map(\.y)))
        }
    }

    private static func draw(
        _ map: KernelMap, _ index: Int, _ frame: Frame, _ pointLimit: Int, on page: inout Page
    ) {
        let network = map.networks[index]
        if map.networks.count > 1 { drawHead(map, index, on: &page) }
        page.y += 3
        func title(_ component: Int) -> String {
            "PC \(component + 1) (\(NumberFormat.share(map.explained[component])) of the variance)"
        }
        var plot = PlotFrame(
            x: PlotAxis(title: title(0), range: frame.x), y: PlotAxis(title: title(1), range: frame.y),
            height: min(max(page.contentWidth * 0.75, 110), 300))
        plot.draw(on: &page)
        plot.drawBaseline(on: &page)
        let points = network.points.evenSample(pointLimit)
        // Those without a name lie below the others.
        for label in [KernelLabel.other, .edge, .blur, .identity] {
            for point in points where point.label == label {
                page.add(mark(label, at: plot.point(point.x, point.y), radius: 1.3))
            }
        }
        var taken = drawAxes(network, in: plot, on: &page)
        for prototype in map.prototypes { draw(prototype, size: map.size, in: plot, &taken, on: &page) }
        page.y = plot.bottom
    }

    /// Title, counts and likeness of one of several networks, in as many lines for each.
    private static func drawHead(_ map: KernelMap, _ index: Int, on page: inout Page) {
        let network = map.networks[index]
        page.subheading(network.title)
        page.paragraphLine(
            shownLabels.map { "\($0.rawValue) \(count($0, in: network))" }.joined(separator: "  ·  "))
        page.paragraphLine(index == 0 ? "RV: the others against this one" : drift(map, index))
    }

    /// The letters at the places of the labels' axes; where they lie.
    private static func drawAxes(
        _ network: KernelMap.Network, in plot: PlotFrame, on page: inout Page
    ) -> [FigureRect] {
        var boxes: [FigureRect] = []
        for axis in shownLabels.compactMap(network.axis) {
            let at = plot.point(axis.place.x, axis.place.y)
            let color = LabelPalette.color(axis.label)
            // An axis may lie a little beyond all kernels.
            let x = min(max(at.x, plot.area.x + 5), plot.area.right - 5)
            let y = min(max(at.y, plot.area.y + 5), plot.area.bottom - 5)
            var free = FigureRect(x: x, y: y, width: 0, height: 0).expanded(4)
            // A letter on another would not be read: the later one moves below, or above where the plot ends.
            let step = y > plot.area.y + plot.area.height / 2 ? -1.0 : 1
            while boxes.contains(where: { $0.overlaps(free) }) { free.y += step }
            page.add(.rectangle(free.expanded(0.6), fill: .white))
            page.add(.rectangle(free, fill: color))
            page.text(
                LabelPalette.letter(axis.label), at: FigurePoint(free.x + 4, free.y + 4 + 6 * 0.36), size: 6,
                anchor: .middle, color: color.contrasting)
            boxes.append(free)
        }
        return boxes
    }

    /// A prototype's picture beside its place, where there is room.
    private static func draw(
        _ prototype: KernelMap.Prototype, size: Int, in plot: PlotFrame, _ taken: inout [FigureRect],
        on page: inout Page
    ) {
        let at = plot.point(prototype.place.x, prototype.place.y)
        let side = 13.0
        let steps: [(x: Double, y: Double)] = [
            (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1.4), (0, 1.4), (1.4, 0), (-1.4, 0),
        ]
        let distances: [Double] = [12, 18, 26, 36]
        let spots = distances.flatMap { distance in
            steps.map { step -> FigureRect in
                let (x, y) = (at.x + step.x * distance, at.y + step.y * distance)
                return FigureRect(x: x - side / 2, y: y - side / 2, width: side, height: side)
            }
        }
        let inside = spots.filter { plot.area.contains($0.expanded(1)) }
        guard
            let spot = inside.first(where: { spot in !taken.contains { $0.overlaps(spot.expanded(1.5)) } })
                ?? inside.first
        else { return }
        taken.append(spot)
        page.line(
            from: at, to: FigurePoint(spot.x + side / 2, spot.y + side / 2), Stroke(.ink, width: 0.5))
        page.add(.cells(picture(prototype.kernel, size: size, in: spot)))
    }

    private static func picture(_ kernel: [Double], size: Int, in frame: FigureRect) -> CellGrid {
        let largest = kernel.map(abs).max() ?? 0
        return CellGrid(
            frame: frame, columns: size, colors: kernel.map { ColorMap.rdBu.color(largest > 0 ? $0 / largest : 0) },
            border: CellGrid.Border(FigureColor(grey: 0x40), width: 2 * Length.unit))
    }

    /// A component with its name, for the legend.
    private static func picture(_ name: String, _ kernel: [Double], size: Int) -> Page.Item {
        let font = Page.FontSize.fact
        let side = 12.0
        let room = TextMetrics.width(name, size: font)
        return Page.Item(width: room + 4 + side) { page, at in
            page.text(name, at: at, size: font, color: .ink)
            let frame = FigureRect(
                x: at.x + room + 3.5, y: at.y - font * 0.36 - side / 2, width: side, height: side)
            page.add(.cells(picture(kernel, size: size, in: frame)))
        }
    }

    private static func legend(_ label: KernelLabel, _ count: String) -> Page.Item {
        let font = Page.FontSize.fact
        let text = label.rawValue + count
        return Page.Item(width: 8 + TextMetrics.width(text, size: font)) { page, at in
            page.add(mark(label, at: FigurePoint(at.x + 2.4, at.y - font * 0.36), radius: 2))
            page.text(text, at: FigurePoint(at.x + 8, at.y), size: font, color: .ink)
        }
    }

    /// A triangle for identity, a square for blur, an open diamond for edge, a small pale square for other.
    static func mark(_ label: KernelLabel, at: FigurePoint, radius: Double) -> Mark {
        let color = LabelPalette.color(label)
        func box(_ half: Double) -> FigureRect { FigureRect(x: at.x, y: at.y, width: 0, height: 0).expanded(half) }
        func shape(_ corners: [(x: Double, y: Double)]) -> [FigurePoint] {
            corners.map { FigurePoint(at.x + $0.x * radius, at.y + $0.y * radius) }
        }
        switch label {
        case .identity:
            let corners = shape([(0, -1.3), (1.2, 0.8), (-1.2, 0.8)])
            return .path(FigurePath(corners, isClosed: true, fill: color))
        case .blur: return .rectangle(box(radius * 0.9), fill: color)
        case .edge:
            let corners = shape([(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)])
            return .path(FigurePath(corners, isClosed: true, stroke: Stroke(color, width: 0.5)))
        case .zero, .other: return .rectangle(box(radius * 0.6), fill: FigureColor(grey: 0xBC))
        }
    }
}
