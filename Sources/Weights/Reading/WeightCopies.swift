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
    }

    init(_ entries: [Checkpoint.Entry]) {
        self.entries = entries
        let groups = Self.groups(entries)
        guard (1...Self.maximumGroups).contains(groups.count) else { return }
        let marked = Set(groups.flatMap { $0.members.map(\.place) })
        let plain = entries.indices.filter { !marked.contains($0) }
        guard !plain.isEmpty else { return }
        let index = PlainIndex(entries, plain)
        var removed: Set<Int> = []
        for group in groups {
            guard let match = index.match(group.members.map { ($0.rest, entries[$0.place].shape) }) else { continue }
            let places = Set(group.members.map(\.place))
            // The plain copy stays unless only the other one is whole.
            let isPlainWhole = match.missing == 0 || match.left >= match.missing
            let (gone, kept) = isPlainWhole ? (places, match.name) : (match.places, group.name)
            let goneName = isPlainWhole ? group.name : match.name
            removed.formUnion(gone)
            let reason = isPlainWhole ? "" : ", which is the only whole one"
            let keptText = kept.isEmpty ? "the plain one" : "'\(kept)'"
            notes.append(
                "Two copies of the weights: \(keptText) is read\(reason), "
                    + "\(goneName.isEmpty ? "the plain one" : "'\(goneName)'") (\(gone.count) tensors) is set aside.")
        }
        guard !removed.isEmpty else { return }
        self.entries = entries.indices.filter { !removed.contains($0) }.map { entries[$0] }
        setAside = entries.indices.filter { removed.contains($0) }.map { entries[$0] }
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
                groups.append(Group(name: name, members: [(place, rest)]))
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
            let places: Set<Int>
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
                var places: Set<Int> = []
                var missing = 0
                for member in bare {
                    if let place = byName[prefix + member.key]?.first(where: { entries[$0].shape == member.shape }) {
                        places.insert(place)
                    } else if member.shape.rank > 1 {
                        missing += 1
                    }
                }
                guard missing * 10 <= weights.count else { continue }
                let under = plain.filter { entries[$0].shape.rank > 1 && squashedNames[$0]?.hasPrefix(prefix) == true }
                let left = prefix.isEmpty ? 0 : under.count { !places.contains($0) }
                let match = Match(
                    name: path(of: candidate, keyLength: probe.key.count), places: places, missing: missing, left: left)
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
            return Match(name: "", places: Set(learned), missing: 0, left: 0)
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

extension Checkpoint {
    /// The file with one copy of its weights.
    func withOneCopy() -> Checkpoint {
        let copies = WeightCopies(entries)
        guard !copies.setAside.isEmpty else { return self }
        return with(
            entries: copies.entries, setAside: setAside + copies.setAside, notes: copies.notes)
    }
}
