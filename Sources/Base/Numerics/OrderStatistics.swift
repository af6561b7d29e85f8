extension Collection where Element == Double {
    /// The middle value of sorted or unsorted numbers, or the mean of the two middle ones; nil without numbers.
    public var median: Double? {
        isEmpty ? nil : OrderStatistics.median(ofSorted: sorted())
    }
}

/// Quantiles of numbers in order.
public enum OrderStatistics {
    /// The middle value, or the mean of the two middle ones; `sorted` is ascending and not empty.
    public static func median(ofSorted sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The value below which a share (0…1) of `sorted` lies, neighbours interpolated in proportion (NumPy's default).
    ///
    /// `sorted` is ascending and not empty.
    public static func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double {
        let position = share * Double(sorted.count - 1)
        let lower = Int(position)
        let upper = Swift.min(lower + 1, sorted.count - 1)
        return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
    }
}
