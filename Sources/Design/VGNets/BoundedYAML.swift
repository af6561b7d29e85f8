import Diagnostics
import Yams

/// YAML of people that we do not know: aliases multiply what a text holds, so they are counted before a parser sees them.
package enum BoundedYAML {
    /// What a text may grow to when its aliases are replaced by what they stand for.
    private static let limitBytes = 1 << 22

    /// The root of a text; nil where it holds none.
    ///
    /// Throws `yaml.tooLarge` where its aliases could multiply beyond all measure, and Yams' errors.
    package static func compose(_ text: String, subject: String) throws -> Node? {
        guard expandedBytes(text) <= limitBytes else {
            throw KernelVizError(
                code: "yaml.tooLarge", subject: subject, found: "YAML whose aliases (*name) multiply without measure",
                expected: "a text that stays below \(limitBytes >> 20) MiB when they are written out",
                advice: "Write out what the aliases stand for")
        }
        return try Yams.compose(yaml: text)
    }

    /// An upper bound of a text's length with every alias written out, whatever stands inside what.
    ///
    /// With A aliases of D anchors no chain of them is longer than D, and the numbers of aliases in a chain of k anchors
    /// multiply to at most (A/k)^k: a byte comes at most 1 + D · max (A/k)^k times. Marks in comments count too.
    static func expandedBytes(_ text: String) -> Int {
        let anchors = names(in: text, after: UInt8(ascii: "&"))
        guard !anchors.isEmpty else { return text.utf8.count }
        let known = Set(anchors)
        let uses = names(in: text, after: UInt8(ascii: "*")).count { known.contains($0) }
        guard uses > 0 else { return text.utf8.count }
        let depth = min(anchors.count, uses)
        var growth = 1.0
        for links in 1...depth {
            var product = 1.0
            for _ in 0..<links where product < 1e12 { product *= Double(uses) / Double(links) }
            growth = max(growth, product)
        }
        return Int(min(1e15, Double(text.utf8.count) * (1 + Double(depth) * growth)))
    }

    /// Every run of letters, digits, "_" and "-" behind `mark`: what libyaml takes for a name there.
    private static func names(in text: String, after mark: UInt8) -> [String] {
        var names: [String] = []
        var rest = Substring(text).utf8
        while let place = rest.firstIndex(of: mark) {
            rest = rest[rest.index(after: place)...]
            let name = rest.prefix { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            if !name.isEmpty { names.append(String(Substring(name))) }
        }
        return names
    }
}
