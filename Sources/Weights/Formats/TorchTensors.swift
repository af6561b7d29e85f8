import Diagnostics
import Tensors

/// The tensors of an unpickled PyTorch object by name: keys of dictionaries inside dictionaries, joined by dots.
struct TorchTensors {
    /// How deep dictionaries may lie in each other.
    static let maximumDepth = 32
    /// How many tensors are listed.
    static let maximumCount = 1 << 18
    /// How many times its storage's bytes a view may have elements.
    private static let maximumRepeats = 64
    /// Top-level entries of training checkpoints that hold no weights.
    private static let skipped = ["optimizer", "optim", "scheduler", "lr_scheduler", "scaler"]

    private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
    private var names: Set<String> = []
    private var visited: Set<ObjectIdentifier> = []
    private let subject: String

    /// Walks the object; throws `weights.noTensors` where it holds none.
    init(_ root: PickleValue, subject: String) throws {
        self.subject = subject
        try walk(root, at: "", depth: 0)
        guard !tensors.isEmpty else {
            throw KernelVizError(
                code: "weights.noTensors", subject: subject, found: "holds no tensors", expected: "a state dict",
                advice: "Save one with torch.save(model.state_dict(), path)")
        }
    }

    private mutating func walk(_ value: PickleValue, at name: String, depth: Int) throws {
        guard depth <= Self.maximumDepth else { return }
        switch value {
        case .tensor(let tensor):
            let whole = name.isEmpty ? "tensor" : name
            guard names.insert(whole).inserted else { return }
            guard tensors.count < Self.maximumCount else {
                throw KernelVizError(
                    code: "weights.tooMany", subject: subject, found: "more than \(Self.maximumCount) tensors",
                    expected: "a file of weights")
            }
            tensors.append((name: whole, tensor: tensor))
        case .dictionary(let dictionary):
            guard visited.insert(ObjectIdentifier(dictionary)).inserted else { return }
            for item in dictionary.items {
                guard let key = item.key.asText ?? item.key.asInteger.map(String.init) else { continue }
                if depth == 0 && Self.skipped.contains(where: key.lowercased().hasPrefix) { continue }
                try walk(item.value, at: name.isEmpty ? key : "\(name).\(key)", depth: depth + 1)
            }
        case .sequence(let sequence):
            guard visited.insert(ObjectIdentifier(sequence)).inserted else { return }
            for (index, item) in sequence.items.enumerated() {
                try walk(item, at: name.isEmpty ? "\(index)" : "\(name).\(index)", depth: depth + 1)
            }
        default: return
        }
    }

    /// The tensors as entries, each view inside its storage of `bytes(key)` bytes.
    ///
    /// Throws `weights.brokenPickle` where a storage is absent or too short.
    func entries(storageBytes: (String) -> Int?) throws -> [Checkpoint.Entry] {
        try tensors.map { name, tensor in
            guard let bytes = storageBytes(tensor.storage.key) else {
                throw broken("'\(name)' needs the storage '\(tensor.storage.key)', which is not there")
            }
            guard let end = tensor.end, end <= bytes / tensor.type.sizeBytes else {
                throw broken(
                    "'\(name)', \(tensor.shape) \(tensor.type), reaches beyond its storage of \(bytes) bytes")
            }
            // An expanded view repeats its elements; one that repeats them without bound is made to fill the memory.
            guard tensor.shape.elementCount <= max(1 << 20, bytes * Self.maximumRepeats) else {
                throw broken("'\(name)' claims \(tensor.shape) elements in a storage of \(bytes) bytes")
            }
            return GenericNames.entry(name, shape: tensor.shape, dtype: tensor.type.rawValue)
        }
    }

    private func broken(_ found: String) -> KernelVizError {
        KernelVizError(
            code: "weights.brokenPickle", subject: subject, found: found, expected: "a whole state dict",
            advice: "Copy or download it again")
    }
}
