import Tensors

/// A tensor exactly as its file holds it, but for the byte order.
public struct TensorBytes: Sendable, Equatable {
    /// The type of the elements.
    public let type: NumberType
    /// The lengths of the axes, in the file's order.
    public let shape: Shape
    /// The elements, little-endian, last axis fastest; `bytes.count == shape.elementCount · type.sizeBytes`.
    public let bytes: [UInt8]

    /// Pairs elements with their type and shape; the counts must agree.
    public init(type: NumberType, shape: Shape, bytes: [UInt8]) {
        precondition(bytes.count == shape.elementCount * type.sizeBytes)
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// The elements as float32.
    public var floats: [Float] { type.floats(bytes) }
}
