import Diagnostics
import HDF5
import Tensors

/// Where Keras 3 puts weights: `layers/<class>_<number>/vars/<number>`, models inside models likewise.
///
/// The real name of a layer is the attribute `name` of its `vars` group; versions before 3.6 keep it in the archive's
/// `config.json` alone, where it is found by counting classes.
struct Keras3Layout {
    /// Groups that hold layers: today's name, and that of TensorFlow 2.13 to 2.15.
    private static let containers: Set<String> = ["layers", "_layer_checkpoint_dependencies"]

    private struct Variable {
        let dataset: HDF5Dataset
        /// The groups of the models and of the layer, outermost first.
        let owners: [String]
        let index: Int
    }

    private let path: String
    private let variables: [Variable]
    /// The real names by path of the group.
    private let names: [String: String]
    private let model: ModelFacts?

    /// Nil where the file is not laid out so.
    init?(_ file: borrowing HDF5File, listing: HDF5Listing, model: ModelFacts?, config: String?) throws {
        guard listing.groups.contains(where: Self.containers.contains) else { return nil }
        variables = listing.datasets.compactMap(Self.variable)
        guard !variables.isEmpty else { return nil }
        var names: [String: String] = [:]
        for group in listing.groups where group.hasSuffix("/vars") {
            names[String(group.dropLast("/vars".count))] = try file.attribute("name", of: group)?.text
        }
        if names.isEmpty, let config {
            for (group, name) in KerasModelConfig.groupPaths(json: config) {
                names[group] = name
                names[group.replacing("layers/", with: "_layer_checkpoint_dependencies/")] = name
            }
        }
        path = file.path
        self.names = names
        self.model = model
    }

    /// "layers/conv2d_1/vars/0"; nil for optimizer state and the like.
    private static func variable(_ dataset: HDF5Dataset) -> Variable? {
        guard dataset.kind == .numeric else { return nil }
        let parts = dataset.path.split(separator: "/").map(String.init)
        guard parts.count >= 4, containers.contains(parts[0]), parts[parts.count - 2] == "vars",
            let index = Int(parts[parts.count - 1])
        else { return nil }
        return Variable(dataset: dataset, owners: Array(parts.dropLast(2)), index: index)
    }

    /// The weights of all layers: in the model's order where it is known, else as the file lists them.
    func entries() throws -> [Checkpoint.Entry] {
        let counts = variables.reduce(into: [[String]: Int]()) { $0[$1.owners, default: 0] += 1 }
        let places = Dictionary(
            (model?.order ?? []).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let found = try variables.map { variable in
            let names = realNames(variable.owners)
            let kind = Self.className(variable.owners)
            let parameter = Self.parameter(variable, kind: kind, count: counts[variable.owners] ?? 0)
            let entry = Checkpoint.Entry(
                name: variable.dataset.path, shape: try HDF5Checkpoint.shape(variable.dataset, path),
                dtype: variable.dataset.dtype, module: names.joined(separator: "."), parameter: parameter,
                axes: parameter == "depthwise_kernel" ? .rowsColumnsChannelMultiplier : .rowsColumnsInputOutput)
            return (entry: entry, place: names.last.flatMap { places[$0] } ?? Int.max)
        }
        return found.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element.entry)
    }

    private func realNames(_ owners: [String]) -> [String] {
        owners.indices.filter { !Self.containers.contains(owners[$0]) }.map { index in
            names[owners[...index].joined(separator: "/")] ?? owners[index]
        }
    }

    /// "depthwise_conv2d_3" → "depthwise_conv2d".
    private static func className(_ owners: [String]) -> String {
        let group = owners.last ?? ""
        guard let underscore = group.lastIndex(of: "_"), group[group.index(after: underscore)...].allSatisfy(\.isNumber)
        else { return group }
        return String(group[..<underscore])
    }

    /// The name of a layer's variable, which the file gives as a number only.
    private static func parameter(_ variable: Variable, kind: String, count: Int) -> String {
        let names: [String] =
            switch kind {
            case "depthwise_conv2d", "depthwise_conv1d": ["depthwise_kernel", "bias"]
            case "separable_conv2d", "separable_conv1d": ["depthwise_kernel", "pointwise_kernel", "bias"]
            case "batch_normalization", "sync_batch_normalization":
                // A layer without scale (or offset) lacks the first.
                Array(["gamma", "beta", "moving_mean", "moving_variance"].suffix(count))
            case "normalization": ["mean", "variance", "count"]
            default: ["kernel", "bias"]
            }
        return names.indices.contains(variable.index) ? names[variable.index] : "\(variable.index)"
    }
}
