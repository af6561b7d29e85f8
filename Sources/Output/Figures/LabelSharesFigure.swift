import Classification
import Diagnostics
import Statistics

/// Which labels the kernels of each layer carry: one stacked bar a layer, in network order.
public enum LabelSharesFigure {
    /// One bar.
    public struct Row: Sendable, Equatable {
        /// What stands beside it ("#7 features.7.conv.1.0").
        public let name: String
        /// How many kernels carry each label.
        public let counts: LabelCounts
        /// Whether the layer reduces the resolution: its name is marked.
        public let isStrided: Bool

        /// Names a bar; see the properties.
        public init(name: String, counts: LabelCounts, isStrided: Bool) {
            self.name = name
            self.counts = counts
            self.isStrided = isStrided
        }

        /// The bar of a layer.
        public init(_ layer: LayerStatistics) {
            self.init(name: layer.layer.label, counts: layer.counts, isStrided: layer.layer.isStrided)
        }
    }

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of rows: [Row], network: String, widthMillimetres: Double = 170) throws -> Figure {
        try check(widthMillimetres, count: rows.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        let sum = rows.reduce(LabelCounts()) { $0 + $1.counts }
        page.heading(network, "labels of the kernels by layer")
        page.facts([
            rows.count == 1 ? "1 layer" : "\(rows.count) layers", "\(NumberText.grouped(sum.total)) kernels",
        ])
        page.y += 2
        page.flow(Legend.counts(sum))
        page.y += 5
        let common = CommonParts(rows.map(\.name))
        ShareBars(
            rows: zip(rows, common.names).map {
                ShareBars.Row(name: $1, isStrided: $0.isStrided, counts: $0.counts, showsInterval: true)
            }, totalTitle: "kernels, ±"
        ).draw(on: &page)
        page.y += 3
        page.caption(
            "±: half of the widest 95 % interval (Wilson) of the layer's shares in points, each kernel counted for itself."
        )
        if rows.contains(where: \.isStrided) { page.caption("Bold, with ↓: stride above 1.") }
        if !common.sentence.isEmpty { page.caption(common.sentence) }
        return page.finished(title: "\(network): labels by layer")
    }

    /// Throws for a width that cannot be drawn, and where there is nothing to draw.
    static func check(_ widthMillimetres: Double, count: Int, network: String) throws {
        try Figure.check(widthMillimetres: widthMillimetres)
        guard count > 0 else {
            throw KernelVizError(
                code: "figures.noLayers", subject: network, found: "no layers with N×N kernels",
                expected: "at least one", advice: "Choose another network")
        }
    }
}
