import Architectures
import Kernels
import Tensors

/// How many directions a 1×1 convolution works in, beside a random one of its shape.
///
/// The participation ratio of the squared singular values of the o×i weight matrix W, each row times the scale of the batch
/// normalisation behind it: r = (Σ σₖ²)² / Σ σₖ⁴ = ‖W‖⁴ / ‖W·Wᵀ‖² (Frobenius norms). r is 1 where all rows are multiples of
/// one and min(o, i) where all singular values are alike; of independent normal weights it is o·i/(o + i + 1). It needs no
/// decomposition and does not change with the scale of the matrix.
public struct PointwiseRank: Sendable, Equatable {
    /// r.
    public let rank: Double
    /// r over that of a random matrix of the same shape.
    public let share: Double
    /// Whether ‖W·Wᵀ‖² was estimated.
    public let isSketched: Bool

    /// Up to this many rows or columns W·Wᵀ is computed in full.
    static let mostExact = 256
    /// Beyond: ‖W·Wᵀ‖² = E‖W·Wᵀz‖² for z of independent signs, the mean over so many z from a fixed seed. The relative
    /// error is about √(2/probes) · √(Σσ⁸)/Σσ⁴: at most 25 %, and 2 to 3 % where a hundred directions work.
    static let probes = 32

    /// Measures a matrix of `rows` × `columns` numbers, row by row; nil where it is zero or not finite.
    public init?(_ matrix: [Float], rows: Int, columns: Int) {
        guard rows > 0, columns > 0, matrix.count == rows * columns else { return nil }
        let energy = matrix.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard energy > 0, energy.isFinite else { return nil }
        // Of unit energy, so that no square is too large or too small for its type.
        let scale = Float(1 / energy.squareRoot())
        guard scale.isFinite, scale > 0 else { return nil }
        let least = min(rows, columns)
        isSketched = least > Self.mostExact
        let vectors = PaddedRows(
            matrix, rows: rows, columns: columns, scale: scale, isTransposed: !isSketched && rows > columns)
        let fourth = isSketched ? vectors.sketchedGram(probes: Self.probes) : vectors.gram()
        guard fourth > 0, fourth.isFinite else { return nil }
        rank = min(Double(least), 1 / fourth)
        share = rank / (Double(rows) * Double(columns) / Double(rows + columns + 1))
    }

    /// Measures a layer with what normalises its outputs; nil for a layer that is not 1×1, is zero or not finite, and where
    /// the source does not hold it.
    ///
    /// Throws what reading the weight throws.
    init?(_ layer: ConvLayer, of source: any KernelSource) throws {
        guard let matrix = try source.pointwiseMatrix(of: layer) else { return nil }
        self.init(matrix, rows: layer.weightShape[0], columns: layer.weightShape[1])
    }
}

/// Rows of a matrix, each padded with zeros to whole vectors of eight.
private struct PaddedRows {
    let vectors: [SIMD8<Float>]
    let rows: Int
    /// Vectors a row.
    let length: Int

    init(_ matrix: [Float], rows: Int, columns: Int, scale: Float, isTransposed: Bool) {
        let (outer, inner) = isTransposed ? (columns, rows) : (rows, columns)
        let (outerStep, innerStep) = isTransposed ? (1, columns) : (columns, 1)
        self.rows = outer
        length = (inner + 7) / 8
        var vectors = [SIMD8<Float>](repeating: .zero, count: outer * length)
        for row in 0..<outer {
            for column in 0..<inner {
                vectors[row * length + column / 8][column % 8] = scale * matrix[row * outerStep + column * innerStep]
            }
        }
        self.vectors = vectors
    }

    /// Σ (vₐ·vᵦ)² over all pairs of rows.
    func gram() -> Double {
        var sum = 0.0
        for a in 0..<rows {
            for b in a..<rows {
                var products = SIMD8<Float>.zero
                for index in 0..<length { products += vectors[a * length + index] * vectors[b * length + index] }
                let product = Double(products.sum())
                sum += (a == b ? 1 : 2) * product * product
            }
        }
        return sum
    }

    /// The same, estimated.
    func sketchedGram(probes: Int) -> Double {
        var generator = SeededGenerator(seed: 17)
        var sum = 0.0
        for _ in 0..<probes {
            var mixed = [SIMD8<Float>](repeating: .zero, count: length)
            for row in 0..<rows {
                let sign: Float = generator.next() & 1 == 0 ? 1 : -1
                for index in 0..<length { mixed[index] += sign * vectors[row * length + index] }
            }
            for row in 0..<rows {
                var products = SIMD8<Float>.zero
                for index in 0..<length { products += vectors[row * length + index] * mixed[index] }
                let product = Double(products.sum())
                sum += product * product
            }
        }
        return sum / Double(probes)
    }
}
