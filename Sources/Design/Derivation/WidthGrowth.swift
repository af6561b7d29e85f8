import Glibc

/// How the widths of a network's blocks grow with depth: RegNet's quantised line.
///
/// uⱼ = w₀ + wₐ·j for block j = 0 …; wⱼ = w₀·wₘ^round(log(uⱼ/w₀)/log wₘ), rounded to multiples of 8.
/// Source: Radosavovic et al., "Designing Network Design Spaces" (2020), section 3.3.
public struct WidthGrowth: Sendable, Equatable {
    /// w₀: the width of the first block.
    public let initialWidth: Double
    /// wₐ: the slope, channels a block.
    public let slope: Double
    /// wₘ: the factor between quantised widths.
    public let factor: Double
    /// The mean of |ln(fitted/width)| over the blocks.
    public let error: Double
    /// The fitted growth from stage k to stage k + 1, k = 1…3, at the last block of each; nil where a stage has no block.
    public let stageGrowth: [Double?]

    /// Fits blocks in network order: the stage (1…4) and the width of each; nil with fewer than four.
    init?(_ blocks: [(stage: Int, width: Int)]) {
        guard blocks.count >= 4, let first = blocks.first?.width, first > 0 else { return nil }
        let logs = blocks.map { log(Double($0.width)) }
        var best: (error: Double, w0: Double, slope: Double, factor: Double)?
        let lastWidth = Double(blocks[blocks.count - 1].width)
        let slopeThrough = (lastWidth - Double(first)) / Double(blocks.count - 1)
        // The first width and the slope lie near those of the network; the search steps through both.
        for w0 in Set([0.5, 0.75, 1, 1.25, 1.5].map { max(8, (Double(first) * $0 / 8).rounded() * 8) }).sorted() {
            for scale in stride(from: 0.5, through: 2, by: 0.125) {
                for factor in stride(from: 1.2, through: 3, by: 0.1) {
                    let slope = slopeThrough * scale
                    let fitted = Self.widths(blocks.count, w0, slope, factor)
                    let error = zip(fitted, logs).reduce(0) { $0 + abs(log($1.0) - $1.1) } / Double(logs.count)
                    if best.map({ error < $0.error - 1e-12 }) ?? true { best = (error, w0, slope, factor) }
                }
            }
        }
        guard let best else { return nil }
        (initialWidth, slope, factor, error) = (best.w0, best.slope, best.factor, best.error)
        let fitted = Self.widths(blocks.count, best.w0, best.slope, best.factor)
        let ends = (1...4).map { stage in blocks.lastIndex { $0.stage == stage }.map { fitted[$0] } }
        stageGrowth = (0..<3).map { index in
            guard let from = ends[index], let to = ends[index + 1] else { return nil }
            return to / from
        }
    }

    private static func widths(_ count: Int, _ w0: Double, _ slope: Double, _ factor: Double) -> [Double] {
        (0..<count).map { block in
            let line = max(w0, w0 + slope * Double(block))
            let step = (log(line / w0) / log(factor)).rounded()
            return max(8, (w0 * pow(factor, step) / 8).rounded() * 8)
        }
    }

    /// Whether the fit lies within 20 % of the widths on average.
    public var isClear: Bool { error <= 0.2 }

    /// From stem to stage 1 and from stage to stage, the factors of the published nets.
    public static let published: [ClosedRange<Double>] = (0..<4).map { index in
        let factors = NetworkShape.published.map {
            Double($0.shape.channels[index + 1]) / Double($0.shape.channels[index])
        }
        return (factors.min() ?? 1)...(factors.max() ?? 1)
    }

    /// The published ranges, widened where the analysed networks grow otherwise; widths never shrink.
    static func bounds(_ fits: [WidthGrowth]) -> [ClosedRange<Double>] {
        published.enumerated().map { index, range in
            let found = index == 0 ? [] : fits.compactMap { $0.stageGrowth[index - 1] }
            return max(
                1, min(range.lowerBound, found.min() ?? range.lowerBound))...max(
                    range.upperBound, found.max() ?? range.upperBound)
        }
    }
}
