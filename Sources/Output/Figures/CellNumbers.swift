/// How the weights are printed into the cells of a grid: two decimals, in units of a power of ten where they are small.
struct CellNumbers {
    static let fontSize = 6.0
    /// 10^exponent is the unit.
    let exponent: Int
    private let decimals: Int

    init(largest: Double) {
        let isReadable = largest == 0 || (largest >= 0.095 && largest < 99.95)
        let power = isReadable ? 0 : NumberText.exponent(of: largest)
        exponent = power
        decimals = isReadable && largest >= 9.995 ? 1 : 2
    }

    /// The room that every number fits in, in points.
    var width: Double { TextMetrics.width("−0.00", size: Self.fontSize) + 2 }

    /// "10⁻³"; empty for plain numbers.
    var unitText: String { exponent == 0 ? "" : NumberText.power(exponent) }

    /// The text of one weight; "×" for one that is not finite.
    func text(_ weight: Float) -> String {
        guard weight.isFinite else { return "×" }
        var value = Double(weight)
        // In two steps, for 10⁻³²⁰ is no normal number.
        for part in [exponent / 2, exponent - exponent / 2] { value /= NumberText.tenTo(part) }
        return NumberText.fixed(value, decimals: decimals)
    }
}
