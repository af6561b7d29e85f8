import Diagnostics

/// What this machine has and lacks, check by check.
public struct DoctorReport: Report {
    /// One thing that was looked at.
    public struct Check: Sendable, Equatable, Encodable {
        /// How it stands.
        public enum State: String, Sendable, Encodable {
            /// As it should be.
            case fine
            /// All works, something less well.
            case weaker
            /// Something does not work.
            case broken
        }

        /// What was looked at, a word or two.
        public let name: String
        /// How it stands.
        public let state: State
        /// What was found.
        public let found: String
        /// What to do, where something is to be done.
        public let advice: String?

        /// Says what was found.
        public init(_ name: String, _ state: State, _ found: String, advice: String? = nil) {
            self.name = name
            self.state = state
            self.found = found
            self.advice = advice
        }
    }

    /// Names the JSON's form.
    public static let schema = DocumentSchema.doctor.rawValue

    /// The checks, in their order.
    public let checks: [Check]

    /// A report on checks.
    public init(_ checks: [Check]) { self.checks = checks }

    /// Whether everything works.
    public var isSound: Bool { !checks.contains { $0.state == .broken } }

    /// One line a check, then what to do and how it stands altogether.
    public var table: String {
        var table = TextTable([.init("state", .left), .init("check", .left), .init("found", .left)])
        for check in checks {
            let mark =
                switch check.state {
                case .fine: "ok"
                case .weaker: "weaker"
                case .broken: "broken"
                }
            table.add([mark, check.name, check.found].map { TextTable.Cell($0) })
        }
        let advice = checks.compactMap { check in check.advice.map { "\(check.name): \($0).\n" } }
        return table.text + advice.joined() + verdict + "\n"
    }

    private var verdict: String {
        let broken = checks.filter { $0.state == .broken }.map(\.name)
        let weaker = checks.filter { $0.state == .weaker }.map(\.name)
        if !broken.isEmpty { return "Broken: \(broken.joined(separator: ", "))." }
        return weaker.isEmpty
            ? "Everything works." : "Everything works; weaker than it could be: \(weaker.joined(separator: ", "))."
    }

    /// `{"schema", "isSound", "checks": [{"name", "state", "found", "advice"}]}`.
    public var json: String {
        struct Document: Encodable {
            let schema: String
            let isSound: Bool
            let checks: [Check]
        }
        return JSONText.of(Document(schema: Self.schema, isSound: isSound, checks: checks))
    }
}
