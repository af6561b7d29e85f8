import Engine
import TemplateMatching
import Tensors

/// What the kernels of one convolution see: mean and second moments of their N×N input patches, channel by channel.
///
/// Patches lie where the convolution reads them, padding included. With them the best gain of any other kernel follows
/// without running the network again.
package struct KernelInput: Sendable {
    /// The convolution's place among the graph's spatial convolutions, from 0.
    let place: Int
    /// The node of the convolution.
    package let node: String
    /// The node whose result it reads; nil where it reads the image.
    let source: String?
    /// N.
    package let size: Int
    let stride: Int
    let padding: Padding
    /// Patches a channel that were added up.
    private(set) var patches = 0
    /// Channel-major, `channels · N²`: Σ p.
    private(set) var sums: [Double]
    /// Channel-major, `channels · N² · N²`: Σ p pᵀ.
    private(set) var products: [Double]

    init(place: Int, node: String, source: String?, size: Int, stride: Int, padding: Padding, channels: Int) {
        self.place = place
        self.node = node
        self.source = source
        self.size = size
        self.stride = stride
        self.padding = padding
        let cells = size * size
        sums = Array(repeating: 0, count: channels * cells)
        products = Array(repeating: 0, count: channels * cells * cells)
    }

    /// The spatial convolutions with square kernels of a graph in order, before anything was added.
    static func all(of graph: Graph, inputChannels: Int) -> [KernelInput] {
        var place = -1
        return graph.nodes.compactMap { node in
            guard case .convolution(let convolution) = node.operation else { return nil }
            let shape = graph[convolution.weight].shape
            guard shape[2] > 1 || shape[3] > 1 else { return nil }
            place += 1
            guard shape[2] == shape[3] else { return nil }
            let source = graph[node.inputs[0]]
            return KernelInput(
                place: place, node: node.name, source: source.operation == .input ? nil : source.name, size: shape[2],
                stride: convolution.stride, padding: convolution.padding, channels: shape[1] * convolution.groups)
        }
    }

    /// Adds the patches of one image's maps, 1×C×H×W.
    mutating func add(_ maps: Tensor) {
        let (channels, height, width) = (maps.shape[1], maps.shape[2], maps.shape[3])
        let rows = Axis(length: height, size: size, stride: stride, before: paddingBefore(height, isRow: true))
        let columns = Axis(length: width, size: size, stride: stride, before: paddingBefore(width, isRow: false))
        let cells = size * size
        // Of each cell of the patch, the plane of its values at all outputs: the products are dot products of planes.
        let outputs = rows.outputs * columns.outputs
        var planes = [Float](repeating: 0, count: cells * outputs)
        for channel in 0..<channels {
            let first = channel * height * width
            for cell in 0..<cells {
                let (y, x) = cell.quotientAndRemainder(dividingBy: size)
                for row in 0..<rows.outputs {
                    let sourceRow = row * stride + y - rows.before
                    let target = cell * outputs + row * columns.outputs
                    let isInside = sourceRow >= 0 && sourceRow < height
                    for column in 0..<columns.outputs {
                        let sourceColumn = column * stride + x - columns.before
                        planes[target + column] =
                            isInside && sourceColumn >= 0 && sourceColumn < width
                            ? maps.scalars[first + sourceRow * width + sourceColumn] : 0
                    }
                }
            }
            for cell in 0..<cells {
                for index in cell * outputs..<(cell + 1) * outputs {
                    sums[channel * cells + cell] += Double(planes[index])
                }
            }
            let pairs = TemplateMatcher.fastest.pairProducts(planes.span, rows: cells)
            for (index, product) in pairs.enumerated() { products[channel * cells * cells + index] += product }
        }
        patches += outputs
    }

    private struct Axis {
        let outputs: Int
        let before: Int

        init(length: Int, size: Int, stride: Int, before: (pad: Int, total: Int)) {
            self.before = before.pad
            outputs = max(0, (length + before.total - size) / stride + 1)
        }
    }

    private func paddingBefore(_ length: Int, isRow: Bool) -> (pad: Int, total: Int) {
        switch padding {
        case .explicit(let top, let left, let bottom, let right):
            return isRow ? (top, top + bottom) : (left, left + right)
        case .same:
            let total = max(0, ((length + stride - 1) / stride - 1) * stride + size - length)
            return (total / 2, total)
        }
    }
}
