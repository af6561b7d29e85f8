/// How often values fall into equally wide bins.
public struct Histogram: Sendable, Equatable {
    /// The lower edge of the first bin.
    public let lowerBound: Double
    /// The upper edge of the last bin, which includes it.
    public let upperBound: Double
    /// Values in each bin.
    public let counts: [Int]
    /// Finite values outside the bins; 0 unless a range was given.
    public let outsideCount: Int
    /// Values of exactly 0 that are counted apart; 0 where they are counted in the bins.
    public let zeroCount: Int

    /// Counts the finite ones of `values`, by default from their minimum to their maximum, as numpy.histogram does.
    ///
    /// Equal values get a range of ±½ around them (more where ½ is nothing beside them); without finite values the range is 0…1 and all counts are 0.
    /// With a `range`, values outside it are counted apart, and with `zerosApart` values of exactly 0 too.
    public init(_ values: [Float], bins: Int = 100, range: ClosedRange<Double>? = nil, zerosApart: Bool = false) {
        precondition(bins > 0)
        var (low, high) = (Double.infinity, -Double.infinity)
        for value in values where value.isFinite {
            low = min(low, Double(value))
            high = max(high, Double(value))
        }
        if let range { (low, high) = (range.lowerBound, range.upperBound) }
        if low > high { (low, high) = (0, 1) }
        if low == high {
            let pad = max(0.5, abs(low) * 0x1p-20)
            (low, high) = (low - pad, high + pad)
        }
        var counts = [Int](repeating: 0, count: bins)
        let scale = Double(bins) / (high - low)
        var (outside, zeros) = (0, 0)
        for value in values where value.isFinite {
            if zerosApart, value == 0 {
                zeros += 1
                continue
            }
            let value = Double(value)
            guard value >= low, value <= high else {
                outside += 1
                continue
            }
            counts[min(bins - 1, Int((value - low) * scale))] += 1
        }
        (lowerBound, upperBound, self.counts, outsideCount, zeroCount) = (low, high, counts, outside, zeros)
    }

    /// A histogram of weights: where they have both signs an edge of the bins lies at 0, so that no bar holds both, and
    /// weights of exactly 0 (pruned ones) are counted apart in ``zeroCount``.
    ///
    /// `isWhole` spans all weights, otherwise those of ``ofBulk(_:bins:)``. There may be one bin more than `bins`.
    public static func ofWeights(_ values: [Float], bins: Int = 100, isWhole: Bool = false) -> Histogram {
        let plain = isWhole ? Histogram(values, bins: bins) : ofBulk(values, bins: bins)
        let width = plain.binWidth
        let (low, high) = ((plain.lowerBound / width).rounded(.down), (plain.upperBound / width).rounded(.up))
        guard plain.lowerBound < 0, plain.upperBound > 0, low.isFinite, high.isFinite, high - low < 1e6 else {
            return Histogram(values, bins: bins, range: plain.lowerBound...plain.upperBound, zerosApart: true)
        }
        // Rounding must not leave the outermost weights outside.
        return Histogram(
            values, bins: Int(high - low),
            range: min(low * width, plain.lowerBound)...max(high * width, plain.upperBound),
            zerosApart: true)
    }

    /// A histogram of the bulk: where few outliers stretch the range to more than twice what the central 99.5 % of the
    /// values need, those outliers are left out and counted in ``outsideCount``.
    public static func ofBulk(_ values: [Float], bins: Int = 100) -> Histogram {
        let sorted = values.filter(\.isFinite).sorted()
        guard let first = sorted.first, let last = sorted.last, sorted.count >= 400 else {
            return Histogram(values, bins: bins)
        }
        let cut = sorted.count / 400
        let (low, high) = (Double(sorted[cut]), Double(sorted[sorted.count - 1 - cut]))
        guard high > low, Double(last) - Double(first) > 2 * (high - low) else { return Histogram(values, bins: bins) }
        let pad = (high - low) * 0.05
        return Histogram(
            values, bins: bins, range: max(Double(first), low - pad)...min(Double(last), high + pad))
    }

    /// The width of a bin.
    public var binWidth: Double { (upperBound - lowerBound) / Double(counts.count) }
    /// All values in the bins.
    public var total: Int { counts.reduce(0, +) }
    /// Counts divided by total and bin width, so that the area is 1; zeros where nothing was counted.
    public var densities: [Double] {
        let area = Double(total) * binWidth
        return counts.map { area > 0 ? Double($0) / area : 0 }
    }
}
