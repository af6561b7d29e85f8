import ArgumentParser
import Gallery
import KernelViz

/// `kernelviz render kernels CHECKPOINT --layer N|all -o FILE`.
struct RenderKernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Draw a layer's kernels as a grid with their histogram below (Fig. 1 of the paper).",
        discussion: """
            With --layer all every layer becomes a page of one PDF.

            Examples:
              kernelviz render kernels net.h5 --layer 5 -o kernels.pdf
              kernelviz render kernels net.h5 --layer conv_dw_4 --order label --colormap vik -o kernels.png
            """)

    enum Scale: String, ExpressibleByArgument, CaseIterable {
        case filter, kernel, layer, network
    }

    enum Sign: String, ExpressibleByArgument, CaseIterable {
        case raw
        case centrePositive = "centre-positive"
    }

    enum Order: String, ExpressibleByArgument, CaseIterable {
        case channel, label, norm, similarity
    }

    enum Zeros: String, ExpressibleByArgument, CaseIterable {
        case neutral, authors
    }

    @Argument(help: "A checkpoint.", completion: .file())
    var checkpoint: String

    @Option(help: ArgumentHelp("The layer's number or name as 'classify' prints it, or 'all'.", valueName: "layer"))
    var layer: LayerChoice

    @Option(
        help: """
            Which weight has the end of the colours: each filter's largest (over all its inputs), each kernel's, the \
            layer's, or the network's.
            """)
    var scale = Scale.filter

    @Option(help: "raw, or centre-positive as the authors draw.")
    var sign = Sign.raw

    @Option(help: "The order of the kernels: channel, label, norm or similarity.")
    var order = Order.channel

    @Option(
        name: .customLong("colormap"), help: "RdBu, PuOr, BrBG or vik: maps with a neutral middle.",
        completion: .list(ColorMap.all.map(\.name)))
    var colorMap = "RdBu"

    @Option(help: "The page's greatest height in millimetres: cells shrink, then kernels are sampled, which is said.")
    var maxHeight: Double?

    @Option(help: "Kernels of nearly nothing: neutral, or as the authors' code colours them (Fig. 9: red).")
    var zeros = Zeros.neutral

    @Flag(inversion: .prefixedNo, help: "Mark each kernel with a bar in its label's colour and form.")
    var labels = true

    @Flag(inversion: .prefixedNo, help: "Draw the histogram of the weights below.")
    var histogram = true

    @Flag(help: "Print the weights into the cells.")
    var numbers = false

    @Flag(inversion: .prefixedNo, help: "Outline the strongest slice of each filter of several input channels.")
    var salience = true

    @Flag(inversion: .prefixedNo, help: "Show the most typical kernel of each shape above the grid.")
    var shapes = true

    @OptionGroup var strides: StrideOptions

    @OptionGroup var figure: FigureOptions

    func validate() throws { try FigureOptions.validate(maxHeight: maxHeight) }

    func run() throws {
        try figure.check()
        var options = KernelGridOptions()
        options.widthMillimetres = figure.width
        options.maximumHeightMillimetres = maxHeight
        options.colorMap = try ColorMap.named(colorMap)
        options.sign = sign == .raw ? .raw : .centrePositive
        options.order = KernelGridOptions.Order(rawValue: order.rawValue) ?? .channel
        options.faintKernels = zeros == .neutral ? .neutral : .asAuthors
        options.framesLabels = labels
        options.showsHistogram = histogram
        options.showsNumbers = numbers
        options.showsShapes = shapes
        options.marksSalientSlices = salience
        let network = try ConvNetwork.open(checkpoint, strides: strides.table(for: checkpoint))
        switch scale {
        case .filter: options.scale = .perFilter
        case .kernel: options.scale = .perKernel
        case .layer: options.scale = .perLayer
        case .network: options.scale = .shared(try KernelAtlas.sharedRange(of: network))
        }
        let atlas = KernelAtlas(
            network: network, options: options, classifies: labels || order == .label)
        switch layer {
        case .one(let layer): try figure.write(atlas.figure(of: network.spatialLayer(layer)))
        case .all: try writeAll(atlas, network)
        }
    }

    private func writeAll(_ atlas: KernelAtlas, _ network: ConvNetwork) throws {
        let reading = ProgressLine("Drawing \(network.figureTitle)")
        let figures = try atlas.figures { try reading.update($0, of: $1) }
        reading.finish()
        let writing = ProgressLine("Writing \(figure.output)")
        defer { writing.finish() }
        figure.size.say(
            try FigureWriter.writeBook(
                figures, title: "\(network.figureTitle): all kernels", to: figure.output,
                overwriting: figure.size.overwriting
            ) { try writing.update($0, of: $1) })
        Console.note("Wrote \(figure.output), \(figures.count) pages")
    }
}
