import Diagnostics
import HDF5
import Tensors

/// Where Keras 1 and 2 put weights: a group with `layer_names`, in it a group for each layer with `weight_names`.
struct KerasLayout {
    /// The group with the layers: "model_weights" of a full model, "" where the file holds weights only.
    let root: String
    /// What wrote the file.
    let origin: KerasOrigin
    private let path: String
    private let layers: [Layer]
    private let model: KerasLayer?
    private let others: [String]
    private var missing: [String] = []

    /// A layer of the list and its weights.
    private struct Layer {
        let name: String
        let group: String
        var weights: [Weight] = []
    }

    private struct Weight {
        let name: String
        let dataset: HDF5Dataset
    }

    /// The group that models use for weights of their own, outside their layers.
    private static let ownWeights = "top_level_model_weights"

    /// Nil where the file has no `layer_names`.
    ///
    /// Throws `weights.brokenKeras` where a listed weight is not in the file.
    init?(_ file: borrowing HDF5File, listing: HDF5Listing, attributes: [String: String], config: String?) throws {
        let candidates = ["model_weights", ""].filter { $0.isEmpty || listing.groups.contains($0) }
        var found: (root: String, names: [String])?
        for root in candidates where found == nil {
            found = try Self.names("layer_names", of: root, file).map { (root, $0) }
        }
        guard let found else { return nil }
        root = found.root
        path = file.path
        model = config.flatMap(KerasLayer.init(json:))
        let groups = Set(listing.groups)
        let datasets = Dictionary(listing.datasets.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        var layers: [Layer] = []
        var used: Set<String> = []
        let own = groups.contains(Self.joined(root, Self.ownWeights)) ? [Self.ownWeights] : []
        for name in found.names + own.filter({ !found.names.contains($0) }) {
            let spellings = [name, Self.undecoded(name)].compactMap(\.self)
            guard let group = spellings.lazy.map({ Self.joined(found.root, $0) }).first(where: groups.contains) else {
                missing.append(name)
                continue
            }
            var layer = Layer(name: Self.undecoded(name) ?? name, group: group)
            for weight in try Self.names("weight_names", of: group, file) ?? [] {
                guard let dataset = Self.dataset(weight, in: group, datasets) else {
                    throw KernelVizError(
                        code: "weights.brokenKeras", subject: file.path,
                        found: "layer '\(layer.name)' lists a weight '\(weight)' that the file does not hold",
                        advice: "Save the model again")
                }
                guard dataset.kind == .numeric, used.insert(dataset.path).inserted else { continue }
                layer.weights.append(Weight(name: Self.undecoded(weight) ?? weight, dataset: dataset))
            }
            layers.append(layer)
        }
        self.layers = layers
        others = listing.datasets.filter { $0.kind == .numeric && !used.contains($0.path) }.map(\.path)
        var facts = attributes
        if !root.isEmpty {
            for key in ["keras_version", "backend"] where facts[key] == nil {
                facts[key] = try file.attribute(key, of: root)?.text
            }
        }
        origin = KerasOrigin(
            attributes: facts, config: config, weightNames: layers.flatMap(\.weights).map(\.name))
    }

    /// The weights of all layers in the model's order, and what is to be said about them.
    func entries(attributes: [String: String]) throws -> (entries: [Checkpoint.Entry], notes: [String]) {
        let ordering = origin.major == 1 ? isOutputFirst(attributes) : nil
        let classes = KerasClasses(model)
        var entries: [Checkpoint.Entry] = []
        var turnedCount = 0
        for layer in layers {
            let owners = layer.weights.map { Self.owner($0.name) }
            // A weight's path may have another name than its layer; of a model it has those of its layers.
            let isSingle = Set(owners).count == 1 && !classes.isModel(layer.name)
            let ranks = layer.weights.map(\.dataset.dimensions.count)
            for (index, (weight, owner)) in zip(layer.weights, owners).enumerated() {
                // Keras 3 repeats the model's own name in front of its layers'.
                let isWhole = owner.hasPrefix(layer.name + "/")
                let nested = owner.isEmpty ? layer.name : isWhole ? owner : "\(layer.name)/\(owner)"
                let module = isSingle || layer.name == owner ? layer.name : nested
                let kind = classes.className(layer: layer.name, owner: owner)
                let parameter = parameter(weight.name, index, kind, ranks)
                var axes = Self.axes(parameter, kind: kind, name: owner.isEmpty ? layer.name : owner)
                let shape = try HDF5Checkpoint.shape(weight.dataset, path)
                if shape.rank == 4 {
                    if ordering?.isFirst == true { axes = .outputInputRowsColumns }
                    if origin.major == 1, ordering?.isFirst == false, axes == .rowsColumnsOutputInput {
                        axes = .rowsColumnsInputOutput
                    }
                    if origin.turnsKernels {
                        axes = axes.turned
                        turnedCount += 1
                    }
                }
                entries.append(
                    Checkpoint.Entry(
                        name: weight.dataset.path, shape: shape, dtype: weight.dataset.dtype,
                        module: module.split(separator: "/").joined(separator: "."), parameter: parameter, axes: axes))
            }
        }
        return (entries, notes(ordering?.note, hasTurned: turnedCount > 0))
    }

    private func notes(_ ordering: String?, hasTurned: Bool) -> [String] {
        var notes: [String] = []
        if let ordering { notes.append(ordering) }
        if hasTurned { notes.append(origin.turnedNote) }
        if !missing.isEmpty {
            let rest = missing.count == 1 ? "" : " and \(missing.count - 1) more"
            notes.append("The file lists the layer '\(missing[0])'\(rest) but has no group for it.")
        }
        notes += KerasLeftovers.notes(others)
        return notes
    }

    /// Whether kernels are O×I×H×W, and the sentence that says how that is known.
    private func isOutputFirst(_ attributes: [String: String]) -> (isFirst: Bool, note: String?) {
        if let said = KerasOrdering.said(attributes, model) {
            return (said, said ? "Kernels are O×I×H×W (Theano's order, dim_ordering 'th')." : nil)
        }
        let kernels = layers.map { layer in
            let shapes = layer.weights.map(\.dataset.dimensions)
            return (shape: shapes.first { $0.count == 4 } ?? [], bias: shapes.count == 2 ? shapes[1].first : nil)
        }
        if let seen = KerasOrdering.seen(kernels) {
            return (seen, seen ? "Kernels are O×I×H×W (Theano's order, seen from their shapes)." : nil)
        }
        let isTheano = origin.turnsKernels
        guard kernels.contains(where: { !$0.shape.isEmpty }) else { return (isTheano, nil) }
        let word = isTheano ? "O×I×H×W" : "H×W×I×O"
        return (
            isTheano, "Kernels are taken for \(word) (assumed: neither attributes nor shapes tell Keras 1's order)."
        )
    }

    private func parameter(_ name: String, _ index: Int, _ kind: String?, _ ranks: [Int]) -> String {
        let last = name.split(separator: "/").last ?? ""
        let bare = String(last.prefix { $0 != ":" })
        if bare.hasPrefix("param_") {
            let words = KerasParameters.numbered(kind: KerasModelConfig.snakeCase(kind ?? ""), ranks: ranks)
            return words.indices.contains(index) ? words[index] : bare
        }
        return origin.major == 1 ? KerasParameters.today(bare) ?? bare : bare
    }

    /// "conv1/kernel:0" → "conv1".
    private static func owner(_ weight: String) -> String {
        weight.split(separator: "/").dropLast().joined(separator: "/")
    }

    private static func axes(_ parameter: String, kind: String?, name: String) -> WeightAxes {
        if parameter == "depthwise_kernel" || kind == "DepthwiseConv2D" { return .rowsColumnsChannelMultiplier }
        let last = name.split(separator: "/").last ?? ""
        let isTransposed =
            kind.map { $0 == "Conv2DTranspose" || $0 == "Deconvolution2D" || $0 == "Convolution2DTranspose" }
            // Without a configuration Keras' own name for the layer says it.
            ?? (last.hasPrefix("conv2d_transpose") || last.hasPrefix("deconvolution2d"))
        return isTransposed && parameter == "kernel" ? .rowsColumnsOutputInput : .rowsColumnsInputOutput
    }

    private static func joined(_ group: String, _ name: String) -> String {
        let tail = name.split(separator: "/").joined(separator: "/")
        return group.isEmpty ? tail : "\(group)/\(tail)"
    }

    /// The data set of a listed weight: by its whole path, or by the last part where tools shortened it.
    private static func dataset(
        _ weight: String, in group: String, _ datasets: [String: HDF5Dataset]
    ) -> HDF5Dataset? {
        let spellings = [weight, undecoded(weight)].compactMap(\.self)
        let short = spellings.compactMap { $0.split(separator: "/").last.map(String.init) }
        let bare = short.map { String($0.prefix { $0 != ":" }) }
        return (spellings + short + bare).lazy.compactMap { datasets[joined(group, $0)] }.first
    }

    /// "b'conv1'" → "conv1": the text of Python's bytes, which tools write that do not decode them; nil for other names.
    static func undecoded(_ name: String) -> String? {
        for quote in ["'", "\""] where name.hasPrefix("b" + quote) && name.hasSuffix(quote) && name.count > 2 {
            return String(name.dropFirst(2).dropLast())
        }
        return nil
    }

    /// A list of strings, which Keras splits into `name0`, `name1` … above 64 KB; nil where there is none.
    ///
    /// A layer without weights has an empty list of numbers.
    private static func names(_ name: String, of group: String, _ file: borrowing HDF5File) throws -> [String]? {
        if let whole = try file.attribute(name, of: group) { return whole.strings }
        var result: [String]?
        var part = 0
        while let piece = try file.attribute("\(name)\(part)", of: group) {
            result = (result ?? []) + piece.strings
            part += 1
        }
        return result
    }
}

/// The classes of a configuration's layers by the names that weights have.
struct KerasClasses {
    private var byPath: [String: KerasLayer] = [:]
    private var byName: [String: KerasLayer] = [:]

    init(_ model: KerasLayer?) {
        for layer in model?.everything ?? [] {
            for inner in [layer] + layer.wrapped {
                if let top = layer.path.first { byPath["\(top)/\(inner.name)", default: inner] = inner }
                if byName[inner.name] == nil { byName[inner.name] = inner }
            }
        }
    }

    /// Whether a layer of the outermost model is a model itself.
    func isModel(_ layer: String) -> Bool { byName[layer]?.isModel == true }

    /// The class of what a weight belongs to; of a wrapper that of what it wraps. Nil where nothing tells.
    func className(layer: String, owner: String) -> String? {
        let last = owner.split(separator: "/").last.map(String.init) ?? layer
        let found = byPath["\(layer)/\(last)"] ?? byName[last] ?? byName[layer]
        return found?.core.className
    }
}

/// Tensors of a Keras file that belong to no layer.
enum KerasLeftovers {
    /// One sentence for the optimiser's state, one for everything else.
    static func notes(_ paths: [String]) -> [String] {
        let isOptimizer = { (path: String) in
            ["optimizer", "optimizer_weights", "_optimizer"].contains(path.split(separator: "/").first ?? "")
        }
        let state = paths.filter(isOptimizer)
        let rest = paths.filter { !isOptimizer($0) }
        var notes: [String] = []
        if !state.isEmpty {
            notes.append("The optimiser's state (\(state.count) tensor\(state.count == 1 ? "" : "s")) is left out.")
        }
        if let first = rest.first {
            notes.append(
                rest.count == 1
                    ? "The tensor '\(first)' belongs to no layer of the file's lists and is left out."
                    : "\(rest.count) tensors that belong to no layer of the file's lists are left out, the first is "
                        + "'\(first)'.")
        }
        return notes
    }
}
