/// Kernels that a conversion turned or transposed, and padding that is another: the network is surer without.
///
/// Padding and turned kernels look alike (see ``PaddingRule``): both make one finding. A network that is surer in all ways is
/// damaged rather than read wrongly.
struct TurnedKernelsRule: DiagnosisRule {
    let identifier = "other-reading"
    let title = "A network that is surer of its answers with turned or transposed kernels, or another padding"
    let needs: Set<DiagnosisNeed> = [.graph, .images]
    let restsOnCertainty = true

    func findings(in subject: Subject) -> [Finding] {
        let alarms = (subject.pictures?.alarms ?? []).filter { $0.kind != .swappedPlanes }
        guard let first = alarms.first else { return [] }
        let kinds = Set(alarms.map(\.kind))
        let pictures = alarms.map { "\($0.surer) of \($0.images) pictures with \($0.kind.rawValue)" }
        let (why, advice) = Self.reason(kinds)
        return [
            finding(
                .warning, [], "it is surer on \(pictures.joined(separator: ", on ")): \(why)", alarms.map(\.evidence),
                cost: Finding.Cost(answers: alarms.map(\.changedAnswers).max() ?? first.changedAnswers), advice: advice)
        ]
    }

    /// What such a certainty may come from, and what to do.
    private static func reason(_ kinds: Set<OtherReading.Kind>) -> (why: String, advice: String) {
        let again = "convert the weights again, and compare logits on one picture"
        if kinds.contains(.transposedKernels), kinds.count > 1 {
            return ("they contradict each other, so that its weights may be damaged", "Load or " + again)
        }
        switch (kinds.contains(.otherPadding), kinds.contains(.turnedKernels)) {
        case (true, true):
            return (
                "it may have been trained with the other padding, or a conversion may have turned its kernels",
                "Run it with the other --padding, or " + again
            )
        case (true, false):
            return ("it may have been trained with the other padding", "Run it with the other --padding")
        case (false, true):
            return (
                "a conversion may have turned its kernels (Theano's and Caffe's convolutions differ so)", again.sentence
            )
        case (false, false): return ("a conversion may have exchanged rows and columns", again.sentence)
        }
    }
}

extension String {
    /// With a capital letter.
    fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() }
}
