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

/// PyTorch's default initialisation from a seed, parameters drawn in network order.
struct SeededParameters: ParameterProvider {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func tensor(_ name: String, _ shape: Shape, _ initial: InitialValue) -> Tensor {
        switch initial {
        case .zeros: return Tensor(shape: shape, repeating: 0)
        case .ones: return Tensor(shape: shape, repeating: 1)
        case .uniform(let fanIn):
            let bound = 1 / Double(fanIn).squareRoot()
            var scalars: [Float] = []
            scalars.reserveCapacity(shape.elementCount)
            for _ in 0..<shape.elementCount { scalars.append(Float((2 * generator.uniform() - 1) * bound)) }
            return Tensor(shape: shape, scalars: scalars)
        }
    }

    func check(_ name: String, fixed: Tensor) {}
}
