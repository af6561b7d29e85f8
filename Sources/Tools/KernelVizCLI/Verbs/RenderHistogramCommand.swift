import ArgumentParser
import KernelViz

/// `kernelviz render histogram CHECKPOINT [--layer N] -o FILE`.
struct RenderHistogramCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "histogram", abstract: "Draw the distribution of a layer's weights, or of all layers as ridges.",
        discussion: """
            With --layer: moments, a Gaussian mixture of one to three parts chosen by BIC, bars split by label. \
            Without: one ridge a layer.

            Examples:
              kernelviz render histogram net.h5 -o ridges.pdf
              kernelviz render histogram net.h5 --layer conv_dw_4 --axis counts -o weights.png
            """)

    enum Axis: String, ExpressibleByArgument, CaseIterable {
        case density, counts
    }

    enum Range: String, ExpressibleByArgument, CaseIterable {
        case bulk, full
    }

    @Argument(help: "A checkpoint.", completion: .file())
    var checkpoint: String

    @Option(
        help: ArgumentHelp(
            "The layer's number or name as 'classify' prints it; all layers without.", valueName: "layer"))
    var layer: LayerReference?

    @Option(help: "The number of bins.")
    var bins = 100

    @Option(help: "density or counts.")
    var axis = Axis.density

    @Option(help: "bulk leaves out the few outliers that would squeeze the bars, and counts them; full spans all.")
    var range = Range.bulk

    @Flag(inversion: .prefixedNo, help: "Split the bars by the labels of the kernels.")
    var labels = true

    @Flag(inversion: .prefixedNo, help: "Fit a Gaussian mixture.")
    var mixture = true

    @OptionGroup var strides: StrideOptions

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        let network = try ConvNetwork.open(checkpoint, strides: strides.table(for: checkpoint))
        guard let layer else {
            let rows = try KernelBanks.read(network).map(RidgeFigure.Row.init)
            try figure.write(
                RidgeFigure.figure(of: rows, network: network.figureTitle, widthMillimetres: figure.width))
            return
        }
        let bank = try KernelBanks.read(network.spatialLayer(layer), of: network)
        var options = KernelGridOptions()
        options.widthMillimetres = figure.width
        options.histogramBins = bins
        options.histogramAxis = axis == .density ? .density : .counts
        options.histogramRange = range == .bulk ? .bulk : .full
        try figure.write(
            HistogramFigure.figure(
                of: bank, classifications: labels ? LayerClassifier(size: bank.size).label(bank).classifications : nil,
                network: network.figureTitle, options: options, fitsMixture: mixture))
    }
}
