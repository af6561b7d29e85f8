import Glibc

/// Round numbers along an axis, with their texts.
struct AxisTicks: Equatable {
    /// Multiples of 1, 2 or 5 times a power of ten, rising.
    let values: [Double]
    /// What stands beside each tick, all with the same number of decimals.
    let labels: [String]

    /// At most `limit` (≥ 2) ticks inside `range`; where the range is too narrow for numbers, its lower end alone.
    init(in range: ClosedRange<Double>, limit: Int) {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else {
            values = [range.lowerBound]
            labels = [NumberText.short(range.lowerBound)]
            return
        }
        var step = Self.step(atLeast: span / Double(max(2, limit)))
        var multiples = Self.multiples(of: step, in: range)
        while multiples.count > max(2, limit) {
            step = Self.step(atLeast: step * 1.01)
            multiples = Self.multiples(of: step, in: range)
        }
        let values = multiples.map { Double($0) * step }
        let exponent = Int((log10(step) + 1e-9).rounded(.down))
        let largest = values.map(abs).max() ?? 0
        self.values = values
        if largest >= 1e5 || largest < 1e-3 {
            labels = values.map { NumberText.short($0, digits: 4) }
        } else {
            labels = values.map { NumberText.fixed($0, decimals: max(0, -exponent)) }
        }
    }

    private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Int] {
        let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        return first <= last ? Array(first...last) : []
    }

    /// The smallest of 1, 2, 5 times a power of ten that is not below `value`.
    private static func step(atLeast value: Double) -> Double {
        let power = pow(10, log10(value).rounded(.down))
        for factor in [1.0, 2, 5] where factor * power >= value * (1 - 1e-9) { return factor * power }
        return 10 * power
    }
}
