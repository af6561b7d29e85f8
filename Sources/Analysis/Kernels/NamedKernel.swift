import Glibc

/// A kernel that has a name in image processing: the one source for the classifier's templates and VGNet's fixed banks.
///
/// Weights are row-major, applied as cross-correlation (no flip).
public struct NamedKernel: Sendable, Equatable {
    /// The name as printed ("Sobel-x/2").
    public let name: String
    /// Rows and columns.
    public let size: Int
    /// Row-major weights, `values.count == size·size`.
    public let values: [Float]

    /// Names a kernel.
    public init(_ name: String, size: Int = 3, _ values: [Float]) {
        precondition(values.count == size * size)
        self.name = name
        self.size = size
        self.values = values
    }

    /// A sampled Gaussian, normalised to sum 1: g(x, y) ∝ exp(−((x − o)² + (y − o)²) / 2σ²), σ and o in pixels.
    public static func gaussian(size: Int = 3, sigmaPixels: Double, offsetPixels: Double = 0) -> NamedKernel {
        let half = Double(size - 1) / 2 + offsetPixels
        let line = (0..<size).map { exp(-(Double($0) - half) * (Double($0) - half) / (2 * sigmaPixels * sigmaPixels)) }
        let sum = line.reduce(0, +)
        let values = line.flatMap { y in line.map { x in Float(x * y / (sum * sum)) } }
        let offset = offsetPixels == 0 ? "" : ", offset \(offsetPixels)"
        return NamedKernel("Gaussian σ=\(sigmaPixels)\(offset)", size: size, values)
    }

    /// 1 at the centre, 0 elsewhere.
    public static func delta(size: Int = 3) -> NamedKernel {
        var values = [Float](repeating: 0, count: size * size)
        values[size * size / 2] = 1
        return NamedKernel("identity", size: size, values)
    }
}

/// The fixed kernels of the VGNet paper as its authors' code has them (Fig. 7).
public enum FixedKernels {
    /// 1: −½ −1 −½ | 0 | ½ 1 ½.
    public static let sobelY = NamedKernel("Sobel-y/2", [-0.5, -1, -0.5, 0, 0, 0, 0.5, 1, 0.5])
    /// 2: the transpose of ``sobelY``.
    public static let sobelX = NamedKernel("Sobel-x/2", [-0.5, 0, 0.5, -1, 0, 1, -0.5, 0, 0.5])
    /// 3: centre 1, sides −2/12, corners −1/12.
    public static let laplacian8 = NamedKernel(
        "Laplacian-8", [-1 / 12, -2 / 12, -1 / 12, -2 / 12, 1, -2 / 12, -1 / 12, -2 / 12, -1 / 12])
    /// 4: centre 1, sides −¼.
    public static let laplacian4 = NamedKernel("Laplacian-4", [0, -0.25, 0, -0.25, 1, -0.25, 0, -0.25, 0])
    /// 5: falling along the main diagonal.
    public static let diagonalA = NamedKernel(
        "diagonal A", [-1, -2 / 3, -1 / 3, -2 / 3, 0, 2 / 3, 1 / 3, 2 / 3, 1])
    /// 6: ``diagonalA`` mirrored.
    public static let diagonalB = NamedKernel(
        "diagonal B", [-1 / 3, -2 / 3, -1, 2 / 3, 0, -2 / 3, 1, 2 / 3, 1 / 3])
    /// 7: a normalised Gaussian of σ = 1.1, rounded to four decimals as in the authors' code.
    public static let gaussianWide = NamedKernel(
        "Gaussian σ=1.1", [0.0811, 0.1226, 0.0811, 0.1226, 0.1853, 0.1226, 0.0811, 0.1226, 0.0811])
    /// 8: a normalised Gaussian of σ = 0.6, rounded to four decimals.
    public static let gaussianNarrow = NamedKernel(
        "Gaussian σ=0.6", [0.0277, 0.1110, 0.0277, 0.1110, 0.4452, 0.1110, 0.0277, 0.1110, 0.0277])

    /// The bank of VGNetF3 and F4: four edge kernels, channel i uses kernel i mod 4.
    public static let fourEdge = [sobelY, sobelX, laplacian8, laplacian4]
    /// The bank of VGNetF1 and F2: six edge and two Gaussian kernels, channel i uses kernel i mod 8 (Fig. 7).
    public static let sixEdgeTwoGaussian = fourEdge + [diagonalA, diagonalB, gaussianWide, gaussianNarrow]
}
