import Checkpoints
import Tensors

/// A checkpoint's tensors by module and parameter, seen from a prefix ("state_dict.", "backbone.").
struct ModuleTable: Sendable {
    /// What stands before every module of the network, empty or ending in a dot.
    let prefix: String
    let checkpoint: Checkpoint
    private let byModule: [String: [String: Checkpoint.Entry]]
    /// The first part of every module's path, seen from no prefix.
    private let roots: Set<Substring>

    init(_ checkpoint: Checkpoint) {
        self.prefix = ""
        self.checkpoint = checkpoint
        self.byModule = Dictionary(grouping: checkpoint.entries, by: \.module).mapValues { entries in
            Dictionary(entries.map { ($0.parameter, $0) }, uniquingKeysWith: { first, _ in first })
        }
        self.roots = Set(byModule.keys.compactMap { $0.split(separator: ".").first })
    }

    /// The tensors of a checkpoint under other modules' names than the file's: of each module its parameters.
    init(_ checkpoint: Checkpoint, renamed modules: [String: [String: Checkpoint.Entry]]) {
        prefix = ""
        self.checkpoint = checkpoint
        byModule = modules
        roots = Set(modules.keys.compactMap { $0.split(separator: ".").first })
    }

    private init(_ other: ModuleTable, prefix: String) {
        self.prefix = prefix
        checkpoint = other.checkpoint
        byModule = other.byModule
        roots = other.roots
    }

    /// The same tensors seen from another prefix.
    func from(_ prefix: String) -> ModuleTable {
        ModuleTable(self, prefix: prefix)
    }

    /// Whether a network with this stem may lie here: something begins as the stem's path does. Spares most families
    /// the search for every layer.
    func mayHold(_ stem: String) -> Bool {
        stem.hasPrefix("*") || stem.split(separator: ".").first.map(roots.contains) == true
    }

    /// The prefixes under which `module` has a weight, in file order, and the empty one.
    ///
    /// A module that begins with "*" stands for every one of its prefix whose name ends so.
    func prefixes(of module: String, limit: Int = 8) -> [String] {
        let isPattern = module.hasPrefix("*")
        let ending = isPattern ? String(module.dropFirst()) : "." + module
        var result: [String] = []
        for entry in checkpoint.entries where entry.shape.rank == 4 {
            guard entry.module.hasSuffix(ending) else { continue }
            let last = isPattern ? entry.module.split(separator: ".").last?.count ?? 0 : module.count
            let prefix = String(entry.module.dropLast(last))
            if !result.contains(prefix) && !prefix.isEmpty { result.append(prefix) }
            if result.count == limit { break }
        }
        return [""] + result
    }

    /// What stands before `ending` in the name of a module directly below the prefix: Keras puts the network's own name
    /// there ("convnext_tiny" of "convnext_tiny_head_dense"). The first by name; nil without any.
    func name(before ending: String) -> String? {
        byModule.keys.lazy.filter { module in
            module.hasPrefix(prefix) && module.hasSuffix(ending) && !module.dropFirst(prefix.count).contains(".")
        }.min().map { String($0.dropFirst(prefix.count).dropLast(ending.count)) }
    }

    /// The module itself, or the one that a leading "*" stands for.
    func resolved(_ module: String) -> String? {
        guard module.hasPrefix("*") else { return module }
        let ending = String(module.dropFirst())
        return name(before: ending).map { $0 + ending }
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

    /// The counts after the stems of so many stages.
    func counts(_ stages: Int, _ stem: (_ stage: Int) -> String) -> [Int] {
        (0..<stages).map { count(after: stem($0)) }
    }

    /// How Keras numbers the blocks of a stage.
    static let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { Character(UnicodeScalar($0)) }

    /// How many of the modules that `name` gives for "a", "b" … are there without a gap.
    func letterCount(_ name: (_ letter: Character) -> String) -> Int {
        Self.letters.prefix { weight(name($0)) != nil }.count
    }

    /// How the file would call the weight of `module`.
    func spelling(of module: String) -> String {
        let isPath = checkpoint.entries.contains { $0.name.contains("/") }
        let name = isPath ? (prefix + module).split(separator: ".").joined(separator: "/") : prefix + module
        return name + (isPath ? "/" : ".") + "weight"
    }
}
