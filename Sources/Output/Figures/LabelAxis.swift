import Classification
import Numerics
import Statistics

/// What the kernels of a label have in common, a kernel and its negative counted as one: the second moments Σu·uᵀ/n of the
/// unit kernels u. Mean places would say little, for a label's kernels lie on both sides of 0.
public struct LabelAxis: Sendable, Equatable {
    /// The label.
    public let label: KernelLabel
    /// Where the first axis of the moments, as a kernel of norm 1, lies on the map; its sign is that of most kernels.
    public let place: KernelMap.Point
    /// The moments, N²·N² numbers.
    private let moments: [Double]

    /// Products of a vector with itself that are summed at most: of more kernels an even sample is taken.
    private static let limit = 50_000_000
    /// Cells up to which all axes are computed.
    private static let wholeLimit = 49

    /// Measures unit kernels; nil for fewer than three. `place` gives a kernel's place on the map.
    init?(_ label: KernelLabel, _ units: [[Double]], place: ([Double]) -> KernelMap.Point) {
        guard units.count >= 3, let cells = units.first?.count else { return nil }
        let sample = units.evenSample(max(3, Self.limit / (cells * cells)))
        var matrix = SymmetricMatrix(size: cells)
        let factor = (1 / Double(sample.count)).squareRoot()
        for unit in sample { matrix.add(outerProductOf: unit.map { $0 * factor }) }
        guard let axis = cells <= Self.wholeLimit ? matrix.eigen().first?.vector : matrix.leading()?.vector else {
            return nil
        }
        let side = sample.reduce(0.0) { sum, unit in sum + zip(unit, axis).reduce(0) { $0 + $1.0 * $1.1 } }
        self.label = label
        self.place = place(side < 0 ? axis.map { -$0 } : axis)
        moments = matrix.values
    }

    /// The RV coefficient of both moments, 0 where they share nothing … 1 where they are alike.
    ///
    /// RV = ⟨A, B⟩ / (‖A‖·‖B‖). Source: Robert and Escoufier, 1976.
    public func likeness(to other: LabelAxis) -> Double {
        func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let norms = (product(moments, moments) * product(other.moments, other.moments)).squareRoot()
        return norms > 0 ? product(moments, other.moments) / norms : 0
    }
}
