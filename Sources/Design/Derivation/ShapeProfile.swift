import Glibc

/// What the published nets look like in between: ideal, real-valued widths for any bounds, and their depths.
struct ShapeProfile: Sendable, Equatable {
    /// Ideal widths c0…c4, not yet rounded; each grows with the budget.
    var channels: [Double]
    /// Units per stage, those of the published net nearest in cost (as a ratio).
    var blocks: [Int]

    /// The widths and depths of a shape.
    init(_ shape: NetworkShape) {
        channels = shape.channels.map(Double.init)
        blocks = shape.blocks
    }

    /// The profile that makes full use of `bounds`: between two published nets the logarithms of the widths are
    /// interpolated along the logarithm of the utilisation; outside them all widths grow or shrink with its square root.
    ///
    /// `cost` gives what a published shape costs in the wanted form (classes, SE, kernels); nil where the form does not
    /// allow the shape, which then counts as its VGNetG's parameters.
    init(_ bounds: DesignBounds, cost: (NetworkShape) -> DesignCost?) {
        let shapes = NetworkShape.published.map(\.shape)
        let logs = NetworkShape.published.map { net in
            log(
                cost(net.shape).map(bounds.utilisation)
                    ?? Double(net.parameters) / Double(bounds.parameters.most))
        }
        let nearest = shapes.indices.min { abs(logs[$0]) < abs(logs[$1]) } ?? 0
        blocks = shapes[nearest].blocks
        guard let upper = logs.firstIndex(where: { $0 >= 0 }), upper > 0 else {
            let end = logs[0] >= 0 ? 0 : shapes.count - 1
            let factor = exp(-logs[end] / 2)
            channels = shapes[end].channels.map { Double($0) * factor }
            return
        }
        let weight = -logs[upper - 1] / (logs[upper] - logs[upper - 1])
        channels = zip(shapes[upper - 1].channels, shapes[upper].channels).map {
            exp((1 - weight) * log(Double($0)) + weight * log(Double($1)))
        }
    }

    /// The profile as the evidence bends it: widths without dead channels within the bounds of growth, depths shifted
    /// between the stages.
    mutating func bend(_ shaping: Shaping) {
        channels = zip(channels, shaping.widthFactors).map(*)
        for index in 1..<5 {
            let range = shaping.growth[index - 1]
            channels[index] = min(
                channels[index - 1] * range.upperBound, max(channels[index - 1] * range.lowerBound, channels[index]))
        }
        guard shaping.depthFactors != [1, 1, 1, 1] else { return }
        let total = Double(blocks.reduce(0, +))
        let weighted = zip(blocks, shaping.depthFactors).map { Double($0) * $1 }
        let scale = total / weighted.reduce(0, +)
        let deepest = blocks.max() ?? 1
        let index = blocks.firstIndex(of: deepest) ?? 2
        blocks = weighted.map { max(1, Int(($0 * scale).rounded())) }
        // The deepest stage of the published nets stays the deepest.
        blocks[index] = max(blocks[index], blocks.max() ?? 1)
    }
}

/// How the evidence bends the published shapes.
public struct Shaping: Sendable, Equatable {
    /// By what c0…c4 are multiplied before the budget is met (D6).
    public var widthFactors = [1.0, 1, 1, 1, 1]
    /// The allowed growth from c0 to c1 … c3 to c4.
    public var growth = WidthGrowth.published
    /// By what the depths are weighted (D8).
    public var depthFactors = [1.0, 1, 1, 1]

    /// The published shapes as they are.
    public static let published = Shaping()
}
