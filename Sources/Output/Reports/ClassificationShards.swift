import Diagnostics

/// Which part of many checkpoints one of several runs classifies: the third of sixteen.
public struct ShardPlace: Sendable, Equatable {
    /// From 1 on.
    public let index: Int
    /// How many parts there are.
    public let count: Int

    /// Reads "3/16"; nil where it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCII) && $0.allSatisfy(\.isNumber) }),
            let index = Int(parts[0]), let count = Int(parts[1]), (1...1_000_000).contains(count),
            (1...count).contains(index)
        else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// The part's own, neighbours in the order of all; parts differ by one at most.
    public func own<Element>(of all: [Element]) -> [Element] {
        Array(all[all.count * (index - 1) / count..<all.count * index / count])
    }
}

/// The JSON of all parts of a sharded classification, put together to the bytes of one run.
///
/// Reports are taken over as they are written, line by line: nothing is computed or rounded again.
public struct ClassificationShards: Sendable {
    /// The JSON that one run would have written.
    public let json: String
    /// How many checkpoints could not be read, over all parts.
    public let failures: Int

    /// One part: the lines of its parts by name.
    private struct Part {
        let path: String
        let index: Int
        let count: Int
        let files: Int
        let schema: [Substring]
        let version: [Substring]
        let checkpoints: [Substring]
        let failed: [Substring]
    }

    /// Joins the texts of the parts, given in any order.
    ///
    /// Throws `shards.none`, `shards.notAShard`, `shards.differ`, `shards.twice` and `shards.missing`.
    public init(_ texts: [(path: String, text: String)]) throws {
        let parts = try texts.map { try Self.part($0.text, $0.path) }.sorted { $0.index < $1.index }
        guard let first = parts.first else {
            throw KernelVizError(
                code: "shards.none", subject: "merge", found: "no file", expected: "the JSON of every shard")
        }
        for part in parts {
            let isAlike =
                part.count == first.count && part.files == first.files && part.schema == first.schema
                && part.version == first.version
            guard isAlike else {
                throw KernelVizError(
                    code: "shards.differ", subject: part.path,
                    found: "shard \(part.index)/\(part.count) of \(part.files) checkpoints or of another version",
                    expected: "one of \(first.count) of \(first.files) checkpoints, as \(first.path) is",
                    advice: "Classify all shards from the same list with the same kernelviz")
            }
        }
        for (part, next) in zip(parts, parts.dropFirst()) where part.index == next.index {
            throw KernelVizError(
                code: "shards.twice", subject: next.path, found: "shard \(next.index)/\(next.count) a second time",
                expected: "every shard once")
        }
        let present = Set(parts.map(\.index))
        let missing = (1...first.count).lazy.filter { !present.contains($0) }
        guard parts.count == first.count else {
            let some = missing.prefix(8).map(String.init).joined(separator: ", ")
            throw KernelVizError(
                code: "shards.missing", subject: "merge",
                found:
                    "\(parts.count) of \(first.count) shards; missing: \(some)\(first.count - parts.count > 8 ? " …" : "")",
                expected: "all of them")
        }
        failures = parts.reduce(0) { sum, part in sum + part.failed.count { $0.hasPrefix("      \"path\" : ") } }
        let sections = [
            Self.array("checkpoints", parts.map(\.checkpoints)), Self.array("failed", parts.map(\.failed)),
            Self.open(first.schema), Self.open(first.version),
        ]
        json = "{\n" + sections.joined(separator: ",\n") + "\n}\n"
    }

    /// An array of the elements of all parts, as the encoder writes it.
    private static func array(_ name: String, _ parts: [[Substring]]) -> String {
        let filled = parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
        return "  \"\(name)\" : [\n" + filled.joined(separator: ",\n") + "\n  ]"
    }

    /// Lines without the comma that parts them from the next.
    private static func open(_ lines: [Substring]) -> String {
        let text = lines.joined(separator: "\n")
        return text.hasSuffix(",") ? String(text.dropLast()) : text
    }

    private static func part(_ text: String, _ path: String) throws -> Part {
        var sections: [Substring: [Substring]] = [:]
        var name: Substring = ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines.dropFirst() {
            // Names of the outermost object stand two spaces from the left, everything within them further.
            if line.hasPrefix("  \""), let end = line.dropFirst(3).firstIndex(of: "\"") {
                name = line[line.index(line.startIndex, offsetBy: 3)..<end]
            }
            if line == "}" { break }
            sections[name, default: []].append(line)
        }
        func number(_ key: String) -> Int? {
            let start = "    \"\(key)\" : "
            guard let line = sections["shard"]?.first(where: { $0.hasPrefix(start) }) else { return nil }
            return Int(line.dropFirst(start.count).prefix { $0.isNumber })
        }
        func elements(_ key: Substring) -> [Substring]? {
            guard let lines = sections[key], let head = lines.first else { return nil }
            if lines.count == 1 { return head.contains("[]") ? [] : nil }
            let inner = lines.dropFirst().dropLast()
            return inner.allSatisfy(\.isEmpty) ? [] : Array(inner)
        }
        guard lines.first == "{", let index = number("index"), let count = number("of"), let files = number("files"),
            count > 0, count <= 1_000_000, (1...count).contains(index), let schema = sections["schema"],
            let version = sections["version"],
            let checkpoints = elements("checkpoints"), let failed = elements("failed"),
            DocumentSchema.classifications.names(Self.value(schema))
        else {
            throw KernelVizError(
                code: "shards.notAShard", subject: path, found: "no shard of a classification",
                expected: "what 'kernelviz classify --shard 1/4 --format json' wrote, as it is")
        }
        return Part(
            path: path, index: index, count: count, files: files, schema: schema, version: version,
            checkpoints: checkpoints, failed: failed)
    }

    /// The text of a line `  "key" : "value",`.
    private static func value(_ lines: [Substring]) -> String {
        let parts = (lines.first ?? "").split(separator: "\"")
        return parts.count > 3 ? String(parts[3]) : ""
    }
}
