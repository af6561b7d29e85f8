import Diagnostics
import HDF5
import Tensors

/// Where Keras 3 (and TensorFlow from 2.12 on, for `.keras`) puts weights: `…/vars/0`, `…/vars/1` below a group for each
/// layer.
///
/// The layers of a Sequential or functional model lie in the container `layers` (TensorFlow 2.13 to 2.15:
/// `_layer_checkpoint_dependencies`), named by their classes and numbered; in other models the groups are named by the
/// attributes that hold the layers. The own name of a layer is the attribute `name` of its `vars` group; versions before
/// that keep it in the archive's configuration alone, where it is found by counting classes.
struct Keras3Layout {
    /// Groups that hold the layers of a model.
    static let containers: Set<String> = ["layers", "_layer_checkpoint_dependencies"]
    /// Groups at the top that hold no weights of layers.
    private static let leftOut: Set<String> = [
        "optimizer", "_optimizer", "optimizer_weights", "metrics", "_compile_metrics", "_metrics", "loss_tracker",
        "_loss_tracker", "compile_metrics",
    ]
    /// Windows' versions put it between the parts of a name.
    private static let separators: Set<Character> = ["/", "\\"]

    private struct Variable {
        let dataset: HDF5Dataset
        /// The groups of the models and of the layer, outermost first.
        let owners: [String]
        let index: Int
    }

    private let path: String
    private let variables: [Variable]
    /// What lies in the file beside them.
    private let others: [String]
    /// The real names by the parts of the group's path.
    private let names: [[String]: String]
    private let classes: KerasClasses
    private let places: [String: Int]
    /// For quantised kernels the data set with their scales, one a column.
    let divisors: [String: String]

    /// Nil where the file is not laid out so.
    init?(_ file: borrowing HDF5File, listing: HDF5Listing, config: String?) throws {
        var variables: [Variable] = []
        var others: [String] = []
        for dataset in listing.datasets where dataset.kind == .numeric {
            guard let variable = Self.variable(dataset) else {
                others.append(dataset.path)
                continue
            }
            if Self.isLeftOut(variable) { others.append(dataset.path) } else { variables.append(variable) }
        }
        guard !variables.isEmpty, variables.count >= others.count(where: { !$0.contains("/vars/") }) else { return nil }
        var own: [[String]: String] = [:]
        for group in listing.groups where group.split(whereSeparator: Self.separators.contains).last == "vars" {
            guard let name = try file.attribute("name", of: group)?.text, !name.isEmpty else { continue }
            own[Self.parts(group).dropLast()] = name
        }
        let model = config.flatMap(KerasLayer.init(json:))
        names = own.merging(
            Keras3Names.read(model, groups: variables.map(\.owners)), uniquingKeysWith: { written, _ in written })
        classes = KerasClasses(model)
        places = Dictionary(
            (model?.everything ?? []).enumerated().map { ($1.path.joined(separator: "."), $0) },
            uniquingKeysWith: { first, _ in first })
        divisors = Self.scales(variables)
        path = file.path
        self.variables = variables
        // Seeds of random numbers are no weights and not worth a word.
        self.others = others.filter { !$0.contains("seed_generator") }
    }

    private static func parts(_ path: String) -> [String] {
        path.split(whereSeparator: separators.contains).map(String.init)
    }

    /// "layers/conv2d_1/vars/0"; nil for anything that is no numbered variable.
    private static func variable(_ dataset: HDF5Dataset) -> Variable? {
        let parts = parts(dataset.path)
        guard parts.count >= 2, parts[parts.count - 2] == "vars", let index = Int(parts[parts.count - 1]), index >= 0
        else { return nil }
        return Variable(dataset: dataset, owners: Array(parts.dropLast(2)), index: index)
    }

    private static func isLeftOut(_ variable: Variable) -> Bool {
        if let first = variable.owners.first, leftOut.contains(first) { return true }
        return variable.owners.contains { $0 == "seed_generator" || $0 == "_seed_generators" }
    }

    /// The weights of all layers, in the model's order where it is known, else as the file lists them; and what is to be
    /// said about them.
    func entries() throws -> (entries: [Checkpoint.Entry], notes: [String]) {
        let groups = Dictionary(grouping: variables, by: \.owners)
        let found = try variables.map { variable in
            let siblings = (groups[variable.owners] ?? []).sorted { $0.index < $1.index }
            let module = realNames(variable.owners).joined(separator: ".")
            let kind = kind(variable.owners)
            let ranks = siblings.map(\.dataset.dimensions.count)
            let words = KerasParameters.numbered(kind: kind, ranks: ranks)
            var parameter = words.indices.contains(variable.index) ? words[variable.index] : "\(variable.index)"
            if parameter == "kernel", isDepthwise(siblings) { parameter = "depthwise_kernel" }
            let axes: WeightAxes =
                parameter == "depthwise_kernel"
                ? .rowsColumnsChannelMultiplier
                : kind == "conv2d_transpose" && parameter == "kernel"
                    ? .rowsColumnsOutputInput : .rowsColumnsInputOutput
            let entry = Checkpoint.Entry(
                name: variable.dataset.path, shape: try HDF5Checkpoint.shape(variable.dataset, path),
                dtype: divisors[variable.dataset.path] == nil ? variable.dataset.dtype : "float32", module: module,
                parameter: parameter, axes: axes,
                note: divisors[variable.dataset.path].map { _ in "dequantised from \(variable.dataset.dtype)" })
            // A wrapper's weights lie below the layer that it wraps.
            let outer = module.split(separator: ".").dropLast().joined(separator: ".")
            return (entry: entry, place: places[module] ?? places[outer] ?? Int.max)
        }
        let ordered = found.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
        return (ordered.map(\.element.entry), KerasLeftovers.notes(others))
    }

    /// The parts of a layer's path: own names for what lies in a container, attributes for what is held by one.
    private func realNames(_ owners: [String]) -> [String] {
        owners.indices.filter { !Self.containers.contains(owners[$0]) }.map { index in
            guard index > 0, Self.containers.contains(owners[index - 1]) else { return owners[index] }
            return names[Array(owners[...index])] ?? owners[index]
        }
    }

    /// The class of a layer in snake case: from the configuration, from its group in a container, or from the name that
    /// Keras gave it.
    private func kind(_ owners: [String]) -> String {
        let own = names[owners]
        if let own, let name = classes.className(layer: own, owner: own) { return KerasModelConfig.snakeCase(name) }
        let candidates = [owners.last, own].compactMap(\.self).map(Self.withoutNumber)
        return candidates.first(where: Self.known.contains) ?? ""
    }

    /// Classes that a group's or layer's name may tell.
    private static let known: Set<String> = [
        "conv2d", "depthwise_conv2d", "separable_conv2d", "conv2d_transpose", "dense", "batch_normalization",
        "sync_batch_normalization", "layer_normalization", "group_normalization", "normalization", "p_re_lu",
        "depthwise_conv1d", "separable_conv1d", "conv1d", "conv3d",
    ]

    /// "depthwise_conv2d_3" → "depthwise_conv2d".
    static func withoutNumber(_ group: String) -> String {
        guard let underscore = group.lastIndex(of: "_"), underscore > group.startIndex,
            group.index(after: underscore) < group.endIndex,
            group[group.index(after: underscore)...].allSatisfy(\.isNumber)
        else { return group }
        return String(group[..<underscore])
    }

    /// A fully connected layer that was quantised keeps integers, and behind kernel and bias a scale a column: numbers are
    /// integer / scale.
    private static func scales(_ variables: [Variable]) -> [String: String] {
        var result: [String: String] = [:]
        for group in Dictionary(grouping: variables, by: \.owners).values {
            let sorted = group.sorted { $0.index < $1.index }.map(\.dataset)
            guard let kernel = sorted.first, kernel.dtype == "int8", kernel.dimensions.count == 2,
                (2...3).contains(sorted.count), let scale = sorted.last, scale.dtype.hasPrefix("float"),
                scale.dimensions == [kernel.dimensions[1]]
            else { continue }
            result[kernel.path] = scale.path
        }
        return result
    }

    /// Whether an unnamed layer's kernel H×W×C×1 is depthwise: the bias is one a channel.
    private func isDepthwise(_ siblings: [Variable]) -> Bool {
        guard siblings.count == 2 else { return false }
        let (kernel, bias) = (siblings[0].dataset.dimensions, siblings[1].dataset.dimensions)
        return kernel.count == 4 && kernel[3] == 1 && kernel[2] > 1 && bias == [kernel[2]]
    }
}

/// The own names of layers whose file keeps them in the configuration alone.
enum Keras3Names {
    /// By the parts of each group's path ("layers", "conv2d_1"); models inside models lie below each other.
    static func read(_ model: KerasLayer?, groups: [[String]]) -> [[String]: String] {
        var result: [[String]: String] = [:]
        if let model { add(model, at: [], groups: Set(groups), to: &result) }
        return result
    }

    private static func add(
        _ model: KerasLayer, at path: [String], groups: Set<[String]>, to result: inout [[String]: String]
    ) {
        for container in Keras3Layout.containers {
            let below = groups.filter { $0.count > path.count + 1 && $0.starts(with: path + [container]) }
            guard !below.isEmpty else { continue }
            let names = Set(below.map { $0[path.count + 1] })
            let layers = Dictionary(grouping: model.layers) { KerasModelConfig.snakeCase($0.className) }
            for (base, layers) in layers {
                let found = names.compactMap { name in number(name, of: base).map { (name: name, number: $0) } }
                for (group, layer) in pairs(found.sorted { $0.number < $1.number }, layers) {
                    result[path + [container, group]] = layer.name
                    if layer.isModel {
                        add(layer, at: path + [container, group], groups: Set(below), to: &result)
                    }
                }
            }
        }
    }

    /// 0 for "conv2d", 3 for "conv2d_3"; nil for other names.
    private static func number(_ group: String, of base: String) -> Int? {
        if group == base { return 0 }
        return group.hasPrefix(base + "_") ? Int(group.dropFirst(base.count + 1)) : nil
    }

    /// Groups with their layers. Numbers count the layers of a class; TensorFlow 2.13 to 2.15 counts a layer with weights
    /// twice, so that numbers have gaps, and then the order alone holds.
    private static func pairs(
        _ groups: [(name: String, number: Int)], _ layers: [KerasLayer]
    ) -> [(String, KerasLayer)] {
        let isCounted = groups.allSatisfy { $0.number < layers.count }
        if !isCounted && groups.count == layers.count {
            return zip(groups.map(\.name), layers).map { ($0, $1) }
        }
        let isDoubled = !isCounted && groups.allSatisfy { $0.number % 2 == 0 && $0.number / 2 < layers.count }
        return groups.compactMap { group in
            let place = isDoubled ? group.number / 2 : group.number
            return layers.indices.contains(place) ? (group.name, layers[place]) : nil
        }
    }
}
