import Architectures
import Diagnostics
import Engine
import Tensors

/// What a network takes from a file to start from: tensors of the same name and shape, and, out of larger tensors, evenly
/// spaced elements ("weight selection", Xu et al., ICLR 2024, arXiv 2311.18823). Everything else keeps its own start.
public struct InitialWeights: Sendable, Equatable {
    /// A parameter that keeps its own start.
    public struct Kept: Sendable, Equatable {
        /// The parameter.
        public let name: String
        /// The shape that the file has for it; nil where the file has nothing.
        public let found: Shape?
    }

    /// The network with what was taken.
    public let graph: Graph
    /// Parameters taken whole, in network order.
    public let taken: [String]
    /// Parameters taken out of larger tensors.
    public let selected: [String]
    /// Learnable parameters and running statistics that keep their own start.
    public let kept: [Kept]
    /// Tensors of the file that nobody asked for, optimiser state aside.
    public let unused: [String]

    /// Takes what fits.
    ///
    /// Names are compared without the parts that a form of the design adds ("half3x3/0/weight" for "half3x3/weight"), and
    /// below the prefix that the file's tensors share. A classifier for another number of classes keeps its start.
    /// Throws `networks.noInitialWeights` where nothing fits, `networks.notFinite`, and the file's own errors.
    public init(_ graph: Graph, from lookup: TensorLookup, network: String) throws {
        let anchor = graph.parameters.first { $0.tensor.shape.rank == 4 }?.name ?? ""
        let lookup = lookup.rooted(at: anchor)
        let names = lookup.relativeNames.filter { !$0.hasPrefix("optimizer") }
        var sources: [String: String] = [:]
        for name in names where sources[Self.bare(name)] == nil { sources[Self.bare(name)] = name }
        var result = graph
        var (taken, selected, kept) = ([String](), [String](), [Kept]())
        var used: Set<String> = []
        for parameter in graph.parameters where parameter.kind != .fixed {
            guard let place = graph.parameter(named: parameter.name) else { continue }
            let shape = parameter.tensor.shape
            let source = names.contains(parameter.name) ? parameter.name : sources[Self.bare(parameter.name)]
            guard let source, let found = lookup.shape(of: source) else {
                kept.append(Kept(name: parameter.name, found: nil))
                continue
            }
            used.insert(source)
            let isClassifier = parameter.name.hasPrefix("classifier") && found[0] != shape[0]
            if found == shape {
                result[place] = try lookup.tensor(source, shape: shape, network: network)
                taken.append(parameter.name)
            } else if !isClassifier, Self.contains(found, shape) {
                result[place] = Self.select(try lookup.tensor(source, shape: found, network: network), shape)
                selected.append(parameter.name)
            } else {
                kept.append(Kept(name: parameter.name, found: found))
            }
        }
        guard !taken.isEmpty || !selected.isEmpty else {
            throw KernelVizError(
                code: "networks.noInitialWeights", subject: lookup.subject, found: "no tensor that \(network) has",
                expected: "names such as '\(anchor)' with \(network)'s shapes or larger ones",
                advice: NearestName.of(anchor, among: names).map { "The nearest name is '\($0)'" }
                    ?? "Start from a checkpoint of a network of the same kind")
        }
        self.graph = result
        self.taken = taken
        self.selected = selected
        self.kept = kept
        unused = names.filter { !used.contains($0) && !$0.hasSuffix("num_batches_tracked") }
    }

    /// One line: what was taken, selected, kept, unused.
    public var sentence: String {
        func some(_ names: [String]) -> String {
            names.isEmpty ? "" : " (\(names.prefix(2).joined(separator: ", "))\(names.count > 2 ? ", …" : ""))"
        }
        let own = kept.map { kept in kept.found.map { "\(kept.name), \($0) there" } ?? kept.name }
        return
            "\(taken.count) tensors taken, \(selected.count) selected from larger ones, \(kept.count) keep their own start"
            + some(own) + ", \(unused.count) of the file unused" + some(unused)
    }

    /// A name without what a form of the design puts into it: a "0" in front of the last part, the wrapping of
    /// squeeze-and-excite, the dropout's place.
    static func bare(_ name: String) -> String {
        var parts = name.split(separator: "/").map(String.init)
        // Squeeze-and-excite wraps a pointwise unit once more: "conv1x1/0/2/bias" for "conv1x1/2/bias".
        if let unit = parts.firstIndex(of: "conv1x1"), parts.count > unit + 3, parts[unit + 1] == "0" {
            parts.remove(at: unit + 1)
        }
        while parts.count > 2, parts[parts.count - 2] == "0" { parts.remove(at: parts.count - 2) }
        if parts.count == 3, parts[0] == "classifier" { parts.remove(at: 1) }
        return parts.joined(separator: "/")
    }

    /// Whether a tensor of one shape lies within one of the other, dimension by dimension.
    private static func contains(_ larger: Shape, _ smaller: Shape) -> Bool {
        larger.rank == smaller.rank && zip(larger.dimensions, smaller.dimensions).allSatisfy { $0 >= $1 }
    }

    /// Evenly spaced elements along each dimension: place i of n takes ⌊i · N / n⌋ of N.
    static func select(_ tensor: Tensor, _ shape: Shape) -> Tensor {
        let places = zip(tensor.shape.dimensions, shape.dimensions).map { from, to in (0..<to).map { $0 * from / to } }
        var indices = [0]
        for (dimension, chosen) in places.enumerated() {
            let length = tensor.shape[dimension]
            indices = indices.flatMap { index in chosen.map { index * length + $0 } }
        }
        return Tensor(shape: shape, scalars: indices.map { tensor.scalars[$0] })
    }
}
