import Classification
import Diagnostics
import Kernels
import Statistics

/// A bank of fixed kernels as a stage's own kernels suggest it (D5).
///
/// The eight kernels divide among first derivatives, second derivatives and blurs as the stage's 3×3 kernels of these
/// kinds do (largest remainder, at least one of each kind that makes up 1/16); each is the medoid of a cluster, found by
/// k-medoids under 1 − cos² of the weights. Sign and scale do not matter, nor does the order of the channels.
public struct KernelMedoids: Sendable, Equatable {
    /// What a kernel of the bank is for.
    enum Kind: String, CaseIterable {
        case first = "first derivatives"
        case second = "second derivatives"
        case blur = "blurs"

        init?(_ kernel: KernelClassification) {
            switch (kernel.label, kernel.shape) {
            case (.blur, _): self = .blur
            case (.edge, .laplacian), (.edge, .line), (.edge, .saddle): self = .second
            case (.edge, _): self = .first
            default: return nil
            }
        }
    }

    /// Nine weights each, the largest ±1, rounded to four decimals; kinds in order, larger clusters first.
    public let kernels: [[Float]]
    /// "5 first derivatives, 1 second derivatives, 2 blurs".
    public let mix: String
    /// How many kernels of each kind the stage has, in words.
    public let statistic: String

    static let count = 8
    /// At most so many kernels of a kind are clustered, evenly drawn from all in a fixed order.
    private static let mostKernels = 400

    /// Clusters the kernels of the body layers of `stage`; nil with too few of them.
    init?(stage: Int, of networks: [NetworkEvidence]) throws {
        var found: [Kind: [[Float]]] = [:]
        for network in networks {
            guard let source = network.kernels else { continue }
            let numbers = Set(network.body[stage - 1].layers)
            for layer in network.statistics.layers where layer.layer.kernelHeight == 3 {
                guard numbers.contains("\(network.title) #\(layer.layer.number ?? 0)") else { continue }
                let bank = try source.bank(of: layer.layer)
                for (index, kernel) in layer.classifications.enumerated() {
                    guard let kind = Kind(kernel), let canonical = Self.canonical(Array(bank.kernel(index))) else {
                        continue
                    }
                    found[kind, default: []].append(canonical)
                }
            }
        }
        let totals = Kind.allCases.map { found[$0]?.count ?? 0 }
        let total = totals.reduce(0, +)
        guard total >= RuleCutoffs.kernels else { return nil }
        let places = Self.divide(totals)
        var kernels: [[Float]] = []
        for (kind, places) in zip(Kind.allCases, places) {
            // One order whatever the channels' order was.
            let sorted = (found[kind] ?? []).sorted { $0.lexicographicallyPrecedes($1) }
            kernels += Self.medoids(Self.thinned(sorted), count: places)
        }
        self.kernels = kernels.map(Self.written)
        mix = zip(Kind.allCases, places).filter { $1 > 0 }.map { "\($1) \($0.rawValue)" }.joined(separator: ", ")
        statistic = zip(Kind.allCases, totals).map { "\($1) \($0.rawValue)" }.joined(separator: ", ")
    }

    /// Largest remainder; a kind with 1/16 or more gets at least one place.
    static func divide(_ totals: [Int]) -> [Int] {
        let sum = totals.reduce(0, +)
        let shares = totals.map { Double($0) * Double(count) / Double(sum) }
        var places = shares.map { max(Int($0), $0 >= 0.5 ? 1 : 0) }
        while places.reduce(0, +) < count {
            let index = places.indices.max { shares[$0] - Double(places[$0]) < shares[$1] - Double(places[$1]) } ?? 0
            places[index] += 1
        }
        while places.reduce(0, +) > count {
            let index = places.indices.max { places[$0] < places[$1] } ?? 0
            places[index] -= 1
        }
        return places
    }

    /// Unit norm; positive where the first clear difference of signs is: the sum, or the first large weight.
    private static func canonical(_ kernel: [Float]) -> [Float]? {
        let norm = kernel.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard norm > 0, norm.isFinite, kernel.count == 9 else { return nil }
        let unit = kernel.map { Double($0) / norm }
        let sum = unit.reduce(0, +)
        let leading = abs(sum) > 0.5 ? sum : abs(unit[4]) > 0.3 ? unit[4] : unit.first { abs($0) > 0.1 } ?? 1
        // Rounded, so that the order does not hang on the last bits of the norm.
        return unit.map { Float(($0 * (leading < 0 ? -1 : 1) * 1e5).rounded() / 1e5) }
    }

    private static func thinned(_ kernels: [[Float]]) -> [[Float]] {
        guard kernels.count > mostKernels else { return kernels }
        return (0..<mostKernels).map { kernels[$0 * kernels.count / mostKernels] }
    }

    /// k-medoids: greedy start, then members to the nearest medoid and medoids to the best member, until nothing moves.
    static func medoids(_ kernels: [[Float]], count: Int) -> [[Float]] {
        guard count > 0, !kernels.isEmpty else { return [] }
        let size = kernels.count
        var likeness = [Float](repeating: 0, count: size * size)
        for a in 0..<size {
            for b in a..<size {
                let cosine = zip(kernels[a], kernels[b]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                likeness[a * size + b] = cosine * cosine
                likeness[b * size + a] = cosine * cosine
            }
        }
        var nearest = [Float](repeating: 0, count: size)
        var medoids: [Int] = []
        for _ in 0..<min(count, size) {
            let gains = (0..<size).map { candidate in
                (0..<size).reduce(Float(0)) { $0 + max(0, likeness[candidate * size + $1] - nearest[$1]) }
            }
            guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }) else { break }
            medoids.append(best)
            for index in 0..<size { nearest[index] = max(nearest[index], likeness[best * size + index]) }
        }
        var members: [[Int]] = []
        for _ in 0..<50 {
            members = Array(repeating: [], count: medoids.count)
            for index in 0..<size {
                let cluster = medoids.indices.max {
                    likeness[medoids[$0] * size + index] < likeness[medoids[$1] * size + index]
                }
                members[cluster ?? 0].append(index)
            }
            let moved = zip(members, medoids).map { members, old in
                members.max { a, b in
                    members.reduce(Float(0)) { $0 + likeness[a * size + $1] }
                        < members.reduce(Float(0)) { $0 + likeness[b * size + $1] }
                } ?? old
            }
            if moved == medoids { break }
            medoids = moved
        }
        return medoids.indices.sorted { (members[$1].count, medoids[$0]) < (members[$0].count, medoids[$1]) }
            .map { kernels[medoids[$0]] }
    }

    private static func written(_ kernel: [Float]) -> [Float] {
        let largest = kernel.reduce(0) { max($0, abs($1)) }
        return kernel.map { Float((Double($0) / Double(largest) * 1e4).rounded() / 1e4) }
    }
}
