/// Training images that nets are compared on, so that the test images have no part in a choice.
public struct HeldOutImages: Sendable, Equatable, Codable {
    /// How many.
    public let count: Int
    /// Names which ones.
    public let seed: Int

    /// Groups both.
    public init(count: Int, seed: Int) { (self.count, self.seed) = (count, seed) }
}
