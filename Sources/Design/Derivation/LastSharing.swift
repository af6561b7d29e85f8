import Classification
import Diagnostics
import Kernels
import Numerics
import Statistics

/// How few kernels explain the last layers (D7).
public struct LastSharing: Sendable, Equatable {
    /// The smallest number of kernels, a power of two, whose best one explains each kernel with a median functional R² of
    /// ``RuleCutoffs/sharedR2``; nil where half of the kernels themselves do not suffice, or where it was not looked for.
    public let kernels: Int?
    /// The kernels that were compared.
    public let total: Int
    /// Whether more than one kernel was tried.
    public let isSearched: Bool
    /// The median R² with one kernel for all.
    public let oneKernelR2: Double

    /// At most so many kernels are compared with one, evenly drawn from all in a fixed order.
    static let mostKernels = 4096
    /// At most so many are clustered.
    static let mostClustered = 1024

    /// Reads the last layers of `networks`, all of the size of the first; nil with too few kernels.
    ///
    /// - Parameter isSearched: whether the smallest number of kernels is looked for, which only D7 needs: it takes most of
    ///   the time. Else ``kernels`` is nil unless one suffices.
    init?(_ networks: [NetworkEvidence], isSearched: Bool) throws {
        var kernels: [[Float]] = []
        var size: Int?
        var rho = 0.5
        for network in networks {
            guard let source = network.kernels else { continue }
            for layer in network.statistics.layers where layer.layer.role == .last && !layer.layer.isFixed {
                let bank = try source.bank(of: layer.layer)
                guard bank.size == size ?? bank.size else { continue }
                size = bank.size
                rho = network.statistics.settings.rho
                kernels += Self.thinned(
                    (0..<bank.count).map { Array(bank.kernel($0)) }.filter { kernel in
                        kernel.allSatisfy(\.isFinite) && kernel.contains { $0 != 0 }
                    }, most: Self.mostKernels, by: Self.key)
            }
        }
        guard let size, kernels.count >= RuleCutoffs.kernels else { return nil }
        // In the coordinates of the outputs R² is the squared cosine.
        let similarity = FunctionalSimilarity(size: size, rho: rho)
        var points = kernels.map { kernel in
            let correlated = similarity.correlate(kernel)
            let energy = zip(kernel, correlated).reduce(0) { $0 + Double($1.0) * Double($1.1) }.squareRoot()
            let signed = energy * (kernel.reduce(0, +) < 0 ? -1 : 1)
            return Point(kernel: kernel.map { Double($0) / signed }, correlated: correlated.map { Double($0) / signed })
        }
        // One order whatever the channels' order was.
        points.sort { $0.kernel.lexicographicallyPrecedes($1.kernel) }
        points = points.evenSample(Self.mostKernels)
        total = points.count
        oneKernelR2 = Self.medianR2(points, clusters: 1)
        var fewest: Int? = oneKernelR2 >= RuleCutoffs.sharedR2 ? 1 : nil
        self.isSearched = isSearched
        if isSearched {
            let clustered = points.evenSample(Self.mostClustered)
            var clusters = 2
            while fewest == nil, clusters <= min(256, clustered.count / 2) {
                if Self.medianR2(clustered, clusters: clusters) >= RuleCutoffs.sharedR2 { fewest = clusters }
                clusters *= 2
            }
        }
        self.kernels = fewest
    }

    /// An even sample of kernels in the order of a number that does not change with their scale, sign and place in the list.
    private static func thinned(_ all: [[Float]], most: Int, by key: ([Float]) -> Float) -> [[Float]] {
        guard all.count > most else { return all }
        let order = all.map(key).enumerated().sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }
        return order.evenSample(most).map { all[$0.offset] }
    }

    /// The share of the energy in the middle of a kernel.
    private static func key(_ kernel: [Float]) -> Float {
        let energy = kernel.reduce(0) { $0 + $1 * $1 }
        let middle = kernel[kernel.count / 2]
        return energy > 0 ? middle * middle / energy : 0
    }

    /// The largest divisor t ≥ 2 of `width` that leaves at least ``kernels`` of width/t; nil where there is none.
    func groups(width: Int) -> Int? {
        guard let kernels else { return nil }
        return (2...max(2, width)).last { width % $0 == 0 && width / $0 >= kernels }
    }

    var statistic: String {
        let one = "one kernel explains them with a median functional R² of \(NumberFormat.fixed(oneKernelR2, 3))"
        guard let kernels else { return isSearched ? "\(one); no small number reaches \(RuleCutoffs.sharedR2)" : one }
        return kernels == 1 ? one : "\(one), \(kernels) kernels reach \(RuleCutoffs.sharedR2)"
    }

    private struct Point {
        let kernel: [Double]
        let correlated: [Double]
    }

    /// The median over the kernels of the R² with the centre of their cluster, k-means with a start of farthest points.
    private static func medianR2(_ points: [Point], clusters: Int) -> Double {
        func r2(_ centre: [Double], _ energy: Double, _ point: Point) -> Double {
            let cross = zip(centre, point.correlated).reduce(0) { $0 + $1.0 * $1.1 }
            return energy > 0 ? min(1, cross * cross / energy) : 0
        }
        func mean(_ members: [Point]) -> (centre: [Double], energy: Double) {
            let cells = members[0].kernel.count
            let centre = (0..<cells).map { cell in members.reduce(0) { $0 + $1.kernel[cell] } }
            let correlated = (0..<cells).map { cell in members.reduce(0) { $0 + $1.correlated[cell] } }
            return (centre, zip(centre, correlated).reduce(0) { $0 + $1.0 * $1.1 })
        }
        var centres = [mean(points)]
        var best = points.map { r2(centres[0].centre, centres[0].energy, $0) }
        while centres.count < clusters {
            let farthest = best.indices.min { best[$0] < best[$1] } ?? 0
            let centre = mean([points[farthest]])
            centres.append(centre)
            for index in points.indices {
                best[index] = max(best[index], r2(centre.centre, centre.energy, points[index]))
            }
        }
        for _ in 0..<(clusters == 1 ? 0 : 10) {
            var members = Array(repeating: [Point](), count: centres.count)
            for point in points {
                let likeness = centres.map { r2($0.centre, $0.energy, point) }
                members[likeness.indices.max { likeness[$0] < likeness[$1] } ?? 0].append(point)
            }
            for index in centres.indices where !members[index].isEmpty { centres[index] = mean(members[index]) }
            best = points.map { point in centres.reduce(0) { max($0, r2($1.centre, $1.energy, point)) } }
        }
        return OrderStatistics.median(ofSorted: best.sorted())
    }
}
