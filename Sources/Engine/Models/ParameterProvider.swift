import Glibc
import Tensors

/// How a parameter starts where no weights are given: PyTorch's defaults.
enum InitialValue: Sendable, Equatable {
    /// Uniform in ±1/√fanIn.
    case uniform(fanIn: Int)
    case zeros
    case ones
}

/// Where the parameters of a network come from.
protocol ParameterProvider {
    /// The numbers of a trained parameter or running statistic.
    mutating func tensor(_ name: String, _ shape: Shape, _ initial: InitialValue) throws -> Tensor
    /// Compares a fixed parameter with what the source holds under the same name, if anything.
    mutating func check(_ name: String, fixed: Tensor) throws
}

/// PyTorch's default initialisation from a seed, every tensor from a stream that seed and name choose: nets that share
/// a layer start it alike.
struct SeededParameters: ParameterProvider {
    private let seed: UInt64
    private let start: WeightStart

    init(seed: UInt64, start: WeightStart = .standard) {
        self.seed = seed
        self.start = start
    }

    /// The stream of a tensor. A module wrapped in a sequence ("half3x3/0/weight") draws as the bare one does.
    private func generator(_ name: String) -> SeededGenerator {
        // FNV-1a over the name, then the seed.
        let hash = InitialWeights.bare(name).utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return SeededGenerator(seed: hash ^ (seed &* 0x9E37_79B9_7F4A_7C15))
    }

    func tensor(_ name: String, _ shape: Shape, _ initial: InitialValue) -> Tensor {
        switch initial {
        case .zeros: return Tensor(shape: shape, repeating: 0)
        case .ones: return Tensor(shape: shape, repeating: 1)
        case .uniform(let fanIn):
            let bound = 1 / Double(fanIn).squareRoot()
            var generator = generator(name)
            var scalars: [Float] = []
            scalars.reserveCapacity(shape.elementCount)
            for _ in 0..<shape.elementCount { scalars.append(Float((2 * generator.uniform() - 1) * bound)) }
            let drawn = Tensor(shape: shape, scalars: scalars)
            let isDepthwise = shape.rank == 4 && shape[1] == 1 && shape[2] * shape[3] > 1
            return start == .unitGain && isDepthwise ? KernelGain.unit(drawn) : drawn
        }
    }

    func check(_ name: String, fixed: Tensor) {}
}
