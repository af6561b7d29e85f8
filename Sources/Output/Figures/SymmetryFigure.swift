import Kernels
import Statistics

/// How the energy of each layer's kernels divides among the five symmetry types of the square.
public enum SymmetryFigure {
    /// One layer.
    public struct Row: Sendable, Equatable {
        /// What stands beside its bar.
        public let name: String
        /// The shares, which sum to 1 or are all 0.
        public let energies: SymmetryEnergies
        /// How many kernels were measured.
        public let kernels: Int
        /// Whether the layer reduces the resolution.
        public let isStrided: Bool

        /// Names a bar; see the properties.
        public init(name: String, energies: SymmetryEnergies, kernels: Int, isStrided: Bool) {
            self.name = name
            self.energies = energies
            self.kernels = kernels
            self.isStrided = isStrided
        }

        /// The bar of a layer.
        public init(_ layer: LayerStatistics) {
            self.init(
                name: layer.layer.label, energies: layer.symmetry, kernels: layer.counts.total - layer.counts[.zero],
                isStrided: layer.layer.isStrided)
        }
    }

    /// Apart from each other in sight without red or green, and neighbours in a row in grey print.
    static let types: [(name: String, color: FigureColor)] = [
        ("A1 fully symmetric", FigureColor(0x4A, 0x95, 0xD9)), ("A2 swirl", FigureColor(0xDC, 0xDC, 0xDC)),
        ("B1 rows against columns", FigureColor(0xB0, 0x24, 0x6A)), ("B2 diagonals", FigureColor(0xF0, 0xDC, 0x58)),
        ("E odd (first derivatives)", FigureColor(0x12, 0x3A, 0x20)),
    ]

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of rows: [Row], network: String, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: rows.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "symmetry of the kernels by layer")
        page.flow(types.map { Legend.swatch($0.color, $0.name) })
        page.y += 5
        let common = CommonParts(rows.map(\.name))
        ShareBars(
            rows: zip(rows, common.names).map { row, name in
                ShareBars.Row(
                    name: name, isStrided: row.isStrided, total: NumberText.grouped(row.kernels),
                    parts: zip(row.energies.all, types).map { ($0, $1.color, String($1.name.prefix { $0 != " " })) })
            }, totalTitle: "live kernels"
        ).draw(on: &page)
        page.y += 3
        page.caption(
            "Mean share of Σw² of each live kernel in the irreducible representations of D₄: bumps, rings and Laplacians "
                + "are A1, Sobel kernels E, saddles B1 and B2."
                + (rows.contains(where: \.isStrided) ? " Bold, with ↓: stride above 1." : "")
                + (common.sentence.isEmpty ? "" : " " + common.sentence))
        return page.finished(title: "\(network): symmetry by layer")
    }
}
