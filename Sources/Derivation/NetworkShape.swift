import Glibc

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
    public static let published: [(shape: NetworkShape, parameters: Int)] = [
        (NetworkShape(channels: [28, 56, 112, 224, 368], blocks: [4, 7, 13, 2]), 997_358),
        (NetworkShape(channels: [32, 64, 128, 256, 512], blocks: [3, 7, 14, 2]), 1_502_024),
        (NetworkShape(channels: [32, 72, 168, 376, 512], blocks: [3, 6, 13, 2]), 2_006_380),
        (NetworkShape(channels: [32, 80, 192, 400, 544], blocks: [3, 6, 16, 2]), 2_492_756),
        (NetworkShape(channels: [32, 88, 216, 456, 856], blocks: [4, 7, 15, 5]), 4_990_239),
    ]
}

/// What the published nets look like in between: ideal, real-valued widths for any budget.
struct ShapeProfile: Sendable, Equatable {
    /// Ideal widths c0…c4, not yet rounded.
    let channels: [Double]
    /// Units per stage, those of the published net nearest in parameters (as a ratio).
    let blocks: [Int]

    /// The profile at `parameters`: between two published nets the logarithms of the widths are interpolated along the
    /// logarithm of the count; outside them all widths grow or shrink with the square root of the budget.
    ///
    /// `count` gives the parameters that a published shape has in the wanted form (classes, SE, kernels); nil where
    /// the form does not allow the shape, which then counts as its VGNetG.
    init(parameters: Int, count: (NetworkShape) -> Int?) {
        let shapes = NetworkShape.published.map(\.shape)
        let wanted = log(Double(parameters))
        let logs = NetworkShape.published.map { log(Double(count($0.shape) ?? $0.parameters)) }
        let nearest = shapes.indices.min { abs(logs[$0] - wanted) < abs(logs[$1] - wanted) } ?? 0
        blocks = shapes[nearest].blocks
        guard let upper = logs.firstIndex(where: { $0 >= wanted }), upper > 0 else {
            let end = wanted <= logs[0] ? 0 : shapes.count - 1
            let factor = exp((wanted - logs[end]) / 2)
            channels = shapes[end].channels.map { Double($0) * factor }
            return
        }
        let weight = (wanted - logs[upper - 1]) / (logs[upper] - logs[upper - 1])
        channels = zip(shapes[upper - 1].channels, shapes[upper].channels).map {
            exp((1 - weight) * log(Double($0)) + weight * log(Double($1)))
        }
    }
}
