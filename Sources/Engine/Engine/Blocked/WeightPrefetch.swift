/// Decides which weights each step fetches into the second-level cache while it computes.
///
/// A net's weights are larger than that cache, so each run reads them from further away; fetched ahead, they are there
/// when their step begins.
enum WeightPrefetch {
    /// Multiply-accumulates for each byte fetched: slow enough that fetching never holds up computing.
    private static let macsPerByte = 6
    /// How far ahead a weight may be fetched, in numbers: half of a small second-level cache.
    private static let lead = 160 * 1024

    /// Gives each matrix product its share of the weights behind its own, the last ones first.
    static func assign(to steps: inout [BlockedPlan.NamedStep], streamCount: Int) {
        let products = steps.indices.filter { steps[$0].step is MatrixStep }
        var end = streamCount
        for (order, index) in products.enumerated().reversed() {
            guard var step = steps[index].step as? MatrixStep else { continue }
            let next = order + 1 < products.count ? products[order + 1] : nil
            guard let next, let start = (steps[next].step as? MatrixStep)?.weightStart else { continue }
            let upper = min(end, start + lead)
            let lower = max(start, upper - steps[index].macs / macsPerByte / 4)
            if lower < upper { (step.prefetchStart, step.prefetchEnd) = (lower, upper) }
            end = max(start, min(end, lower))
            steps[index].step = step
        }
    }
}

extension MatrixStep {
    /// Where the step's weights begin in the stream.
    fileprivate var weightStart: Int? { panels.first?.weights }
}

/// Memory that will be wanted soon.
struct FetchedMemory {
    var start: UnsafePointer<Float>
    /// In words.
    var count: Int

    /// The `index`-th of `parts` equal parts.
    func share(_ index: Int, of parts: Int) -> FetchedMemory {
        let (low, high) = (count * index / parts, count * (index + 1) / parts)
        return FetchedMemory(start: start + low, count: high - low)
    }
}
