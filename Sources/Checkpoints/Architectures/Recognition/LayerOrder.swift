import Checkpoints
import Tensors

/// Convolutions in the order of their network, as far as the file tells it.
struct LayerOrder {
    /// What the order rests on.
    enum Source: Equatable {
        /// The file's own description of the model.
        case model
        /// The order in which the file lists its tensors.
        case file
        /// The numbers in the names of a file that lists them by the alphabet.
        case numbers
        /// Nothing: the file lists its tensors by the alphabet, and their names do not number them.
        case unknown
    }

    /// Whose order was asked for.
    let entries: [Checkpoint.Entry]
    let source: Source

    var isKnown: Bool { source != .unknown }

    /// Orders some tensors of a checkpoint, given in file order.
    init(_ given: [Checkpoint.Entry], model: ModelFacts?) {
        if let places = Self.places(given, model) {
            entries = zip(given.indices, places).sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map { given[$0.0] }
            source = .model
            return
        }
        guard Self.isAlphabetical(given) else {
            entries = given
            source = .file
            return
        }
        let keys = given.map { Self.tokens($0.module.isEmpty ? $0.name : $0.module) }
        let order = given.indices.sorted { a, b in
            let comparison = Self.compare(keys[a], keys[b])
            return comparison == 0 ? a < b : comparison < 0
        }
        let ordered = order.map { given[$0] }
        let sorted = order.map { keys[$0] }
        let isNumbered = zip(sorted.indices, sorted.indices.dropFirst()).allSatisfy { a, b in
            Self.isDecided(sorted[a], sorted[b], among: sorted) || Self.follows(ordered[b], ordered[a])
        }
        entries = ordered
        source = isNumbered ? .numbers : .unknown
    }

    /// Whether names ascend by the alphabet: then the order says nothing about the network.
    static func isAlphabetical(_ entries: [Checkpoint.Entry]) -> Bool {
        zip(entries, entries.dropFirst()).allSatisfy { $0.name <= $1.name }
    }

    /// The places of the layers in the model's order; nil where one is not in it.
    private static func places(_ entries: [Checkpoint.Entry], _ model: ModelFacts?) -> [Int]? {
        guard let model, !model.order.isEmpty else { return nil }
        let byName = Dictionary(
            model.order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var result: [Int] = []
        for entry in entries {
            let last = entry.module.split { $0 == "." || $0 == "/" }.last.map(String.init) ?? ""
            guard let place = byName[entry.module] ?? byName[last] else { return nil }
            result.append(place)
        }
        return result
    }

    // MARK: - Numbers in names

    /// A stretch of a name: digits or what lies between them; a path's separators stand alone.
    enum Token: Equatable {
        case number(Int)
        case text(String)
        case separator
    }

    static func tokens(_ name: String) -> [Token] {
        var result: [Token] = []
        var run = ""
        var isDigits = false
        func flush() {
            guard !run.isEmpty else { return }
            // A number that is none (too long) stays text.
            result.append(isDigits ? Int(run).map(Token.number) ?? .text(run) : .text(run))
            run = ""
        }
        for character in name {
            if character == "." || character == "/" {
                flush()
                result.append(.separator)
                continue
            }
            let isDigit = character.isASCII && character.isNumber
            if isDigit != isDigits { flush() }
            isDigits = isDigit
            run.append(character)
        }
        flush()
        return result
    }

    /// Below 0 where `a` comes first: numbers by their value, words by the alphabet, what ends first before the rest.
    static func compare(_ a: [Token], _ b: [Token]) -> Int {
        for (x, y) in zip(a, b) where x != y {
            switch (x, y) {
            case (.number(let p), .number(let q)): return p < q ? -1 : 1
            case (.text(let p), .text(let q)): return p < q ? -1 : 1
            case (.separator, _), (.number, .text): return -1
            default: return 1
            }
        }
        return a.count - b.count
    }

    /// Whether names tell which of two neighbours comes first: numbers differ, or they are parts of one numbered block.
    private static func isDecided(_ a: [Token], _ b: [Token], among all: [[Token]]) -> Bool {
        let common = zip(a, b).prefix { $0 == $1 }.count
        if common < a.count, common < b.count, case .number = a[common], case .number = b[common] { return true }
        // One name begins with the other: "conv", "conv_1".
        if common == a.count || common == b.count {
            let rest = (common == a.count ? b : a)[common...]
            if case .text("_")? = rest.first, case .number? = rest.dropFirst().first { return true }
        }
        let end = a[..<common].lastIndex(of: .separator) ?? 0
        let block = a[..<end]
        let hasNumber = block.contains { if case .number = $0 { true } else { false } }
        return hasNumber && all.contains { !$0.starts(with: block) }
    }

    /// Whether `b` reads what `a` gives and `a` could not read what `b` gives.
    private static func follows(_ b: Checkpoint.Entry, _ a: Checkpoint.Entry) -> Bool {
        guard let first = a.axes.outputFirst(a.shape), let second = b.axes.outputFirst(b.shape) else { return false }
        return inputs(second) == first[0] && inputs(first) != second[0]
    }

    /// The channels that a convolution reads, a depthwise one as many as it gives.
    private static func inputs(_ shape: Shape) -> Int { shape[1] == 1 ? shape[0] : shape[1] }
}
