import ArgumentParser
import KernelViz

/// `kernelviz render statistics CHECKPOINT -o FILE`.
struct RenderStatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics", abstract: "Draw the share of each label by layer, strided layers marked.")

    @Argument(help: "A checkpoint (HDF5).")
    var checkpoint: String

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        let statistics = try Analysis.statistics(of: checkpoint)
        try figure.write(
            LabelSharesFigure.figure(
                of: statistics.layers.map(LabelSharesFigure.Row.init), network: statistics.network.title,
                widthMillimetres: figure.width))
    }
}
