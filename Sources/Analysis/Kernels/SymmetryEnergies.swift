/// How a kernel's energy Σw² divides among the five symmetry types of the square (the irreducible representations of D₄).
///
/// The five shares sum to 1 for any N, and turning or flipping the kernel leaves each as it is.
/// A Gaussian or a Laplacian is all ``fullySymmetric``, a Sobel kernel all ``odd``, a corner saddle all ``diagonalSaddle``.
public struct SymmetryEnergies: Sendable, Equatable, Codable {
    /// A1: unchanged by every turn and flip (bumps, rings, Laplacians), 0…1.
    public var fullySymmetric: Double
    /// A2: unchanged by turns, negated by flips (swirls), 0…1; always 0 for 3×3 kernels.
    public var swirl: Double
    /// B1: rows against columns (x² − y²), negated by a quarter turn, 0…1.
    public var axisSaddle: Double
    /// B2: one diagonal against the other (x·y), negated by a quarter turn, 0…1.
    public var diagonalSaddle: Double
    /// E: negated by a half turn (first derivatives, slopes), 0…1.
    public var odd: Double

    /// Joins five shares.
    public init(fullySymmetric: Double, swirl: Double, axisSaddle: Double, diagonalSaddle: Double, odd: Double) {
        self.fullySymmetric = fullySymmetric
        self.swirl = swirl
        self.axisSaddle = axisSaddle
        self.diagonalSaddle = diagonalSaddle
        self.odd = odd
    }

    /// No energy at all.
    public static let none = SymmetryEnergies(fullySymmetric: 0, swirl: 0, axisSaddle: 0, diagonalSaddle: 0, odd: 0)

    /// The shares of one N×N kernel, row-major; all 0 for a kernel of zeros.
    ///
    /// Each share is ‖P w‖² / ‖w‖² with the projection P w = ¼·½ Σ χ(g)·g w over the eight elements g.
    /// - Parameters:
    ///   - kernel: N·N finite weights.
    ///   - size: N.
    public init(_ kernel: ArraySlice<Float>, size: Int) {
        precondition(kernel.count == size * size)
        let first = kernel.startIndex
        let last = size - 1
        var energy = 0.0
        var sums = SIMD4<Double>.zero
        func at(_ y: Int, _ x: Int) -> Double { Double(kernel[first + y * size + x]) }
        for y in 0..<size {
            for x in 0..<size {
                let w = at(y, x)
                energy += w * w
                let half = at(last - y, last - x)
                let quarters = at(x, last - y) + at(last - x, y)
                let axes = at(y, last - x) + at(last - y, x)
                let diagonals = at(x, y) + at(last - x, last - y)
                let even = w + half
                let parts =
                    SIMD4(
                        even + quarters + axes + diagonals, even + quarters - axes - diagonals,
                        even - quarters + axes - diagonals, even - quarters - axes + diagonals) / 8
                sums += parts * parts
            }
        }
        guard energy > 0 else {
            self = .none
            return
        }
        let shares = sums / energy
        self.init(
            fullySymmetric: shares[0], swirl: shares[1], axisSaddle: shares[2], diagonalSaddle: shares[3],
            odd: max(0, 1 - shares.sum()))
    }

    /// The shares in the order A1, A2, B1, B2, E.
    public var all: [Double] { [fullySymmetric, swirl, axisSaddle, diagonalSaddle, odd] }
}
