/// What the kernels say about the paper's choices, field by field, whether or not a rule lets them decide.
public struct Agreement: Sendable, Equatable, Codable {
    /// A field and the places where the kernels say the same about it ("identity (stages 1, 3)").
    public struct Entry: Sendable, Equatable, Codable {
        /// The field's key in the config file.
        public let field: String
        /// "stage 1", "stem"; empty where the field has one value.
        public let places: [String]

        /// "identity (stages 1, 3)".
        public var text: String {
            guard !places.isEmpty else { return field }
            let stages = places.compactMap { $0.hasPrefix("stage ") ? String($0.dropFirst(6)) : nil }
            let others = places.filter { !$0.hasPrefix("stage ") }
            let word =
                stages.count == 4
                ? ["all stages"]
                : stages.isEmpty ? [] : ["\(stages.count == 1 ? "stage" : "stages") \(stages.joined(separator: ", "))"]
            return "\(field) (\((others + word).joined(separator: ", ")))"
        }
    }

    /// Where the kernels lead to the paper's value.
    public let confirmed: [Entry]
    /// Where they lead to another one.
    public let contradicted: [Entry]
    /// Where nothing could be said: too few kernels or networks, or an interval that spans the cut-off.
    public let silent: [Entry]

    /// What the findings of `reasons` say.
    init(_ reasons: [Reason]) {
        func entries(_ support: Reason.Support) -> [Entry] {
            reasons.compactMap { reason in
                let found = reason.findings.filter { $0.support == support }
                return found.isEmpty ? nil : Entry(field: reason.field, places: found.compactMap(\.place))
            }
        }
        (confirmed, contradicted, silent) = (entries(.confirms), entries(.contradicts), entries(.silent))
    }

    /// One sentence each, those that have something to say.
    public var sentences: [String] {
        func sentence(_ start: String, _ entries: [Entry]) -> String? {
            entries.isEmpty ? nil : "\(start): \(entries.map(\.text).joined(separator: ", "))."
        }
        return [
            sentence("The kernels confirm the paper's choice", confirmed),
            sentence("They show something else", contradicted), sentence("Nothing could be said", silent),
        ].compactMap { $0 }
    }
}

extension Derivation {
    /// Which of the paper's choices the kernels confirm, which they contradict, and on which nothing could be said.
    public var agreement: Agreement { Agreement(reasons) }
}
