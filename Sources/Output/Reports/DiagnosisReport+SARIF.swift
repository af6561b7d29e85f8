import Diagnosis
import Diagnostics

extension DiagnosisReport {
    /// One run with every rule that was asked and every finding (OASIS SARIF 2.1.0, 2020).
    ///
    /// Places are logical, as weights have no lines: layers, channels, tensors. Numbers are in `properties`.
    public func sarif(version: String) -> String {
        let names = Set(diagnoses.flatMap { $0.rules + $0.skipped.map(\.rule) })
        let rules = DiagnosisRules.all.filter { names.contains($0.identifier) }
        let places = Dictionary(
            rules.enumerated().map { ($1.identifier, $0) }, uniquingKeysWith: { first, _ in first })
        let results = diagnoses.flatMap { diagnosis in
            diagnosis.findings.map { SARIF.Result($0, in: diagnosis, ruleIndex: places[$0.rule] ?? -1) }
        }
        return JSONText.of(
            SARIF(
                runs: [
                    SARIF.Run(
                        tool: SARIF.Tool(
                            driver: SARIF.Driver(
                                version: version,
                                rules: rules.map {
                                    SARIF.Rule(id: $0.identifier, shortDescription: SARIF.Message(text: $0.title + "."))
                                })),
                        artifacts: diagnoses.map { diagnosis in
                            SARIF.Artifact(
                                location: SARIF.ArtifactLocation(uri: SARIF.uri(diagnosis.path)),
                                hashes: diagnosis.sha256.isEmpty ? nil : ["sha-256": diagnosis.sha256])
                        },
                        invocations: [
                            SARIF.Invocation(
                                toolExecutionNotifications: diagnoses.flatMap { diagnosis in
                                    diagnosis.skipped.map { skipped in
                                        SARIF.Notification(
                                            message: SARIF.Message(
                                                text:
                                                    "\(diagnosis.path): \(skipped.rule) was not asked: \(skipped.reason)."
                                            ))
                                    }
                                })
                        ], results: results)
                ]))
    }
}

/// The parts of SARIF 2.1.0 that findings fill.
private struct SARIF: Encodable {
    struct Message: Encodable { let text: String }

    struct Rule: Encodable {
        let id: String
        let shortDescription: Message
    }

    struct Driver: Encodable {
        let name = "kernelviz"
        let version: String
        let rules: [Rule]
    }

    struct Tool: Encodable { let driver: Driver }

    struct ArtifactLocation: Encodable { let uri: String }

    struct Artifact: Encodable {
        let location: ArtifactLocation
        let hashes: [String: String]?
    }

    struct Notification: Encodable {
        let level = "note"
        let message: Message
    }

    struct Invocation: Encodable {
        let executionSuccessful = true
        let toolExecutionNotifications: [Notification]
    }

    struct LogicalLocation: Encodable {
        let name: String
        let fullyQualifiedName: String
        let kind: String
    }

    struct PhysicalLocation: Encodable { let artifactLocation: ArtifactLocation }

    struct Location: Encodable {
        let physicalLocation: PhysicalLocation
        let logicalLocations: [LogicalLocation]
    }

    struct Properties: Encodable {
        let network: String
        let channels: [Int]
        let evidence: [Finding.Evidence]
        let cost: Finding.Cost?
        let advice: String
    }

    struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Message
        let locations: [Location]
        let properties: Properties

        init(_ finding: Finding, in diagnosis: NetworkDiagnosis, ruleIndex: Int) {
            ruleId = finding.rule
            self.ruleIndex = ruleIndex
            level = finding.severity.rawValue
            message = Message(text: "\(DiagnosisReport.place(finding)): \(finding.message). \(finding.advice).")
            let names =
                finding.place.layers.map { ($0.name, "layer") } + finding.place.tensors.map { ($0, "tensor") }
            let logical = (names.isEmpty ? [(diagnosis.title, "network")] : names).map { name, kind in
                LogicalLocation(name: name, fullyQualifiedName: "\(diagnosis.path)/\(name)", kind: kind)
            }
            locations = [
                Location(
                    physicalLocation: PhysicalLocation(
                        artifactLocation: ArtifactLocation(uri: SARIF.uri(diagnosis.path))), logicalLocations: logical)
            ]
            properties = Properties(
                network: diagnosis.title, channels: finding.place.channels, evidence: finding.evidence,
                cost: finding.cost, advice: finding.advice)
        }
    }

    struct Run: Encodable {
        let tool: Tool
        let artifacts: [Artifact]
        let invocations: [Invocation]
        let results: [Result]
    }

    let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    let version = "2.1.0"
    let runs: [Run]

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    /// A path as a relative or absolute URI reference: what has no place in one is percent-encoded.
    static func uri(_ path: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        let encoded = path.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
        return path.hasPrefix("/") ? "file://" + encoded : encoded
    }
}
