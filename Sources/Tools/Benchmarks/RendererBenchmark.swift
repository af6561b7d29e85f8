import ArgumentParser
import KernelViz

/// Laying figures out and rendering them: the usual grid with its histogram, and the atlas of a whole network.
struct RendererBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renderer", abstract: "Figures laid out and rendered.")

    @Option(help: ArgumentHelp("A checkpoint for the atlas instead of random kernels.", valueName: "file"))
    var file: String?

    @OptionGroup var options: RunOptions

    /// The depthwise widths of MobileNetV2 1.0.
    private static let widths = [
        32, 96, 144, 144, 192, 192, 192, 384, 384, 384, 384, 576, 576, 576, 960, 960, 960,
    ]

    func run() throws {
        let runner = options.runner
        // 960 3×3 kernels with a 100-bin histogram, as the last layer of MobileNetV2.
        let bank = Self.bank(number: 17, width: 960)
        var plain = KernelGridOptions()
        plain.framesLabels = false
        let classifier = LayerClassifier(size: 3)
        var measurements = try runner.together([
            ("renderer/960 kernels, PNG at 200 dpi", { try Self.render(bank, nil, plain, as: .png) }),
            (
                "renderer/960 kernels labelled, PNG at 200 dpi",
                { try Self.render(bank, classifier.label(bank).classifications, KernelGridOptions(), as: .png) }
            ),
            ("renderer/960 kernels, SVG", { try Self.render(bank, nil, plain, as: .svg) }),
            ("renderer/960 kernels, PDF", { try Self.render(bank, nil, plain, as: .pdf) }),
            (
                "renderer/histogram with mixture, PNG at 200 dpi",
                {
                    let figure = try HistogramFigure.figure(of: bank, network: "net")
                    _ = try FigureRenderer.render(figure, as: .png, dpi: 200)
                }
            ),
        ])
        measurements.append(
            try runner.time("renderer/atlas of MobileNetV2, PDF") {
                let network = try file.map { try ConvNetwork.open($0) }
                let banks =
                    try network.map { try KernelBanks.read($0) }
                    ?? Self.widths.enumerated().map { Self.bank(number: $0 + 1, width: $1) }
                let figures = try banks.filter { $0.size == 3 }.map {
                    try KernelGridFigure(
                        bank: $0, classifications: classifier.label($0).classifications, network: "net"
                    ).figure()
                }
                _ = try FigureRenderer.renderBook(figures, title: "atlas")
            })
        print(BenchmarkReport(measurements).json)
    }

    private static func render(
        _ bank: KernelBank, _ classifications: [KernelClassification]?, _ options: KernelGridOptions,
        as format: FigureFormat
    ) throws {
        let figure = try KernelGridFigure(
            bank: bank, classifications: classifications, network: "net", options: options
        ).figure()
        _ = try FigureRenderer.render(figure, as: format, dpi: 200)
    }

    private static func bank(number: Int, width: Int) -> KernelBank {
        let shape: Shape = [width, 1, 3, 3]
        let layer = ConvLayer(
            number: number, name: "conv\(number)", tensorName: "conv\(number).weight", weightShape: shape, stride: 1,
            connectivity: .depthwise(multiplier: 1), role: .body)
        var generator = SeededGenerator(seed: UInt64(number))
        return KernelBank(
            layer: layer,
            weight: Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) }))
    }
}
