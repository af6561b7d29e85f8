import Diagnostics
import Engine
import Tensors

/// The named tensors of a network in network order, as PyTorch's `state_dict()` lists them.
public struct StateDict: Sendable, Equatable {
    /// One named tensor.
    public struct Entry: Sendable, Equatable {
        /// The module path and the parameter, joined by dots ("features.stem.0.weight").
        public let name: String
        /// The numbers; convolutions O×I×H×W, linear layers O×I.
        public let tensor: Tensor

        /// Pairs a name with its numbers.
        public init(name: String, tensor: Tensor) {
            self.name = name
            self.tensor = tensor
        }
    }

    /// All tensors in network order; names are unique and not empty.
    public let entries: [Entry]

    /// All parameters of a graph: learnable ones, fixed kernels and running statistics, under the keys and in the shapes
    /// of the file that they came from, each tensor of it once and none that it does not have.
    public init(graph: Graph) {
        var keys: Set<String> = []
        entries = graph.parameters.compactMap { parameter in
            guard let stored = parameter.stored, keys.insert(parameter.key).inserted else { return nil }
            return Entry(name: parameter.key, tensor: stored)
        }
    }

    /// Tensors from elsewhere; slashes in names become dots.
    ///
    /// Throws `export.badName` where a name is empty or comes twice.
    public init(subject: String, entries: [Entry]) throws {
        var seen: Set<String> = []
        self.entries = try entries.map { entry in
            let key = Self.key(entry.name)
            guard !key.isEmpty, seen.insert(key).inserted else {
                throw KernelVizError(
                    code: "export.badName", subject: subject,
                    found: key.isEmpty ? "a tensor without a name" : "two tensors called '\(key)'",
                    expected: "one name for each tensor")
            }
            return Entry(name: key, tensor: entry.tensor)
        }
    }

    /// A parameter's path as a state-dict key: "features/stem/0/weight" is "features.stem.0.weight".
    static func key(_ path: String) -> String { path.replacing("/", with: ".") }
}
