/// A dense row-major array of 32-bit floats.
///
/// Activations are N×C×H×W, convolution weights O×I×H×W, linear weights O×I, whatever the file had.
public struct Tensor: Sendable, Equatable {
    /// The lengths of the axes.
    public let shape: Shape
    /// The elements, last axis fastest; `scalars.count == shape.elementCount`.
    public var scalars: [Float] {
        didSet { precondition(scalars.count == shape.elementCount) }
    }

    /// Pairs a shape with its elements; the counts must agree.
    public init(shape: Shape, scalars: [Float]) {
        precondition(scalars.count == shape.elementCount)
        self.shape = shape
        self.scalars = scalars
    }

    /// A tensor with every element equal to `value`.
    public init(shape: Shape, repeating value: Float = 0) {
        self.init(shape: shape, scalars: Array(repeating: value, count: shape.elementCount))
    }

    /// The same elements under another shape of equal count.
    public func reshaped(_ newShape: Shape) -> Tensor { Tensor(shape: newShape, scalars: scalars) }

    /// Reorders the axes: axis `i` of the result is axis `order[i]` of this tensor (NumPy's `transpose`).
    public func transposed(_ order: [Int]) -> Tensor {
        precondition(order.sorted() == Array(0..<shape.rank))
        var strides = Array(repeating: 1, count: shape.rank)
        for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        let newShape = Shape(order.map { shape[$0] })
        let newStrides = order.map { strides[$0] }
        var result = [Float](repeating: 0, count: scalars.count)
        var index = Array(repeating: 0, count: shape.rank)
        var offset = 0
        for position in result.indices {
            result[position] = scalars[offset]
            var axis = shape.rank - 1
            while axis >= 0 {
                index[axis] += 1
                offset += newStrides[axis]
                if index[axis] < newShape[axis] { break }
                offset -= newStrides[axis] * index[axis]
                index[axis] = 0
                axis -= 1
            }
        }
        return Tensor(shape: newShape, scalars: result)
    }

    /// How many elements are NaN or infinite.
    public var nonFiniteCount: Int { scalars.count { !$0.isFinite } }
}
