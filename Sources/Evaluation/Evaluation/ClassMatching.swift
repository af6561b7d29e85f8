import Datasets
import Diagnostics

/// Which outputs of a network stand for each class of a data set.
public struct ClassMatching: Sendable, Equatable {
    /// By what they were matched.
    public enum Kind: String, Sendable, Equatable, Codable {
        /// Both sides have names.
        case names
        /// One side has none: the first class is the first output.
        case positions
        /// The data set says the numbers of its classes.
        case numbers
    }

    /// By what they were matched.
    public let kind: Kind
    /// For each class of the data set its outputs, more than one where a name stands for several ("crane"); none for a
    /// class without images that the network does not have.
    public let outputs: [[Int]]
    /// How classes were matched and why so, for people.
    public let sentence: String

    private init(_ kind: Kind, _ outputs: [[Int]], _ sentence: String) {
        self.kind = kind
        self.outputs = outputs
        self.sentence = sentence
    }

    /// Matches the classes of `data` with the outputs of `network`, by their names where both have names.
    ///
    /// Letters' case, "_", "-" and spaces do not count. Of names with commas ("tench, Tinca tinca") one part is enough.
    /// WordNet identifiers ("n01440764") stand for ImageNet's classes. Numbers count as such.
    /// Throws `data.classes` where a class of the data is not the network's, naming what both sides have left, or where
    /// their numbers do not fit.
    public init(_ network: RunnableNetwork, _ names: OutputNames, _ data: ImageDataSet) throws {
        let used = Set(data.labels)
        let own = names.names.flatMap { ClassNames.arePlaceholders($0) ? nil : $0 }
        let saysNumbers = ClassNames.arePlaceholders(data.classNames)
        guard let own, !saysNumbers else {
            self = try Self.inOrder(
                network, data, as: saysNumbers || data.isNumbered ? .numbers : .positions,
                why: saysNumbers
                    ? "the data's classes are numbers"
                    : data.isNumbered
                        ? "the data say them" : names.names == nil ? names.sentence : "the network's names are numbers")
            return
        }
        let found = NameTable(own, names.wordNetIDs).outputs(of: data.classNames)
        let unmatched = data.classNames.indices.filter { used.contains($0) && found[$0].isEmpty }
        if unmatched.isEmpty {
            // Where a name stands for several outputs, the number beside it tells which.
            let offset = Self.offset(network, data)
            let told = found.enumerated().map { data.isNumbered && $1.contains($0 + offset) ? [$0 + offset] : $1 }
            try Self.checkUnique(told, used, network, data)
            let differing = used.count { data.isNumbered && !told[$0].contains($0 + offset) }
            self.init(
                .names, Self.shared(told),
                Self.sentence(told, used, names)
                    + (differing == 0 ? "" : "; the numbers of \(differing) in \(data.path) are not the outputs'"))
            return
        }
        // The words beside numbers are no more than that; a list that was only assumed is no reason to refuse either.
        if data.isNumbered {
            self = try Self.inOrder(
                network, data, as: .numbers,
                why: "the data say them; not among the network's names: "
                    + ClassNames.list(unmatched.map { data.classNames[$0] }))
            return
        }
        if let numbers = Self.numbers(data.classNames, below: network) {
            self.init(.numbers, numbers.map { [$0] }, "classes matched by number: the folders' names are numbers")
            return
        }
        let isForeign = names.origin == .assumed && unmatched.count == used.count
        if isForeign, data.classNames.count + Self.offset(network, data) == network.classes {
            self = try Self.inOrder(
                network, data, as: .positions, why: "the network has no names, and the data's are not ImageNet's")
            return
        }
        throw names.repetition ?? Self.mismatch(network, own, found, unmatched, data)
    }

    // MARK: - By number

    /// How many outputs stand before the first class.
    private static func offset(_ network: RunnableNetwork, _ data: ImageDataSet) -> Int {
        let background = network.backgroundClasses
        return network.classes == data.classNames.count + background ? background : 0
    }

    private static func inOrder(
        _ network: RunnableNetwork, _ data: ImageDataSet, as kind: Kind, why: String
    ) throws -> ClassMatching {
        let offset = offset(network, data)
        // A CSV of numbers may leave classes out; in other data sets every class has its place.
        let largest = data.labels.max() ?? 0
        let fits =
            data.isNumbered
            ? largest + offset < network.classes : data.classNames.count + offset == network.classes
        guard fits else {
            let empty = data.findings.emptyClasses
            throw KernelVizError(
                code: "data.classes", subject: data.path,
                found: data.isNumbered
                    ? "label \(largest)"
                    : "\(data.classNames.count) classes"
                        + (empty.isEmpty ? "" : " (\(empty.count) without a picture: \(ClassNames.list(empty)))"),
                expected: data.isNumbered
                    ? "0 to \(network.classes - 1 - offset), as \(network.name) has \(network.classes) outputs"
                    : "\(network.classes - network.backgroundClasses), as \(network.name) has",
                advice: kind == .positions && data.classNames.count < network.classes
                    ? "Name the network's outputs with --labels to match classes by name, or choose another data set or net"
                    : "Choose another data set or another net")
        }
        let outputs = data.classNames.indices.map { $0 + offset < network.classes ? [$0 + offset] : [] }
        let behind = offset > 0 ? ", behind the background" : ""
        var sentence = "classes matched by \(kind == .numbers ? "number" : "position")\(behind): \(why)"
        if kind == .positions, let numbers = numbers(data.classNames), numbers != Array(data.classNames.indices) {
            sentence +=
                "; the folders are taken in alphabetical order (\(data.classNames.prefix(4).joined(separator: ", "))"
                + ", …), as torchvision numbers them"
        }
        return ClassMatching(kind, outputs, sentence)
    }

    /// Names that are whole numbers; nil where one is not.
    private static func numbers(_ names: [String]) -> [Int]? {
        let numbers = names.compactMap { Int($0) }
        return numbers.count == names.count && Set(numbers).count == numbers.count ? numbers : nil
    }

    /// The outputs that folders named by numbers mean; nil where they cannot all be classes of `network`.
    private static func numbers(_ names: [String], below network: RunnableNetwork) -> [Int]? {
        let background = network.backgroundClasses
        return numbers(names).flatMap { numbers in
            numbers.allSatisfy { $0 >= 0 && $0 + background < network.classes } ? numbers.map { $0 + background } : nil
        }
    }

    // MARK: - By name

    /// Several classes that share the same several outputs get one each, in order.
    private static func shared(_ found: [[Int]]) -> [[Int]] {
        var taken: [[Int]: Int] = [:]
        let counts = Dictionary(found.map { ($0, 1) }, uniquingKeysWith: +)
        return found.map { outputs in
            guard outputs.count > 1, counts[outputs] == outputs.count else { return outputs }
            let place = taken[outputs, default: 0]
            taken[outputs] = place + 1
            return [outputs[place]]
        }
    }

    /// Throws where two classes with images are one output.
    private static func checkUnique(
        _ found: [[Int]], _ used: Set<Int>, _ network: RunnableNetwork, _ data: ImageDataSet
    ) throws {
        var owner: [Int: Int] = [:]
        for (index, outputs) in shared(found).enumerated() where used.contains(index) {
            for output in outputs {
                guard let other = owner.updateValue(index, forKey: output) else { continue }
                throw KernelVizError(
                    code: "data.classes", subject: data.path,
                    found:
                        "'\(data.classNames[other])' and '\(data.classNames[index])' are both output \(output) of \(network.name)",
                    expected: "one class for each output", advice: "Join or rename the classes")
            }
        }
    }

    private static func sentence(_ found: [[Int]], _ used: Set<Int>, _ names: OutputNames) -> String {
        let outputs = names.names?.count ?? 0
        var text = "classes matched by name"
        if used.count < outputs { text += ": \(used.count) of \(NumberFormat.grouped(outputs)) have images" }
        let several = shared(found).enumerated().filter { used.contains($0.offset) && $0.element.count > 1 }
        if let first = several.first?.element {
            let name = first.first.flatMap { names.names?[$0] } ?? ""
            text += "; '\(name)' names \(first.count) outputs, either is right"
        }
        return text
    }

    private static func mismatch(
        _ network: RunnableNetwork, _ own: [String], _ found: [[Int]], _ unmatched: [Int], _ data: ImageDataSet
    ) -> KernelVizError {
        let taken = Set(found.flatMap { $0 })
        let left = own.indices.filter { !taken.contains($0) }.map { own[$0] }
        // Any two short names are near each other.
        let near = unmatched.lazy.filter { data.classNames[$0].count > 3 }.compactMap { index -> String? in
            NearestName.of(data.classNames[index], among: left).map { "'\($0)' may be '\(data.classNames[index])'" }
        }.first
        return KernelVizError(
            code: "data.classes", subject: data.path,
            found: "\(unmatched.count) of \(data.classNames.count) classes are not \(network.name)'s: "
                + ClassNames.list(unmatched.map { data.classNames[$0] }),
            expected: left.isEmpty
                ? "the network's \(own.count) classes"
                : "the network's classes, of which these are left: \(ClassNames.list(left))",
            advice: (near.map { $0 + "; rename" } ?? "Rename")
                + " the classes, or name the outputs with --labels in their order")
    }
}

/// The outputs of a network by all the names that they go by.
private struct NameTable {
    /// From the surest kind of name to the least sure: WordNet identifier, whole name, first part, any part.
    private var levels: [[String: [Int]]] = Array(repeating: [:], count: 4)

    init(_ names: [String], _ wordNetIDs: [String?]) {
        for (output, name) in names.enumerated() {
            if let id = wordNetIDs[output] { levels[0][id, default: []].append(output) }
            for (level, keys) in Self.words(of: name).enumerated() {
                for key in Set(keys) { levels[level + 1][key, default: []].append(output) }
            }
        }
    }

    /// Whole name, first part, all parts, each without a WordNet identifier before it.
    private static func words(of name: String) -> [[String]] {
        var text = name[...]
        if let id = OutputNames.wordNetID(name), name.count > id.count {
            text = name.dropFirst(id.count).drop { $0 == "_" || $0 == "-" || $0 == ":" || $0.isWhitespace }
        }
        let parts = text.split(separator: ",").map { ClassNames.normalised(String($0)) }.filter { !$0.isEmpty }
        return [[ClassNames.normalised(String(text))], parts.first.map { [$0] } ?? [], parts]
    }

    /// The outputs of each class, none where no name is known.
    func outputs(of classes: [String]) -> [[Int]] { classes.map(outputs) }

    private func outputs(of name: String) -> [Int] {
        if let id = OutputNames.wordNetID(name) {
            if let found = levels[0][id] { return found }
            // The identifier of a class whose name the network has.
            if let number = ImageNetClasses.numbers[id], let found = outputs(ofWords: ImageNetClasses.names[number]) {
                return found
            }
        }
        return outputs(ofWords: name) ?? []
    }

    private func outputs(ofWords name: String) -> [Int]? {
        for (level, keys) in Self.words(of: name).enumerated() {
            // A part of the data's name may be any part of the network's.
            for table in level == 0 ? [1, 2, 3] : level == 1 ? [1, 2, 3] : [3] {
                let found = Set(keys.flatMap { levels[table][$0] ?? [] })
                if !found.isEmpty { return found.sorted() }
            }
        }
        return nil
    }
}
