import ArgumentParser
import Files
import Gallery
import KernelViz

/// `kernelviz render features NETWORK --input IMAGE --layer N -o FILE`.
struct RenderFeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Draw the feature maps before and behind a layer for a picture, similar channels linked (Fig. 6).",
        discussion: """
            Examples:
              kernelviz render features net.h5 --input cat.jpg --layer 3 -o maps.pdf
              kernelviz render features net.yaml --weights net.h5 --input cat.jpg --layer 5 -o maps.png
            """)

    @Argument(
        help: ArgumentHelp("A checkpoint or a config that the engine runs.", valueName: "network"),
        completion: NetworkCompletion.kind)
    var network: String

    @Option(help: ArgumentHelp("A checkpoint with the net's weights.", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("A picture (PNG or JPEG).", valueName: "image"))
    var input: String

    @Option(help: ArgumentHelp("The number or name of a spatial convolution, the stem being 1.", valueName: "layer"))
    var layer: LayerReference

    @Option(help: "Rows and columns of the input; the network's own by default.")
    var inputSize: Int?

    @Option(
        help: """
            The page's greatest height in millimetres: maps shrink, then fewer channels are shown, which is said.
            """)
    var maxHeight: Double?

    @OptionGroup var strides: StrideOptions

    @OptionGroup var figure: FigureOptions

    func validate() throws { try FigureOptions.validate(maxHeight: maxHeight) }

    /// The figure of the maps around a layer, with its title.
    static func figure(
        of compared: FeatureMapsFigure, _ maps: FeatureMaps, layer: Int, network: String, picture: String,
        width: Double, maxHeight: Double? = nil
    ) throws -> Figure {
        let subject = maps.layers.first { $0.number == layer }.map { "feature maps around #\(layer) \($0.name)" } ?? ""
        return try compared.figure(
            network: network, subject: "\(subject), \(FilePaths.name(of: picture))", widthMillimetres: width,
            maximumHeightMillimetres: maxHeight)
    }

    func run() throws {
        try figure.check()
        let runnable = try RunnableNetwork(
            named: network, weights: weights, inputSize: inputSize, strides: strides.table(for: network))
        let maps = try FeatureMaps(runnable, picture: input)
        for remark in runnable.remarks { Console.note("kernelviz: note: \(remark)") }
        if let orientation = maps.exifOrientation {
            Console.note(
                "kernelviz: note: \(input) was turned by its EXIF orientation \(orientation), as it is seen "
                    + "(torchvision would not turn it)")
        }
        let layer = try layer.number(among: maps.layers.map { ($0.number, $0.name) }, of: runnable.name)
        let compared = try maps.figure(layer: layer)
        try figure.write(
            Self.figure(
                of: compared, maps, layer: layer, network: runnable.name, picture: input, width: figure.width,
                maxHeight: maxHeight))
        for pair in compared.linkedPairs {
            let sign = pair.correlation < 0 ? "−" : " "
            try Console.result(
                "channel \(pair.input) → channel \(pair.output): r = \(sign)"
                    + "\(NumberFormat.fixed(abs(pair.correlation), 3))\n")
        }
    }
}
