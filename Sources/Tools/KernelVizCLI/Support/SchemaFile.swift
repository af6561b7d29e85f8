import KernelViz

/// JSON Schema (draft 2020-12) of the documents that `--format json` writes, as they lie in the folder Schemas.
struct SchemaFile {
    /// "classification": the document's name.
    let name: String
    /// "classify": the command that writes it.
    let command: String
    private let bytes: [UInt8]

    private init(_ schema: DocumentSchema, _ command: String, _ bytes: [UInt8]) {
        (name, self.command, self.bytes) = (schema.name, command, bytes)
    }

    /// The schema's text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// All of them, by the verbs' order.
    static let all = [
        SchemaFile(.classification, "classify", PackageResources.classification_json),
        SchemaFile(.classifications, "classify A B", PackageResources.classifications_json),
        SchemaFile(.collection, "classify DATASET", PackageResources.collection_json),
        SchemaFile(.comparison, "classify --compare", PackageResources.comparison_json),
        SchemaFile(.claims, "classify --claims", PackageResources.claims_json),
        SchemaFile(.validation, "classify --validate", PackageResources.validation_json),
        SchemaFile(.fidelity, "classify --fidelity", PackageResources.fidelity_json),
        SchemaFile(.diagnosis, "diagnose", PackageResources.diagnosis_json),
        SchemaFile(.derivation, "derive", PackageResources.derivation_json),
        SchemaFile(.derivationDifference, "derive --against", PackageResources.derivation_difference_json),
        SchemaFile(.survey, "derive --survey", PackageResources.survey_json),
        SchemaFile(.race, "derive --race", PackageResources.race_json),
        SchemaFile(.racePlan, "derive --race (race.json)", PackageResources.race_plan_json),
        SchemaFile(.evaluation, "eval", PackageResources.evaluation_json),
        SchemaFile(.evaluations, "eval A B", PackageResources.evaluations_json),
        SchemaFile(.sweep, "sweep", PackageResources.sweep_json),
        SchemaFile(.verdict, "verdict", PackageResources.verdict_json),
        SchemaFile(.bench, "bench", PackageResources.bench_json),
        SchemaFile(.slimming, "slim", PackageResources.slimming_json),
        SchemaFile(.weights, "weights inspect", PackageResources.weights_json),
        SchemaFile(.weightsDifference, "weights diff", PackageResources.weights_difference_json),
        SchemaFile(.servedFolder, "serve (/networks.json)", PackageResources.served_folder_json),
        SchemaFile(.servedLayers, "serve (/layers.json)", PackageResources.served_layers_json),
        SchemaFile(.doctor, "doctor", PackageResources.doctor_json),
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
