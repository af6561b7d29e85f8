/// Weights that are NaN or infinite: the training diverged, or the file is damaged.
struct NonFiniteRule: DiagnosisRule {
    let identifier = "non-finite"
    let title = "Weights or statistics that are NaN or infinite"
    let needs: Set<DiagnosisNeed> = []
    let findsDamage = true

    func findings(in subject: Subject) -> [Finding] {
        subject.damages.map { damage in
            let layers = subject.layers.filter { $0.layer.tensorName == damage.tensor }.map(\.name)
            return Finding(
                rule: identifier, severity: .error,
                place: Finding.Place(layers: layers, tensors: layers.isEmpty ? [damage.tensor] : []),
                message: "\(damage.count) of \(damage.total) numbers of '\(damage.tensor)' are NaN or infinite",
                evidence: [
                    Finding.Evidence("numbers not finite", Double(damage.count), count: damage.total, usual: "0")
                ], advice: "Go back to a checkpoint before the training diverged, or copy the file again")
        }
    }
}
