import MatchingLoopsBaseline

/// Sixteen kernels and what the loops find of them: every element holds one number of each.
package struct MatchingLanes: Sendable {
    /// The cells of the kernels, each kernel divided by its largest magnitude; `block.count == size²`.
    package internal(set) var block: [TemplateMatcher.Lanes]
    /// In the order of `FeatureScan.Row`, then `FitScan.Row`.
    package internal(set) var rows: [TemplateMatcher.Lanes]
    /// The strongest cell, then the order of `FitScan.Place`.
    package internal(set) var places: [TemplateMatcher.Indices]
    /// In the order of `ShapeScan.Row`.
    package internal(set) var shapes: [TemplateMatcher.Lanes]
    /// What the loops need on their way.
    var scratch: [TemplateMatcher.Lanes]

    /// Room for sixteen N×N kernels.
    package init(size: Int) {
        block = Array(repeating: .zero, count: size * size)
        rows = Array(repeating: .zero, count: MatchingLoopsBaseline.FitScan.Row.count)
        places = Array(repeating: .zero, count: MatchingLoopsBaseline.FitScan.Place.count)
        shapes = Array(repeating: .zero, count: MatchingLoopsBaseline.ShapeScan.Row.count)
        scratch = Array(repeating: .zero, count: max(2 * size * size, MatchingLoopsBaseline.OrbitScan.scratchCount))
    }
}
