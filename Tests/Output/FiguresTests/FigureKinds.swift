import Classification
import Kernels
import Numerics
import Statistics
import Tensors
import VGNets

@testable import Figures

/// One figure of every kind that is not a grid, with long and short names.
enum FigureKinds {
    /// Those in which text stands on coloured areas, as it should.
    static let withTextOnAreas: Set<String> = [
        "shares", "symmetry", "comparison", "diagram", "fixed diagram", "general diagram", "named", "numbers", "paper",
        "steps", "areas", "one area", "split histogram", "dictionary", "map", "atlas", "pairs",
        "paths",
    ]

    static func figures(width: Double) throws -> [(String, Figure)] {
        var options = KernelGridOptions()
        options.widthMillimetres = width
        let long = PageTests.longName
        let rows = (0..<17).map { index in
            LabelSharesFigure.Row(
                name: index % 2 == 0 ? "#\(index) \(long)" : "#\(index) conv",
                counts: LabelCounts(Samples.classifications(index * 37 + 1)), isStrided: index % 4 == 0)
        }
        let sigmas = (0..<17).map { index in
            SigmaFigure.Row(
                name: "\(index)", sigmas: (0..<index).map { 0.5 + Double($0) * 0.3 }, isStrided: index % 4 == 0)
        }
        let banks = [
            Samples.bank(outputs: 40), Samples.bank(outputs: 8, size: 5, name: long), Samples.bank(outputs: 3),
            Samples.bank(outputs: 9, values: { _ in 0 }),
        ]
        let labels = Samples.classifications(40)
        var numbered = options
        numbered.showsNumbers = true
        numbered.order = .similarity
        let energies = SymmetryEnergies(
            fullySymmetric: 0.5, swirl: 0.1, axisSaddle: 0.1, diagonalSaddle: 0.1, odd: 0.2)
        return [
            (
                "ridge",
                try RidgeFigure.figure(of: banks.map(RidgeFigure.Row.init), network: long, widthMillimetres: width)
            ),
            ("areas", try ShareAreasFigure.figure(of: rows, network: long, widthMillimetres: width)),
            ("one area", try ShareAreasFigure.figure(of: [rows[4]], network: "Net", widthMillimetres: width)),
            (
                "saving",
                try SavingCurveFigure.figure(
                    of: (0..<6).map { index in
                        let share = ShareInterval(count: 50 - index * index, total: 50)
                        let draws = [2, 3, 5].map { worse in (0..<50).map { $0 >= worse * index } }
                        return SavingCurveFigure.Point(
                            macs: 0.01 * Double(index), numbers: 0.006 * Double(index), kept: share,
                            random: index == 0 ? nil : DrawnShare(draws))
                    }, control: "as many kernels at random", network: long, facts: ["50 pictures"],
                    widthMillimetres: width)
            ),
            ("sigma", try SigmaFigure.figure(of: sigmas, network: "Net", widthMillimetres: width)),
            (
                "symmetry",
                try SymmetryFigure.figure(
                    of: rows.map {
                        SymmetryFigure.Row(name: $0.name, energies: energies, kernels: 12, isStrided: $0.isStrided)
                    }, network: "Net", widthMillimetres: width)
            ),
            (
                "comparison",
                try NetworkComparisonFigure.figure(
                    of: ["A", long, "C"].map { NetworkComparisonFigure.Entry(title: $0, rows: rows) },
                    widthMillimetres: width)
            ),
            (
                "frequency",
                try FrequencyResponseFigure.figure(
                    of: banks.map(FrequencyResponseFigure.Row.init), network: "Net", widthMillimetres: width)
            ),
            ("scatter", try scatter(width)), ("curves", try curves(width)),
            (
                "distribution",
                try DistributionFigure.figure(
                    of: (0..<40).map { index in
                        let error = 0.4 + Double(index * index) / 8000
                        return DistributionFigure.Design(
                            error: error, spread: Spread(low: error - 0.01, high: error + 0.02, count: 3, meaning: "m"))
                    }, against: .init(name: long, error: 0.41),
                    name: "other designs", title: long, widthMillimetres: width)
            ),
            ("steps", try steps(width)),
        ] + (try kernelKinds(width)) + [
            ("scaling", try scaling(width)),
            ("features", try features(width)), ("feature page", try featurePage(width)),
            ("diagram", try NetworkDiagramFigure.figure(of: .published("vgnetg-5.0mp"), widthMillimetres: width)),
            ("fixed diagram", try NetworkDiagramFigure.figure(of: changed(), widthMillimetres: width)),
            ("general diagram", try NetworkDiagramFigure.figure(of: general(), widthMillimetres: width)),
            (
                "named",
                try NamedKernelsFigure.figure(
                    of: FixedKernels.sixEdgeTwoGaussian, title: "Fig. 7", subject: "kernels", caption: "Eight.",
                    widthMillimetres: width)
            ),
            (
                "split histogram",
                try HistogramFigure.figure(of: banks[0], classifications: labels, network: long, options: options)
            ),
            (
                "numbers",
                try KernelGridFigure(bank: banks[2], network: "Net", options: numbered).figure()
            ),
            (
                "paper",
                try PanelsFigure(
                    title: "Fig. 5", subject: "kernels", references: FixedKernels.fourEdge,
                    panels: [banks[0], banks[1], banks[3]].map {
                        PanelsFigure.Panel(
                            title: "Net \($0.layer.label)", bank: $0, classifications: nil, options: options,
                            findings: ["A finding."])
                    }, caption: ["A claim."]
                ).figure(widthMillimetres: width)
            ),
        ]
    }

    /// Figures of kernels beside their labels.
    private static func kernelKinds(_ width: Double) throws -> [(String, Figure)] {
        let shapes: [KernelShape] = [.delta, .gaussian, .sobelX, .dead, .lowPass]
        func layer(_ bank: KernelBank) throws -> LabelledKernels {
            try LabelledKernels(
                bank: bank,
                classifications: Samples.classifications(bank.count).enumerated().map { index, kernel in
                    var kernel = kernel
                    kernel.shape = shapes[index % 5]
                    return kernel
                })
        }
        let layers = try (1...30).map {
            try layer(Samples.bank(outputs: 5 + $0, size: $0 % 4 == 0 ? 5 : 3, name: PageTests.longName))
        }
        let stem = try StemFilters(Samples.bank(outputs: 40, inputs: 3, size: 7, name: PageTests.longName))
        let map = try KernelMap([(PageTests.longName, layers), ("Net", Array(layers[3...])), ("None", [])])
        let matrix = try SliceMatrix(Samples.bank(outputs: 64, inputs: 48, name: PageTests.longName))
        let stages = zip(layers, layers.dropFirst()).filter { $0.bank.size == 3 && $1.bank.size == 3 }.map { from, to in
            KernelPaths.Stage(
                from: from, to: to,
                links: (0..<from.bank.count * to.bank.count).map { (index: Int) -> Double in
                    Double(index * index % 17) - 8
                })
        }
        let response = (0..<441).map { (place: Int) -> Double? in
            let distance = place % 21 - 10
            return place == 0 ? nil : 1 / Double(1 + distance * distance)
        }
        let fields = (1...6).map { (stage: Int) -> ReceptiveField in
            ReceptiveField(
                name: "#\(stage * 3)", stride: 1 << stage, binPixels: 2, side: 21, response: response,
                theoreticalSide: stage < 6 ? stage * 8 : nil)
        }
        return [
            (
                "pairs",
                try KernelPairsFigure.figure(
                    of: KernelPairs((PageTests.longName, layers), ("Net", Array(layers.dropLast()))),
                    widthMillimetres: width)
            ),
            ("matrix", try SliceMatrixFigure.figure(of: matrix, network: "Net", widthMillimetres: width)),
            (
                "paths",
                try KernelPathsFigure.figure(
                    of: KernelPaths(stages, leftOut: ["4 → 5: " + PageTests.longName], network: "Net"), stages: stages,
                    network: PageTests.longName, widthMillimetres: width)
            ),
            (
                "field",
                try ReceptiveFieldFigure.figure(
                    of: fields, network: "Net", method: "Measured.", widthMillimetres: width)
            ),
            (
                "dictionary",
                try KernelDictionaryFigure.figure(
                    of: KernelDictionary(layers), network: PageTests.longName, widthMillimetres: width)
            ),
            ("map", try KernelMapFigure.figure(of: map, widthMillimetres: width)),
            ("stem", try StemSheetFigure.figure(of: stem, network: "Net", widthMillimetres: width)),
            (
                "atlas",
                try FrequencyAtlasFigure.figure(
                    of: FrequencyAtlas(Array(layers.prefix(5))), network: "Net", widthMillimetres: width)
            ),
        ]
    }

    static func changed() throws -> VGNetConfig {
        try VGNetConfig.published("vgnetf1-1.5mp").replacing(
            name: "derived", channels: [32, 64, 128, 256, 496], blocks: [3, 40, 14, 2],
            squeezeExcite: .some(SqueezeExcite()))
    }

    /// What no published net has: other shares that pass, kernels of several kinds.
    static func general() throws -> VGNetConfig {
        try VGNetConfig(
            name: "general", channels: [32, 64, 128, 256, 512], blocks: [3, 7, 14, 2],
            downsampling: PerStage(stages: [
                .learnable, .gaussian(.paper), .hybrid(share: 0.5, .rerelease), .gaussian(.rerelease),
            ]), identity: .eighths(3), half: PerStage(stages: [.learnable, .bank(.fourEdge), .learnable, .learnable]))
    }

    private static func scatter(_ width: Double) throws -> Figure {
        let entries = (0..<25).map { (index: Int) -> ScatterFigure.Entry in
            let name = index % 5 == 0 ? PageTests.longName : "net-\(index)"
            let (column, row) = (index % 7 + 1, index * index % 31)
            return ScatterFigure.Entry(
                name: name, x: Double(column) * 1.3, y: 50 + Double(row), isEmphasised: index % 3 == 0,
                ySpread: index % 2 == 0
                    ? Spread(low: 49 + Double(row), high: 52 + Double(row), count: 3, meaning: "m") : nil)
        }
        return try ScatterFigure.figure(
            of: entries, x: ScatterFigure.Axis(title: "MACs (millions)", isLogarithmic: true, isMoreBetter: false),
            y: ScatterFigure.Axis(title: "top-1 (%)", isLogarithmic: false, isMoreBetter: true), title: "accuracy",
            widthMillimetres: width)
    }

    private static func steps(_ width: Double) throws -> Figure {
        let steps = (0..<30).map { (index: Int) -> StepTimesFigure.Step in
            let name = index == 7 ? PageTests.longName : "stage\(index / 9).\(index % 9).conv1x1"
            let place = Double(index % 7)
            return StepTimesFigure.Step(name: name, microseconds: place * 40 + 3, limitMicroseconds: place * 30)
        }
        return try StepTimesFigure.figure(
            of: steps, network: PageTests.longName, subject: "224×224, one image, one thread", widthMillimetres: width)
    }

    private static func scaling(_ width: Double) throws -> Figure {
        try ScalingFigure.figure(
            of: ["input size (pixels)", "width (× its own)", "depth (× its own)"].map { title in
                ScalingFigure.Panel(
                    title: title,
                    series: ["vgnetg-1.0mp", PageTests.longName].map { name in
                        ScalingFigure.Series(
                            name: name,
                            points: (1...8).map { (step: Int) -> ScalingFigure.Point in
                                let square = Double(step * step)
                                return .init(
                                    value: Double(step) * 64, milliseconds: square, limitMilliseconds: square,
                                    spread: Spread(
                                        low: square * 0.9, high: square * 1.5, count: 20, meaning: "the runs"))
                            })
                    })
            }, subject: "one image, one thread", widthMillimetres: width)
    }

    private static func curves(_ width: Double) throws -> Figure {
        let series = ["loss", "validation loss"].map { name in
            CurvesFigure.Series(
                name: name,
                points: (1...30).map { (step: Int) -> CurvesFigure.Point in
                    CurvesFigure.Point(step: Double(step), value: step == 9 ? Double.nan : 3 / Double(step))
                })
        }
        return try CurvesFigure.figure(
            of: [
                CurvesFigure.Panel(title: "loss", series: series),
                CurvesFigure.Panel(title: "learning rate", series: [series[0]]),
            ], stepTitle: "epoch", title: "run.csv", widthMillimetres: width)
    }

    static func maps(channels: Int, side: Int, seed: UInt64) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        return Tensor(
            shape: [1, channels, side, side],
            scalars: (0..<channels * side * side).map { _ in Float(generator.normal()) })
    }

    private static func maps() throws -> FeatureMapsFigure {
        try FeatureMapsFigure(
            before: FeatureMapsFigure.Side(
                title: "before: " + PageTests.longName, maps: maps(channels: 12, side: 8, seed: 1)),
            behind: FeatureMapsFigure.Side(title: "behind: conv", maps: maps(channels: 70, side: 4, seed: 2)),
            picture: FeatureMapsFigure.Picture(width: 8, height: 8, bytes: Array(repeating: 90, count: 192)))
    }

    private static func features(_ width: Double) throws -> Figure {
        try maps().figure(network: "Net", subject: "maps", widthMillimetres: width)
    }

    private static func featurePage(_ width: Double) throws -> Figure {
        try FeatureMapsPage.figure(
            of: [FeatureMapsPage.Part(title: "Net", maps: maps())], title: "Fig. 6", subject: "maps", caption: "None.",
            widthMillimetres: width)
    }
}
