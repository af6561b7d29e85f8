import Engine
import Tensors

/// Which channels of a depthwise layer need no kernel of their own, read from its weights.
struct DepthwiseParts: Sendable {
    /// What a channel needs.
    enum Kind: Sendable, Equatable {
        /// A gain and a constant: it passes on the pixel under the result's.
        case passing
        /// A gain, a constant and the shared kernel of this number.
        case shared(Int)
        /// A kernel of its own.
        case own
    }

    /// The channels of a part are a multiple of this, so that no block of the engine belongs to two parts.
    static let block = 16
    /// How far kernels may differ, as a part of their largest weight, that count as multiples of one another.
    private static let tolerance: Float = 0x1p-20

    /// What each channel needs.
    let kinds: [Kind]
    /// The place of the pixel under the result's in a kernel; nil where no cell lies there.
    let cell: Int?
    /// The shared kernels, their largest weight 1 or −1.
    let kernels: [[Float]]
    /// By what each channel's kernel is its shared one; 1 for the others.
    let gains: [Float]

    /// - Parameters:
    ///   - weight: C×1×H×W.
    ///   - window: Where the kernel reads.
    ///   - findsShared: Whether kernels are looked for that are multiples of one another.
    init(_ weight: Tensor, _ window: WindowCell, findsShared: Bool) {
        let taps = weight.shape[2] * weight.shape[3]
        let channels = Array(0..<weight.shape[0])
        func kernel(_ channel: Int) -> ArraySlice<Float> {
            weight.scalars[channel * taps..<(channel + 1) * taps]
        }
        let cell = window.cellUnderResult
        self.cell = cell
        var kinds = channels.map { channel -> Kind in
            guard let cell, taps > 1 else { return .own }
            let isPassing =
                kernel(channel).enumerated().allSatisfy { $0 == cell || $1 == 0 }
                && kernel(channel).contains { $0 != 0 }
            return isPassing ? .passing : .own
        }
        var gains = [Float](repeating: 1, count: channels.count)
        var groups: [(kernel: [Float], channels: [Int])] = []
        if findsShared, taps > 1 {
            for channel in channels where kinds[channel] == .own {
                guard let gain = kernel(channel).max(by: { abs($0) < abs($1) }), gain != 0, gain.isFinite else {
                    continue
                }
                gains[channel] = gain
                let form = kernel(channel).map { $0 / gain }
                let place = groups.firstIndex { group in
                    zip(group.kernel, form).allSatisfy { abs($0 - $1) <= Self.tolerance }
                }
                if let place { groups[place].channels.append(channel) } else { groups.append((form, [channel])) }
            }
        }
        groups.removeAll { $0.channels.count < Self.block }
        for (number, group) in groups.enumerated() {
            for channel in group.channels { kinds[channel] = .shared(number) }
        }
        self.kinds = kinds
        self.gains = gains
        kernels = groups.map(\.kernel)
    }

    /// The kinds that need no kernel of their own, in the order in which their channels come to lie.
    var slimKinds: [Kind] { [.passing] + kernels.indices.map { .shared($0) } }
}

/// The channels of depthwise layers that have the same ones, in an order in which each layer's parts are whole blocks.
struct PartLayout: Sendable, Equatable {
    /// Channels side by side that are of one kind to a layer.
    struct Run: Sendable, Equatable {
        let kind: DepthwiseParts.Kind
        /// Their places in the new order.
        let places: Range<Int>
    }

    /// The channels in their new order.
    let order: [Int]
    /// What each layer is taken apart into.
    let runs: [[Run]]

    /// Each layer divides what the layers before it left together; of each kind whole blocks, the rest keep kernels of
    /// their own.
    ///
    /// - Parameters:
    ///   - layers: what their channels need, all of `channels` channels.
    init(_ layers: [DepthwiseParts], channels: Int) {
        var zones: [(channels: [Int], kinds: [DepthwiseParts.Kind])] = [(Array(0..<channels), [])]
        for layer in layers {
            zones = zones.flatMap { zone in
                var pieces: [(channels: [Int], kinds: [DepthwiseParts.Kind])] = []
                var taken: Set<Int> = []
                for kind in layer.slimKinds {
                    let all = zone.channels.filter { layer.kinds[$0] == kind }
                    let whole = Array(all.prefix(all.count / DepthwiseParts.block * DepthwiseParts.block))
                    guard !whole.isEmpty else { continue }
                    taken.formUnion(whole)
                    pieces.append((whole, zone.kinds + [kind]))
                }
                let rest = zone.channels.filter { !taken.contains($0) }
                if !rest.isEmpty { pieces.append((rest, zone.kinds + [.own])) }
                return pieces
            }
        }
        order = zones.flatMap(\.channels)
        runs = layers.indices.map { layer in
            var runs: [Run] = []
            var start = 0
            for zone in zones {
                let end = start + zone.channels.count
                if let last = runs.last, last.kind == zone.kinds[layer] {
                    runs[runs.count - 1] = Run(kind: last.kind, places: last.places.lowerBound..<end)
                } else {
                    runs.append(Run(kind: zone.kinds[layer], places: start..<end))
                }
                start = end
            }
            return runs
        }
    }
}

/// The weight under the pixel that a 1×1 kernel of the same stride would read.
struct WindowCell: Sendable, Equatable {
    /// Its place in a kernel; nil where there is none for images of every size.
    let cellUnderResult: Int?

    /// - Parameter kernel: The shape of the weight, O×I×H×W.
    init(_ convolution: Convolution, kernel: Shape) {
        let (height, width) = (kernel[2], kernel[3])
        switch convolution.padding {
        case .explicit(let top, let left, let bottom, let right):
            // Else the result has another size than that of a 1×1 kernel.
            let fits = top + bottom == height - 1 && left + right == width - 1
            cellUnderResult = fits ? top * width + left : nil
        case .same:
            // Above stride 1 the border depends on the image.
            cellUnderResult = convolution.stride == 1 ? (height - 1) / 2 * width + (width - 1) / 2 : nil
        }
    }
}
