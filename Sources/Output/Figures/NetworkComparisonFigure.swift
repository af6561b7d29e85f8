import Classification
import Statistics

/// The label shares of several networks beside each other: all layers, the strided ones, the others, the last one.
public enum NetworkComparisonFigure {
    /// One network with its layers in network order.
    public struct Entry: Sendable, Equatable {
        /// The network's title.
        public let title: String
        /// Its layers.
        public let rows: [LabelSharesFigure.Row]

        /// Names a network; see the properties.
        public init(title: String, rows: [LabelSharesFigure.Row]) {
            self.title = title
            self.rows = rows
        }

        /// The layers of an analysed network.
        public init(_ statistics: NetworkStatistics) {
            self.init(title: statistics.network.title, rows: statistics.layers.map(LabelSharesFigure.Row.init))
        }

        /// Analysed networks; those of one title are told apart by their files' names.
        public static func entries(_ networks: [NetworkStatistics]) -> [Entry] {
            networks.map { statistics in
                let title = statistics.network.title
                let isAlone = networks.count { $0.network.title == title } == 1
                let path = statistics.network.checkpoint.path
                let file = path.split(separator: "/").last.map(String.init) ?? path
                return Entry(
                    title: isAlone ? title : "\(title), \(file)",
                    rows: statistics.layers.map(LabelSharesFigure.Row.init))
            }
        }
    }

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of entries: [Entry], widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: entries.count, network: "comparison")
        for entry in entries {
            try LabelSharesFigure.check(widthMillimetres, count: entry.rows.count, network: entry.title)
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading("Label shares", entries.count == 1 ? "of 1 network" : "of \(entries.count) networks")
        page.flow(KernelLabel.allCases.map { Legend.area($0, $0.rawValue) })
        page.y += 4
        let groups: [(name: String, pick: (Entry) -> [LabelSharesFigure.Row])] = [
            ("all layers", { $0.rows }),
            ("strided layers", { $0.rows.filter(\.isStrided) }),
            ("layers of stride 1 but the last", { $0.rows.dropLast().filter { !$0.isStrided } }),
            ("last layer", { $0.rows.suffix(1) }),
        ]
        for group in groups {
            let rows = entries.compactMap { entry -> ShareBars.Row? in
                let counts = group.pick(entry).reduce(LabelCounts()) { $0 + $1.counts }
                return counts.total > 0 ? ShareBars.Row(name: entry.title, counts: counts) : nil
            }
            guard !rows.isEmpty else { continue }
            page.y += 9
            page.subheading(group.name)
            ShareBars(rows: rows, totalTitle: "kernels").draw(on: &page)
        }
        if entries.count > 1 {
            page.y += 9
            page.subheading("mean over the networks")
            page.y += 3
            let columns = page.contentWidth > 330 ? 2 : 1
            let shown = groups.map { group in
                MeanShares(
                    name: group.name,
                    networks: entries.map { group.pick($0).reduce(LabelCounts()) { $0 + $1.counts } })
            }.filter { $0.networks.count > 1 }
            page.columns(columns, gap: 14, blocks: shown.count) { page, index in shown[index].draw(on: &page) }
            page.y += 2
            page.caption(
                "Points: networks; line: their mean; bar: its 95 % interval by Student's t, networks as the unit: kernels "
                    + "of one network are not independent.")
        }
        page.y += 2
        return page.finished(title: "label shares of \(entries.count) networks")
    }
}
