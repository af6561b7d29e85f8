import Architectures
import Kernels
import Statistics

extension KernelPaths {
    /// The links between all depthwise layers of a network that follow each other through 1×1 layers alone, and why others
    /// have none.
    ///
    /// Throws `figures.noKernels` where only statistics are at hand, and what reading the file throws.
    public static func stages(of network: AnalysedNetwork) throws -> (stages: [Stage], leftOut: [String]) {
        try stages(of: network, among: LabelledKernels.all(of: network))
    }

    /// The same among `kernels`, those of all layers of the network, which are not read again.
    ///
    /// Throws what reading the file throws.
    public static func stages(
        of network: AnalysedNetwork, among kernels: [LabelledKernels]
    ) throws -> (stages: [Stage], leftOut: [String]) {
        guard let source = network.kernels else { return ([], []) }
        if let family = network.statistics.network.family, branched.contains(family) {
            return ([], ["the blocks of \(family) have two branches, which the order of layers does not tell apart"])
        }
        let layers = network.statistics.network.layers
        let places = layers.indices.filter { layers[$0].isDepthwise && !layers[$0].isPointwise }
        var (stages, leftOut): ([Stage], [String]) = ([], [])
        for (place, next) in zip(places, places.dropFirst()) {
            guard let from = kernels.first(where: { $0.bank.layer.tensorName == layers[place].tensorName }),
                let to = kernels.first(where: { $0.bank.layer.tensorName == layers[next].tensorName })
            else { continue }
            let between = mixing(Array(layers[(place + 1)..<next]), channels: from.bank.count)
            let name = "\(from.shortName) → \(to.shortName)"
            guard !between.isEmpty, let links = try product(of: between, source, from: from, to: to) else {
                leftOut.append(
                    "\(name): \(between.isEmpty ? "not 1×1 layers alone between them" : "their channels do not chain")")
                continue
            }
            stages.append(Stage(from: from, to: to, links: links))
        }
        return (stages, leftOut)
    }

    /// Families in whose blocks a layer does not read the one before it.
    private static let branched: Set<String> = ["ShuffleNetV2"]

    /// The 1×1 layers between two depthwise ones, without the two of a squeeze-and-excite gate: c → d → c with d < c before
    /// a layer that reads c again.
    private static func mixing(_ layers: [ConvLayer], channels: Int) -> [ConvLayer] {
        guard layers.allSatisfy(\.isPointwise), layers.count > 2 else {
            return layers.allSatisfy(\.isPointwise) ? layers : []
        }
        let shapes = layers.prefix(3).map { ($0.weightShape[1], $0.weightShape[0]) }
        let isGate =
            shapes[0].0 == channels && shapes[0].1 < channels && shapes[1] == (shapes[0].1, channels)
            && shapes[2].0 == channels
        return isGate ? Array(layers.dropFirst(2)) : layers
    }

    /// Pₘ ⋯ P₁ with each source's column times the γ of the normalisation behind it; nil where the channels do not chain.
    private static func product(
        of layers: [ConvLayer], _ source: any KernelSource, from: LabelledKernels, to: LabelledKernels
    ) throws -> [Double]? {
        let columns = from.bank.count
        var (rows, product): (Int, [Double]?) = (columns, nil)
        for layer in layers {
            guard layer.weightShape[1] == rows, let matrix = try source.pointwiseMatrix(of: layer) else { return nil }
            let next = layer.weightShape[0]
            if let before = product {
                var result = [Double](repeating: 0, count: next * columns)
                for row in 0..<next {
                    for inner in 0..<rows {
                        let weight = Double(matrix[row * rows + inner])
                        guard weight != 0 else { continue }
                        for column in 0..<columns {
                            result[row * columns + column] += weight * before[inner * columns + column]
                        }
                    }
                }
                product = result
            } else {
                product = matrix.map(Double.init)
            }
            rows = next
        }
        guard var product, rows == to.bank.count else { return nil }
        if let gamma = from.bank.layer.batchNorm?.weight, gamma.count == columns {
            for index in product.indices { product[index] *= Double(gamma[index % columns]) }
        }
        return product
    }
}
