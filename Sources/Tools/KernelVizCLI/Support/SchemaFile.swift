import KernelViz

/// JSON Schema (draft 2020-12) of the documents that `--format json` writes, as they lie in the folder Schemas.
struct SchemaFile {
    /// "classification": the document's name.
    let name: String
    /// "classify": the command that writes it.
    let command: String
    private let bytes: [UInt8]

    /// The schema's text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// All of them, by the verbs' order.
    static let all = [
        SchemaFile(name: "classification", command: "classify", bytes: PackageResources.classification_json),
        SchemaFile(name: "classifications", command: "classify A B", bytes: PackageResources.classifications_json),
        SchemaFile(name: "comparison", command: "classify --compare", bytes: PackageResources.comparison_json),
        SchemaFile(name: "claims", command: "classify --claims", bytes: PackageResources.claims_json),
        SchemaFile(name: "validation", command: "classify --validate", bytes: PackageResources.validation_json),
        SchemaFile(name: "fidelity", command: "classify --fidelity", bytes: PackageResources.fidelity_json),
        SchemaFile(name: "diagnosis", command: "diagnose", bytes: PackageResources.diagnosis_json),
        SchemaFile(name: "derivation", command: "derive", bytes: PackageResources.derivation_json),
        SchemaFile(
            name: "derivation-difference", command: "derive --against",
            bytes: PackageResources.derivation_difference_json),
        SchemaFile(name: "survey", command: "derive --survey", bytes: PackageResources.survey_json),
        SchemaFile(name: "evaluation", command: "eval", bytes: PackageResources.evaluation_json),
        SchemaFile(name: "evaluations", command: "eval A B", bytes: PackageResources.evaluations_json),
        SchemaFile(name: "sweep", command: "sweep", bytes: PackageResources.sweep_json),
        SchemaFile(name: "verdict", command: "verdict", bytes: PackageResources.verdict_json),
        SchemaFile(name: "bench", command: "bench", bytes: PackageResources.bench_json),
        SchemaFile(name: "slimming", command: "slim", bytes: PackageResources.slimming_json),
        SchemaFile(name: "weights", command: "weights inspect", bytes: PackageResources.weights_json),
        SchemaFile(
            name: "weights-difference", command: "weights diff", bytes: PackageResources.weights_difference_json),
        SchemaFile(name: "doctor", command: "doctor", bytes: PackageResources.doctor_json),
    ]

    /// What CSV files have in their columns.
    static var columns: String { String(decoding: PackageResources.columns_md, as: UTF8.self) }

    /// The schema of a document or of what a command writes.
    ///
    /// Throws `schema.unknownName` with the nearest name.
    static func named(_ name: String) throws -> SchemaFile {
        if let found = all.first(where: { $0.name == name || $0.command == name }) { return found }
        throw KernelVizError(
            code: "schema.unknownName", subject: name, found: "no form of JSON of this name",
            expected: "a verb such as 'classify', or a name that 'kernelviz schema' lists",
            advice: NearestName.of(name, among: all.flatMap { [$0.name, $0.command] }).map {
                "The nearest name is '\($0)'"
            })
    }
}
