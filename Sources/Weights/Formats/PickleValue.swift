import Tensors

/// What a pickle of tensors can be made of. Nothing here runs anything.
enum PickleValue {
    case none
    case boolean(Bool)
    case integer(Int)
    /// An integer beyond 64 bits, little-endian two's complement.
    case longInteger([UInt8])
    case number(Double)
    case text(String)
    case bytes([UInt8])
    case sequence(PickleSequence)
    case dictionary(PickleDictionary)
    /// The name of an allowed function or class.
    case global(String)
    case storage(TorchStorage)
    case tensor(TorchTensor)
    /// A value that no tensor needs.
    case inert

    /// The elements of a tuple or list.
    var items: [PickleValue]? { if case .sequence(let sequence) = self { sequence.items } else { nil } }
    var asInteger: Int? { if case .integer(let value) = self { value } else { nil } }
    var asText: String? { if case .text(let value) = self { value } else { nil } }
    var asGlobal: String? { if case .global(let value) = self { value } else { nil } }
    /// The elements where all are integers.
    var integers: [Int]? {
        guard let items else { return nil }
        let integers = items.compactMap(\.asInteger)
        return integers.count == items.count ? integers : nil
    }
}

/// A tuple, list or set; shared where the pickle shares it.
final class PickleSequence {
    var items: [PickleValue]
    init(_ items: [PickleValue]) { self.items = items }
}

/// A dictionary in order of insertion; shared where the pickle shares it.
final class PickleDictionary {
    var items: [(key: PickleValue, value: PickleValue)] = []
}

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
}
