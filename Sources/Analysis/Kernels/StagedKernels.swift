/// Square kernels of one size by the stage of a VGNet at which they were found: what weights of a new net may be drawn from.
public struct StagedKernels: Sendable, Equatable {
    /// Rows and columns.
    public let size: Int
    /// Of layers of stride 1 in stages 1 to 4; `size`² weights each, row by row.
    public let body: [[[Float]]]
    /// Of the strided layers that open stages 1 to 4.
    public let downsampling: [[[Float]]]
    /// Of the last spatial layer.
    public let last: [[Float]]

    /// Groups kernels; four stages each, kernels of `size`² finite weights.
    public init(size: Int, body: [[[Float]]], downsampling: [[[Float]]], last: [[Float]]) {
        precondition(body.count == 4 && downsampling.count == 4)
        self.size = size
        self.body = body
        self.downsampling = downsampling
        self.last = last
    }
}
