import Diagnostics
import Tensors
import Architectures

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

    /// Joins a layer of square kernels with the scalars of its weight (O×I×N×N).
    public init(layer: ConvLayer, weight: Tensor) {
        precondition(weight.shape == layer.weightShape && layer.kernelHeight == layer.kernelWidth)
        self.layer = layer
        self.size = layer.kernelHeight
        self.values = weight.scalars
        self.batchNormScale = layer.batchNorm.map { norm in
            norm.scale.flatMap { Array(repeating: $0, count: layer.weightShape[1]) }
        }
    }

    /// The kernels as they run with a branch that passes the input on: s·k with s of the normalisation behind it, and the
    /// branch's own factor in the centre.
    func merged(with branch: [Float]) -> KernelBank {
        guard let scale = batchNormScale, scale.count == branch.count, scale.count == count else { return self }
        let cells = size * size
        return KernelBank(
            layer: layer.withoutBatchNorm,
            weight: Tensor(
                shape: layer.weightShape,
                scalars: values.indices.map { index in
                    let channel = index / cells
                    return scale[channel] * values[index] + (index % cells == cells / 2 ? branch[channel] : 0)
                }))
    }

    /// The N·N weights of kernel `index`, row-major.
    @inlinable public func kernel(_ index: Int) -> ArraySlice<Float> {
        values[index * size * size..<(index + 1) * size * size]
    }
}

/// The kernel banks of a whole network.
public enum KernelBanks {
    /// The spatial layers whose kernels are square, in network order: those that have a bank.
    ///
    /// Throws `kernels.none` where there is none.
    public static func squareLayers(of network: ConvNetwork) throws -> [ConvLayer] {
        let layers = network.spatialLayers.filter { $0.kernelHeight == $0.kernelWidth }
        guard layers.isEmpty else { return layers }
        if let first = network.spatialLayers.first {
            throw KernelVizError(
                code: "kernels.none", subject: network.checkpoint.path,
                found: "rectangular kernels alone (\(first.label): \(first.kernelHeight)×\(first.kernelWidth))",
                expected: "at least one layer of square N×N kernels (N > 1)",
                advice: "Only square kernels have labels")
        }
        throw KernelVizError(
            code: "kernels.none", subject: network.checkpoint.path, found: "no layer with square N×N kernels (N > 1)",
            expected: "at least one", advice: "Pass the checkpoint of a convolutional network")
    }

    /// The spatial layers that have no bank because their kernels are rectangular, in network order.
    public static func skippedLayers(of network: ConvNetwork) -> [ConvLayer] {
        network.spatialLayers.filter { $0.kernelHeight != $0.kernelWidth }
    }

    /// Reads the kernels of every square spatial layer, in network order; rectangular layers are left out.
    ///
    /// Throws `kernels.none` where the network has no square N×N layer, and what reading the checkpoint throws.
    public static func read(_ network: ConvNetwork) throws -> [KernelBank] {
        try squareLayers(of: network).map { try read($0, of: network) }
    }

    /// Reads the kernels of one layer, with a branch of training merged into them; see ``mergingNote(on:)``.
    ///
    /// Throws `kernels.rectangular`, and what reading the checkpoint throws.
    public static func read(_ layer: ConvLayer, of network: ConvNetwork) throws -> KernelBank {
        guard layer.kernelHeight == layer.kernelWidth else {
            throw KernelVizError(
                code: "kernels.rectangular", subject: "\(network.checkpoint.path): \(layer.label)",
                found: "its kernels have \(layer.kernelHeight) rows and \(layer.kernelWidth) columns",
                expected: "square kernels", advice: "Choose another layer; only square kernels have labels")
        }
        let bank = KernelBank(layer: layer, weight: try network.weight(of: layer, nonFinite: .kept))
        return try FoldedBranch.scale(beside: layer, of: network).map(bank.merged) ?? bank
    }
}
