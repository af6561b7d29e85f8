/// Several tests at once.
///
/// Source: S. Holm, Scandinavian Journal of Statistics 6 (1979).
public enum Holm {
    /// p-values of several comparisons, raised so that the chance of any false one stays what a single one promises;
    /// in the order given.
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
        var adjusted = pValues
        var largest = 0.0
        for (rank, index) in order.enumerated() {
            largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
            adjusted[index] = largest
        }
        return adjusted
    }
}
