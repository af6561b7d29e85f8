import Checkpoints
import Tensors

/// Two networks in one file.
struct CopiesRule: DiagnosisRule {
    let identifier = "two-networks"
    let title = "Two networks of one design in one file"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        let entries = subject.network.checkpoint.entries
        for depth in 1...2 {
            let groups = Self.groups(entries, depth: depth)
            let names = groups.keys.sorted()
            for (place, first) in names.enumerated() {
                let twins = names.dropFirst(place + 1).filter { groups[$0] == groups[first] }
                guard !twins.isEmpty, let tensors = groups[first] else { continue }
                let all = [first] + twins
                return [
                    Finding(
                        rule: identifier, severity: .warning, place: Finding.Place(tensors: all),
                        message:
                            "the file holds \(all.count) networks with the same \(tensors.count) names and shapes, below "
                            + all.map { "'\($0)'" }.joined(separator: " and "),
                        evidence: [Finding.Evidence("networks", Double(all.count), count: tensors.count, usual: "1")],
                        advice: "Save the one that is meant; what reads the file may take either, or both for one")
                ]
            }
        }
        return []
    }

    /// By what their names begin with, the rest of the names with the shapes; only of groups that begin with pixels (a
    /// convolution of 1 or 3 channels) and have at least four convolutions, so that blocks of one network do not count.
    private static func groups(_ entries: [Checkpoint.Entry], depth: Int) -> [String: Set<String>] {
        var groups: [String: Set<String>] = [:]
        var convolutions: [String: Int] = [:]
        var stems: Set<String> = []
        for entry in entries {
            let parts = entry.name.split { $0 == "." || $0 == "/" }
            guard parts.count > depth else { continue }
            let head = parts.prefix(depth).joined(separator: ".")
            groups[head, default: []].insert(parts.dropFirst(depth).joined(separator: ".") + " \(entry.shape)")
            guard entry.shape.rank == 4 else { continue }
            convolutions[head, default: 0] += 1
            let shape = entry.shape.dimensions
            let isLast = entry.axes != .outputInputRowsColumns
            let inputs = isLast ? shape[2] : shape[1]
            let window = isLast ? shape[0] : shape[2]
            if inputs == 3, window > 1 { stems.insert(head) }
        }
        return groups.filter { stems.contains($0.key) && convolutions[$0.key, default: 0] >= 4 }
    }
}
