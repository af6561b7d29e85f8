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
        if let once = try onceOf(name, shape) { return once }
        return try lookup.tensor(name, shape: shape, network: network)
    }

    /// The shared kernels of a file that holds one for each channel, as ONNX models do; nil where it holds them once.
    ///
    /// Throws `networks.badShape` where the repetitions differ: then they are not shared.
    private func onceOf(_ name: String, _ shape: Shape) throws -> Tensor? {
        guard name.hasSuffix("/mux/weight"), let found = lookup.shape(of: name), found.rank == shape.rank,
            found[0] > shape[0], found[0] % shape[0] == 0,
            found.dimensions.dropFirst() == shape.dimensions.dropFirst()
        else { return nil }
        let whole = try lookup.tensor(name, shape: found, network: network)
        let count = shape.elementCount
        let once = Array(whole.scalars.prefix(count))
        guard
            stride(from: count, to: whole.scalars.count, by: count).allSatisfy({ start in
                whole.scalars[start..<start + count].elementsEqual(once)
            })
        else {
            throw KernelVizError(
                code: "networks.badShape", subject: "\(lookup.subject): \(name)",
                found: "\(found[0]) kernels that are not \(shape[0]) repeated", expected: "\(shape) for \(network)",
                advice: "Check that the weights belong to this net")
        }
        return Tensor(shape: shape, scalars: once)
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
