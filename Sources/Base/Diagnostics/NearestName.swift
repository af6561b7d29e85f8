/// Finds the name that a reader probably meant.
public enum NearestName {
    /// The candidate with the smallest edit distance to `name`, or nil when none is within a third of its length.
    ///
    /// Letters' case does not count. Of equally near candidates the first wins.
    /// Cost: O(candidates · length²).
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased())
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(wanted, Array(candidate.lowercased()))
            let limit = max(2, max(wanted.count, candidate.count) / 3)
            if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// A ready half sentence: `The nearest name is 'x'`, or the whole list where nothing is near and the list is short.
    public static func advice(for name: String, among candidates: [String]) -> String? {
        if let near = of(name, among: candidates) { return "The nearest name is '\(near)'" }
        if candidates.isEmpty || candidates.count > 24 { return nil }
        return "Known names: \(candidates.joined(separator: ", "))"
    }

    /// Levenshtein distance: insertions, deletions and replacements cost 1 each.
    static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replace = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replace, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
