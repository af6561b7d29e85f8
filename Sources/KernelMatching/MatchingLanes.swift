import MatchingLoops

/// Sixteen kernels and what the loops find of them: every element holds one number of each.
package struct MatchingLanes: Sendable {
    /// The cells of the kernels, each kernel divided by its largest magnitude; `block.count == size²`.
    package internal(set) var block: [TemplateMatcher.Lanes]
    /// In the order of ``Row``.
    package internal(set) var rows: [TemplateMatcher.Lanes]
    /// In the order of ``Place``.
    package internal(set) var places: [TemplateMatcher.Indices]
    /// In the order of ``Shape``.
    package internal(set) var shapes: [TemplateMatcher.Lanes]
    /// What the loops need on their way.
    var scratch: [TemplateMatcher.Lanes]

    /// Room for sixteen N×N kernels.
    package init(size: Int) {
        block = Array(repeating: .zero, count: size * size)
        rows = Array(repeating: .zero, count: Row.count)
        places = Array(repeating: .zero, count: Place.count)
        shapes = Array(repeating: .zero, count: Shape.count)
        scratch = Array(repeating: .zero, count: max(2 * size * size, MatchingLoops.OrbitScan.scratchCount))
    }

    /// Rows of features (`FeatureScan.Row`, `FitScan.Row`).
    package enum Row {
        @inlinable package static var scale: Int { 0 }
        @inlinable package static var sum: Int { 1 }
        @inlinable package static var absoluteSum: Int { 2 }
        @inlinable package static var energy: Int { 3 }
        @inlinable package static var outputEnergy: Int { 4 }
        @inlinable package static var outputOfOnes: Int { 5 }
        @inlinable package static var outputAtPeak: Int { 6 }
        @inlinable package static var horizontal: Int { 7 }
        @inlinable package static var vertical: Int { 8 }
        @inlinable package static var checker: Int { 9 }
        /// Weight-space R² of the best blur, first and second derivative.
        @inlinable package static var fits: Int { 10 }
        /// Functional R² of the same templates.
        @inlinable package static var functional: Int { 13 }
        @inlinable package static var count: Int { 16 }
    }

    /// Rows of places (`FitScan.Place`).
    package enum Place {
        @inlinable package static var strongest: Int { 0 }
        @inlinable package static var templates: Int { 1 }
        @inlinable package static var kinds: Int { 4 }
        @inlinable package static var count: Int { 7 }
    }

    /// Rows of what only descriptions need (`ShapeScan.Row`).
    package enum Shape {
        @inlinable package static var momentX: Int { 0 }
        @inlinable package static var momentY: Int { 1 }
        @inlinable package static var gradient: Int { 2 }
        @inlinable package static var axis: Int { 3 }
        @inlinable package static var centre: Int { 4 }
        @inlinable package static var sides: Int { 5 }
        @inlinable package static var peak: Int { 6 }
        @inlinable package static var peakX: Int { 7 }
        @inlinable package static var peakY: Int { 8 }
        @inlinable package static var spread: Int { 9 }
        @inlinable package static var norm: Int { 10 }
        @inlinable package static var count: Int { 11 }
    }
}
