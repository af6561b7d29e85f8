import Classification
import Diagnostics
import Kernels
import Statistics

/// The labels of a network's kernels in the forms in which people and programs read them.
///
/// Table, JSON and CSV say the same numbers; each is a function of the statistics alone, so the same checkpoint gives
/// the same bytes.
public struct ClassificationReport: Sendable {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.classification.rawValue

    /// What is reported.
    let statistics: NetworkStatistics

    /// A report on `statistics`.
    public init(_ statistics: NetworkStatistics) { self.statistics = statistics }
}
