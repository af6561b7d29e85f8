/// The forms of JSON that are written, with their versions: writers put the name under `schema`, readers compare it.
///
/// A version changes when a field changes its meaning or goes; a new field changes none.
public enum DocumentSchema: String, Sendable, CaseIterable {
    /// `bench`: times of networks, of their steps, and how they grow.
    case bench = "kernelviz.bench/1"
    /// This program's own benchmarks.
    case benchmarks = "kernelviz.benchmarks/1"
    /// `classify --claims`.
    case claims = "kernelviz.claims/1"
    /// `classify` of one checkpoint.
    case classification = "kernelviz.classification/1"
    /// `classify` of several checkpoints.
    case classifications = "kernelviz.classifications/1"
    /// `classify` of a data set of kernels.
    case collection = "kernelviz.collection/1"
    /// `classify --compare`.
    case comparison = "kernelviz.comparison/1"
    /// `derive`.
    case derivation = "kernelviz.derivation/3"
    /// `derive --against`.
    case derivationDifference = "kernelviz.derivation-difference/1"
    /// `doctor`.
    case doctor = "kernelviz.doctor/1"
    /// `eval` of one network.
    case evaluation = "kernelviz.evaluation/1"
    /// `eval` of several networks.
    case evaluations = "kernelviz.evaluations/1"
    /// `diagnose`.
    case diagnosis = "kernelviz.diagnosis/1"
    /// `classify --fidelity`.
    case fidelity = "kernelviz.fidelity/1"
    /// `derive --race`.
    case race = "kernelviz.race/1"
    /// The plan of a race.
    case racePlan = "kernelviz.race-plan/1"
    /// What `serve` lists.
    case servedFolder = "kernelviz.served-folder/1"
    /// The layers of a network that `serve` lists.
    case servedLayers = "kernelviz.served-layers/1"
    /// `slim`.
    case slimming = "kernelviz.slimming/1"
    /// `derive --survey`.
    case survey = "kernelviz.survey/1"
    /// `sweep`: the table of trainings.
    case sweep = "kernelviz.sweep/1"
    /// `classify --validate`.
    case validation = "kernelviz.validation/1"
    /// `verdict`.
    case verdict = "kernelviz.verdict/1"
    /// `weights inspect`.
    case weights = "kernelviz.weights/1"
    /// `weights diff`.
    case weightsDifference = "kernelviz.weights-difference/1"

    /// "classification": the form without this program's name and its version.
    public var name: String { String(rawValue.prefix { $0 != "/" }.drop { $0 != "." }.dropFirst()) }

    /// Whether a document says that it has this form, in whatever version.
    public func names(_ schema: String?) -> Bool {
        schema?.prefix { $0 != "/" } == rawValue.prefix { $0 != "/" }
    }
}
