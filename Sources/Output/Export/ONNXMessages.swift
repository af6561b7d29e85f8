import ONNXSchema
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ONNXTensorProto {
    /// Float numbers under a name (empty for none), in `raw_data`.
    init(name: String, _ tensor: Tensor) {
        self.init()
        self.name = name
        dims = tensor.shape.dimensions.map(Int64.init)
        dataType = Int32(DataType.float.rawValue)
        rawData = Data(LittleEndian.bytes(tensor.scalars))
    }

    /// A list of int64 numbers, in `raw_data`.
    init(integers: [Int]) {
        self.init()
        dims = [Int64(integers.count)]
        dataType = Int32(DataType.int64.rawValue)
        var bytes: [UInt8] = []
        for integer in integers { LittleEndian.append(Int64(integer), to: &bytes) }
        rawData = Data(bytes)
    }
}

extension ONNXAttributeProto {
    /// A whole number.
    init(_ name: String, _ integer: Int) {
        self.init()
        self.name = name
        type = .int
        i = Int64(integer)
    }

    /// A float number.
    init(_ name: String, _ number: Float) {
        self.init()
        self.name = name
        type = .float
        f = number
    }

    /// A list of whole numbers.
    init(_ name: String, _ integers: [Int]) {
        self.init()
        self.name = name
        type = .ints
        ints = integers.map(Int64.init)
    }

    /// A tensor.
    init(_ name: String, _ tensor: ONNXTensorProto) {
        self.init()
        self.name = name
        type = .tensor
        t = tensor
    }
}

extension ONNXValueInfoProto {
    /// A float tensor of this shape; `batchName` stands for the length of the first axis where it is not fixed.
    init(name: String, shape: Shape, batchName: String?) {
        self.init()
        self.name = name
        type.tensorType.elemType = Int32(ONNXTensorProto.DataType.float.rawValue)
        for (axis, length) in shape.dimensions.enumerated() {
            var dimension = ONNXTensorShapeProto.Dimension()
            if axis == 0, let batchName {
                dimension.dimParam = batchName
            } else {
                dimension.dimValue = Int64(length)
            }
            type.tensorType.shape.dim.append(dimension)
        }
    }
}
