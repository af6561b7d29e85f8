/// The thresholds that every label follows; the defaults are those of 3×3 kernels in classifier.md §6.
public struct ClassifierSettings: Sendable, Equatable, Codable {
    /// Correlation of neighbouring input pixels, 0…1: the AR(1) prior of the functional similarity.
    public var rho: Double = 0.5

    /// The defaults.
    public init() {}
}
