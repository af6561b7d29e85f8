import Diagnostics
import Tensors
import Checkpoints

/// Named tensors from which a network is built, whatever joins the parts of their names and whatever stands before.
///
/// A network asks for "features/stem/0/weight"; a file may have it as "features.stem.0.weight" or below a prefix
/// ("weights/", "module.", "model.") that all its tensors share.
public struct TensorLookup: Sendable {
    /// The file, as errors name it.
    public let subject: String
    /// The names as the file has them, in file order.
    public let names: [String]

    /// By the network's name: the file's name and the shape.
    private let entries: [String: (fileName: String, shape: Shape)]
    private let prefix: String
    private let read: @Sendable (String) throws -> Tensor

    /// The tensors of a checkpoint, read when they are asked for.
    public init(_ checkpoint: Checkpoint) {
        self.init(
            subject: checkpoint.path, entries: checkpoint.entries.map { ($0.name, $0.shape) },
            read: { try checkpoint.tensor(named: $0) })
    }

    /// Tensors in memory; names must be unique.
    public init(subject: String, tensors: [(name: String, tensor: Tensor)]) {
        let byName = Dictionary(tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        self.init(subject: subject, entries: tensors.map { ($0.name, $0.tensor.shape) }) { name in
            guard let tensor = byName[name] else { preconditionFailure("\(name) was listed") }
            return tensor
        }
    }

    /// Tensors from elsewhere: `entries` lists them, `read` gets a listed name.
    public init(
        subject: String, entries: [(name: String, shape: Shape)], read: @escaping @Sendable (String) throws -> Tensor
    ) {
        self.subject = subject
        self.names = entries.map(\.name)
        self.entries = Dictionary(
            entries.map { (Self.slashed($0.name), ($0.name, $0.shape)) }, uniquingKeysWith: { first, _ in first })
        self.prefix = ""
        self.read = read
    }

    /// The same tensors below the shortest prefix under which `anchor` is found.
    func rooted(at anchor: String) -> TensorLookup {
        let prefixes = names.compactMap { name -> String? in
            let slashed = Self.slashed(name)
            guard slashed.hasSuffix(anchor) else { return nil }
            let prefix = String(slashed.dropLast(anchor.count))
            return prefix.isEmpty || prefix.hasSuffix("/") ? prefix : nil
        }
        return TensorLookup(self, prefix: prefixes.min { $0.count < $1.count } ?? "")
    }

    private init(_ other: TensorLookup, prefix: String) {
        subject = other.subject
        read = other.read
        self.prefix = prefix
        let below = other.entries.filter { $0.key.hasPrefix(prefix) }
        entries = Dictionary(uniqueKeysWithValues: below.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
        names = other.names.filter { Self.slashed($0).hasPrefix(prefix) }
    }

    /// "/features.stem.0.weight" as "features/stem/0/weight".
    private static func slashed(_ name: String) -> String {
        String(name.drop { $0 == "/" }).replacing(".", with: "/")
    }

    /// The shape of a tensor by the network's name for it, or nil; only after ``rooted(at:)``.
    func shape(of name: String) -> Shape? { entries[name]?.shape }

    /// The network's names of all tensors, in file order.
    var relativeNames: [String] { names.map { String(Self.slashed($0).dropFirst(prefix.count)) } }

    /// A tensor by the network's name for it.
    ///
    /// Throws `networks.noTensor`, `networks.badShape`, `networks.notFinite` or the file's own error.
    func tensor(_ name: String, shape: Shape, network: String) throws -> Tensor {
        guard let (fileName, found) = entries[name] else {
            throw KernelVizError(
                code: "networks.noTensor", subject: subject, found: "no tensor '\(name)'",
                expected: "the weights of \(network)",
                advice: NearestName.of(name, among: relativeNames).map { "The nearest name is '\($0)'" })
        }
        guard found == shape else {
            throw KernelVizError(
                code: "networks.badShape", subject: "\(subject): \(fileName)", found: "shape \(found)",
                expected: "\(shape) for \(network)", advice: "Check that the weights belong to this net")
        }
        let tensor = try read(fileName)
        let bad = tensor.nonFiniteCount
        guard bad == 0 else {
            throw KernelVizError(
                code: "networks.notFinite", subject: "\(subject): \(fileName)",
                found: "\(bad) of \(tensor.scalars.count) numbers are NaN or infinite", expected: "finite weights")
        }
        return tensor
    }
}
