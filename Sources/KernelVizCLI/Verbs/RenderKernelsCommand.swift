import ArgumentParser
import KernelViz

/// `kernelviz render kernels CHECKPOINT --layer N -o FILE`.
struct RenderKernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Draw a layer's kernels as a grid with their histogram below (Fig. 1 of the paper).")

    enum Scale: String, ExpressibleByArgument, CaseIterable {
        case kernel, layer
    }

    enum Sign: String, ExpressibleByArgument, CaseIterable {
        case raw
        case centrePositive = "centre-positive"
    }

    enum Order: String, ExpressibleByArgument, CaseIterable {
        case channel, label, norm
    }

    @Argument(help: "A checkpoint (HDF5).")
    var checkpoint: String

    @Option(help: ArgumentHelp("The layer's number as 'classify' prints it.", valueName: "number"))
    var layer: Int

    @Option(help: "Which weight has the end of the colours: each kernel's largest, or the layer's.")
    var scale = Scale.kernel

    @Option(help: "raw, or centre-positive as the authors draw.")
    var sign = Sign.raw

    @Option(help: "The order of the kernels: channel, label or norm.")
    var order = Order.channel

    @Option(name: .customLong("colormap"), help: "RdBu, PuOr, BrBG, vik or cividis.")
    var colorMap = "RdBu"

    @Flag(inversion: .prefixedNo, help: "Frame each kernel in its label's colour.")
    var labels = true

    @Flag(inversion: .prefixedNo, help: "Draw the histogram of the weights below.")
    var histogram = true

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        var options = KernelGridOptions()
        options.widthMillimetres = figure.width
        options.colorMap = try ColorMap.named(colorMap)
        options.scale = scale == .kernel ? .perKernel : .perLayer
        options.sign = sign == .raw ? .raw : .centrePositive
        options.order = KernelGridOptions.Order(rawValue: order.rawValue) ?? .channel
        options.framesLabels = labels
        options.showsHistogram = histogram
        let network = try Network.open(checkpoint)
        let bank = try KernelBanks.read(network.spatialLayer(layer), of: network)
        let needsLabels = labels || order == .label
        let classifications = needsLabels ? KernelClassifier(size: bank.size).classify(bank) : nil
        try figure.write(
            KernelGridFigure(
                bank: bank, classifications: classifications, network: network.title, options: options
            ).figure())
    }
}
