import Diagnostics

/// A data set of 3×3 kernels that is read piece by piece, as CNN Filter DB is (Gavrikov and Keuper, CVPR 2022).
public struct KernelDataset: Sendable {
    /// The file.
    public let checkpoint: Checkpoint
    /// How many kernels it holds.
    public let count: Int
    /// N.
    public let size = 3
    /// The layers that the kernels come from, in file order, without gaps; empty where the file does not tell.
    public let layers: [Range<Int>]
    private let name: String

    /// Nil where the checkpoint is something else.
    public init?(_ checkpoint: Checkpoint) {
        guard let entry = checkpoint.entries.first(where: { $0.axes == .kernelList }) else { return nil }
        self.checkpoint = checkpoint
        name = entry.name
        count = entry.shape[0]
        layers = Self.layers(checkpoint.attributes[FilterCollection.rangesAttribute], count: count)
    }

    /// The weights of some kernels, nine each, row-major.
    ///
    /// Throws as ``Checkpoint/rows(_:of:)``.
    public func weights(_ kernels: Range<Int>) throws -> [Float] { try checkpoint.rows(kernels, of: name) }

    /// "0:23 24:31 …", both ends included; nothing is believed unless the ranges cover all kernels one after another.
    static func layers(_ text: String?, count: Int) -> [Range<Int>] {
        guard let text else { return [] }
        var layers: [Range<Int>] = []
        for range in text.split(separator: " ") {
            let ends = range.split(separator: ":").compactMap { Int($0) }
            guard ends.count == 2, ends[0] == layers.last?.upperBound ?? 0, ends[1] >= ends[0], ends[1] < count else {
                return []
            }
            layers.append(ends[0]..<ends[1] + 1)
        }
        return layers.last?.upperBound == count ? layers : []
    }
}
