import Classification
import Diagnostics
import Statistics

/// The share of each label in several networks: a point a network, their mean and its interval.
struct MeanShares {
    /// What the shares are of ("strided layers").
    let name: String
    /// The counts of each network that has such layers.
    let networks: [LabelCounts]

    private static let rowHeight = 9.0

    init(name: String, networks: [LabelCounts]) {
        (self.name, self.networks) = (name, networks.filter { $0.total > 0 })
    }

    /// The mean share of a label and its 95 % interval, networks as the unit.
    func mean(_ label: KernelLabel) -> (mean: Double, spread: Spread?) {
        let shares = networks.map { $0.share(label) }
        return (
            shares.reduce(0, +) / Double(max(1, shares.count)),
            Spread(meanOf: shares, within: 0...1, meaning: "95 % interval of the mean over networks")
        )
    }

    /// Draws a row a label below what is on the page.
    func draw(on page: inout Page) {
        let size = Page.FontSize.tick
        page.facts([name, Spread.counted([networks.count])])
        let nameRoom = KernelLabel.allCases.map { TextMetrics.width($0.rawValue, size: size) }.max() ?? 0
        let textRoom = TextMetrics.width("100 % (100–100)", size: size)
        let area = FigureRect(
            x: page.left + nameRoom + 6, y: page.y + 1, width: page.contentWidth - nameRoom - textRoom - 14,
            height: Double(KernelLabel.allCases.count) * Self.rowHeight)
        for quarter in 0...4 {
            let x = area.x + area.width * Double(quarter) / 4
            page.line(from: FigurePoint(x, area.y), to: FigurePoint(x, area.bottom), Stroke(.faint, width: 0.5))
            guard quarter % 2 == 0 else { continue }
            page.text(
                "\(quarter * 25) %", at: FigurePoint(x, area.bottom + 2 + size * TextMetrics.ascent), size: size,
                anchor: .middle, color: .quietInk)
        }
        for (row, label) in KernelLabel.allCases.enumerated() {
            draw(label, y: area.y + (Double(row) + 0.5) * Self.rowHeight, in: area, on: &page)
        }
        page.y = area.bottom + 2 + size + 3
    }

    private func draw(_ label: KernelLabel, y: Double, in area: FigureRect, on page: inout Page) {
        let size = Page.FontSize.tick
        func place(_ share: Double) -> Double { area.x + area.width * share }
        let (mean, spread) = mean(label)
        let baseline = y + size * 0.36
        page.text(label.rawValue, at: FigurePoint(page.left, baseline), size: size, color: .ink)
        for network in networks {
            let dot = FigureRect(x: place(network.share(label)), y: y, width: 0, height: 0).expanded(1.1)
            page.add(.rectangle(dot, fill: FigureColor(grey: 0x9A)))
        }
        if let spread {
            ErrorBar.horizontal(
                (place(spread.low), place(spread.high)), y: y, cap: 1.8, Stroke(.ink, width: 0.7), on: &page)
        }
        page.line(
            from: FigurePoint(place(mean), y - 3), to: FigurePoint(place(mean), y + 3), Stroke(.ink, width: 1.2))
        func points(_ share: Double) -> String { NumberText.fixed(share * 100, decimals: 0) }
        let interval = spread.map { " (\(points($0.low))–\(points($0.high)))" } ?? ""
        page.text(
            "\(points(mean)) %\(interval)", at: FigurePoint(page.right, baseline), size: size, anchor: .end,
            color: .quietInk)
    }
}
