import ArgumentParser
import Files
import KernelViz

/// `kernelviz render network CONFIG -o FILE`.
struct RenderNetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "Draw a VGNet as a block diagram: stages, widths, resolutions, and what differs from the paper.",
        discussion: """
            Examples:
              kernelviz render network vgnetg-1.0mp -o diagram.svg
              kernelviz render network net.yaml -o diagram.pdf
            """)

    @Argument(
        help: ArgumentHelp("A config (YAML or JSON) or a published net's name.", valueName: "config"),
        completion: NetworkCompletion.kind)
    var config: String

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        let isFile = ["yaml", "yml", "json"].contains(FilePaths.fileExtension(of: config)) || config.contains("/")
        let design = isFile ? try VGNetConfig(contentsOf: config) : try VGNetConfig.published(config)
        try figure.write(NetworkDiagramFigure.figure(of: design, widthMillimetres: figure.width))
    }
}
