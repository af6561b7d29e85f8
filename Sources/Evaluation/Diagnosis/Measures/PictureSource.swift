import Datasets
import Numerics

/// The pictures that a network is examined on.
public struct PictureSource: Sendable {
    /// The pictures; their classes are not looked at.
    public let images: ImageDataSet
    /// How many of them are used, evenly spread.
    public let limit: Int

    /// Names pictures. Several passes over each are needed, so that some dozens are enough.
    public init(_ images: ImageDataSet, limit: Int = 100) {
        self.images = images
        self.limit = limit
    }

    /// The places of the pictures that are used.
    var indices: [Int] { (0..<images.count).evenSample(limit) }
}
