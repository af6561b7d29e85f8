import Diagnostics
import Kernels
import Numerics

/// The filters of the first layer in true colours, sorted by the direction and the frequency of their waves.
public enum StemSheetFigure {
    private static let headingRoom = 48.0
    private static let groupGap = 12.0

    /// Lays the picture out.
    ///
    /// Throws `figures.noPoints` where no filter has finite weights that are not all zero, or `figures.badWidth`.
    public static func figure(
        of stem: StemFilters, network: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let groups = stem.sorted()
        guard !groups.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: "\(network): \(stem.bank.layer.label)",
                found: "no filter with finite weights that are not all zero", expected: "at least one")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "\(stem.bank.layer.label): first-layer filters in true colours")
        let oriented = stem.filters.count(where: \.isOriented)
        let coloured = stem.filters.count { $0.colour > 0.5 }
        let size = stem.bank.size
        page.facts([
            stem.filters.count == 1 ? "1 filter" : "\(NumberText.grouped(stem.filters.count)) filters",
            "\(size)×\(size)×3", "\(NumberText.grouped(oriented)) with a direction",
            "\(NumberText.grouped(coloured)) more colour than grey",
        ])
        page.y += 6
        let tile = Tile(size: size, count: stem.filters.count)
        // Short rows stand side by side.
        let longest = Double(groups.map(\.filters.count).max() ?? 1) * tile.width + headingRoom
        let columns = max(1, min(groups.count, Int((page.contentWidth + groupGap) / (longest + groupGap))))
        page.columns(columns, gap: groupGap, rowGap: 0, blocks: groups.count) { page, index in
            draw(groups[index].heading, groups[index].filters, of: stem.bank, tile, on: &page)
        }
        page.y += 1
        page.caption(caption(stem))
        return page.finished(title: "\(network): first-layer filters")
    }

    private static func caption(_ stem: StemFilters) -> String {
        let frequencies = stem.filters.map(\.frequency)
        let median = NumberText.fixed(frequencies.median ?? 0, decimals: 2)
        let count = stem.unmeasured.count
        return [
            "Grey is 0, each filter on its own scale ±max|w| over its three channels, which are taken as red, green and blue.",
            "Rows: the direction of the waves that a filter answers to, clockwise from upright edges, in steps of 22.5°; "
                + "within a row and among filters without a direction (less than three fifths of the spectrum's second moments "
                + "along one axis) the frequency rises.",
            "Below a filter, where there is room: its mean frequency in cycles per pixel; the median is \(median), Nyquist's "
                + "limit 0.5.",
            count == 0
                ? ""
                : count == 1
                    ? "1 filter is all zero or not finite and left out."
                    : "\(NumberText.grouped(count)) filters are all zero or not finite and left out.",
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// How large filters are drawn.
    private struct Tile {
        /// The side of a filter in points, whole units a cell.
        let side: Double
        /// Whether its frequency stands below it.
        let hasNumber: Bool

        init(size: Int, count: Int) {
            let wanted = count > 150 ? 15.0 : count > 60 ? 24 : 30
            side = max(1, (wanted / Length.unit / Double(size)).rounded(.down)) * Length.unit * Double(size)
            hasNumber = side > 17
        }

        var width: Double { side + 4 }
        var height: Double { side + (hasNumber ? 11 : 4) }
    }

    private static func draw(
        _ heading: String, _ filters: [StemFilters.Filter], of bank: KernelBank, _ tile: Tile, on page: inout Page
    ) {
        let size = Page.FontSize.tick
        page.text(
            heading, at: FigurePoint(page.left, page.y + size * TextMetrics.ascent), size: size, weight: .bold,
            color: .ink)
        page.text(
            "n = \(NumberText.grouped(filters.count))",
            at: FigurePoint(page.left, page.y + 8 + size * TextMetrics.ascent), size: size, color: .quietInk)
        let unit = Length.unit
        let left = ((page.left + headingRoom) / unit).rounded(.up) * unit
        let columns = max(1, Int((page.right - left + 4) / tile.width))
        let top = (page.y / unit).rounded(.up) * unit
        for (place, filter) in filters.enumerated() {
            let x = ((left + Double(place % columns) * tile.width) / unit).rounded() * unit
            let y = ((top + Double(place / columns) * tile.height) / unit).rounded() * unit
            page.add(
                .cells(
                    CellGrid(
                        frame: FigureRect(x: x + unit, y: y + unit, width: tile.side, height: tile.side),
                        columns: bank.size, colors: colors(of: filter.channel, in: bank),
                        border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
            guard tile.hasNumber else { continue }
            page.text(
                NumberText.fixed(filter.frequency, decimals: 2),
                at: FigurePoint(x + unit + tile.side / 2, y + tile.side + 2.4 + 6 * TextMetrics.ascent), size: 6,
                anchor: .middle, color: .quietInk)
        }
        let rows = (filters.count + columns - 1) / columns
        page.y = max(top + Double(rows) * tile.height, page.y + 18) + 3
    }

    /// One colour a cell: grey for 0, the filter's largest |w| at the ends of the channels.
    static func colors(of channel: Int, in bank: KernelBank) -> [FigureColor] {
        let planes = (0..<3).map { Array(bank.kernel(channel * 3 + $0)) }
        let largest = Double(planes.joined().reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 })
        func byte(_ weight: Float) -> UInt8 {
            guard weight.isFinite, largest > 0 else { return 128 }
            return UInt8(min(255, max(0, (127.5 + 127.5 * Double(weight) / largest).rounded())))
        }
        return planes[0].indices.map { FigureColor(byte(planes[0][$0]), byte(planes[1][$0]), byte(planes[2][$0])) }
    }
}
