import Classification
import Kernels
import Numerics

/// What the kernels of each label and shape of a network pass: mean amplitude responses and their radial profiles.
public struct FrequencyAtlas: Sendable, Equatable {
    /// The kernels of a label, or of one of its shapes.
    public struct Group: Sendable, Equatable {
        /// The label.
        public let label: KernelLabel
        /// The shape; nil for all kernels of the label.
        public let shape: KernelShape?
        /// How many there are with finite weights that are not all zero.
        public let count: Int
        /// mean |H(ωx, ωy)|, as ``FrequencyResponse/amplitudes``.
        public let amplitudes: [Double]
        /// The mean of |H| around each ring of ``FrequencyAtlas/radii``.
        public let profile: [Double]
        /// A tenth of the kernels lies below this at each ring.
        public let low: [Double]
        /// A tenth of the kernels lies above this at each ring.
        public let high: [Double]

        /// The ring with the largest mean amplitude, in cycles a pixel.
        public var peak: Double {
            let best = profile.indices.max { profile[$0] < profile[$1] - 1e-9 } ?? 0
            return FrequencyAtlas.radii[best]
        }
    }

    /// Kernels of a group that are measured at most, evenly picked.
    static let kernelLimit = 400
    /// The distances of the rings from 0 in cycles a pixel: steps of 1/32 up to Nyquist's ½ along an axis and on into
    /// the corners.
    public static let radii = (0...22).map { Double($0) / 32 }

    /// One group a label, in the order of `KernelLabel`, without zero.
    public let labels: [Group]
    /// One group a shape of at least three kernels, label by label, the most frequent first.
    public let shapes: [Group]

    /// Measures the kernels of a network.
    public init(_ layers: [LabelledKernels]) {
        var byLabel: [KernelLabel: [(Int, Int)]] = [:]
        var byShape: [KernelDictionary.Word: [(Int, Int)]] = [:]
        for (number, layer) in layers.enumerated() {
            for (index, kernel) in layer.classifications.enumerated() where kernel.label != .zero {
                guard FrequencyWaves.isUsable(layer.bank.kernel(index)) else { continue }
                byLabel[kernel.label, default: []].append((number, index))
                guard ShapeStrip.hasForm(kernel) else { continue }
                byShape[KernelDictionary.Word(label: kernel.label, shape: kernel.shape), default: []]
                    .append((number, index))
            }
        }
        let sizes = Set(layers.map(\.bank.size)).sorted()
        let waves = Dictionary(uniqueKeysWithValues: sizes.map { ($0, FrequencyWaves(size: $0)) })
        labels = KernelLabel.allCases.compactMap { label in
            byLabel[label].map { Self.group(label, nil, $0, of: layers, waves) }
        }
        shapes = byShape.filter { $0.value.count >= 3 }.map { word, kernels in
            Self.group(word.label, word.shape, kernels, of: layers, waves)
        }.sorted { (Self.place($0), $1.count, $0.name) < (Self.place($1), $0.count, $1.name) }
    }

    private static func place(_ group: Group) -> Int { KernelLabel.allCases.firstIndex(of: group.label) ?? 0 }

    private static func group(
        _ label: KernelLabel, _ shape: KernelShape?, _ kernels: [(layer: Int, index: Int)],
        of layers: [LabelledKernels], _ waves: [Int: FrequencyWaves]
    ) -> Group {
        let kept = kernels.evenSample(kernelLimit)
        var mean = [Double](repeating: 0, count: FrequencyResponse.side * FrequencyResponse.side)
        var profiles: [[Double]] = []
        for kernel in kept {
            let bank = layers[kernel.layer].bank
            var half = [Float](repeating: 0, count: FrequencyWaves.rows * FrequencyResponse.side)
            waves[bank.size]?.addAmplitudes(of: bank.kernel(kernel.index), to: &half)
            let whole = FrequencyWaves.whole(half.map(Double.init))
            for cell in mean.indices { mean[cell] += whole[cell] / Double(kept.count) }
            profiles.append(Self.profile(whole))
        }
        func quantiles(_ share: Double) -> [Double] {
            radii.indices.map { ring in OrderStatistics.quantile(share, ofSorted: profiles.map { $0[ring] }.sorted()) }
        }
        return Group(
            label: label, shape: shape, count: kernels.count, amplitudes: mean, profile: Self.profile(mean),
            low: quantiles(0.1), high: quantiles(0.9))
    }

    /// The ring of each frequency of the plane; nil beyond the last.
    private static let rings: [Int?] = {
        let (side, middle) = (FrequencyResponse.side, FrequencyResponse.side / 2)
        return (0..<side * side).map { cell in
            let (x, y) = (Double(cell % side - middle), Double(cell / side - middle))
            // The plane's steps are 1/32 cycles a pixel, as the rings'.
            let ring = Int((x * x + y * y).squareRoot().rounded())
            return ring < radii.count ? ring : nil
        }
    }()

    /// The mean around each ring.
    static func profile(_ plane: [Double]) -> [Double] {
        var (sums, counts) = ([Double](repeating: 0, count: radii.count), [Double](repeating: 0, count: radii.count))
        for (cell, ring) in rings.enumerated() {
            guard let ring else { continue }
            sums[ring] += plane[cell]
            counts[ring] += 1
        }
        return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
    }
}

extension FrequencyAtlas.Group {
    /// The name as printed.
    var name: String { shape?.rawValue ?? label.rawValue }
}
