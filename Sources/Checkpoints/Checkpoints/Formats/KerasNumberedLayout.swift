import HDF5
import Tensors

/// Where Keras 0 put weights: `nb_layers` groups `layer_0`, `layer_1` …, in each `nb_params` data sets `param_0` …
struct KerasNumberedLayout {
    private let path: String
    private let layers: [(group: String, weights: [HDF5Dataset])]
    private let others: [String]

    /// Nil where the file has no `nb_layers` or none of the groups.
    init?(_ file: borrowing HDF5File, listing: HDF5Listing, attributes: [String: String]) {
        guard let count = attributes["nb_layers"].flatMap({ Int($0) }), count > 0 else { return nil }
        var groups: [String: [HDF5Dataset]] = [:]
        var others: [String] = []
        for dataset in listing.datasets where dataset.kind == .numeric {
            let parts = dataset.path.split(separator: "/").map(String.init)
            if parts.count == 2, Self.number(parts[0], after: "layer_") != nil,
                Self.number(parts[1], after: "param_") != nil
            {
                groups[parts[0], default: []].append(dataset)
            } else {
                others.append(dataset.path)
            }
        }
        guard !groups.isEmpty else { return nil }
        path = file.path
        layers = groups.sorted { NaturalOrder.precedes($0.key, $1.key) }.map { group, weights in
            (group, weights.sorted { NaturalOrder.precedes($0.path, $1.path) })
        }
        self.others = others
    }

    private static func number(_ text: String, after prefix: String) -> Int? {
        text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
    }

    /// The weights in the layers' order, and what is to be said about them.
    func entries(attributes: [String: String]) throws -> (entries: [Checkpoint.Entry], notes: [String]) {
        let kernels = layers.map { layer in
            let shapes = layer.weights.map(\.dimensions)
            return (shape: shapes.first { $0.count == 4 } ?? [], bias: shapes.count == 2 ? shapes[1].first : nil)
        }
        let isFirst = KerasOrdering.said(attributes, nil) ?? KerasOrdering.seen(kernels) ?? true
        let backend = attributes["backend"]?.lowercased()
        let turns = backend.map { $0 == "theano" } ?? isFirst
        var entries: [Checkpoint.Entry] = []
        for layer in layers {
            let words = KerasParameters.numbered(kind: "", ranks: layer.weights.map(\.dimensions.count))
            for (index, weight) in layer.weights.enumerated() {
                let shape = try HDF5Checkpoint.shape(weight, path)
                var axes: WeightAxes = isFirst && shape.rank == 4 ? .outputInputRowsColumns : .rowsColumnsInputOutput
                if turns && shape.rank == 4 { axes = axes.turned }
                entries.append(
                    Checkpoint.Entry(
                        name: weight.path, shape: shape, dtype: weight.dtype, module: layer.group,
                        parameter: words.indices.contains(index) ? words[index] : "param_\(index)", axes: axes))
            }
        }
        var notes: [String] = []
        if entries.contains(where: { $0.shape.rank == 4 }) {
            notes.append("Kernels are \(isFirst ? "O×I×H×W" : "H×W×I×O") (seen from their shapes).")
        }
        if turns {
            notes.append(
                "Theano turns kernels by 180° before it slides them; they are turned so when they are read"
                    + (backend == nil ? " (Theano is assumed, Keras 0's only usual backend)." : "."))
        }
        return (entries, notes + KerasLeftovers.notes(others))
    }
}
