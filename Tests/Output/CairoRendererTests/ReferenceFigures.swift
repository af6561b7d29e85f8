import Classification
import Figures
import Kernels
import Statistics
import Tensors
import VGNets
import Architectures

/// One small figure of each kind, the same on every machine.
enum ReferenceFigures {
    static func bank(outputs: Int, inputs: Int = 1, size: Int = 3) -> KernelBank {
        let shape: Shape = [outputs, inputs, size, size]
        let layer = ConvLayer(
            number: 2, name: "blocks.1.conv", tensorName: "blocks.1.conv.weight", weightShape: shape, stride: 1,
            connectivity: inputs == 1 ? .depthwise(multiplier: 1) : .standard, role: .body)
        var generator = SeededGenerator(seed: 11)
        var scalars = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
        scalars[size * size + 1] = .nan
        return KernelBank(layer: layer, weight: Tensor(shape: shape, scalars: scalars))
    }

    static func classifications(_ count: Int) -> [KernelClassification] {
        (0..<count).map {
            KernelClassification(
                label: KernelLabel.allCases[$0 * $0 % 5], subLabel: "", fit: 1, margin: 0, sigmaPixels: nil, dcGain: 0)
        }
    }

    /// All of them, laid out once.
    static func all() throws -> [(name: String, figure: Figure)] { try made.get() }

    private static let made = Result { try make() }

    private static func make() throws -> [(name: String, figure: Figure)] {
        var options = KernelGridOptions()
        options.widthMillimetres = 80
        let rows = (1...6).map {
            LabelSharesFigure.Row(
                name: "#\($0) blocks.\($0).conv", counts: LabelCounts(classifications($0 * 7)), isStrided: $0 % 3 == 0)
        }
        return [
            (
                "kernel-grid",
                try KernelGridFigure(
                    bank: bank(outputs: 24), classifications: classifications(24), network: "Reference",
                    options: options
                ).figure()
            ),
            (
                "pixel-grid",
                try KernelGridFigure(bank: bank(outputs: 20, inputs: 16), network: "Reference", options: options)
                    .figure()
            ),
            ("histogram", try HistogramFigure.figure(of: bank(outputs: 64), network: "Reference", options: options)),
            ("label-shares", try LabelSharesFigure.figure(of: rows, network: "Reference", widthMillimetres: 80)),
        ] + (try statistics(rows)) + (try compositions(options))
    }

    /// Figures of layers and networks.
    private static func statistics(_ rows: [LabelSharesFigure.Row]) throws -> [(name: String, figure: Figure)] {
        let banks = [bank(outputs: 40), bank(outputs: 12, size: 5), bank(outputs: 4, inputs: 8)]
        let energies = SymmetryEnergies(
            fullySymmetric: 0.55, swirl: 0.05, axisSaddle: 0.1, diagonalSaddle: 0.1, odd: 0.2)
        let sigmas = (0..<6).map { index in
            SigmaFigure.Row(
                name: "\(index + 1)", sigmas: (0...index * 4).map { 0.6 + Double($0) * 0.12 }, isStrided: index % 3 == 2
            )
        }
        let small = ScatterFigure.Axis(title: "MACs (millions)", isLogarithmic: true, isMoreBetter: false)
        let large = ScatterFigure.Axis(title: "top-1 (%)", isLogarithmic: false, isMoreBetter: true)
        let entries = (0..<9).map { (index: Int) -> ScatterFigure.Entry in
            let (x, y) = (40 + index * index * 9, 60 + index * 7 % 17)
            return ScatterFigure.Entry(name: "net \(index)", x: Double(x), y: Double(y), isEmphasised: index % 4 == 0)
        }
        let series = ["loss", "validation loss"].enumerated().map { number, name in
            CurvesFigure.Series(
                name: name,
                points: (1...20).map { (step: Int) -> CurvesFigure.Point in
                    CurvesFigure.Point(step: Double(step), value: 2 / Double(step + number))
                })
        }
        return [
            ("share-areas", try ShareAreasFigure.figure(of: rows, network: "Reference", widthMillimetres: 80)),
            ("sigma", try SigmaFigure.figure(of: sigmas, network: "Reference", widthMillimetres: 80)),
            (
                "symmetry",
                try SymmetryFigure.figure(
                    of: rows.map {
                        SymmetryFigure.Row(name: $0.name, energies: energies, kernels: 9, isStrided: $0.isStrided)
                    }, network: "Reference", widthMillimetres: 80)
            ),
            (
                "frequency",
                try FrequencyResponseFigure.figure(
                    of: banks.map(FrequencyResponseFigure.Row.init), network: "Reference", widthMillimetres: 80)
            ),
            (
                "ridge",
                try RidgeFigure.figure(of: banks.map(RidgeFigure.Row.init), network: "Reference", widthMillimetres: 80)
            ),
            (
                "comparison",
                try NetworkComparisonFigure.figure(
                    of: ["One", "Two"].map { NetworkComparisonFigure.Entry(title: $0, rows: rows) },
                    widthMillimetres: 80)
            ),
            (
                "scatter",
                try ScatterFigure.figure(of: entries, x: small, y: large, title: "Reference", widthMillimetres: 80)
            ),
            (
                "curves",
                try CurvesFigure.figure(
                    of: [CurvesFigure.Panel(title: "loss", series: series)], stepTitle: "epoch", title: "Reference",
                    widthMillimetres: 80)
            ),
        ]
    }

    /// Diagrams, feature maps, named kernels and pages of several layers.
    private static func compositions(_ options: KernelGridOptions) throws -> [(name: String, figure: Figure)] {
        func maps(_ channels: Int, _ side: Int) -> Tensor {
            Tensor(
                shape: [1, channels, side, side],
                scalars: (0..<channels * side * side).map { (index: Int) -> Float in
                    Float(index * index % 97) + Float(index % side * 9)
                })
        }
        let features = try FeatureMapsFigure(
            before: FeatureMapsFigure.Side(title: "before", maps: maps(6, 8)),
            behind: FeatureMapsFigure.Side(title: "behind", maps: maps(8, 4)),
            picture: FeatureMapsFigure.Picture(
                width: 8, height: 8, bytes: (0..<192).map { UInt8(truncatingIfNeeded: $0 * 5) }))
        let panels = [bank(outputs: 24), bank(outputs: 6, inputs: 4)].map {
            PanelsFigure.Panel(
                title: $0.layer.label, bank: $0, classifications: classifications($0.count), options: options,
                findings: ["A finding."])
        }
        var numbered = options
        numbered.showsNumbers = true
        return [
            ("diagram", try NetworkDiagramFigure.figure(of: .published("vgnetf1-1.5mp"), widthMillimetres: 80)),
            ("features", try features.figure(network: "Reference", subject: "maps", widthMillimetres: 80)),
            (
                "named-kernels",
                try NamedKernelsFigure.figure(
                    of: FixedKernels.sixEdgeTwoGaussian, title: "Reference", subject: "fixed", caption: "Eight.",
                    widthMillimetres: 80)
            ),
            (
                "panels",
                try PanelsFigure(title: "Reference", subject: "panels", panels: panels, caption: ["A claim."]).figure(
                    widthMillimetres: 80)
            ),
            (
                "numbers",
                try KernelGridFigure(bank: bank(outputs: 3, inputs: 2), network: "Reference", options: numbered)
                    .figure()
            ),
            (
                "split-histogram",
                try HistogramFigure.figure(
                    of: bank(outputs: 64), classifications: classifications(64), network: "Reference", options: options)
            ),
        ]
    }
}
