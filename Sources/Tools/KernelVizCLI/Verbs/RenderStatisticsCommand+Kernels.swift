import Gallery
import KernelViz

extension RenderStatisticsCommand {
    /// The figures that need the kernels beside their labels.
    func kernelFigure() throws -> Figure {
        let width = figure.width
        let networks = try Analysis.networks(of: inputs, strides)
        switch plot {
        case .pairs:
            let pair = try named(networks)
            return try KernelPairsFigure.figure(of: KernelPairs(pair[0], pair[1]), widthMillimetres: width)
        case .paths: return try paths(networks[0])
        default:
            let title = networks[0].statistics.network.figureTitle
            let layers = try LabelledKernels.all(of: networks[0])
            return try StemSheetFigure.figure(
                of: StemFilters.first(of: layers, network: title), network: title, widthMillimetres: width)
        }
    }

    /// The same, where networks or maps that do not fit go on further pages.
    func kernelPages() throws -> [Figure] {
        let width = figure.width
        let networks = try Analysis.networks(of: inputs, strides)
        guard plot == .map else {
            let title = networks[0].statistics.network.figureTitle
            let atlas = FrequencyAtlas(try LabelledKernels.all(of: networks[0]))
            // Without a map to divide, drawing says what is missing.
            let maps = Array(0..<max(1, atlas.labels.count + atlas.shapes.count))
            return try pages(maps, title) { maps, name in
                try FrequencyAtlasFigure.figure(
                    of: atlas, maps: atlas.labels.isEmpty ? nil : maps, network: name, widthMillimetres: width)
            }
        }
        let map = try KernelMap(try named(networks))
        return try pages(Array(map.networks.indices), KernelMapFigure.title(of: map)) { panels, name in
            try KernelMapFigure.figure(of: map, panels: panels, name: name, widthMillimetres: width)
        }
    }

    /// Each network's kernels, under a name that no other of them has.
    private func named(_ networks: [AnalysedNetwork]) throws -> [(title: String, layers: [LabelledKernels])] {
        let titles = NetworkComparisonFigure.Entry.entries(networks.map(\.statistics)).map(\.title)
        return try zip(titles, networks).map { ($0, try LabelledKernels.all(of: $1)) }
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
