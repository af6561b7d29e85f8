import Architectures
import Engine
import Tensors

/// A convolution under examination: its weights, its normalisation, and its place in the graph.
public struct SubjectLayer: Sendable {
    /// What is known of the layer.
    public let layer: ConvLayer
    /// O×I×H×W, NaN and infinities included.
    public let weight: Tensor
    /// Where it stands in the graph; nil where the network does not run here or the graph has other weights.
    public let place: GraphPlace?

    /// Joins a layer with its weights.
    public init(layer: ConvLayer, weight: Tensor, place: GraphPlace? = nil) {
        self.layer = layer
        self.weight = weight
        self.place = place
    }

    /// The same layer at its place in a graph.
    func placed(_ place: GraphPlace?) -> SubjectLayer { SubjectLayer(layer: layer, weight: weight, place: place) }

    /// As findings name it.
    public var name: Finding.Layer { Finding.Layer(number: layer.number, name: layer.name) }
    /// Whether it holds N×N kernels with N above 1.
    var isSpatial: Bool { layer.number != nil }
    /// Output channels.
    var outputs: Int { weight.shape[0] }
    /// Weights of one output channel: I·H·W.
    var filterLength: Int { weight.shape.dimensions.dropFirst().reduce(1, *) }
    /// Cells of one kernel: H·W.
    var cells: Int { weight.shape[2] * weight.shape[3] }
    /// The weights of output channel `index`.
    func filter(_ index: Int) -> ArraySlice<Float> {
        weight.scalars[index * filterLength..<(index + 1) * filterLength]
    }
    /// Whether every weight is finite.
    var isFinite: Bool { weight.nonFiniteCount == 0 }

    /// The root of the sum of squares of each filter.
    var norms: [Double] {
        (0..<outputs).map { index in filter(index).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    }

    /// What so many of its output channels cost.
    func cost(channels: Int) -> Finding.Cost {
        Finding.Cost(
            macs: place.map { $0.macs / max(1, outputs) * channels }, parameters: filterLength * channels)
    }
}

/// Where a convolution stands in a graph.
public struct GraphPlace: Sendable {
    /// The node of the convolution.
    public let node: Graph.NodeID
    /// The batch normalisation that alone reads it; nil for none.
    public let norm: Graph.NodeID?
    /// The function behind it; nil for none.
    public let activation: ActivationFunction?
    /// The last node of convolution, normalisation and function.
    public let last: Graph.NodeID
    /// N×C×H×W of what it reads.
    public let input: Shape
    /// N×C×H×W of its result.
    public let output: Shape
    /// Multiply-accumulates of one image.
    public let macs: Int
    /// Pixels between neighbouring outputs.
    public let stride: Int
    /// Zeros around its input.
    public let padding: Padding

    /// Of each row (axis 2) or column (axis 3) of a kernel of this length, the share of outputs for which it lies inside
    /// the map; padding takes the rest.
    func insideShares(axis: Int, kernel: Int) -> [Double] {
        let (length, outputs) = (input[axis], output[axis])
        let before: Int
        switch padding {
        case .explicit(let top, let left, _, _): before = axis == 2 ? top : left
        case .same: before = max(0, (outputs - 1) * stride + kernel - length) / 2
        }
        return (0..<kernel).map { cell in
            let inside = (0..<outputs).count { output in
                let place = output * stride + cell - before
                return place >= 0 && place < length
            }
            return Double(inside) / Double(max(1, outputs))
        }
    }
}
