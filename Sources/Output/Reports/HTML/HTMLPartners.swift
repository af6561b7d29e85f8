import Figures

/// The kernels that one is linked with through the 1×1 layers between two depthwise layers.
struct HTMLPartners: Equatable {
    /// Partners of a kernel that are held at most.
    static let limit = 3

    /// How many partners each kernel has.
    let count: Int
    /// Places in the other layer, kernel by kernel, the strongest link first.
    let places: [UInt16]
    /// The share of the target's input that comes from the source (``KernelPaths``) in thousandths, with the link's sign.
    let shares: [Int16]

    /// Which targets each source feeds, and which sources each target is fed by; nil of more kernels than places count.
    static func of(_ stage: KernelPaths.Stage) -> (feeds: HTMLPartners, fedBy: HTMLPartners)? {
        let (sources, targets) = (stage.sources.bank.count, stage.targets.bank.count)
        guard max(sources, targets) <= 65_536 else { return nil }
        var shares = [Float](repeating: 0, count: sources * targets)
        for target in 0..<targets {
            let row = target * sources..<(target + 1) * sources
            let total = stage.links[row].reduce(0) { $0 + $1 * $1 }
            guard total > 0, total.isFinite else { continue }
            for place in row {
                let link = stage.links[place]
                shares[place] = Float(link * link / total * (link < 0 ? -1 : 1))
            }
        }
        return (
            strongest(rows: sources, columns: targets) { shares[$1 * sources + $0] },
            strongest(rows: targets, columns: sources) { shares[$0 * sources + $1] }
        )
    }

    /// Of each row the columns of the largest magnitude; of equal ones the first.
    private static func strongest(rows: Int, columns: Int, _ share: (Int, Int) -> Float) -> HTMLPartners {
        let count = min(limit, columns)
        var (places, shares): ([UInt16], [Int16]) = ([], [])
        for row in 0..<rows {
            var best: [(place: Int, share: Float)] = []
            for column in 0..<columns {
                let value = share(row, column)
                if best.count == count, let last = best.last, abs(value) <= abs(last.share) { continue }
                let at = best.firstIndex { abs($0.share) < abs(value) } ?? best.count
                best.insert((column, value), at: at)
                if best.count > count { best.removeLast() }
            }
            places += best.map { UInt16($0.place) }
            shares += best.map { Int16(($0.share * 1000).rounded()) }
        }
        return HTMLPartners(count: count, places: places, shares: shares)
    }

    /// Those of the first `kernels` kernels.
    func prefix(_ kernels: Int) -> HTMLPartners {
        HTMLPartners(
            count: count, places: Array(places.prefix(kernels * count)), shares: Array(shares.prefix(kernels * count)))
    }
}
