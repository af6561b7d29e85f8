import Tensors

/// Whether a layer's kernels can be told from themselves with their cells shuffled.
///
/// Random weights, whatever their distribution, lose nothing when the cells of every kernel change places; learned ones
/// do. Two numbers of the layer's second-moment matrix M = Σ ŵŵᵀ (ŵ: the kernel with unit norm) are compared with those
/// of seeded shuffles: how unequal the cells' energies are, and how unequal the products of nearby cells are. Heavy
/// tails alone, which give shuffled weights many dominating cells, do not count as structure here.
public struct LayerStructure: Sendable, Equatable, Codable {
    /// Standard deviations between the layer and its shuffles: the larger of the two numbers; about 0 for random weights.
    public let score: Double
    /// How many kernels were compared.
    public let kernels: Int
    /// The chance that the layer's shuffled self has as many blurs, edges or centred identities; 1 where the
    /// ``score`` made the question needless.
    public internal(set) var nameProbability = 1.0

    /// Whether the layer is more than its shuffled self.
    public var isStructured: Bool {
        score > ChanceRules.structureScore || nameProbability < ChanceRules.nameSignificance
    }

    static let shuffles = 32
    /// Larger layers are represented by this many kernels, evenly spread.
    static let maximumKernels = 512

    /// Compares a layer; nil where fewer than ``ChanceRules/leastKernels`` kernels are finite and not zero.
    /// - Parameters:
    ///   - values: N·N weights a kernel.
    ///   - size: N.
    ///   - seed: of the shuffles.
    public init?(values: [Float], size: Int, seed: UInt64) {
        let cells = size * size
        let limit = size > 7 ? Self.maximumKernels / 4 : Self.maximumKernels
        var unit = Self.unitKernels(values, cells: cells, limit: limit)
        let count = unit.count / cells
        guard count >= ChanceRules.leastKernels else { return nil }
        let pairs = Self.nearbyPairs(size: size)
        let observed = Self.statistics(unit, cells: cells, pairs: pairs)
        var generator = SeededGenerator(seed: seed ^ 0x5EED_1A7E)
        var sum = SIMD2<Double>.zero
        var squares = SIMD2<Double>.zero
        for _ in 0..<Self.shuffles {
            for kernel in 0..<count { Self.shuffle(&unit, start: kernel * cells, cells: cells, using: &generator) }
            let shuffled = Self.statistics(unit, cells: cells, pairs: pairs)
            sum += shuffled
            squares += shuffled * shuffled
        }
        let mean = sum / Double(Self.shuffles)
        let variance = squares / Double(Self.shuffles) - mean * mean
        // Kernels that are constant do not change when shuffled: then there is nothing to see, not an infinite score.
        let floor = mean * mean * 1e-10 + SIMD2(repeating: 1e-18)
        let deviations = (observed - mean) / variance.replacing(with: floor, where: variance .< floor).squareRoot()
        self.score = deviations.max()
        self.kernels = count
    }

    private static func unitKernels(_ values: [Float], cells: Int, limit: Int) -> [Float] {
        let count = values.count / cells
        var result: [Float] = []
        result.reserveCapacity(min(count, limit) * cells)
        let step = max(1, Double(count) / Double(limit))
        var position = 0.0
        while Int(position) < count {
            let start = Int(position) * cells
            position += step
            var largest: Float = 0
            var probe: Float = 0
            for cell in start..<start + cells {
                largest = max(largest, abs(values[cell]))
                probe += values[cell] * 0
            }
            guard probe == 0, largest >= .leastNormalMagnitude * 4 else { continue }
            var energy: Float = 0
            for cell in start..<start + cells { energy += (values[cell] / largest) * (values[cell] / largest) }
            let factor = 1 / energy.squareRoot()
            for cell in start..<start + cells { result.append(values[cell] / largest * factor) }
        }
        return result
    }

    /// Pairs of cells at most two rows and two columns apart, each once.
    private static func nearbyPairs(size: Int) -> [(Int, Int)] {
        var pairs: [(Int, Int)] = []
        for y in 0..<size {
            for x in 0..<size {
                for dy in 0...2 {
                    for dx in -2...2 where dy > 0 || dx > 0 {
                        let (row, column) = (y + dy, x + dx)
                        guard row < size, column >= 0, column < size else { continue }
                        pairs.append((y * size + x, row * size + column))
                    }
                }
            }
        }
        return pairs
    }

    /// The variances of M's diagonal and of its entries for nearby cells.
    private static func statistics(_ unit: [Float], cells: Int, pairs: [(Int, Int)]) -> SIMD2<Double> {
        let count = unit.count / cells
        var diagonal = [Float](repeating: 0, count: cells)
        var products = [Float](repeating: 0, count: pairs.count)
        for kernel in 0..<count {
            let start = kernel * cells
            for cell in 0..<cells { diagonal[cell] += unit[start + cell] * unit[start + cell] }
            for (index, pair) in pairs.enumerated() { products[index] += unit[start + pair.0] * unit[start + pair.1] }
        }
        return SIMD2(variance(diagonal), variance(products))
    }

    private static func variance(_ values: [Float]) -> Double {
        guard !values.isEmpty else { return 0 }
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        return values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
    }

    /// Fisher–Yates on one kernel's cells.
    static func shuffle(
        _ values: inout [Float], start: Int, cells: Int, using generator: inout SeededGenerator
    ) {
        for last in stride(from: cells - 1, to: 0, by: -1) {
            let other = Int(((generator.next() >> 32) &* UInt64(last + 1)) >> 32)
            values.swapAt(start + last, start + other)
        }
    }
}
