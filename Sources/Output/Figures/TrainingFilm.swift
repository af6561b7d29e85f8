import Classification
import Diagnostics
import Kernels
import Numerics
import Statistics

/// The kernels of a training by epoch.
public struct TrainingFilm: Sendable {
    /// The kernels after one epoch.
    public struct Frame: Sendable {
        /// The epoch; 0 is the start.
        public let epoch: Int
        /// The depthwise layers in network order, the same in every frame.
        public let layers: [LabelledKernels]

        /// Gathers an epoch.
        public init(epoch: Int, layers: [LabelledKernels]) { (self.epoch, self.layers) = (epoch, layers) }

        /// How many kernels carry each label.
        var counts: LabelCounts { LabelCounts(layers.flatMap(\.classifications)) }
    }

    /// What the training is called.
    public let title: String
    /// The epochs, rising.
    public let frames: [Frame]

    /// Gathers a training.
    ///
    /// Throws `figures.noFrames` for fewer than two epochs, or where epochs do not have the same layers.
    public init(title: String, frames: [Frame]) throws {
        let forms = frames.map { $0.layers.map(\.bank.layer.weightShape) }
        guard frames.count > 1, let first = forms.first, !first.isEmpty, forms.allSatisfy({ $0 == first }) else {
            throw KernelVizError(
                code: "figures.noFrames", subject: title,
                found: frames.count < 2 ? "\(frames.count) epochs" : "epochs whose layers differ",
                expected: "two or more epochs of one network", advice: "Train with --snapshots for some epochs")
        }
        (self.title, self.frames) = (title, frames)
    }

    /// The layers that are shown: at most `limit`, evenly spaced, the first and the last among them.
    func shownLayers(_ limit: Int) -> [Int] { Self.evenly(frames[0].layers.count, limit) }

    /// At most `limit` of `count` places, evenly spaced, the first and the last among them.
    static func evenly(_ count: Int, _ limit: Int) -> [Int] {
        guard count > limit, limit > 1 else { return Array(0..<min(count, max(1, limit))) }
        return (0..<limit).map { ($0 * (count - 1) + (limit - 1) / 2) / (limit - 1) }
    }

    /// The median cosine of all kernels to what they were at the start, in one frame; nil where none has one.
    func likenessToStart(_ frame: Int) -> Double? {
        zip(frames[0].layers, frames[frame].layers).flatMap { first, now in
            (0..<now.bank.count).compactMap { index -> Double? in
                guard let own = now.unit(index), let start = first.unit(index) else { return nil }
                return zip(own, start).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }.median
    }

    /// The share of kernels with a name (identity, blur, edge) in one frame.
    func namedShare(_ frame: Int) -> Double {
        let counts = frames[frame].counts
        return counts.share(.identity) + counts.share(.blur) + counts.share(.edge)
    }
}
