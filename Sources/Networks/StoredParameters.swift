import Diagnostics
import Tensors

/// Parameters from a file; every tensor that belongs to the network must be used in the end.
struct StoredParameters: ParameterProvider {
    private let lookup: TensorLookup
    private let network: String
    private var used: Set<String> = []

    init(_ lookup: TensorLookup, network: String, anchor: String) {
        self.lookup = lookup.rooted(at: anchor)
        self.network = network
    }

    mutating func tensor(_ name: String, _ shape: Shape, _ initial: InitialValue) throws -> Tensor {
        used.insert(name)
        return try lookup.tensor(name, shape: shape, network: network)
    }

    mutating func check(_ name: String, fixed: Tensor) throws {
        guard lookup.shape(of: name) != nil else { return }
        used.insert(name)
        let stored = try lookup.tensor(name, shape: fixed.shape, network: network)
        let difference = zip(stored.scalars, fixed.scalars).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        guard difference <= 1e-6 else {
            throw KernelVizError(
                code: "networks.otherFixedKernels", subject: "\(lookup.subject): \(name)",
                found: "fixed kernels differ from those of \(network) by \(difference)",
                expected: "the built-in kernels to 1e-6",
                advice:
                    "The weights were trained with other fixed kernels (early commits of the authors' code had other "
                    + "Laplacians, the re-release another Gaussian); choose the config that they belong to")
        }
    }

    /// Throws `networks.unusedTensor` where the file has tensors of the network (below `roots`) that nobody asked for.
    func finish(roots: [String]) throws {
        let unused = lookup.relativeNames.filter { name in
            !used.contains(name) && !name.hasSuffix("num_batches_tracked")
                && roots.contains { name.hasPrefix($0 + "/") }
        }
        guard let first = unused.first else { return }
        throw KernelVizError(
            code: "networks.unusedTensor", subject: lookup.subject,
            found: unused.count == 1
                ? "tensor '\(first)' has no place in \(network)"
                : "\(unused.count) tensors have no place in \(network), the first is '\(first)'",
            expected: "the weights of \(network) alone", advice: "Choose the config that the weights belong to")
    }

    /// Whether the file has a tensor of this name.
    func contains(_ name: String) -> Bool { lookup.shape(of: name) != nil }

    /// The shape of a tensor, or nil.
    func shape(of name: String) -> Shape? { lookup.shape(of: name) }
}
