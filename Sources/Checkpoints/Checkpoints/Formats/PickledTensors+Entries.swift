import Diagnostics
import Tensors

extension PickledTensors {
    /// How many times its storage's bytes a view may have elements.
    private static let maximumRepeats = 64

    /// The tensors as entries, each view inside its storage of `bytes(key)` bytes.
    ///
    /// Throws `weights.brokenPickle` where a storage is absent or too short.
    func entries(storageBytes: (String) -> Int?) throws -> [Checkpoint.Entry] {
        try tensors.map { name, tensor in
            try check(name, tensor, storageBytes)
            var dtype = tensor.type.rawValue
            if let quantisation = tensor.quantisation {
                try check(name, tensor, quantisation, storageBytes)
                dtype = NumberType.float32.rawValue
            }
            let entry = GenericNames.entry(name, shape: tensor.shape, dtype: dtype)
            guard tensor.quantisation != nil else { return entry }
            return Checkpoint.Entry(
                name: name, shape: tensor.shape, dtype: dtype, module: entry.module, parameter: entry.parameter,
                axes: entry.axes, note: "dequantised from \(tensor.type)")
        }
    }

    private func check(_ name: String, _ tensor: TorchTensor, _ storageBytes: (String) -> Int?) throws {
        let key = tensor.storage.key
        guard let bytes = heap.inlineStorages[key]?.count ?? storageBytes(key) else {
            throw broken("'\(name)' needs the storage '\(key)', which is not there")
        }
        guard let end = tensor.end, end <= bytes / tensor.type.sizeBytes else {
            throw broken("'\(name)', \(tensor.shape) \(tensor.type), reaches beyond its storage of \(bytes) bytes")
        }
        // An expanded view repeats its elements; one that repeats them without bound is made to fill the memory.
        guard tensor.shape.elementCount <= max(1 << 20, bytes * Self.maximumRepeats) else {
            throw broken("'\(name)' claims \(tensor.shape) elements in a storage of \(bytes) bytes")
        }
    }

    private func check(
        _ name: String, _ tensor: TorchTensor, _ quantisation: TorchQuantisation, _ storageBytes: (String) -> Int?
    ) throws {
        guard case .perChannel(let scales, let zeros, let axis) = quantisation else { return }
        guard tensor.shape.dimensions.indices.contains(axis),
            [scales, zeros].allSatisfy({
                heap.tensors[$0].shape == [tensor.shape[axis]] && heap.tensors[$0].quantisation == nil
            })
        else { throw broken("the scales of '\(name)' do not fit its shape \(tensor.shape)") }
        for place in [scales, zeros] { try check(name, heap.tensors[place], storageBytes) }
    }

    /// What the file holds where that is no tensor.
    func noTensors(_ what: String) -> KernelVizError {
        let left = notes.first { $0.hasPrefix("Left out") }.map { " (" + $0.dropLast().lowercasedFirst + ")" } ?? ""
        return KernelVizError(
            code: "weights.noTensors", subject: subject, found: "\(what) without tensors of weights\(left)",
            expected: "a state dict", advice: "Save one with torch.save(model.state_dict(), path)")
    }

    private func broken(_ found: String) -> KernelVizError {
        KernelVizError(
            code: "weights.brokenPickle", subject: subject, found: found, expected: "a whole state dict",
            advice: "Copy or download it again")
    }
}

extension Substring {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
