import Tensors

/// How a parameter stands in the file that it came from, where the engine has it in another form.
///
/// Exports write this form, so that the source's own library takes them back.
public struct StoredForm: Sendable, Equatable {
    /// The key in the file's state dict; nil for the parameter's own name. Two parameters of one key are one tensor there.
    public var key: String?
    /// The shape there, of the same numbers in the same order; nil for the parameter's own.
    public var shape: Shape?
    /// Rows and columns between neighbouring weights there: the engine's kernel has zeros between them.
    public var dilations: [Int]
    /// Whether the file has no such tensor: ones, zeros or numbers of its description.
    public var isAbsent: Bool

    /// The form that differs from the engine's in what is named.
    public init(key: String? = nil, shape: Shape? = nil, dilations: [Int] = [1, 1], isAbsent: Bool = false) {
        precondition(dilations.count == 2 && dilations.allSatisfy { $0 > 0 })
        self.key = key
        self.shape = shape
        self.dilations = dilations
        self.isAbsent = isAbsent
    }
}

extension Graph.Parameter {
    /// The kernels without the zeros that stand for a dilation; O×I×H×W.
    public var undilated: Tensor {
        let dimensions = tensor.shape.dimensions
        guard form.dilations != [1, 1], dimensions.count == 4 else { return tensor }
        let (height, width) = (dimensions[2], dimensions[3])
        let rows = Array(stride(from: 0, to: height, by: form.dilations[0]))
        let columns = Array(stride(from: 0, to: width, by: form.dilations[1]))
        var scalars: [Float] = []
        scalars.reserveCapacity(dimensions[0] * dimensions[1] * rows.count * columns.count)
        for kernel in 0..<dimensions[0] * dimensions[1] {
            for row in rows {
                for column in columns { scalars.append(tensor.scalars[(kernel * height + row) * width + column]) }
            }
        }
        return Tensor(shape: [dimensions[0], dimensions[1], rows.count, columns.count], scalars: scalars)
    }

    /// The tensor as the file has it; nil where it has none.
    public var stored: Tensor? {
        if form.isAbsent { return nil }
        let kernels = undilated
        guard let shape = form.shape, shape.elementCount == kernels.shape.elementCount else { return kernels }
        return kernels.reshaped(shape)
    }

    /// The key of the tensor in a state dict, dots between the parts.
    public var key: String { (form.key ?? name).replacing("/", with: ".") }
}

extension Graph {
    /// A parameter with its name and form.
    public func parameter(_ identifier: ParameterID) -> Parameter { parameters[identifier.index] }

    /// Rows and columns of a convolution's kernels without the zeros that stand for a dilation.
    func kernelLengths(_ identifier: ParameterID) -> [Int] {
        let parameter = parameters[identifier.index]
        return zip(parameter.tensor.shape.dimensions.suffix(2), parameter.form.dilations).map { ($0 - 1) / $1 + 1 }
    }
}
