import Diagnostics
import Kernels

/// The strengths of a standard convolution's slices, outputs × inputs, as a sum of a few parts without signs.
///
/// Aᵢⱼ is the norm of the slice that leads from input j to output i. A ≈ W·H with W, H ≥ 0 (Lee and Seung 1999,
/// multiplicative updates for the squared error); each output and input belongs to the part that gives it most.
public struct SliceMatrix: Sendable, Equatable {
    /// One part.
    public struct Part: Sendable, Equatable {
        /// Its outputs, the strongest first.
        public let outputs: [Int]
        /// Its inputs, the strongest first.
        public let inputs: [Int]
        /// The share of the layer's energy Σw² that lies in slices between its own outputs and inputs, 0…1.
        public let energyShare: Double
        /// The pattern that explains most of those slices: the first principal axis of Σ w·wᵀ, N·N weights of norm 1 whose
        /// sum is not negative. Nil where the slices are zero.
        public let pattern: [Double]?
        /// The share of those slices' energy along ``pattern``, 0…1.
        public let patternShare: Double
    }

    /// A filter's strongest slice.
    public struct Salient: Sendable, Equatable {
        /// The output channel.
        public let output: Int
        /// The input channel.
        public let input: Int
    }

    /// The layer's name.
    public let name: String
    /// N: rows and columns of its kernels.
    public let size: Int
    /// Output channels.
    public let outputCount: Int
    /// Input channels.
    public let inputCount: Int
    /// The slices' norms, output by output.
    public let strengths: [Double]
    /// The parts, that of the most energy first; together they hold every output and input once.
    public let parts: [Part]
    /// 1 − ‖A − W·H‖² / ‖A‖².
    public let explained: Double
    /// The strongest slice of each filter where it carries at least ``salience`` times an even share of the filter's energy.
    public let salient: [Salient]

    /// Of how many even shares a strongest slice must have the energy to be marked.
    public static let salience = 8.0

    /// Reduces a layer to `rank` parts or fewer.
    ///
    /// Throws `figures.noStandardLayer` unless each output reads all inputs, and there are at least two of both.
    public init(_ bank: KernelBank, rank: Int = 6, iterations: Int = 150) throws {
        let layer = bank.layer
        (outputCount, inputCount) = (layer.weightShape[0], layer.weightShape[1])
        guard case .standard = layer.connectivity, outputCount > 1, inputCount > 1 else {
            throw KernelVizError(
                code: "figures.noStandardLayer", subject: layer.label,
                found:
                    "a layer that is \(layer.connectivity.description), \(outputCount) outputs × \(inputCount) inputs",
                expected: "a standard convolution, whose outputs read all of several inputs",
                advice: "Choose another --layer")
        }
        (name, size) = (layer.label, bank.size)
        let strengths = bank.norms
        let factors = NonNegativeFactors(
            strengths, rows: outputCount, columns: inputCount, rank: min(rank, outputCount, inputCount),
            iterations: iterations)
        self.strengths = strengths
        explained = factors.explained
        parts = Self.parts(factors, bank, strengths)
        salient = (0..<outputCount).compactMap { [inputCount] output in
            let row = strengths[output * inputCount..<(output + 1) * inputCount]
            let energy = row.reduce(0) { $0 + $1 * $1 }
            guard energy > 0, let best = row.indices.max(by: { row[$0] < row[$1] }),
                row[best] * row[best] * Double(inputCount) >= Self.salience * energy
            else { return nil }
            return Salient(output: output, input: best - output * inputCount)
        }
    }

    private static func parts(_ factors: NonNegativeFactors, _ bank: KernelBank, _ strengths: [Double]) -> [Part] {
        let rank = factors.rank
        let inputs = bank.layer.weightShape[1]
        /// Of each row or column the part that gives it most, and how much.
        func members(_ count: Int, _ weight: (Int, Int) -> Double) -> [[Int]] {
            var groups: [[(index: Int, weight: Double)]] = Array(repeating: [], count: rank)
            for index in 0..<count {
                let weights = (0..<rank).map { weight(index, $0) }
                let best = weights.indices.max { weights[$0] < weights[$1] } ?? 0
                groups[best].append((index, weights[best]))
            }
            return groups.map { $0.sorted { ($1.weight, $0.index) < ($0.weight, $1.index) }.map(\.index) }
        }
        let rows = members(bank.layer.weightShape[0]) { factors.left[$0 * rank + $1] * factors.rightNorms[$1] }
        let columns = members(inputs) { factors.right[$1 * inputs + $0] * factors.leftNorms[$1] }
        let total = strengths.reduce(0) { $0 + $1 * $1 }
        return (0..<rank).map { part in
            let slices = rows[part].flatMap { row in columns[part].map { row * inputs + $0 } }
            let energy = slices.reduce(0) { $0 + strengths[$1] * strengths[$1] }
            let (pattern, share) = principalPattern(slices.filter { strengths[$0] > 0 }, bank)
            return Part(
                outputs: rows[part], inputs: columns[part], energyShare: total > 0 ? energy / total : 0,
                pattern: pattern, patternShare: share)
        }.filter { !$0.outputs.isEmpty || !$0.inputs.isEmpty }.sorted { $0.energyShare > $1.energyShare }
    }

    /// The first principal axis of slices by the power method, from their mean square on.
    private static func principalPattern(_ slices: [Int], _ bank: KernelBank) -> (pattern: [Double]?, share: Double) {
        let cells = bank.size * bank.size
        var moments = [Double](repeating: 0, count: cells * cells)
        for slice in slices {
            let weights = bank.kernel(slice).map(Double.init)
            for row in 0..<cells {
                for column in 0..<cells { moments[row * cells + column] += weights[row] * weights[column] }
            }
        }
        let energy = (0..<cells).reduce(0) { $0 + moments[$1 * cells + $1] }
        guard energy > 0 else { return (nil, 0) }
        // Not symmetric, so that no axis is at a right angle to the start.
        var axis = (0..<cells).map { 1 + 0.1 * Double($0 * $0 % 7) }
        var value = 0.0
        for _ in 0..<200 {
            let next = (0..<cells).map { row in
                (0..<cells).reduce(0) { $0 + moments[row * cells + $1] * axis[$1] }
            }
            value = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard value > 0 else { return (nil, 0) }
            axis = next.map { $0 / value }
        }
        let sign = axis.reduce(0, +) < 0 ? -1.0 : 1
        return (axis.map { $0 * sign }, min(1, value / energy))
    }
}

/// A matrix without negative entries as the product of two such, by multiplicative updates.
struct NonNegativeFactors {
    /// The inner dimension.
    let rank: Int
    /// rows × rank.
    private(set) var left: [Double]
    /// rank × columns.
    private(set) var right: [Double]
    /// 1 − ‖A − W·H‖² / ‖A‖²; 1 for a matrix of zeros.
    private(set) var explained = 1.0
    /// The norms of ``left``'s columns.
    private(set) var leftNorms: [Double] = []
    /// The norms of ``right``'s rows.
    private(set) var rightNorms: [Double] = []

    /// Starts from rows of the matrix that are far apart: the strongest, then always the one least like those chosen.
    init(_ matrix: [Double], rows: Int, columns: Int, rank: Int, iterations: Int) {
        precondition(matrix.count == rows * columns && rank > 0 && rank <= min(rows, columns))
        self.rank = rank
        let mean = matrix.reduce(0, +) / Double(matrix.count)
        right = []
        for row in Self.distantRows(matrix, rows: rows, columns: columns, count: rank) {
            // Not exactly 0: no update would leave it again.
            right += matrix[row * columns..<(row + 1) * columns].map { $0 + 0.01 * mean + 1e-12 }
        }
        left = Array(repeating: 1, count: rows * rank)
        for _ in 0..<iterations {
            updateLeft(matrix, rows, columns)
            updateRight(matrix, rows, columns)
        }
        finish(matrix, rows, columns)
    }

    /// W ← W ∘ (A·Hᵀ) / (W·H·Hᵀ).
    private mutating func updateLeft(_ matrix: [Double], _ rows: Int, _ columns: Int) {
        let gram = Self.gram(right, rank, columns, isTransposed: false)
        for row in 0..<rows {
            var products = [Double](repeating: 0, count: rank)
            for part in 0..<rank {
                var sum = 0.0
                for column in 0..<columns { sum += matrix[row * columns + column] * right[part * columns + column] }
                products[part] = sum
            }
            let own = Array(left[row * rank..<(row + 1) * rank])
            for part in 0..<rank {
                let below = (0..<rank).reduce(0) { $0 + own[$1] * gram[$1 * rank + part] }
                left[row * rank + part] = own[part] * products[part] / max(below, 1e-300)
            }
        }
    }

    /// H ← H ∘ (Wᵀ·A) / (Wᵀ·W·H).
    private mutating func updateRight(_ matrix: [Double], _ rows: Int, _ columns: Int) {
        let gram = Self.gram(left, rank, rows, isTransposed: true)
        var products = [Double](repeating: 0, count: rank * columns)
        for row in 0..<rows {
            for part in 0..<rank {
                let weight = left[row * rank + part]
                for column in 0..<columns {
                    products[part * columns + column] += weight * matrix[row * columns + column]
                }
            }
        }
        for column in 0..<columns {
            let own = (0..<rank).map { right[$0 * columns + column] }
            for part in 0..<rank {
                let below = (0..<rank).reduce(0) { $0 + gram[part * rank + $1] * own[$1] }
                right[part * columns + column] = own[part] * products[part * columns + column] / max(below, 1e-300)
            }
        }
    }

    /// F·Fᵀ of rank × count, or Fᵀ·F of count × rank.
    private static func gram(_ factor: [Double], _ rank: Int, _ count: Int, isTransposed: Bool) -> [Double] {
        var gram = [Double](repeating: 0, count: rank * rank)
        for a in 0..<rank {
            for b in 0...a {
                var sum = 0.0
                for index in 0..<count {
                    sum +=
                        isTransposed
                        ? factor[index * rank + a] * factor[index * rank + b]
                        : factor[a * count + index] * factor[b * count + index]
                }
                gram[a * rank + b] = sum
                gram[b * rank + a] = sum
            }
        }
        return gram
    }

    private mutating func finish(_ matrix: [Double], _ rows: Int, _ columns: Int) {
        var (rest, total) = (0.0, 0.0)
        for row in 0..<rows {
            for column in 0..<columns {
                let entry = matrix[row * columns + column]
                let fit = (0..<rank).reduce(0) { $0 + left[row * rank + $1] * right[$1 * columns + column] }
                rest += (entry - fit) * (entry - fit)
                total += entry * entry
            }
        }
        if total > 0 { explained = 1 - rest / total }
        leftNorms = (0..<rank).map { part in
            (0..<rows).reduce(0) { $0 + left[$1 * rank + part] * left[$1 * rank + part] }.squareRoot()
        }
        rightNorms = (0..<rank).map { part in
            (0..<columns).reduce(0) { $0 + right[part * columns + $1] * right[part * columns + $1] }.squareRoot()
        }
    }

    private static func distantRows(_ matrix: [Double], rows: Int, columns: Int, count: Int) -> [Int] {
        let norms = (0..<rows).map { row in
            (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * matrix[row * columns + $1] }.squareRoot()
        }
        var chosen = [norms.indices.max { norms[$0] < norms[$1] } ?? 0]
        /// What of each row does not lie along the nearest chosen one.
        var distances = [Double](repeating: .infinity, count: rows)
        while chosen.count < count {
            let last = chosen[chosen.count - 1]
            for row in 0..<rows {
                let dot = (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * matrix[last * columns + $1] }
                let cosine = norms[row] * norms[last] > 0 ? dot / (norms[row] * norms[last]) : 1
                distances[row] = min(distances[row], norms[row] * (1 - min(1, cosine)))
            }
            for row in chosen { distances[row] = -1 }
            chosen.append(distances.indices.max { distances[$0] < distances[$1] } ?? 0)
        }
        return chosen
    }
}
