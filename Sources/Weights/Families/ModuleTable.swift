import Tensors

/// A checkpoint's tensors by module and parameter, seen from a prefix ("state_dict.", "backbone.").
struct ModuleTable: Sendable {
    /// What stands before every module of the network, empty or ending in a dot.
    let prefix: String
    let checkpoint: Checkpoint
    private let byModule: [String: [String: Checkpoint.Entry]]

    init(_ checkpoint: Checkpoint) {
        self.prefix = ""
        self.checkpoint = checkpoint
        self.byModule = Dictionary(grouping: checkpoint.entries, by: \.module).mapValues { entries in
            Dictionary(entries.map { ($0.parameter, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private init(prefix: String, checkpoint: Checkpoint, byModule: [String: [String: Checkpoint.Entry]]) {
        self.prefix = prefix
        self.checkpoint = checkpoint
        self.byModule = byModule
    }

    /// The same tensors seen from another prefix.
    func from(_ prefix: String) -> ModuleTable {
        ModuleTable(prefix: prefix, checkpoint: checkpoint, byModule: byModule)
    }

    /// The prefixes under which `module` has a weight, in file order, and the empty one.
    func prefixes(of module: String, limit: Int = 8) -> [String] {
        var result: [String] = []
        for entry in checkpoint.entries where entry.shape.rank == 4 {
            guard entry.module.hasSuffix("." + module) else { continue }
            let prefix = String(entry.module.dropLast(module.count))
            if !result.contains(prefix) { result.append(prefix) }
            if result.count == limit { break }
        }
        return [""] + result
    }

    /// The tensor that is `parameter` of `module`.
    func entry(_ module: String, _ parameter: String) -> Checkpoint.Entry? {
        byModule[prefix + module]?[parameter]
    }

    /// The weight of `module`, by PyTorch's or Keras' name.
    func weight(_ module: String) -> Checkpoint.Entry? {
        entry(module, "weight") ?? entry(module, "kernel") ?? entry(module, "depthwise_kernel")
    }

    /// The output channels of a convolution or linear layer; nil where it is absent.
    func outputs(_ module: String) -> Int? {
        guard let entry = weight(module) else { return nil }
        if let shape = entry.axes.outputFirst(entry.shape) { return shape[0] }
        guard entry.shape.rank == 2 else { return nil }
        return entry.shape[entry.axes == .outputInputRowsColumns ? 0 : 1]
    }

    /// Rows of a convolution's kernels; nil where it is absent.
    func kernelSize(_ module: String) -> Int? {
        weight(module).flatMap { entry in entry.axes.outputFirst(entry.shape)?[2] }
    }

    /// One more than the largest number that follows `stem` in a module name ("features.stage1." → 4 of 0…3).
    func count(after stem: String, limit: Int = 200) -> Int {
        let whole = prefix + stem
        var count = 0
        for module in byModule.keys where module.hasPrefix(whole) {
            let digits = module.dropFirst(whole.count).prefix { $0.isNumber }
            if let index = Int(digits), index < limit { count = max(count, index + 1) }
        }
        return count
    }

    /// How the file would call the weight of `module`.
    func spelling(of module: String) -> String {
        let isPath = checkpoint.entries.contains { $0.name.contains("/") }
        let name = isPath ? (prefix + module).split(separator: ".").joined(separator: "/") : prefix + module
        return name + (isPath ? "/" : ".") + "weight"
    }
}
