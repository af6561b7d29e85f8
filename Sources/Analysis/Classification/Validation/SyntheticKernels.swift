import Glibc
import Kernels
import Tensors

/// Kernels whose class is known by construction, written from their definitions and apart from the classifier's templates.
struct SyntheticKernels: Sendable {
    let size: Int
    var generator: SeededGenerator

    init(size: Int, seed: UInt64) {
        self.size = size
        generator = SeededGenerator(seed: seed)
    }

    private var middle: Int { size / 2 }

    func map(_ value: (Double, Double) -> Double) -> [Float] {
        (0..<size * size).map { Float(value(Double($0 % size - middle), Double($0 / size - middle))) }
    }

    mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * generator.uniform() }

    func bell(_ x: Double, _ y: Double, _ sigma: Double) -> Double { exp(-(x * x + y * y) / (2 * sigma * sigma)) }

    func gaussian(_ sigma: Double, x: Double = 0, y: Double = 0) -> [Float] { map { bell($0 - x, $1 - y, sigma) } }

    func elongated(_ major: Double, _ minor: Double, radians: Double) -> [Float] {
        map { x, y in
            let (u, v) = (cos(radians) * x + sin(radians) * y, cos(radians) * y - sin(radians) * x)
            return exp(-u * u / (2 * major * major) - v * v / (2 * minor * minor))
        }
    }

    /// `cells` around the centre, the rest zeros: 3×3 weights row-major.
    func embedded(_ cells: [Float]) -> [Float] {
        map { x, y in abs(x) > 1 || abs(y) > 1 ? 0 : Double(cells[Int(y + 1) * 3 + Int(x + 1)]) }
    }

    func zeroMean(_ kernel: [Float]) -> [Float] {
        let mean = kernel.reduce(0, +) / Float(kernel.count)
        return kernel.map { $0 - mean }
    }

    mutating func random() -> [Float] { (0..<size * size).map { _ in Float(generator.normal()) } }

    /// Adds white noise `decibels` below the kernel's energy.
    mutating func noisy(_ kernel: [Float], decibels: Double) -> [Float] {
        let norm = kernel.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let deviation = norm * pow(10, -decibels / 20) / Double(size)
        return kernel.map { $0 + Float(generator.normal() * deviation) }
    }

    /// One kernel of a family that has a name; parameters that the name leaves open are drawn.
    mutating func make(_ family: SyntheticFamily) -> [Float] {
        let far = size == 3 ? 1.0 : 1.3
        switch family {
        case .delta: return gaussian(0.05)
        case .shifted:
            var kernel = [Float](repeating: 0, count: size * size)
            kernel[Int(generator.next() % UInt64(size * size))] = 1
            return kernel
        case .sharpen:
            let ring = between(0.02, 0.06)
            return map { x, y in x == 0 && y == 0 ? 1 : abs(x) <= 1 && abs(y) <= 1 ? -ring : 0 }
        case .narrowGaussian: return gaussian(between(0.65, 0.9))
        case .gaussian: return gaussian(between(0.9, 1.6))
        case .wideGaussian: return gaussian(between(1.6, 3))
        case .offCentreGaussian: return gaussian(between(0.75, 1.5), x: between(-0.5, 0.5), y: between(-0.5, 0.5))
        case .directional: return elongated(between(1.4, 2.5), between(0.6, 0.8), radians: between(0, .pi))
        case .box: return map { _, _ in 1 }
        case .ring:
            let (depth, sigma) = (between(0.4, 1), between(0.6, 1) * Double(middle))
            return map { 1 - depth * bell($0, $1, sigma) }
        case .sobelX: return embedded([-1, 0, 1, -2, 0, 2, -1, 0, 1])
        case .sobelY: return embedded([-1, -2, -1, 0, 0, 0, 1, 2, 1])
        case .prewitt: return embedded([-1, 0, 1, -1, 0, 1, -1, 0, 1])
        case .diagonal: return embedded(FixedKernels.diagonalA.values)
        case .gaussianDerivative:
            let (angle, sigma) = (between(0, 2 * .pi), between(0.6, 1.5))
            return map { (cos(angle) * $0 + sin(angle) * $1) * bell($0, $1, sigma) }
        case .centralDifference: return embedded([0, 0, 0, -1, 0, 1, 0, 0, 0])
        case .forwardDifference: return embedded([0, 0, 0, 0, -1, 1, 0, 0, 0])
        case .oneSidedSobel: return embedded([0, -1, 1, 0, -2, 2, 0, -1, 1])
        case .laplacian4: return embedded([0, -1, 0, -1, 4, -1, 0, -1, 0])
        case .laplacian8: return embedded([-1, -1, -1, -1, 8, -1, -1, -1, -1])
        case .paperLaplacian: return embedded(FixedKernels.laplacian8.values)
        case .laplacianOfGaussian:
            let sigma = between(0.6, 0.9) * far
            return zeroMean(map { (2 - ($0 * $0 + $1 * $1) / (sigma * sigma)) * bell($0, $1, sigma) })
        case .differenceOfGaussians:
            let sigma = between(0.5, 0.8) * far
            let (narrow, wide) = (gaussian(sigma), gaussian(1.6 * sigma))
            let (a, b) = (narrow.reduce(0, +), wide.reduce(0, +))
            return zip(narrow, wide).map { $0 / a - $1 / b }
        case .line: return embedded([-1, 2, -1, -1, 2, -1, -1, 2, -1])
        case .turnedLine:
            let (angle, sigma, length) = (between(0, .pi), between(0.6, 1), between(1, 2))
            return zeroMean(
                map { x, y in
                    let (u, v) = ((cos(angle) * x + sin(angle) * y) / sigma, cos(angle) * y - sin(angle) * x)
                    return (u * u - 1) * exp(-u * u / 2 - v * v / (2 * length * length))
                })
        case .cornerSaddle: return map { $0 * $1 * bell($0, $1, 1) }
        case .axisSaddle: return map { ($0 * $0 - $1 * $1) * bell($0, $1, 1) }
        }
    }
}
