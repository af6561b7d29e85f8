import Classification
import Kernels

/// The colours of a bank's weights under the options of a grid.
package struct KernelColors {
    private let bank: KernelBank
    private let labels: [KernelLabel]?
    private let options: KernelGridOptions
    /// The layer's largest finite |w|; 0 where there is none.
    let largest: Float
    /// The end of the colours on the layer's scale: ``largest``, or less where few weights are much larger than all others.
    let layerRange: Float
    /// Kernels of a filter.
    private let slices: Int
    /// The largest finite |w| of each filter; empty where every slice has its own range.
    private let filterRanges: [Float]

    package init(bank: KernelBank, labels: [KernelLabel]?, options: KernelGridOptions) {
        self.bank = bank
        self.labels = labels
        self.options = options
        largest = Self.largest(of: bank.values)
        layerRange = options.scale == .perLayer ? Self.range(of: bank.values) : largest
        let slices = max(1, bank.layer.weightShape[1])
        let length = slices * bank.size * bank.size
        self.slices = slices
        filterRanges =
            options.scale == .perFilter
            ? stride(from: 0, to: bank.values.count, by: length).map {
                Self.largest(of: bank.values[$0..<min($0 + length, bank.values.count)])
            } : []
    }

    /// The largest finite |w|, unless the largest 0.5 % are more than twice as large as all others: then where those
    /// begin, so that few outliers do not leave all other weights pale. 0 where no weight is finite.
    package static func range(of values: [Float]) -> Float {
        let sorted = values.filter(\.isFinite).map(abs).sorted()
        guard let largest = sorted.last else { return 0 }
        let bulk = sorted[sorted.count - 1 - sorted.count / 200]
        return bulk > 0 && largest > 2 * bulk ? bulk : largest
    }

    /// How many weights lie beyond the ends of a shared range.
    var beyondCount: Int {
        sharedRange.map { range in bank.values.count { $0.isFinite && abs($0) > range } } ?? 0
    }

    /// The weight at the end of the colour map; nil where every kernel has its own.
    var sharedRange: Float? {
        switch options.scale {
        case .perFilter, .perKernel: nil
        case .perLayer: layerRange
        case .shared(let range): range
        }
    }

    /// N·N colours of kernel `index`; nil for weights that are not finite.
    package func colors(_ index: Int) -> [FigureColor?] {
        let kernel = bank.kernel(index)
        let centre = kernel[kernel.startIndex + kernel.count / 2]
        let sign: Double = options.sign == .centrePositive && centre < 0 ? -1 : 1
        let own = options.scale == .perFilter ? filterRange(index) : Self.largest(of: kernel)
        return kernel.map { weight in
            guard weight.isFinite else { return nil }
            return options.colorMap.color(place(Double(weight) * sign, own: Double(own), index))
        }
    }

    /// The largest finite |w|; 0 where there is none.
    package static func largest(of values: some Sequence<Float>) -> Float {
        values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    }

    /// The largest finite |w| of the filter that kernel `index` is a slice of.
    private func filterRange(_ index: Int) -> Float { filterRanges[index / slices] }

    /// Where a weight lies on the colour map, −1…1.
    private func place(_ weight: Double, own: Double, _ index: Int) -> Double {
        if let range = sharedRange { return range > 0 ? weight / Double(range) : 0 }
        if options.faintKernels == .asAuthors {
            // nn-viser: (w + m) / max(2m, 1e-5) on a map from 0 to 1.
            return (weight + own) / max(2 * own, 1e-5) * 2 - 1
        }
        let isZero = labels?[index] == .zero
        let range = isZero ? Double(largest) : max(own, Double(largest) * 1e-3)
        return range > 0 ? weight / range : 0
    }
}
