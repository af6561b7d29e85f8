import Engine
import Tensors

/// How computing in another precision than f32 changes a network's answers.
public struct PrecisionCost: Sendable, Equatable, Codable {
    /// The precision.
    public let precision: ExecutionOptions.Precision
    /// Images that were run in both.
    public let images: Int
    /// The largest difference between a logit in both.
    public let largestDifference: Float
    /// The largest size of a logit in f32, to compare with.
    public let largestLogit: Float
    /// Images whose most probable class is the same.
    public let agreeing: Int

    /// Compares logits of N×classes with those in f32.
    package init(_ precision: ExecutionOptions.Precision, logits: Tensor, inFloat32 reference: Tensor) {
        let classes = max(1, logits.shape.elementCount / max(1, logits.shape[0]))
        let rows = stride(from: 0, to: logits.scalars.count, by: classes).map { $0..<$0 + classes }
        self.init(
            precision, images: rows.count,
            largestDifference: zip(logits.scalars, reference.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) },
            largestLogit: reference.scalars.reduce(0) { max($0, abs($1)) },
            agreeing: rows.count { Self.best(logits.scalars[$0]) == Self.best(reference.scalars[$0]) })
    }

    init(
        _ precision: ExecutionOptions.Precision, images: Int, largestDifference: Float, largestLogit: Float,
        agreeing: Int
    ) {
        self.precision = precision
        self.images = images
        self.largestDifference = largestDifference
        self.largestLogit = largestLogit
        self.agreeing = agreeing
    }

    /// The costs of two sets of images as one.
    package func joined(with other: PrecisionCost) -> PrecisionCost {
        PrecisionCost(
            precision, images: images + other.images,
            largestDifference: max(largestDifference, other.largestDifference),
            largestLogit: max(largestLogit, other.largestLogit), agreeing: agreeing + other.agreeing)
    }

    /// The first of the largest outputs.
    private static func best(_ row: ArraySlice<Float>) -> Int {
        row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
    }
}
