import Glibc
import Kernels
import Tensors
import VGNets

extension FixedGaussian {
    /// The 3×3 kernel with a plus sign, rounded where the design says so.
    public var kernel: NamedKernel {
        let exact = NamedKernel.gaussian(sigmaPixels: sigmaPixels, offsetPixels: offsetPixels)
        guard let decimals else { return exact }
        let scale = pow(10, Double(decimals))
        return NamedKernel(exact.name, exact.values.map { Float((Double($0) * scale).rounded() / scale) })
    }

    /// C×1×3×3: the kernel of every channel with its sign.
    func weight(channels: Int) -> Tensor {
        let values = kernel.values
        let scalars = (0..<channels).flatMap { channel in
            signs == .alternating && channel % 2 == 1 ? values.map { -$0 } : values
        }
        return Tensor(shape: [channels, 1, 3, 3], scalars: scalars)
    }
}

extension FixedBank {
    /// The kernels in the order in which channels use them.
    public var kernels: [NamedKernel] {
        switch self {
        case .fourEdge: FixedKernels.fourEdge
        case .sixEdgeTwoGaussian: FixedKernels.sixEdgeTwoGaussian
        case .random, .listed:
            (givenKernels ?? []).enumerated().map { NamedKernel("\(text) \($0 + 1)", $1) }
        }
    }

    /// C×1×3×3: channel i has kernel i mod ``count``.
    func weight(channels: Int) -> Tensor {
        let bank = kernels
        return Tensor(
            shape: [channels, 1, 3, 3], scalars: (0..<channels).flatMap { bank[$0 % bank.count].values })
    }
}
