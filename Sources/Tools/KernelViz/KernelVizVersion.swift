import CVersion
import Engine

/// Which kernelviz this is.
public enum KernelVizVersion {
    /// The semantic version; CHANGELOG.md and CITATION.cff have it too.
    public static let number = "0.2.0"

    /// The commit that was built, seven digits, with "+" where files differed from it; nil where that is not known.
    public static var commit: String? {
        let text = unsafe String(cString: kernelviz_commit())
        return text.isEmpty ? nil : text
    }

    /// What `--version` prints: version, commit, and the instruction sets that run on this processor.
    public static var summary: String {
        let sets = ExecutionOptions.Operators.allCases.filter { set in
            set != .automatic && set != .reference && ExecutionOptions.available.contains(set)
        }
        return "kernelviz \(number) (\(commit.map { "commit \($0)" } ?? "no commit known"); runs "
            + "\(sets.map(\.rawValue).joined(separator: ", ")))"
    }
}
