/// A layer or model as a Keras configuration describes it, of whatever version.
struct KerasLayer: Sendable {
    /// "Conv2D", without the package that a registered class carries in front.
    let className: String
    /// Unique among the layers of its model.
    let name: String
    /// The names of the models that it lies in, without the outermost, and its own at the end.
    let path: [String]
    /// The members of `config`.
    let settings: JSONTree
    /// The layers of a model; empty for a layer.
    let layers: [KerasLayer]
    /// Whether it is made of other layers.
    let isModel: Bool
    /// The layer inside a wrapper (TimeDistributed …).
    let wrapped: [KerasLayer]
    /// What it is applied to, once for each use; empty in a Sequential.
    let calls: [KerasCall]
    /// The shape of what it takes, where it says so: the file's own order, batch first, nil for free lengths.
    let inputShape: [Int?]?

    /// How deep models may lie in each other.
    static let maximumDepth = 32

    /// Reads a `model_config`, a `config.json` or what `model.to_json()` gives; nil where it is none.
    init?(json: String) {
        // Some tools keep the text of Python's bytes literal.
        let text = json.hasPrefix("b'") && json.hasSuffix("'") ? String(json.dropFirst(2).dropLast()) : json
        guard let tree = JSONTree(parsing: text) else { return nil }
        self.init(tree, outer: nil, depth: 0)
    }

    /// `outer` is the path of the model that holds it; nil for the outermost.
    private init?(_ tree: JSONTree, outer: [String]?, depth: Int) {
        guard depth < Self.maximumDepth, tree.members != nil else { return nil }
        let settings = tree["config"] ?? .null
        let whole = tree["class_name"]?.string ?? ""
        className = whole.split(separator: ">").last.map(String.init) ?? ""
        let name = settings["name"]?.string ?? tree["name"]?.string ?? ""
        self.name = name
        let path = outer.map { $0 + [name] } ?? []
        self.path = path
        self.settings = settings
        // Keras 1 and early 2: a Sequential's config is its list of layers.
        let own = settings.elements ?? settings["layers"]?.elements
        isModel = own != nil && className != "Merge"
        layers = (own ?? []).compactMap { KerasLayer($0, outer: path, depth: depth + 1) }
        wrapped = ["layer", "forward_layer", "backward_layer"].compactMap { key in
            settings[key].flatMap { KerasLayer($0, outer: path, depth: depth + 1) }
        }
        calls = (tree["inbound_nodes"]?.elements ?? []).map(KerasCall.init)
        inputShape = Self.shape(settings, tree)
    }

    private static func shape(_ settings: JSONTree, _ tree: JSONTree) -> [Int?]? {
        let list =
            settings["batch_input_shape"]?.elements ?? settings["batch_shape"]?.elements
            ?? settings["build_input_shape"]?.elements ?? tree["build_config"]?["input_shape"]?.elements
        guard let list, list.allSatisfy({ $0 == .null || $0.integer != nil }) else { return nil }
        return list.map(\.integer)
    }

    /// A setting under one of its names over time.
    func setting(_ names: String...) -> JSONTree? { names.lazy.compactMap { settings[$0] }.first }

    /// Two lengths, rows and columns, from a setting that may be one number for both.
    func pair(_ names: String...) -> [Int]? {
        guard let value = names.lazy.compactMap({ settings[$0] }).first else { return nil }
        if let both = value.integer { return [both, both] }
        guard let list = value.integers, list.count == 2 else { return nil }
        return list
    }

    /// All layers that are no models, in the order of the configuration; of a wrapper that which it wraps.
    var leaves: [KerasLayer] { isModel ? layers.flatMap(\.leaves) : [self] }

    /// All layers and models below, in the order of the configuration.
    var everything: [KerasLayer] { layers.flatMap { [$0] + $0.everything } }

    /// What works on images inside wrappers: itself, or what the innermost wrapper wraps.
    var core: KerasLayer { wrapped.first?.core ?? self }

    /// Whether channels come first, as a layer says; nil where it does not.
    var isChannelsFirst: Bool? {
        switch setting("data_format", "dim_ordering")?.string {
        case "channels_first", "th": true
        case "channels_last", "tf": false
        default: nil
        }
    }
}

/// What a layer or operation is applied to, once.
struct KerasCall: Sendable {
    /// One thing that it is given.
    enum Argument: Sendable {
        /// The result of a layer: its name, which of its calls, which of its results.
        case value(KerasReference)
        /// Numbers written down in the configuration.
        case numbers([Double])
        /// Several values in a list.
        case list([Argument])
        /// Something else: a flag, a word, nothing.
        case other

        /// The values in it, lists opened.
        var flat: [Argument] { if case .list(let list) = self { list.flatMap(\.flat) } else { [self] } }
    }

    /// By position.
    let arguments: [Argument]
    /// By name, sorted by it.
    let keywords: [(name: String, argument: Argument)]

    /// Reads an item of `inbound_nodes`.
    init(_ node: JSONTree) {
        if node.members != nil {
            // Keras 3.
            arguments = (node["args"]?.elements ?? []).map(Self.argument)
            keywords = Self.named(node["kwargs"])
            return
        }
        let elements = node.elements ?? []
        // Operations of TensorFlow stand without the list around their only input.
        let items = elements.first?.string != nil ? [node] : elements
        arguments = items.map(Self.argument)
        keywords = items.flatMap { item -> [(name: String, argument: Argument)] in
            guard let parts = item.elements, parts.count > 3 else { return [] }
            return Self.named(parts[3])
        }
    }

    private static func named(_ tree: JSONTree?) -> [(name: String, argument: Argument)] {
        (tree?.members ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, argument($0.value)) }
    }

    private static func argument(_ tree: JSONTree) -> Argument {
        if let reference = KerasReference(tree) { return .value(reference) }
        if let history = tree["config"]?["keras_history"] {
            return KerasReference(history).map(Argument.value) ?? .other
        }
        // A constant where a value could stand: ["_CONSTANT_VALUE", -1, 3.0, …], or a NumPy array.
        if let list = tree.elements, list.first?.string == "_CONSTANT_VALUE", list.count > 2 {
            return list[2].numbers.map(Argument.numbers) ?? .other
        }
        if let numbers = (tree["config"]?["value"] ?? tree).numbers { return .numbers(numbers) }
        if let list = tree.elements { return .list(list.map(argument)) }
        return .other
    }

    private init(arguments: [Argument], keywords: [(name: String, argument: Argument)]) {
        self.arguments = arguments
        self.keywords = keywords
    }

    /// With lower numbers of calls, by layer.
    func shifted(_ offsets: [String: Int]) -> KerasCall {
        guard !offsets.isEmpty else { return self }
        func shifted(_ argument: Argument) -> Argument {
            switch argument {
            case .value(let reference): .value(reference.shifted(offsets))
            case .list(let list): .list(list.map(shifted))
            case .numbers, .other: argument
            }
        }
        return KerasCall(
            arguments: arguments.map(shifted), keywords: keywords.map { ($0.name, shifted($0.argument)) })
    }

    /// The results of layers that it reads, those by name behind those by position.
    var values: [KerasReference] {
        (arguments + keywords.map(\.argument)).flatMap(\.flat).compactMap {
            if case .value(let reference) = $0 { reference } else { nil }
        }
    }
}

/// One result of one call of a layer.
struct KerasReference: Sendable, Hashable {
    let layer: String
    let call: Int
    let output: Int

    private init(layer: String, call: Int, output: Int) {
        self.layer = layer
        self.call = call
        self.output = output
    }

    /// With a lower number of the call, by layer.
    func shifted(_ offsets: [String: Int]) -> KerasReference {
        KerasReference(layer: layer, call: max(0, call - (offsets[layer] ?? 0)), output: output)
    }

    /// From ["conv2d", 0, 0], maybe with keywords behind; nil for anything else.
    init?(_ tree: JSONTree) {
        guard let list = tree.elements, list.count >= 3, let layer = list[0].string, layer != "_CONSTANT_VALUE",
            let call = list[1].integer, let output = list[2].integer
        else { return nil }
        self.layer = layer
        self.call = call
        self.output = output
    }

    /// The values that a model takes or gives: a list, a single one, or one by name.
    static func all(_ tree: JSONTree?) -> [KerasReference] {
        guard let tree else { return [] }
        if let one = KerasReference(tree) { return [one] }
        if let list = tree.elements { return list.flatMap { all($0) } }
        return (tree.members ?? [:]).sorted { $0.key < $1.key }.flatMap { all($0.value) }
    }
}
