import Tensors

/// The few functions and classes that a PyTorch state dict needs. Each is understood here; none is ever called.
enum TorchGlobals {
    static let storageTypes: [String: NumberType] = [
        "torch.FloatStorage": .float32, "torch.DoubleStorage": .float64, "torch.HalfStorage": .float16,
        "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool,
    ]
    static let untypedStorages: Set<String> = ["torch.storage.UntypedStorage", "torch.UntypedStorage"]
    static let types: [String: NumberType] = [
        "torch.float32": .float32, "torch.float64": .float64, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
        "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8,
        "torch.uint8": .uint8, "torch.uint16": .uint16, "torch.uint32": .uint32, "torch.uint64": .uint64,
        "torch.bool": .bool, "torch.float8_e4m3fn": .float8e4m3, "torch.float8_e5m2": .float8e5m2,
    ]
    private static let others: Set<String> = [
        "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state", "torch._tensor._rebuild_from_type_v2", "torch.Size",
        "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "_codecs.encode",
    ]

    static func isAllowed(_ name: String) -> Bool {
        others.contains(name) || storageTypes[name] != nil || untypedStorages.contains(name) || types[name] != nil
    }

    /// What calling `name` with `arguments` stands for; nil where the arguments make no sense.
    static func result(of name: String, _ arguments: [PickleValue], depth: Int = 0) -> PickleValue? {
        switch name {
        case "collections.OrderedDict":
            let result = PickleDictionary()
            for item in arguments.first?.items ?? [] {
                guard let pair = item.items, pair.count == 2 else { return nil }
                result.items.append((key: pair[0], value: pair[1]))
            }
            return .dictionary(result)
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
            guard arguments.count >= 4, case .storage(let storage) = arguments[0] else { return nil }
            return tensor(storage, arguments, type: storage.type)
        case "torch._utils._rebuild_tensor_v3":
            guard arguments.count >= 7, case .storage(let storage) = arguments[0] else { return nil }
            return tensor(storage, arguments, type: arguments[6].asGlobal.flatMap { types[$0] })
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            guard case .tensor? = arguments.first else { return nil }
            return arguments.first
        case "torch._tensor._rebuild_from_type_v2":
            guard depth < 4, arguments.count >= 3, let inner = arguments[0].asGlobal, let own = arguments[2].items
            else { return nil }
            return result(of: inner, own, depth: depth + 1)
        case "torch.Size": return arguments.first
        default: return .inert
        }
    }

    private static func tensor(_ storage: TorchStorage, _ arguments: [PickleValue], type: NumberType?) -> PickleValue? {
        guard let type, let offset = arguments[1].asInteger, offset >= 0, let lengths = arguments[2].integers,
            let strides = arguments[3].integers, strides.count == lengths.count, strides.allSatisfy({ $0 >= 0 }),
            let shape = Shape.checked(lengths)
        else { return nil }
        let (start, overflow) = offset.addingReportingOverflow(storage.offset)
        if overflow { return nil }
        return .tensor(TorchTensor(storage: storage, type: type, offset: start, shape: shape, strides: strides))
    }
}
