import Tensors
import Weights

/// All N×N kernels of a layer.
public struct KernelBank: Sendable, Equatable {
    /// The layer that holds the kernels.
    public let layer: ConvLayer
    /// N: rows and columns of each kernel.
    public let size: Int
    /// The weights, output-major, then input channel, then row-major; `values.count == count·N·N`.
    public let values: [Float]
    /// The effective factor of the batch normalisation behind each kernel, one per kernel; nil where folded or absent.
    public let batchNormScale: [Float]?

    /// The number of kernels, O·I.
    public var count: Int { values.count / (size * size) }

    /// Joins a layer with the scalars of its weight (O×I×N×N).
    public init(layer: ConvLayer, weight: Tensor) {
        precondition(weight.shape == layer.weightShape && layer.kernelHeight == layer.kernelWidth)
        self.layer = layer
        self.size = layer.kernelHeight
        self.values = weight.scalars
        self.batchNormScale = layer.batchNorm.map { norm in
            norm.scale.flatMap { Array(repeating: $0, count: layer.weightShape[1]) }
        }
    }

    /// The N·N weights of kernel `index`, row-major.
    @inlinable public func kernel(_ index: Int) -> ArraySlice<Float> {
        values[index * size * size..<(index + 1) * size * size]
    }
}
