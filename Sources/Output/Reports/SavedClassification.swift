import Classification
import Diagnostics
import Statistics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `classify --format json` wrote, read back: statistics of networks without their checkpoints.
public struct SavedClassification: Sendable {
    /// The file.
    public let path: String
    /// The version of kernelviz that wrote it.
    public let version: String
    /// The networks in it, at least one; single kernels are not kept.
    public let networks: [NetworkStatistics]

    /// Whether a JSON text may be one of the reports of kernelviz: what begins otherwise need not be read further.
    ///
    /// The length that a safetensors file begins with may have the bytes of spaces and a bracket, but zeros too.
    public static func isLikely(_ head: some Collection<UInt8>) -> Bool {
        !head.contains(0) && head.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
    }

    /// Throws `saved.cutOff` for JSON that lacks its end, of whatever kind it was: its name stands near the end.
    private static func checkEnd(_ text: String, _ path: String) throws {
        guard JSONText.isCutOff(text.utf8) else { return }
        throw KernelVizError(
            code: "saved.cutOff", subject: path, found: JSONText.problem(text, otherwise: "no JSON"),
            expected: "a checkpoint, or what 'kernelviz classify --format json' wrote",
            advice: "Copy it again, or classify the checkpoint again")
    }

    /// Reads the text of a file; nil where it is JSON of another kind, or no JSON.
    ///
    /// Throws `saved.otherReport` for another report of kernelviz, `saved.newerSchema`, `saved.withoutStatistics`, `saved.cutOff`,
    /// `saved.unreadable` where a value is missing or of another kind, and `saved.inconsistent`.
    public init?(text: String, path: String) throws {
        let data = Data(text.utf8)
        guard let head = try? JSONDecoder().decode(Head.self, from: data), head.schema.hasPrefix("kernelviz.") else {
            try Self.checkEnd(text, path)
            return nil
        }
        try Self.check(head, path)
        let isCollection = head.schema == ClassificationCollection.schema
        let documents: [Part]
        do {
            documents =
                try isCollection
                ? JSONDecoder().decode(Whole.self, from: data).checkpoints
                : [JSONDecoder().decode(Part.self, from: data)]
        } catch {
            throw KernelVizError(
                code: "saved.unreadable", subject: path, found: Self.sentence(error),
                expected: "what 'kernelviz classify --format json' of version \(head.version ?? "unknown") writes",
                advice: "Classify the checkpoint again")
        }
        networks = try documents.map { part in
            guard let statistics = part.statistics else {
                throw KernelVizError(
                    code: "saved.withoutStatistics", subject: path,
                    found: "a classification without the key 'statistics', which older versions and 'demo' leave out",
                    expected: "a file that 'kernelviz classify --format json' wrote",
                    advice: "Classify the checkpoint again")
            }
            if let problem = statistics.inconsistency {
                throw KernelVizError(
                    code: "saved.inconsistent", subject: path, found: "its numbers do not fit together (\(problem))",
                    expected: "a file as 'kernelviz classify' wrote it", advice: "Classify the checkpoint again")
            }
            return statistics
        }
        guard !networks.isEmpty else {
            throw KernelVizError(
                code: "saved.empty", subject: path, found: "a classification of no checkpoint", expected: "at least one"
            )
        }
        self.path = path
        version = head.version ?? "unknown"
    }

    // MARK: - The file

    private struct Head: Decodable {
        let schema: String
        let version: String?
    }

    private struct Part: Decodable { let statistics: NetworkStatistics? }

    private struct Whole: Decodable { let checkpoints: [Part] }

    private static func check(_ head: Head, _ path: String) throws {
        let known = [ClassificationReport.schema, ClassificationCollection.schema]
        guard !known.contains(head.schema) else { return }
        let name = head.schema.split(separator: "/")[0]
        if known.contains(where: { $0.split(separator: "/")[0] == name }) {
            throw KernelVizError(
                code: "saved.newerSchema", subject: path,
                found: "its schema is \(head.schema), written by version \(head.version ?? "unknown")",
                expected: known.joined(separator: " or "),
                advice: "Use that version of kernelviz, or classify the checkpoint with this one")
        }
        throw KernelVizError(
            code: "saved.otherReport", subject: path, found: "a report of another kind (\(head.schema))",
            expected: "a checkpoint, or what 'kernelviz classify --format json' wrote")
    }

    /// A decoding failure in words: which value, and what is wrong with it.
    private static func sentence(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + (key.map { [$0] } ?? []))
                .map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }.description
        }
        return switch error {
        case DecodingError.keyNotFound(let key, let context): "no value '\(place(context, key))'"
        case DecodingError.valueNotFound(_, let context): "no value '\(place(context))'"
        case DecodingError.typeMismatch(_, let context): "'\(place(context))' is a value of another kind"
        case DecodingError.dataCorrupted(let context):
            "'\(place(context))' cannot be read (\(context.debugDescription))"
        default: "cannot be read"
        }
    }
}

extension SavedClassification {
    /// What the readers of designs and pages should know of it, one sentence each.
    ///
    /// - Parameter settings: what the labels of checkpoints beside it follow.
    public func notes(beside settings: ClassifierSettings) -> [String] {
        networks.compactMap { network in
            let changes = network.settings.changes(from: settings)
            guard !changes.isEmpty else { return nil }
            return
                "\(path): the labels of \(network.network.title) follow other settings than those of a checkpoint here: "
                + changes.joined(separator: ", ")
        }
    }
}
