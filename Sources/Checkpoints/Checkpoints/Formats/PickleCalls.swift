import Tensors

/// The few functions and classes that are understood: what they give is made here, none is ever called.
enum PickleCalls {
    static let storageTypes: [String: NumberType] = [
        "torch.FloatStorage": .float32, "torch.DoubleStorage": .float64, "torch.HalfStorage": .float16,
        "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool, "torch.QInt8Storage": .int8, "torch.QUInt8Storage": .uint8,
        "torch.QInt32Storage": .int32, "torch.cuda.FloatStorage": .float32, "torch.cuda.DoubleStorage": .float64,
        "torch.cuda.HalfStorage": .float16, "torch.cuda.BFloat16Storage": .bfloat16, "torch.cuda.LongStorage": .int64,
        "torch.cuda.IntStorage": .int32, "torch.cuda.ShortStorage": .int16, "torch.cuda.CharStorage": .int8,
        "torch.cuda.ByteStorage": .uint8, "torch.cuda.BoolStorage": .bool,
    ]
    static let untypedStorages: Set<String> = ["torch.storage.UntypedStorage", "torch.UntypedStorage"]
    static let types: [String: NumberType] = [
        "torch.float32": .float32, "torch.float64": .float64, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
        "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8,
        "torch.uint8": .uint8, "torch.uint16": .uint16, "torch.uint32": .uint32, "torch.uint64": .uint64,
        "torch.bool": .bool, "torch.float8_e4m3fn": .float8e4m3, "torch.float8_e5m2": .float8e5m2,
    ]
    /// The most axes that PyTorch and NumPy give a tensor.
    static let maximumRank = 64
}

extension PickleReader {
    /// What calling `name` with `arguments` stands for; nil where it is not understood.
    ///
    /// Throws `weights.brokenPickle` where a tensor's arguments make no sense.
    mutating func result(of name: String, _ arguments: PickleValue, depth: Int = 0) throws -> PickleValue? {
        let items = heap.items(arguments) ?? []
        switch name {
        case "collections.OrderedDict", "builtins.dict", "__builtin__.dict":
            return try dictionary(filledWith: items.first)
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
            guard items.count >= 4 else { throw broken("a call in it makes no sense") }
            guard let place = try storagePlace(items[0]) else { return nil }
            return try tensor(heap.storages[place], items, type: heap.storages[place].type)
        case "torch._utils._rebuild_tensor_v3":
            guard items.count >= 7 else { throw broken("a call in it makes no sense") }
            guard let place = try storagePlace(items[0]), let kind = items[6].asGlobal,
                let type = PickleCalls.types[kind]
            else { return nil }
            return try tensor(heap.storages[place], items, type: type)
        case "torch._utils._rebuild_qtensor": return try quantised(items)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
            "torch.nn.parameter.Parameter", "torch.nn.Parameter":
            if case .tensor? = items.first { return items.first }
            return nil
        case "torch._tensor._rebuild_from_type_v2":
            guard depth < 4, items.count >= 3, let inner = items[0].asGlobal else {
                throw broken("a call in it makes no sense")
            }
            return try result(of: inner, items[2], depth: depth + 1)
        case "torch.jit._pickle.restore_type_tag", "torch.Size", "torch.jit._pickle.build_intlist",
            "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.build_doublelist",
            "torch.jit._pickle.build_boollist":
            return items.first
        case "torch.storage._load_from_bytes": return try nested(items.first)
        case "torch._utils._rebuild_device_tensor_from_numpy": return items.first
        case "_codecs.encode":
            return try blob(items.first).map { bytes($0) }
        case "builtins.bytes", "builtins.bytearray", "__builtin__.bytearray":
            if items.isEmpty { return bytes([]) }
            return try blob(items[0]).map { bytes($0) }
        case "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer":
            return try arrayFromBuffer(items)
        default: return nil
        }
    }

    /// The place of a storage; nil for one of numbers that are not read, such as complex ones.
    private func storagePlace(_ value: PickleValue) throws -> Int? {
        switch value {
        case .storage(let place): return place
        case .object: return nil
        default: throw broken("a call in it makes no sense")
        }
    }

    /// A dictionary of key and value pairs, or a copy of one.
    private mutating func dictionary(filledWith content: PickleValue?) throws -> PickleValue? {
        if let own = heap.pairs(content) {
            try count(own.count)
            return dictionary(own)
        }
        let items = heap.items(content) ?? []
        try count(items.count)
        let pairs = items.compactMap { item -> PicklePair? in
            guard let pair = heap.items(item), pair.count == 2 else { return nil }
            return PicklePair(key: pair[0], value: pair[1])
        }
        guard pairs.count == items.count else { throw broken("a call in it makes no sense") }
        return dictionary(pairs)
    }

    /// (storage, offset, lengths, strides, …).
    private mutating func tensor(
        _ storage: TorchStorage, _ items: [PickleValue], type: NumberType?, quantisation: TorchQuantisation? = nil
    ) throws -> PickleValue {
        guard let type, let offset = items[1].asInteger, offset >= 0, let lengths = heap.integers(items[2]),
            let strides = heap.integers(items[3]), strides.count == lengths.count,
            lengths.count <= PickleCalls.maximumRank, strides.allSatisfy({ $0 >= 0 }),
            let shape = Shape.checked(lengths)
        else { throw broken("a call in it makes no sense") }
        let (start, overflow) = offset.addingReportingOverflow(storage.offset)
        if overflow { throw broken("a call in it makes no sense") }
        try count(lengths.count)
        heap.tensors.append(
            TorchTensor(
                storage: storage, type: type, offset: start, shape: shape, strides: strides, quantisation: quantisation)
        )
        return .tensor(heap.tensors.count - 1)
    }

    /// (storage, offset, lengths, strides, (scheme, scale or scales, zero point or points, axis), …).
    private mutating func quantised(_ items: [PickleValue]) throws -> PickleValue? {
        guard items.count >= 5, let scheme = heap.items(items[4]), scheme.count >= 3 else {
            throw broken("a call in it makes no sense")
        }
        guard let place = try storagePlace(items[0]) else { return nil }
        let quantisation: TorchQuantisation
        switch scheme[0].asGlobal {
        case "torch.per_tensor_affine"?, "torch.per_tensor_symmetric"?:
            guard let scale = scheme[1].asNumber, let zero = scheme[2].asInteger else {
                throw broken("a call in it makes no sense")
            }
            quantisation = .perTensor(scale: scale, zeroPoint: zero)
        case "torch.per_channel_affine"?, "torch.per_channel_symmetric"?, "torch.per_channel_affine_float_qparams"?:
            guard scheme.count >= 4, case .tensor(let scales) = scheme[1], case .tensor(let zeros) = scheme[2],
                let axis = scheme[3].asInteger
            else { throw broken("a call in it makes no sense") }
            quantisation = .perChannel(scales: scales, zeroPoints: zeros, axis: axis)
        default: return nil
        }
        return try tensor(heap.storages[place], items, type: heap.storages[place].type, quantisation: quantisation)
    }

    /// The storage that `pickle.dump` keeps as what `torch.save` wrote before 1.6, inside the pickle.
    private mutating func nested(_ content: PickleValue?) throws -> PickleValue? {
        guard depth == 0, let blob = try blob(content) else { return nil }
        var inner = PickleReader(blob, position: blob.startIndex, subject: input.subject, depth: depth + 1)
        for _ in 0..<3 { _ = try inner.read() }
        guard case .storage(let place) = try inner.read() else { return nil }
        let storage = inner.heap.storages[place]
        _ = try inner.read()
        try count(64)
        try countBytes(inner.position - blob.startIndex)
        // The number of elements, then the elements.
        let start = inner.position + 8
        guard let type = storage.type, start <= blob.endIndex,
            storage.count <= (blob.endIndex - start) / type.sizeBytes
        else { throw broken("a storage in it is cut off") }
        let key = "pickle:\(heap.inlineStorages.count)"
        heap.inlineStorages[key] = blob[start..<start + storage.count * type.sizeBytes]
        heap.storages.append(TorchStorage(key: key, type: type, count: storage.count))
        return .storage(heap.storages.count - 1)
    }
}
