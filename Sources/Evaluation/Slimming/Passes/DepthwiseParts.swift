import Engine
import Tensors

/// Which channels of a depthwise layer need no kernel of their own, read from its weights.
struct DepthwiseParts: Sendable {
    /// Channels of one kernel up to a factor.
    struct Shared: Sendable {
        let channels: [Int]
        /// The kernel, its largest weight 1 or −1.
        let kernel: [Float]
        /// By what each channel's kernel is that times.
        let gains: [Float]
    }

    /// The channels of a part are a multiple of this, so that no block of the engine belongs to two parts.
    static let block = 16
    /// How far kernels may differ, as a part of their largest weight, that count as multiples of one another.
    private static let tolerance: Float = 0x1p-20

    /// Channels that pass on the pixel under the result's: a gain and a constant are all they need.
    let passing: [Int]
    /// The place of that pixel's weight in a kernel; nil where no cell lies under the results.
    let cell: Int?
    /// Channels that share a kernel, by group.
    let shared: [Shared]
    /// All others.
    let others: [Int]

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
        let passing = channels.filter { channel in
            guard let cell, taps > 1 else { return false }
            return kernel(channel).enumerated().allSatisfy { $0 == cell || $1 == 0 }
                && kernel(channel).contains { $0 != 0 }
        }
        self.passing = Array(passing.prefix(passing.count / Self.block * Self.block))
        var taken = Set(self.passing)
        var groups: [(kernel: [Float], channels: [Int], gains: [Float])] = []
        if findsShared, taps > 1 {
            for channel in channels where !taken.contains(channel) {
                guard let gain = kernel(channel).max(by: { abs($0) < abs($1) }), gain != 0, gain.isFinite else {
                    continue
                }
                let form = kernel(channel).map { $0 / gain }
                let place = groups.firstIndex { group in
                    zip(group.kernel, form).allSatisfy { abs($0 - $1) <= Self.tolerance }
                }
                if let place {
                    groups[place].channels.append(channel)
                    groups[place].gains.append(gain)
                } else {
                    groups.append((form, [channel], [gain]))
                }
            }
        }
        shared = groups.compactMap { group in
            let count = group.channels.count / Self.block * Self.block
            guard count > 0 else { return nil }
            return Shared(
                channels: Array(group.channels.prefix(count)), kernel: group.kernel,
                gains: Array(group.gains.prefix(count)))
        }
        for group in shared { taken.formUnion(group.channels) }
        others = channels.filter { !taken.contains($0) }
    }

    /// Whether there is anything to take apart.
    var isWhole: Bool { passing.isEmpty && shared.isEmpty }

    /// The channels part by part.
    var order: [Int] { passing + shared.flatMap(\.channels) + others }
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
