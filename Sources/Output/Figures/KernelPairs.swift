import Classification
import Diagnostics
import Kernels
import Numerics

/// Two networks kernel by kernel: each kernel of the first beside one of the second, in layers of the same form.
public struct KernelPairs: Sendable, Equatable {
    /// Which kernel of the second network stands beside one of the first.
    public enum Matching: String, Sendable, Equatable {
        /// That of the same channel: one network came from the other.
        case place
        /// The most alike that is left: the channels of both have nothing to do with each other.
        case likeness
    }

    /// Two kernels.
    public struct Pair: Sendable, Equatable {
        /// The kernel's place in the first network's layer.
        public let first: Int
        /// The kernel's place in the second's.
        public let second: Int
        /// The cosine of their weights, −1…1; nil where one is of zeros or not finite.
        public let cosine: Double?
        /// What the first is called.
        public let firstLabel: KernelLabel
        /// What the second is called.
        public let secondLabel: KernelLabel
    }

    /// One layer of both networks.
    public struct Layer: Sendable, Equatable {
        /// Its number or name in the first.
        public let name: String
        /// N: rows and columns of its kernels.
        public let size: Int
        /// Whether it reduces the resolution.
        public let isStrided: Bool
        /// Its kernels, in the first's order.
        public let pairs: [Pair]

        /// The cosines of its pairs, rising.
        var cosines: [Double] { pairs.compactMap(\.cosine).sorted() }
    }

    /// Two kernels that are least alike, with their weights divided by their norms.
    struct Change: Equatable {
        let layer: Int
        let pair: Pair
        let first: [Double]
        let second: [Double]
    }

    /// The networks' titles.
    public let titles: [String]
    /// How kernels were matched.
    public let matching: Matching
    /// The layers that both have in the same form.
    public let layers: [Layer]
    /// Layers of either that have no counterpart of the same form.
    public let leftOut: [String]
    /// The least alike pairs of some weight, the lowest cosine first.
    let changes: [Change]

    /// Compares two networks; layers are matched by name where both name some alike, else by number.
    ///
    /// A change counts where both kernels have a tenth of their layer's median norm or more, for what is left of dead kernels
    /// points anywhere. Throws `figures.noPairs` where no layer has a counterpart of the same form.
    public init(
        _ first: (title: String, layers: [LabelledKernels]), _ second: (title: String, layers: [LabelledKernels]),
        changeLimit: Int = 80
    ) throws {
        let names = Set(second.layers.map(\.bank.layer.name))
        let byName = first.layers.contains { names.contains($0.bank.layer.name) }
        var rest = second.layers
        var (matched, alone): ([(LabelledKernels, LabelledKernels)], [String]) = ([], [])
        for layer in first.layers {
            let place = rest.firstIndex {
                byName
                    ? $0.bank.layer.name == layer.bank.layer.name : $0.bank.layer.number == layer.bank.layer.number
            }
            guard let place, rest[place].bank.layer.weightShape == layer.bank.layer.weightShape else {
                alone.append(layer.bank.layer.label)
                continue
            }
            matched.append((layer, rest.remove(at: place)))
        }
        guard !matched.isEmpty else {
            throw KernelVizError(
                code: "figures.noPairs", subject: second.title,
                found: "no layer with as many kernels of the same size as its counterpart in \(first.title)",
                expected: "two checkpoints of one network", advice: "Compare their shares with --plot compare")
        }
        let units = matched.map { ($0.bank.units($0), $1.bank.units($1)) }
        let matching = Self.matching(units)
        let layers = zip(matched, units).map { pair, units in Self.layer(pair.0, pair.1, units, matching) }
        titles = [first.title, second.title]
        self.matching = matching
        self.layers = layers
        leftOut = alone + rest.map(\.bank.layer.label)
        changes = Array(Self.changes(layers, matched, units).prefix(changeLimit))
    }

    /// Kernels with the first label that have the second one in the other network.
    public func count(_ first: KernelLabel, _ second: KernelLabel) -> Int {
        layers.reduce(0) { $0 + $1.pairs.count { $0.firstLabel == first && $0.secondLabel == second } }
    }

    /// All pairs.
    public var total: Int { layers.reduce(0) { $0 + $1.pairs.count } }

    /// The share of pairs of one label.
    public var sameLabelShare: Double {
        Double(KernelLabel.allCases.reduce(0) { $0 + count($1, $1) }) / Double(max(1, total))
    }

    /// Cohen's κ of both networks' labels: (p − e)/(1 − e) with e the agreement that the shares alone would have; nil
    /// where that is 1.
    public var kappa: Double? {
        let all = Double(max(1, total))
        let chance = KernelLabel.allCases.reduce(0.0) { sum, label in
            let own = KernelLabel.allCases.reduce(0) { $0 + count(label, $1) }
            let other = KernelLabel.allCases.reduce(0) { $0 + count($1, label) }
            return sum + Double(own) / all * Double(other) / all
        }
        return chance < 1 ? (sameLabelShare - chance) / (1 - chance) : nil
    }

    // MARK: Matching

    private typealias Units = [[Double]?]

    /// By place, where kernels of one channel are more alike than those of neighbouring channels by four standard errors
    /// of the mean difference.
    private static func matching(_ layers: [(Units, Units)]) -> Matching {
        var differences: [Double] = []
        for (first, second) in layers where first.count > 1 {
            for index in first.indices {
                guard let own = cosine(first[index], second[index]),
                    let other = cosine(first[index], second[(index + 1) % second.count])
                else { continue }
                differences.append(own - other)
            }
        }
        let count = Double(differences.count)
        guard count > 1 else { return .place }
        let mean = differences.reduce(0, +) / count
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        return mean > 4 * (variance / count).squareRoot() ? .place : .likeness
    }

    private static func cosine(_ first: [Double]?, _ second: [Double]?) -> Double? {
        guard let first, let second else { return nil }
        return min(1, max(-1, zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }))
    }

    private static func layer(
        _ first: LabelledKernels, _ second: LabelledKernels, _ units: (Units, Units), _ matching: Matching
    ) -> Layer {
        let partners =
            matching == .place ? Array(units.0.indices) : mostAlike(units.0, units.1)
        return Layer(
            name: first.shortName, size: first.bank.size, isStrided: first.bank.layer.isStrided,
            pairs: partners.enumerated().map { index, partner in
                Pair(
                    first: index, second: partner, cosine: cosine(units.0[index], units.1[partner]),
                    firstLabel: first.classifications[index].label, secondLabel: second.classifications[partner].label)
            })
    }

    /// For each kernel one of the others, none twice: always the most alike two that are left.
    private static func mostAlike(_ first: Units, _ second: Units) -> [Int] {
        var candidates: [(cosine: Double, first: Int, second: Int)] = []
        for (index, own) in first.enumerated() {
            for (partner, other) in second.enumerated() {
                candidates.append((cosine(own, other) ?? -2, index, partner))
            }
        }
        candidates.sort { ($1.cosine, $0.first, $0.second) < ($0.cosine, $1.first, $1.second) }
        var partners = [Int](repeating: -1, count: first.count)
        var isTaken = [Bool](repeating: false, count: second.count)
        for candidate in candidates where partners[candidate.first] < 0 && !isTaken[candidate.second] {
            partners[candidate.first] = candidate.second
            isTaken[candidate.second] = true
        }
        return partners
    }

    private static func changes(
        _ layers: [Layer], _ matched: [(LabelledKernels, LabelledKernels)], _ units: [(Units, Units)]
    ) -> [Change] {
        var changes: [Change] = []
        for (index, layer) in layers.enumerated() {
            let (firstNorms, secondNorms) = (matched[index].0.bank.norms, matched[index].1.bank.norms)
            let least = (0.1 * (firstNorms.median ?? 0), 0.1 * (secondNorms.median ?? 0))
            for pair in layer.pairs where pair.cosine != nil {
                guard firstNorms[pair.first] >= least.0, secondNorms[pair.second] >= least.1,
                    let first = units[index].0[pair.first], let second = units[index].1[pair.second]
                else { continue }
                changes.append(Change(layer: index, pair: pair, first: first, second: second))
            }
        }
        return changes.sorted {
            ($0.pair.cosine ?? 1, $0.layer, $0.pair.first) < ($1.pair.cosine ?? 1, $1.layer, $1.pair.first)
        }
    }
}

extension KernelBank {
    /// √Σw² of each kernel; of kernels with a weight that is not finite, 0.
    var norms: [Double] {
        (0..<count).map { index in
            let kernel = kernel(index)
            guard kernel.allSatisfy(\.isFinite) else { return 0 }
            return kernel.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
    }

    /// Each kernel divided by its norm; see ``LabelledKernels/unit(_:)``.
    func units(_ kernels: LabelledKernels) -> [[Double]?] { (0..<count).map(kernels.unit) }
}
