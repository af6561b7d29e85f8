import Diagnostics
import HDF5
import Tensors

/// Where Keras 1 and 2 put weights: a group with `layer_names`, in it a group for each layer with `weight_names`.
struct KerasLayout {
    /// The group with the layers: "model_weights" of a full model, "" where the file holds weights only.
    let root: String
    private let layerNames: [String]

    /// Nil where the file has no `layer_names`.
    init?(_ file: borrowing HDF5File, listing: HDF5Listing) throws {
        for root in ["model_weights", ""] where root.isEmpty || listing.groups.contains(root) {
            if let names = try Self.names("layer_names", of: root, file) {
                self.root = root
                self.layerNames = names
                return
            }
        }
        return nil
    }

    /// The weights of all layers in the model's order.
    ///
    /// Throws `weights.brokenKeras` where a listed weight is not in the file.
    func entries(
        _ file: borrowing HDF5File, listing: HDF5Listing, facts: ModelFacts?
    ) throws -> [Checkpoint.Entry] {
        let groups = Set(listing.groups)
        let datasets = Dictionary(listing.datasets.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        var entries: [Checkpoint.Entry] = []
        var seen: Set<String> = []
        for layer in layerNames {
            let group = Self.joined(root, layer)
            guard groups.contains(group) else { continue }
            let weights = try Self.names("weight_names", of: group, file) ?? []
            let owners = weights.map(Self.owner)
            let isSingle = Set(owners).count == 1
            for (weight, owner) in zip(weights, owners) {
                let path = Self.joined(group, weight)
                guard let dataset = datasets[path] else {
                    throw KernelVizError(
                        code: "weights.brokenKeras", subject: file.path,
                        found: "layer '\(layer)' lists a weight '\(weight)' that the file does not hold",
                        advice: "Save the model again")
                }
                guard dataset.kind == .numeric, seen.insert(path).inserted else { continue }
                // Keras 3 repeats the model's own name in front of its layers'.
                let isWhole = owner.hasPrefix(layer + "/")
                let nested = owner.isEmpty ? layer : isWhole ? owner : "\(layer)/\(owner)"
                let module = isSingle ? layer : nested
                let parameter = Self.parameter(weight)
                entries.append(
                    Checkpoint.Entry(
                        name: path, shape: try HDF5Checkpoint.shape(dataset, file.path), dtype: dataset.dtype,
                        module: module.split(separator: "/").joined(separator: "."), parameter: parameter,
                        axes: Self.axes(
                            parameter, layer: facts?.layer(owner.isEmpty ? layer : owner) ?? facts?.layer(layer))))
            }
        }
        return entries
    }

    /// "conv1/kernel:0" → "conv1".
    private static func owner(_ weight: String) -> String {
        weight.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// "conv1/kernel:0" → "kernel".
    private static func parameter(_ weight: String) -> String {
        let last = weight.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != ":" })
    }

    private static func axes(_ parameter: String, layer: ModelFacts.Layer?) -> WeightAxes {
        parameter == "depthwise_kernel" || layer?.className == "DepthwiseConv2D"
            ? .rowsColumnsChannelMultiplier : .rowsColumnsInputOutput
    }

    private static func joined(_ group: String, _ name: String) -> String {
        let tail = name.split(separator: "/").joined(separator: "/")
        return group.isEmpty ? tail : "\(group)/\(tail)"
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
