import Files
import Gallery
import KernelViz

/// A network as a notebook with its figures: what `report -o net.ipynb` and the demo write.
enum NotebookWriter {
    /// The strided and a few other layers are drawn: a notebook is opened as a whole.
    static let mostLayers = 6

    /// The text of a notebook that stands in `folder`.
    ///
    /// Throws what reading the kernels throws.
    static func text(
        on network: AnalysedNetwork, from source: ConvNetwork, derivation: Derivation?, budget: String,
        in folder: String
    ) throws -> String {
        let statistics = network.statistics
        var pictures = [
            NetworkNotebook.Picture(
                heading: "Label shares by layer", arguments: "\"statistics\"",
                svg: try svg(
                    LabelSharesFigure.figure(
                        of: statistics.layers.map(LabelSharesFigure.Row.init), network: statistics.network.figureTitle))
            )
        ]
        var options = KernelGridOptions()
        options.scale = .perFilter
        let atlas = KernelAtlas(network: source, options: options, classifies: true)
        for layer in shown(statistics.layers) {
            guard let number = layer.layer.number else { continue }
            pictures.append(
                NetworkNotebook.Picture(
                    heading: layer.layer.label, arguments: "layer=\(number)",
                    svg: try svg(atlas.figure(of: source.spatialLayer(number)))))
        }
        return NetworkNotebook(
            statistics, pictures: pictures, derivation: derivation, budget: budget,
            checkpoint: FilePaths.relative(statistics.network.checkpoint.path, from: folder),
            version: "kernelviz \(KernelVizVersion.number)"
        ).notebook.json
    }

    /// The first layer, those that downsample, the last one: at most `mostLayers`, in the network's order.
    static func shown(_ layers: [LayerStatistics]) -> [LayerStatistics] {
        let last = layers.count - 1
        let wanted = layers.enumerated().filter { $0 == 0 || $0 == last || $1.layer.role == .downsampling }
        return wanted.prefix(mostLayers).map(\.element)
    }

    private static func svg(_ figure: Figure) throws -> String {
        String(decoding: try FigureRenderer.render(figure, as: .svg).bytes, as: UTF8.self)
    }
}
