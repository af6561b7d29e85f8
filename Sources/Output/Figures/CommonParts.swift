/// What the names of all layers of a figure share, left out of each and said once.
struct CommonParts: Equatable {
    /// The names without what all of them share.
    let names: [String]
    /// The sentence that says what was left out; empty for nothing.
    let sentence: String

    /// Names are cut at points and slashes; a number in front ("#7 ") stays, and at least one part of each name.
    init(_ names: [String]) {
        let split = names.map(Self.split)
        let parts = split.map(\.parts)
        let shortest = parts.map(\.count).min() ?? 0
        guard names.count > 1, shortest > 1, let first = parts.first else {
            (self.names, sentence) = (names, "")
            return
        }
        var head = 0
        while head < shortest - 1, parts.allSatisfy({ $0[head] == first[head] }) { head += 1 }
        var tail = 0
        while head + tail < shortest - 1,
            parts.allSatisfy({ $0[$0.count - 1 - tail] == first[first.count - 1 - tail] })
        {
            tail += 1
        }
        self.names = split.map { split in
            // Without the sign that stood before it.
            let kept = split.parts[head..<split.parts.count - tail].joined()
            return split.number + (head > 0 ? String(kept.dropFirst()) : kept)
        }
        let dropped = [first[..<head].joined(), first.suffix(tail).joined()].filter { !$0.isEmpty }
        sentence =
            dropped.isEmpty
            ? "" : "Layer names without '\(dropped.joined(separator: "…"))', which all of them have."
    }

    /// "#7 " and the parts of the rest, each but the first with the sign before it.
    private static func split(_ name: String) -> (number: String, parts: [String]) {
        var rest = Substring(name)
        var number = ""
        if rest.first == "#", let end = rest.firstIndex(of: " ") {
            let next = rest.index(after: end)
            number = String(rest[..<next])
            rest = rest[next...]
        }
        var parts: [String] = []
        for letter in rest {
            if parts.isEmpty || letter == "." || letter == "/" { parts.append("") }
            parts[parts.count - 1].append(letter)
        }
        return (number, parts)
    }
}
