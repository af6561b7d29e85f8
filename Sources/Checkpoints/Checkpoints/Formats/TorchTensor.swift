import Tensors

/// The bytes that tensors of a PyTorch file are views of.
struct TorchStorage: Sendable, Equatable {
    /// The name of the file inside the archive, or the key in a legacy file.
    let key: String
    /// Nil where the storage is untyped bytes.
    let type: NumberType?
    /// Elements, or bytes of an untyped storage.
    let count: Int
    /// Where it begins inside its root storage, in elements: legacy files keep views of views.
    var offset = 0
}

/// A tensor of a PyTorch file: a view of a storage.
struct TorchTensor: Sendable, Equatable {
    let storage: TorchStorage
    let type: NumberType
    /// The first element, from the beginning of the root storage.
    let offset: Int
    let shape: Shape
    /// Elements between neighbours along each axis.
    let strides: [Int]
    /// How integers stand for numbers; nil where they do not.
    var quantisation: TorchQuantisation?

    /// Whether the elements lie one after the other, last axis fastest.
    var isContiguous: Bool {
        var step = 1
        for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
            if shape[axis] != 1 && strides[axis] != step { return false }
            step *= shape[axis]
        }
        return true
    }

    /// One past the last element that the view touches, from the beginning of the storage; nil where that is no number.
    var end: Int? {
        if shape.elementCount == 0 { return offset }
        var last = offset
        for (length, step) in zip(shape.dimensions, strides) {
            let (reach, overflow) = (length - 1).multipliedReportingOverflow(by: step)
            let (sum, sumOverflow) = last.addingReportingOverflow(reach)
            if overflow || sumOverflow { return nil }
            last = sum
        }
        let (end, overflow) = last.addingReportingOverflow(1)
        return overflow ? nil : end
    }

    /// The elements of the view, row-major; the view lies inside `storage`.
    func elements(of storage: ArraySlice<UInt8>) -> [UInt8] {
        let size = type.sizeBytes
        if isContiguous {
            let start = storage.startIndex + offset * size
            return Array(storage[start..<start + shape.elementCount * size])
        }
        return StridedElements.gather(
            Array(storage), offset: offset, shape: shape, strides: strides, elementBytes: size)
    }
}

/// What quantised integers stand for: (integer − zero point) · scale.
enum TorchQuantisation: Sendable, Equatable {
    case perTensor(scale: Double, zeroPoint: Int)
    /// Scales and zero points by the place along `axis`; each the place of a tensor in the pickle.
    case perChannel(scales: Int, zeroPoints: Int, axis: Int)
}
