import Tensors

/// NumPy arrays inside a pickle: a call that makes an empty one, then its state; or one call with the bytes.
extension PickleReader {
    /// What NumPy calls the function that makes an empty array.
    private static let makers: Set<String> = [
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "numpy.ndarray",
    ]

    /// Called when the state of an object was set: an array of numbers becomes a tensor, an array of objects a list.
    mutating func finish(_ place: Int) throws {
        let object = heap.objects[place]
        if object.name == "joblib.numpy_pickle.NumpyArrayWrapper" { return try readBehind(place) }
        // (version, lengths, type, whether the first axis runs fastest, elements)
        guard Self.makers.contains(object.name), let state = heap.items(object.state), state.count >= 4 else { return }
        let parts = state.count == 4 ? state[...] : state.dropFirst()
        guard let lengths = heap.integers(parts[parts.startIndex]) else { return }
        let isColumnMajor = parts[parts.startIndex + 2].asBoolean ?? false
        let content = parts[parts.startIndex + 3]
        if let items = heap.items(content) {
            try count(items.count)
            heap.objects[place].items = items
            return
        }
        heap.objects[place].tensor = try array(
            lengths, dtype: parts[parts.startIndex + 1], isColumnMajor: isColumnMajor, content)
    }

    /// An array of joblib: its elements lie behind the instruction that sets its description, after a byte that says how
    /// many more to pass over; those of an array of objects are a pickle of their own.
    private mutating func readBehind(_ place: Int) throws {
        let state = heap.objects[place].state
        guard let lengths = heap.integers(heap.value("shape", in: state)), let shape = Shape.checked(lengths),
            let dtype = heap.value("dtype", in: state), let code = typeCode(dtype)
        else { throw broken("an array of joblib in it is of no known type") }
        if code.hasPrefix("O") {
            heap.objects[place].items = [try readInner()]
            return
        }
        guard let size = Self.itemBytes(code) else { throw broken("an array of joblib in it is of no known type") }
        if heap.value("numpy_array_alignment_bytes", in: state)?.asInteger != nil {
            _ = try input.take(Int(try input.byte()))
        }
        let (length, overflow) = shape.elementCount.multipliedReportingOverflow(by: size)
        guard !overflow else { throw broken("an array in it claims the shape \(shape)") }
        let content = bytes(try input.take(length))
        heap.objects[place].tensor = try array(
            lengths, dtype: dtype, isColumnMajor: heap.value("order", in: state)?.asText == "F", content)
    }

    /// Bytes of one element by NumPy's code without the byte order: "f4" has four, "U3" three characters of four.
    private static func itemBytes(_ code: String) -> Int? {
        guard let count = Int(code.dropFirst().prefix { $0.isNumber }), count >= 0, count <= 1 << 30 else { return nil }
        return code.hasPrefix("U") ? 4 * count : count
    }

    /// (bytes, type, lengths, "C" or "F").
    mutating func arrayFromBuffer(_ items: [PickleValue]) throws -> PickleValue? {
        guard items.count >= 4, let lengths = heap.integers(items[2]) else { return nil }
        let isColumnMajor = items[3].asText == "F"
        return try array(lengths, dtype: items[1], isColumnMajor: isColumnMajor, items[0]).map { .tensor($0) }
    }

    /// The place of a new tensor; nil for elements that are no numbers.
    private mutating func array(
        _ lengths: [Int], dtype: PickleValue, isColumnMajor: Bool, _ content: PickleValue
    ) throws -> Int? {
        guard let (type, isBigEndian) = elementType(dtype) else { return nil }
        guard lengths.count <= PickleCalls.maximumRank, let shape = Shape.checked(lengths),
            let blob = try blob(content), blob.count == shape.elementCount * type.sizeBytes
        else { throw broken("an array in it has another number of elements than its shape") }
        let key = "pickle:\(heap.inlineStorages.count)"
        try count(1 + lengths.count)
        if isBigEndian { try countBytes(blob.count) }
        heap.inlineStorages[key] = isBigEndian ? ArrayHeader.swapped(Array(blob), size: type.sizeBytes)[...] : blob
        heap.arrayKeys.insert(key)
        var strides = Array(repeating: 0, count: shape.rank)
        var step = 1
        for axis in isColumnMajor ? Array(0..<shape.rank) : (0..<shape.rank).reversed() {
            strides[axis] = step
            step *= shape[axis]
        }
        heap.tensors.append(
            TorchTensor(
                storage: TorchStorage(key: key, type: type, count: shape.elementCount), type: type, offset: 0,
                shape: shape, strides: strides))
        return heap.tensors.count - 1
    }

    /// `numpy.dtype("f4")`, whose byte order is the second part of its state.
    private func elementType(_ value: PickleValue) -> (NumberType, isBigEndian: Bool)? {
        guard case .object(let place) = value, let bare = typeCode(value),
            let code = heap.items(heap.objects[place].arguments)?.first.flatMap(heap.text)
        else { return nil }
        let order = heap.items(heap.objects[place].state).flatMap { $0.count > 1 ? heap.text($0[1]) : nil }
        guard let type = ArrayHeader.types[bare] else { return nil }
        return (type, (order ?? String(code.prefix(1))) == ">")
    }

    /// NumPy's code of a type without the byte order.
    private func typeCode(_ value: PickleValue) -> String? {
        guard case .object(let place) = value, heap.objects[place].name.hasPrefix("numpy.dtype"),
            let code = heap.items(heap.objects[place].arguments)?.first.flatMap(heap.text)
        else { return nil }
        return String(code.drop { "<>|=".contains($0) })
    }
}
