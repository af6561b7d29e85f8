import Architectures
import Diagnostics
import Tensors

/// Where the weights of an analysed network can be read: what statistics keep of them says nothing about single cells.
///
/// Layers are found by the names of their tensors, so that what describes them need not come from the source itself.
public protocol KernelSource: Sendable {
    /// The kernels of a layer of square N×N kernels.
    ///
    /// Throws `kernels.rectangular`, `kernels.noLayer`, and what reading the file throws.
    func bank(of layer: ConvLayer) throws -> KernelBank

    /// The O×I matrix of a 1×1 layer, row by row, each row times the factor of the batch normalisation behind it; nil where
    /// the layer is not 1×1 or the source holds no such layers.
    ///
    /// Throws `kernels.noLayer`, and what reading the file throws.
    func pointwiseMatrix(of layer: ConvLayer) throws -> [Float]?
}

extension ConvNetwork: KernelSource {
    /// Reads the kernels of one layer; see ``KernelSource``.
    public func bank(of layer: ConvLayer) throws -> KernelBank { try KernelBanks.read(own(layer), of: self) }

    /// Reads the matrix of one layer; see ``KernelSource``.
    public func pointwiseMatrix(of layer: ConvLayer) throws -> [Float]? {
        let layer = try own(layer)
        guard layer.isPointwise else { return nil }
        var matrix = try weight(of: layer, nonFinite: .kept).scalars
        let (rows, columns) = (layer.weightShape[0], layer.weightShape[1])
        if let scale = layer.batchNorm?.scale, scale.count == rows, matrix.count == rows * columns {
            for row in 0..<rows {
                for column in 0..<columns { matrix[row * columns + column] *= scale[row] }
            }
        }
        return matrix
    }

    /// The network's own description of a layer, with the batch normalisation that others leave out.
    private func own(_ layer: ConvLayer) throws -> ConvLayer {
        if let found = layers.first(where: { $0.tensorName == layer.tensorName && $0.number == layer.number }) {
            return found
        }
        throw KernelVizError(
            code: "kernels.noLayer", subject: checkpoint.path, found: "no layer '\(layer.label)'",
            expected: "the file that was analysed", advice: "Name that file, or classify this one again")
    }
}
