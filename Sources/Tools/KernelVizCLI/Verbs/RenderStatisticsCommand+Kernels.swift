import Gallery
import KernelViz

extension RenderStatisticsCommand {
    /// The figures that need the kernels beside their labels.
    func kernelFigure() throws -> Figure {
        let width = figure.width
        let networks = try Analysis.networks(of: inputs, strides)
        if plot == .map || plot == .pairs {
            let titles = NetworkComparisonFigure.Entry.entries(networks.map(\.statistics)).map(\.title)
            let layers = try networks.map(LabelledKernels.all)
            if plot == .pairs {
                return try KernelPairsFigure.figure(
                    of: KernelPairs((titles[0], layers[0]), (titles[1], layers[1])), widthMillimetres: width)
            }
            return try KernelMapFigure.figure(
                of: KernelMap(zip(titles, layers).map { ($0, $1) }), widthMillimetres: width)
        }
        if plot == .paths { return try paths(networks[0]) }
        let layers = try LabelledKernels.all(of: networks[0])
        let title = networks[0].statistics.network.figureTitle
        switch plot {
        case .stem:
            return try StemSheetFigure.figure(
                of: StemFilters.first(of: layers, network: title), network: title, widthMillimetres: width)
        default:
            return try FrequencyAtlasFigure.figure(of: FrequencyAtlas(layers), network: title, widthMillimetres: width)
        }
    }

    private func paths(_ network: AnalysedNetwork) throws -> Figure {
        let title = network.statistics.network.figureTitle
        let (stages, leftOut) = try KernelPaths.stages(of: network)
        return try KernelPathsFigure.figure(
            of: KernelPaths(stages, leftOut: leftOut, network: title), stages: stages, network: title,
            widthMillimetres: figure.width)
    }

    /// The slices of the layer asked for, or of the standard convolution that has most of them.
    func sliceMatrix() throws -> Figure {
        let network = try ConvNetwork.open(inputs[0], strides: strides.table(for: inputs[0]))
        let standard = try KernelBanks.squareLayers(of: network).filter { layer in
            if case .standard = layer.connectivity { layer.weightShape[1] > 1 } else { false }
        }
        let most = standard.max { ($0.kernelCount, $1.number ?? 0) < ($1.kernelCount, $0.number ?? 0) }
        let chosen = try layer.map { try network.spatialLayer($0) } ?? most
        guard let chosen else {
            throw KernelVizError(
                code: "render.noStandardLayer", subject: inputs[0],
                found: "no standard convolution of square N×N kernels", expected: "at least one, as ResNets have them",
                advice: "For depthwise networks there is --plot paths")
        }
        return try SliceMatrixFigure.figure(
            of: SliceMatrix(KernelBanks.read(chosen, of: network)), network: network.figureTitle,
            widthMillimetres: figure.width)
    }

    func receptiveFields() throws -> Figure {
        let runnable = try RunnableNetwork(named: inputs[0], strides: strides.table(for: inputs[0]))
        for remark in runnable.remarks { Console.note("kernelviz: note: \(remark)") }
        return try ReceptiveFields.figure(of: runnable, widthMillimetres: figure.width)
    }
}
