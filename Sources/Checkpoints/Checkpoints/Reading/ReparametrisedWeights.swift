import Diagnostics
import Tensors

/// The weights of a checkpoint that it holds in parts, found by the parts' names.
struct ReparametrisedWeights {
    /// By the name of the effective weight.
    private(set) var found: [String: Reparametrisation] = [:]
    /// The entries with each weight in the place of its first part.
    private(set) var entries: [Checkpoint.Entry]
    /// At most one sentence for what was multiplied out, and one for what could not be.
    private(set) var notes: [String] = []

    /// One tensor's name, taken apart.
    private struct Place {
        /// Everything before the parameter, with its separator: "model.conv.".
        let owner: String
        /// "weight".
        let parameter: String
        /// The effective tensor's name.
        var name: String { owner + parameter }
    }

    init(_ given: [Checkpoint.Entry]) {
        entries = given
        let byName = Dictionary(given.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var gone: Set<String> = []
        var kinds: [String] = []
        var beside: [String] = []
        var unknown: [String] = []
        var inPlace: [String: Reparametrisation] = [:]
        let parametrised = Self.parametrised(given)
        for entry in given where !gone.contains(entry.name) {
            guard let (place, base, steps) = Self.parts(entry, byName, parametrised) else {
                if Self.isUndescribed(entry, byName) { unknown.append(entry.name) }
                continue
            }
            if let plain = byName[place.name] {
                // PyTorch before 1.0 stored the product as well.
                guard plain.shape == base.shape else { continue }
                gone.formUnion([base.name] + steps.flatMap(\.parts))
                beside.append(place.name)
                continue
            }
            guard found[place.name] == nil,
                let weight = Reparametrisation(
                    name: place.name, base: base, steps: steps, shapes: { byName[$0]?.shape })
            else {
                if !unknown.contains(base.name) { unknown.append(base.name) }
                continue
            }
            found[place.name] = weight
            inPlace[entry.name] = weight
            gone.formUnion(weight.parts)
            kinds.append(contentsOf: steps.map(\.words))
        }
        if !gone.isEmpty {
            entries = given.compactMap { entry in
                inPlace[entry.name]?.entry ?? (gone.contains(entry.name) ? nil : entry)
            }
        }
        if let example = given.lazy.compactMap({ inPlace[$0.name]?.entry.name }).first {
            notes.append(Self.sentence(kinds, example: example))
        }
        if let first = beside.first {
            notes.append(
                "Parts of weights that the file holds whole as well are left out: those of '\(first)'"
                    + (beside.count > 1 ? " and \(beside.count - 1) more." : "."))
        }
        if let first = unknown.first {
            let more = unknown.count > 1 ? " and \(unknown.count - 1) more" : ""
            notes.append(
                "The file does not tell what the parametrisation of '\(first)'\(more) computes: the stored numbers are read "
                    + "as they are; torch.nn.utils.parametrize.remove_parametrizations before saving makes them weights."
            )
        }
    }

    // MARK: Names

    /// What a tensor begins: whose weight, the numbers that come first, and what is done to them.
    private static func parts(
        _ entry: Checkpoint.Entry, _ byName: [String: Checkpoint.Entry], _ parametrised: [String: Set<String>]
    ) -> (Place, Checkpoint.Entry, [Reparametrisation.Step])? {
        if let list = parametrisation(entry.name) { return listed(list.path, list.place, byName, parametrised) }
        guard let (owner, parameter) = split(entry.name) else { return nil }
        func name(_ stem: Substring, _ suffix: String) -> String { "\(owner)\(stem)\(suffix)" }
        for suffix in ["_g", "_v"] where parameter.hasSuffix(suffix) {
            let stem = parameter.dropLast(2)
            let length = name(stem, "_g")
            // Gates are called "_g" and values "_v" as well; spectral norm has a "_v" of its own.
            guard stem.hasPrefix("weight"), byName[name(stem, "_u")] == nil, byName[length] != nil,
                let direction = byName[name(stem, "_v")]
            else { continue }
            return (Place(owner: owner, parameter: String(stem)), direction, [.weightNorm(length: length)])
        }
        for suffix in ["_orig", "_bar", "_u", "_v", "_mask"] where parameter.hasSuffix(suffix) {
            let stem = parameter.dropLast(suffix.count)
            guard !stem.isEmpty, let base = byName[name(stem, "_orig")] ?? byName[name(stem, "_bar")] else { continue }
            var steps: [Reparametrisation.Step] = []
            let (left, right, mask) = (name(stem, "_u"), name(stem, "_v"), name(stem, "_mask"))
            if byName[mask] != nil { steps.append(.mask(mask)) }
            if byName[left] != nil, byName[right] != nil || byName[name(stem, "")] != nil {
                steps.append(.spectralNorm(left: left, right: right))
            }
            guard !steps.isEmpty else { continue }
            return (Place(owner: owner, parameter: String(stem)), base, steps)
        }
        return nil
    }

    /// The list of parametrisations that a tensor belongs to ("conv.parametrizations.weight") and whose they are.
    private static func parametrisation(_ name: String) -> (path: String, place: Place)? {
        let parts = name.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
        guard let word = parts.firstIndex(of: "parametrizations"), parts.count > word + 2 else { return nil }
        let weight = parts[word + 1]
        return (
            String(name[..<weight.endIndex]),
            Place(owner: String(name[..<parts[word].startIndex]), parameter: String(weight))
        )
    }

    /// One weight of `torch.nn.utils.parametrize`: the original, then its list in order.
    private static func listed(
        _ path: String, _ place: Place, _ byName: [String: Checkpoint.Entry], _ parametrised: [String: Set<String>]
    ) -> (Place, Checkpoint.Entry, [Reparametrisation.Step])? {
        guard var rest = parametrised[path], let separator = path.dropLast(place.parameter.count).last else {
            return nil
        }
        func name(_ part: String) -> String { "\(path)\(separator)\(part.replacing(".", with: String(separator)))" }
        var steps: [Reparametrisation.Step] = []
        let base: Checkpoint.Entry?
        if rest.isSuperset(of: ["original0", "original1"]) {
            base = byName[name("original1")]
            steps.append(.weightNorm(length: name("original0")))
            rest.subtract(["original0", "original1"])
        } else {
            base = byName[name("original")]
            rest.remove("original")
        }
        // Behind a place of the list that holds nothing is something that computes what nobody can know.
        while rest.isSuperset(of: ["\(steps.count)._u", "\(steps.count)._v"]) {
            let (left, right) = ("\(steps.count)._u", "\(steps.count)._v")
            rest.subtract([left, right])
            steps.append(.spectralNorm(left: name(left), right: name(right)))
        }
        guard let base, rest.isEmpty, !steps.isEmpty else { return nil }
        return (place, base, steps)
    }

    /// Each list's own tensors, by the list's path, with dots between parts.
    private static func parametrised(_ entries: [Checkpoint.Entry]) -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for entry in entries {
            guard let (path, _) = parametrisation(entry.name) else { continue }
            let part = entry.name.dropFirst(path.count + 1).replacing("/", with: ".")
            result[path, default: []].insert(String(part))
        }
        return result
    }

    /// Whether a tensor is the original of a parametrisation of which nothing tells what it does.
    private static func isUndescribed(_ entry: Checkpoint.Entry, _ byName: [String: Checkpoint.Entry]) -> Bool {
        guard let (path, _) = parametrisation(entry.name), entry.shape.rank > 1 else { return false }
        return ["original", "original1"].contains(String(entry.name.dropFirst(path.count + 1)))
    }

    private static func isSeparator(_ character: Character) -> Bool { character == "." || character == "/" }

    /// A name up to the last separator and behind it.
    private static func split(_ name: String) -> (owner: String, parameter: Substring)? {
        guard let last = name.lastIndex(where: isSeparator) else { return ("", name[...]) }
        return (String(name[...last]), name[name.index(after: last)...])
    }

    // MARK: Words

    /// "Weights that the file holds in parts are multiplied out ('conv.weight' and the like): 3 of weight norm."
    private static func sentence(_ kinds: [String], example: String) -> String {
        let counts = ["weight norm", "spectral norm", "a pruning mask"].compactMap { kind -> String? in
            let count = kinds.count { $0 == kind }
            return count == 0 ? nil : "\(count) of \(kind)"
        }
        return "Weights that the file holds in parts are multiplied out ('\(example)' and the like): "
            + "\(counts.joined(separator: ", "))."
    }
}

/// The tensors of another source, with weights multiplied out of its parts when they are read.
struct ReparametrisedSource: TensorSource {
    let source: any TensorSource
    let weights: [String: Reparametrisation]
    /// The parts, by their names.
    let parts: [String: Checkpoint.Entry]
    let path: String

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let weight = weights[entry.name] else { return try source.stored(entry) }
        let floats = try weight.weight { name in
            guard let part = parts[name] else {
                throw KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(name)'")
            }
            let scalars = try source.stored(part).floats(
                count: part.shape.elementCount, subject: "\(path): \(name)")
            return Tensor(shape: part.shape, scalars: scalars)
        }
        return StoredTensor(type: .float32, content: .floats(floats))
    }

    func region(_ entry: Checkpoint.Entry) -> FileRegion? {
        weights[entry.name] == nil ? source.region(entry) : nil
    }

    func stored(_ entry: Checkpoint.Entry, rows: Range<Int>) throws -> StoredTensor {
        weights[entry.name] == nil ? try source.stored(entry, rows: rows) : try stored(entry).rows(rows, of: entry)
    }
}

extension Checkpoint {
    /// The file with the weights that its network computes with in the place of their parts.
    ///
    /// A graph says by itself what is done to which tensor.
    func multipliedOut() -> Checkpoint {
        guard model?.graph == nil else { return self }
        let weights = ReparametrisedWeights(entries)
        guard !weights.notes.isEmpty else { return self }
        let names = Set(weights.found.values.flatMap(\.parts))
        let parts = Dictionary(
            entries.lazy.filter { names.contains($0.name) }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        return with(entries: weights.entries, notes: weights.notes) { source in
            ReparametrisedSource(source: source, weights: weights.found, parts: parts, path: path)
        }
    }
}
