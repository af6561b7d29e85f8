import Architectures
import Classification
import Tensors

/// Statistics from a file are believed only where they fit together: everything that computes with them takes that for
/// granted.
extension NetworkStatistics {
    /// What does not fit together ("layers[3].summary.counts: 12 kernels; expected 32"); nil where all does.
    public var inconsistency: String? {
        if !(settings.alpha > 0 && settings.alpha < 1) { return "settings.alpha is \(settings.alpha)" }
        if !(0...1).contains(settings.rho) { return "settings.rho is \(settings.rho)" }
        if layers.isEmpty { return "no layer" }
        if let size = calibrations.map(\.nullRates.size).first(where: { $0 < 2 }) {
            return "calibrations of size \(size)"
        }
        for (place, layer) in network.layers.enumerated() {
            if let problem = layer.inconsistency { return "network.layers[\(place)]\(problem)" }
        }
        for (place, layer) in skipped.enumerated() {
            if let problem = layer.inconsistency { return "skipped[\(place)]\(problem)" }
        }
        if let tensor = network.leftOut.first(where: { Shape.checked($0.shape.dimensions) == nil || $0.kernels < 0 }) {
            return "network.leftOut: \(tensor.name)"
        }
        for (place, layer) in layers.enumerated() {
            if let problem = layer.inconsistency { return "layers[\(place)].\(problem)" }
        }
        let tables = measuredInput.map { Array($0.correlations.values) } ?? []
        return tables.allSatisfy(\.isWhole) ? nil : "measuredInput.correlations"
    }
}

extension ConvLayer {
    /// Larger layers than these are no layers: a tensor of 64 GB.
    private static let mostWeights = 1 << 34

    fileprivate var inconsistency: String? {
        guard let shape = Shape.checked(weightShape.dimensions, limit: Self.mostWeights), shape.rank == 4,
            shape.dimensions.allSatisfy({ $0 > 0 })
        else { return ".weightShape is \(weightShape.dimensions)" }
        if let stride, stride < 1 { return ".stride is \(stride)" }
        if let uneven = unevenStrides, uneven.count != 2 || uneven.contains(where: { $0 < 1 }) {
            return ".unevenStrides is \(uneven)"
        }
        return switch connectivity {
        case .grouped(let groups) where groups < 1: ".connectivity has \(groups) groups"
        case .depthwise(let multiplier) where multiplier < 1: ".connectivity has multiplier \(multiplier)"
        default: nil
        }
    }
}

extension LayerStatistics {
    fileprivate var inconsistency: String? {
        if let problem = layer.inconsistency { return "layer\(problem)" }
        if layer.kernelHeight != layer.kernelWidth || layer.isPointwise {
            return "layer.weightShape is \(layer.weightShape); expected square kernels"
        }
        if let problem = summary.inconsistency(kernels: layer.kernelCount) { return "summary.\(problem)" }
        if !classifications.isEmpty && classifications.count != layer.kernelCount {
            return "classifications: \(classifications.count); expected \(layer.kernelCount)"
        }
        if let blueprint, blueprint.filters.count > layer.outputChannels || blueprint.slices != layer.weightShape[1] {
            return "blueprint: \(blueprint.filters.count) filters of \(blueprint.slices) slices"
        }
        return inputCorrelation?.isWhole == false ? "inputCorrelation.values" : nil
    }
}

extension KernelSummary {
    fileprivate func inconsistency(kernels: Int) -> String? {
        if counts.total != kernels { return "counts: \(counts.total) kernels; expected \(kernels)" }
        let blurs = counts[.blur]
        if blursAtBound < 0 || sigmas.count > blurs - blursAtBound || !sigmas.allSatisfy({ $0.isFinite && $0 > 0 }) {
            return "sigmas: \(sigmas.count) and \(blursAtBound) beyond the bound of \(blurs) blurs, all above 0"
        }
        if sigmas.isEmpty != (sigmaQuantiles == nil) { return "sigmaQuantiles" }
        if offsets.count > blurs || !offsets.allSatisfy(\.isFinite) {
            return "offsets: \(offsets.count) of \(blurs) blurs"
        }
        let parts = [uncertain, nonFinite, named, withinChance, filters.total, filters.dead]
        if !parts.allSatisfy((0...kernels).contains) || withinChance > named || filters.dead > filters.total {
            return "uncertain, nonFinite, named, withinChance and filters are \(parts) of \(kernels) kernels"
        }
        for (name, counts) in [("shapes", shapes), ("spectrum", spectrum)]
        where !counts.values.allSatisfy((0...kernels).contains) {
            return name
        }
        return medianDCGain >= 0 && medianDCGain <= 1 ? nil : "medianDCGain is \(medianDCGain)"
    }
}

extension InputCorrelation {
    /// Whether there is one number a distance.
    fileprivate var isWhole: Bool {
        (1...1024).contains(reach) && values.count == (reach + 1) * (2 * reach + 1) && values.allSatisfy(\.isFinite)
    }
}
