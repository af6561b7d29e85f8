import ArgumentParser
import KernelViz

/// `kernelviz render histogram CHECKPOINT --layer N -o FILE`.
struct RenderHistogramCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "histogram", abstract: "Draw the distribution of a layer's weights.")

    @Argument(help: "A checkpoint (HDF5).")
    var checkpoint: String

    @Option(help: ArgumentHelp("The layer's number as 'classify' prints it.", valueName: "number"))
    var layer: Int

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        let network = try Network.open(checkpoint)
        let bank = try KernelBanks.read(network.spatialLayer(layer), of: network)
        var options = KernelGridOptions()
        options.widthMillimetres = figure.width
        try figure.write(HistogramFigure.figure(of: bank, network: network.title, options: options))
    }
}
