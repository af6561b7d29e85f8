/// The widths and depths that a budget decides.
public struct NetworkShape: Sendable, Equatable, Codable {
    /// c0…c4: the stem's and the four stages' output channels.
    public var channels: [Int]
    /// n1…n4: units per stage, the DownsamplingBlock included.
    public var blocks: [Int]

    /// Five widths and four depths.
    public init(channels: [Int], blocks: [Int]) {
        precondition(channels.count == 5 && blocks.count == 4)
        self.channels = channels
        self.blocks = blocks
    }

    /// The published shapes, smallest first, with the learnable parameters of their VGNetG (Table 1 and Table 3;
    /// the 5.0MP net is in the authors' code alone).
    public static let published: [Published] = [
        Published(NetworkShape(channels: [28, 56, 112, 224, 368], blocks: [4, 7, 13, 2]), 997_358),
        Published(NetworkShape(channels: [32, 64, 128, 256, 512], blocks: [3, 7, 14, 2]), 1_502_024),
        Published(NetworkShape(channels: [32, 72, 168, 376, 512], blocks: [3, 6, 13, 2]), 2_006_380),
        Published(NetworkShape(channels: [32, 80, 192, 400, 544], blocks: [3, 6, 16, 2]), 2_492_756),
        Published(NetworkShape(channels: [32, 88, 216, 456, 856], blocks: [4, 7, 15, 5]), 4_990_239),
    ]

    /// A shape that was published.
    public struct Published: Sendable, Equatable {
        /// Widths and depths.
        public let shape: NetworkShape
        /// The learnable parameters of its VGNetG.
        public let parameters: Int

        init(_ shape: NetworkShape, _ parameters: Int) { (self.shape, self.parameters) = (shape, parameters) }

        /// The parameters that its name gives it: 1,000,000 for 1.0MP.
        public var size: Int { Int((Double(parameters) / 1e5).rounded()) * 100_000 }
        /// "1.0mp".
        public var name: String { "\(size / 1_000_000).\(size / 100_000 % 10)mp" }
    }
}
