import Diagnostics
import Tensors

/// Second copies of a network's weights in one file: the moving averages that trainings keep ("state_dict_ema",
/// "ema_model", "module_ema", "teacher", TensorFlow's "/ExponentialMovingAverage"). One copy is the network, whatever the
/// file's format; the other is named and set aside.
struct WeightCopies {
    /// What is left.
    private(set) var entries: [Checkpoint.Entry]
    /// What was set aside.
    private(set) var setAside: [Checkpoint.Entry] = []
    /// One sentence for each copy.
    private(set) var notes: [String] = []

    /// Words in a path's component that mark a copy.
    private static let words: Set<String> = [
        "ema", "shadow", "averaged", "average", "swa", "teacher", "momentum", "target", "exponentialmovingaverage",
        "polyak",
    ]
    /// Whole components that mark one.
    private static let components: Set<String> = ["emamodel", "modelema", "encoder_k", "shadow_params", "avg_model"]
    /// Components that only wrap a network.
    private static let wrappers: Set<String> = [
        "module", "model", "state_dict", "shadow", "params", "weights", "ema", "_orig_mod", "ema_model", "online_model",
        "shadow_params", "collected_params",
    ]

    /// How many marks a file may have: a network that is made of them is no copy.
    private static let maximumGroups = 32

    /// A group of entries that a mark holds together.
    private struct Group {
        /// "state_dict_ema".
        let name: String
        var members: [(place: Int, rest: [Substring])] = []
        /// What an optimiser keeps for each weight, which is no copy of it.
        var isOptimiserState = false
        /// What `--copy` calls it.
        var choice: String { name.filter { $0 != "…" }.trimmed("_") }
    }

    /// A group beside the plain entries that it is a copy of.
    private struct Copy {
        let group: Group
        let match: PlainIndex.Match
        var places: Set<Int> { Set(group.members.map(\.place)) }
    }

    /// Where a chosen copy's numbers are read in the place of the plain one's: by name of the plain tensor, the other.
    private(set) var instead: [String: Checkpoint.Entry] = [:]

    /// Finds the copies; `choice` names the one to read ("model", "ema", "state_dict_ema"), else it is the plain one
    /// unless only the other is whole.
    ///
    /// Throws `weights.noCopy` where the file at `path` has no copy of the chosen name.
    init(_ entries: [Checkpoint.Entry], choice: String? = nil, path: String = "") throws {
        self.entries = entries
        let groups = Self.groups(entries)
        let marked = Set(groups.flatMap { $0.members.map(\.place) })
        let plain = entries.indices.filter { !marked.contains($0) }
        guard (1...Self.maximumGroups).contains(groups.count), !plain.isEmpty else {
            let isOwn = groups.count == 1 && plain.isEmpty && Self.names(groups[0], choice)
            if let choice, !isOwn, choice.lowercased() != Self.plainName { throw Self.noCopy(choice, [], path) }
            return
        }
        let index = PlainIndex(entries, plain)
        let copies = groups.compactMap { group in
            index.match(group.members.map { ($0.rest, entries[$0.place].shape) }).map { Copy(group: group, match: $0) }
        }
        let chosen = try choice.flatMap { try Self.chosen($0, copies, path) }
        var removed: Set<Int> = []
        for copy in copies {
            let places = copy.places
            if copy.group.isOptimiserState {
                removed.formUnion(places)
                notes.append("State of the optimiser: '\(copy.group.name)' (\(places.count) tensors) is set aside.")
            } else if copy.group.name == chosen?.group.name {
                read(copy, of: entries)
                removed.formUnion(copy.match.missing == 0 ? places : copy.match.places)
            } else {
                // The plain copy stays unless only the other one is whole.
                let isPlainWhole = choice != nil || copy.match.missing == 0 || copy.match.left >= copy.match.missing
                removed.formUnion(isPlainWhole ? places : copy.match.places)
                notes.append(
                    chosen == nil
                        ? Self.sentence(copy, isPlainWhole: isPlainWhole)
                        : "'\(copy.group.name)' (\(places.count) tensors), another copy, is set aside "
                            + "(--copy \(copy.group.choice)).")
            }
        }
        guard !removed.isEmpty else { return }
        self.entries = entries.indices.filter { !removed.contains($0) }.map { place in
            let entry = entries[place]
            guard let other = instead[entry.name] else { return entry }
            return Checkpoint.Entry(
                name: entry.name, shape: entry.shape, dtype: other.dtype, module: entry.module,
                parameter: entry.parameter, axes: entry.axes,
                note: "from '\(other.name)'" + (other.note.map { ", \($0)" } ?? ""))
        }
        let places = Set(
            chosen.map { copy in copy.match.pairs.values.map { copy.group.members[$0].place } } ?? [])
        setAside = entries.indices.filter { removed.contains($0) && !places.contains($0) }.map { entries[$0] }
    }

    /// The numbers of a copy under the plain one's names, which tell more of the network; a copy with weights that the
    /// plain one lacks keeps its own.
    private mutating func read(_ copy: Copy, of entries: [Checkpoint.Entry]) {
        let plain = copy.match.name.isEmpty ? "the plain one" : "'\(copy.match.name)'"
        let (others, count) = (copy.match.others, copy.match.pairs.count)
        let start = "Copies of the weights: '\(copy.group.name)' (\(count) tensors) is read as --copy says, "
        guard copy.match.missing == 0 else {
            notes.append(start + "\(plain) is set aside (--copy \(Self.plainName)).")
            return
        }
        for (place, member) in copy.match.pairs {
            instead[entries[place].name] = entries[copy.group.members[member].place]
        }
        let rest = others == 0 ? "" : "; what it lacks (\(others) tensor\(others == 1 ? "" : "s")) is that of \(plain)"
        notes.append(start + "under the names of \(plain)\(rest).")
    }

    // MARK: Choice

    /// What `--copy` calls the copy that bears no mark.
    private static let plainName = "model"

    private static func sentence(_ copy: Copy, isPlainWhole: Bool) -> String {
        let (plain, other) = (copy.match.name, copy.group.name)
        let (kept, gone) = isPlainWhole ? (plain, other) : (other, plain)
        let count = isPlainWhole ? copy.group.members.count : copy.match.places.count
        func quoted(_ name: String) -> String { name.isEmpty ? "the plain one" : "'\(name)'" }
        return
            "Two copies of the weights: \(quoted(kept)) is read\(isPlainWhole ? "" : ", which is the only whole one"), "
            + "\(quoted(gone)) (\(count) tensors) is set aside (--copy \(isPlainWhole ? copy.group.choice : plainName))."
    }

    /// Whether a word names a group: all of its name, its last component, or "ema" for a moving average.
    private static func names(_ group: Group, _ choice: String?) -> Bool {
        guard let word = choice?.lowercased() else { return false }
        let own = [group.name, group.choice, group.name.split(separator: ".").last.map(String.init) ?? ""]
        return own.contains { $0.lowercased() == word }
    }

    /// The copy that a word names; nil for the plain one.
    private static func chosen(_ choice: String, _ all: [Copy], _ path: String) throws -> Copy? {
        let copies = all.filter { !$0.group.isOptimiserState }
        let named = copies.filter { names($0.group, choice) }
        if named.count == 1 { return named[0] }
        let word = choice.lowercased()
        if word == plainName || copies.contains(where: { $0.match.name.lowercased() == word }) { return nil }
        let averages = copies.filter { isAverage($0.group) }
        if word == "ema", averages.count == 1 { return averages[0] }
        throw noCopy(choice, copies, path)
    }

    private static func isAverage(_ group: Group) -> Bool {
        let name = group.name.lowercased()
        return ["ema", "average", "shadow", "swa", "polyak"].contains { name.contains($0) }
    }

    private static func noCopy(_ choice: String, _ copies: [Copy], _ path: String) -> KernelVizError {
        guard !copies.isEmpty else {
            return KernelVizError(
                code: "weights.noCopy", subject: path,
                found: "one copy of the weights, none called '\(choice)'", expected: "a file with several copies",
                advice: "Leave out --copy")
        }
        let plain = copies.lazy.map(\.match.name).first { !$0.isEmpty } ?? plainName
        let names = [plain] + copies.map(\.group.choice)
        return KernelVizError(
            code: "weights.noCopy", subject: path, found: "no copy of the weights called '\(choice)'",
            expected: names.dropLast().map { "'\($0)'" }.joined(separator: ", ") + " or '\(names[names.count - 1])'",
            advice: NearestName.advice(for: choice, among: names))
    }

    // MARK: Marks

    private static func groups(_ entries: [Checkpoint.Entry]) -> [Group] {
        var groups: [Group] = []
        var places: [String: Int] = [:]
        for (place, entry) in entries.enumerated() {
            let parts = entry.name.split { $0 == "." || $0 == "/" }
            guard let mark = parts.firstIndex(where: isMark) else { continue }
            // A last component is a suffix of the name, or a prefix of one whose separators were replaced.
            let isWhole = mark == parts.count - 1
            let rest: [Substring]
            let name: String
            if !isWhole {
                rest = Array(parts[(mark + 1)...])
                name = parts[...mark].joined(separator: ".")
            } else if mark > 0, ["exponentialmovingaverage", "ema"].contains(squashed(parts[mark])) {
                rest = Array(parts[..<mark])
                name = "…\(parts[mark])"
            } else if parts[mark].hasPrefix("ema_") {
                rest = Array(parts[..<mark]) + [parts[mark].dropFirst(4)]
                name = "ema_…"
            } else if parts[mark].hasSuffix("_ema") {
                rest = Array(parts[..<mark]) + [parts[mark].dropLast(4)]
                name = "…_ema"
            } else {
                continue
            }
            if let known = places[name] {
                groups[known].members.append((place, rest))
            } else {
                places[name] = groups.count
                groups.append(
                    Group(
                        name: name, members: [(place, rest)],
                        isOptimiserState: OptimiserState.isOne(
                            parts[...mark].joined(separator: "."), besideWeights: true)))
            }
        }
        return groups
    }

    private static func isMark(_ component: Substring) -> Bool {
        let lower = component.lowercased()
        if components.contains(lower) { return true }
        return lower.split { $0 == "_" || $0 == "-" }.contains { words.contains(String($0)) }
    }

    /// Letters and digits alone, in lower case.
    fileprivate static func squashed(_ parts: some Sequence<Substring>) -> String {
        var text = ""
        for part in parts { text += squashed(part) }
        return text
    }

    private static func squashed(_ part: Substring) -> String {
        String(part.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    // MARK: Matching

    /// The entries that no mark holds, by what a copy of them could be called.
    private struct PlainIndex {
        private let entries: [Checkpoint.Entry]
        private let plain: [Int]
        /// Places by the squashed name.
        private var byName: [String: [Int]] = [:]
        private let squashedNames: [Int: String]

        init(_ entries: [Checkpoint.Entry], _ plain: [Int]) {
            self.entries = entries
            self.plain = plain
            var names: [Int: String] = [:]
            for place in plain {
                let name = WeightCopies.squashed(entries[place].name.split { $0 == "." || $0 == "/" })
                names[place] = name
                byName[name, default: []].append(place)
            }
            squashedNames = names
        }

        struct Match {
            /// The path of the plain copy; empty at the top.
            let name: String
            var places: Set<Int> { Set(pairs.keys) }
            /// Beside the place of each plain entry, which of the members it is the copy of.
            let pairs: [Int: Int]
            /// Entries of the plain one that the copy lacks, vectors too.
            let others: Int
            /// Weights of the copy that the plain one lacks.
            let missing: Int
            /// Weights of the plain one that the copy lacks.
            let left: Int
        }

        /// The plain entries of which the members are a copy: names that end alike and equal shapes, for all weights but
        /// a tenth.
        func match(_ members: [(rest: [Substring], shape: Shape)]) -> Match? {
            let bare = members.map { member -> (key: String, shape: Shape) in
                (
                    WeightCopies.squashed(member.rest.drop { WeightCopies.wrappers.contains($0.lowercased()) }),
                    member.shape
                )
            }
            let weights = bare.filter { $0.shape.rank > 1 }
            guard let probe = weights.max(by: { $0.shape.elementCount < $1.shape.elementCount }) else { return nil }
            if probe.key.allSatisfy(\.isNumber) { return numbered(members) }
            let candidates = plain.filter { place in
                entries[place].shape == probe.shape && squashedNames[place].map { $0.hasSuffix(probe.key) } ?? false
            }
            var best: Match?
            for candidate in candidates.prefix(8) {
                guard let name = squashedNames[candidate] else { continue }
                let prefix = String(name.dropLast(probe.key.count))
                var pairs: [Int: Int] = [:]
                var missing = 0
                for (index, member) in bare.enumerated() {
                    if let place = byName[prefix + member.key]?.first(where: { entries[$0].shape == member.shape }) {
                        pairs[place] = index
                    } else if member.shape.rank > 1 {
                        missing += 1
                    }
                }
                guard missing * 10 <= weights.count else { continue }
                let under = plain.filter { squashedNames[$0]?.hasPrefix(prefix) == true && pairs[$0] == nil }
                let left = prefix.isEmpty ? 0 : under.count { entries[$0].shape.rank > 1 }
                let match = Match(
                    name: path(of: candidate, keyLength: probe.key.count), pairs: pairs, others: under.count,
                    missing: missing, left: left)
                if best.map({ match.missing < $0.missing }) ?? true { best = match }
            }
            return best
        }

        /// Copies that keep their weights in a list, without names: the same shapes in the same order.
        private func numbered(_ members: [(rest: [Substring], shape: Shape)]) -> Match? {
            let learned = plain.filter { place in
                let parameter = entries[place].parameter
                return !parameter.hasPrefix("running_") && parameter != "num_batches_tracked"
            }
            let shapes = members.map(\.shape)
            guard shapes.count > 1, learned.map({ entries[$0].shape }) == shapes else { return nil }
            return Match(
                name: "", pairs: Dictionary(uniqueKeysWithValues: zip(learned, members.indices)),
                others: plain.count - learned.count, missing: 0, left: 0)
        }

        /// The leading components of a name whose other letters and digits are `keyLength`.
        private func path(of place: Int, keyLength: Int) -> String {
            let parts = entries[place].name.split { $0 == "." || $0 == "/" }
            var rest = (squashedNames[place] ?? "").count - keyLength
            var path: [Substring] = []
            for part in parts {
                rest -= WeightCopies.squashed(part).count
                guard rest >= 0 else { break }
                path.append(part)
            }
            return path.joined(separator: ".")
        }
    }
}

extension String {
    /// Without a character at both ends.
    fileprivate func trimmed(_ character: Character) -> String {
        var rest = self[...]
        while rest.first == character { rest.removeFirst() }
        while rest.last == character { rest.removeLast() }
        return String(rest)
    }
}
