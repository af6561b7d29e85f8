/// Kernels that a conversion turned or transposed, and padding that is another: the network is surer without.
struct TurnedKernelsRule: DiagnosisRule {
    let identifier = "other-reading"
    let title = "A network that is surer of its answers with turned or transposed kernels, or another padding"
    let needs: Set<DiagnosisNeed> = [.graph, .images]

    func findings(in subject: Subject) -> [Finding] {
        (subject.pictures?.readings ?? []).filter { $0.isAlarm && $0.kind != .swappedPlanes }.map { reading in
            let what =
                switch reading.kind {
                case .otherPadding: "it was trained with the other padding"
                case .turnedKernels: "a conversion turned its kernels (Theano's and Caffe's convolutions differ so)"
                case .transposedKernels: "a conversion exchanged rows and columns"
                case .swappedPlanes: "red and blue are swapped"
                }
            return finding(
                .warning, [],
                "on \(reading.surer) of \(reading.images) pictures it is surer with \(reading.kind.rawValue): \(what)",
                [reading.evidence], cost: Finding.Cost(answers: reading.changedAnswers),
                advice: reading.kind == .otherPadding
                    ? "Run it with the other --padding" : "Convert the weights again, and compare logits on one picture"
            )
        }
    }
}
