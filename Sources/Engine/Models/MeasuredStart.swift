import Diagnostics
import Engine
import Glibc
import Kernels
import Tensors

/// How depthwise kernels start like those of trained networks.
public enum MeasuredStart: String, Sendable, CaseIterable {
    /// Each is one of the measured kernels of its stage, drawn at random.
    case bank
    /// Each is drawn from a normal distribution with the measured kernels' covariance: their smoothness and symmetries
    /// without the kernels themselves (A. Trockman et al., "Understanding the Covariance Structure of Convolutional Filters",
    /// ICLR 2023).
    case covariance
}

extension VGNet {
    /// The net with its learned depthwise kernels drawn anew, each scaled to gain 1, the same for the same seed.
    ///
    /// - Parameters:
    ///   - start: How they are drawn.
    ///   - kernels: From what; places without measured kernels of their size keep their start.
    ///   - seed: Names the draw.
    /// Returns the net and how many kernels were drawn.
    public func starting(
        _ start: MeasuredStart, from kernels: StagedKernels, seed: UInt64
    ) -> (net: VGNet, drawn: Int) {
        var graph = self.graph
        var drawn = 0
        for parameter in self.graph.parameters where parameter.kind == .learnable {
            let shape = parameter.tensor.shape
            guard shape.rank == 4, shape[1] == 1, shape[2] == kernels.size, shape[3] == kernels.size,
                let place = graph.parameter(named: parameter.name),
                let pool = Self.pool(parameter.name, kernels, blocks: config.blocks), !pool.isEmpty
            else { continue }
            var generator = SeededGenerator(seed: Self.seed(parameter.name, seed))
            let scalars = Self.draw(shape[0], start, pool, &generator)
            graph[place] = KernelGain.unit(Tensor(shape: shape, scalars: scalars))
            drawn += shape[0]
        }
        return (VGNet(config: config, graph: graph), drawn)
    }

    /// The net with what was taken from a file; `weights` are this net's own.
    public func replacing(_ weights: InitialWeights) -> VGNet { VGNet(config: config, graph: weights.graph) }

    /// The kernels that a parameter's are drawn from: "features/stage2/0/downsample/weight" from the second downsampling.
    private static func pool(_ name: String, _ kernels: StagedKernels, blocks: [Int]) -> [[Float]]? {
        let parts = name.split(separator: "/")
        guard parts.count > 3, parts[1].hasPrefix("stage"), let stage = Int(parts[1].dropFirst(5)),
            (1...4).contains(stage), let block = Int(parts[2])
        else { return nil }
        if block == 0 { return kernels.downsampling[stage - 1] }
        if stage == 4 && block > blocks[3] { return kernels.last }
        return kernels.body[stage - 1]
    }

    private static func seed(_ name: String, _ seed: UInt64) -> UInt64 {
        // FNV-1a over the name, then the seed, as in SeededParameters; another stream than that of the weights.
        let hash = InitialWeights.bare(name).utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return ~hash ^ (seed &* 0x9E37_79B9_7F4A_7C15)
    }

    private static func draw(
        _ count: Int, _ start: MeasuredStart, _ pool: [[Float]], _ generator: inout SeededGenerator
    ) -> [Float] {
        switch start {
        case .bank:
            return (0..<count).flatMap { _ in
                pool[min(pool.count - 1, Int(generator.uniform() * Double(pool.count)))]
            }
        case .covariance:
            let factor = KernelCovariance.factor(pool)
            let size = factor.count
            return (0..<count).flatMap { _ -> [Float] in
                let normals = (0..<size).map { _ in generator.normal() }
                return factor.map { row in Float(zip(row, normals).reduce(0) { $0 + $1.0 * $1.1 }) }
            }
        }
    }
}

/// The covariance of kernels about nothing, each of norm 1.
enum KernelCovariance {
    /// The lower triangle L with L·Lᵀ = mean(k·kᵀ) + 10⁻⁶·I (Cholesky).
    static func factor(_ kernels: [[Float]]) -> [[Double]] {
        let size = kernels.first?.count ?? 0
        var covariance = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for kernel in kernels {
            let energy = kernel.reduce(0.0) { $0 + Double($1) * Double($1) }
            guard energy > 0, energy.isFinite else { continue }
            for i in 0..<size {
                let scaled = Double(kernel[i]) / energy / Double(kernels.count)
                for j in 0..<size { covariance[i][j] += scaled * Double(kernel[j]) }
            }
        }
        var factor = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for i in 0..<size {
            for j in 0...i {
                let known = (0..<j).reduce(0.0) { $0 + factor[i][$1] * factor[j][$1] }
                let rest = covariance[i][j] + (i == j ? 1e-6 : 0) - known
                factor[i][j] = i == j ? max(1e-12, rest).squareRoot() : rest / factor[j][j]
            }
        }
        return factor
    }
}
