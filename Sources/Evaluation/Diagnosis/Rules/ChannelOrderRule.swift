import Architectures
import Checkpoints
import Numerics

/// Whether the planes of the stem are in the order that the network is taken to have.
///
/// Two witnesses: the means of the planes that the first batch normalisation recorded (photographs are redder than blue),
/// and the energy of the stem's weights (the blue plane has the least in every one of the ten networks). Pictures are a
/// third: the network is surer with the planes in the right order. By themselves they speak only where the stem's energies
/// do not say that the order is right.
struct ChannelOrderRule: DiagnosisRule {
    let identifier = "channel-order"
    let title = "A stem whose red and blue planes are swapped (BGR for RGB)"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        guard let stem = StemInput.stem(of: subject) else { return [] }
        let convention = subject.preprocessing
        let witnesses = [
            means(subject, convention), energies(stem, convention.channelOrder == .bgr),
        ].compactMap { $0 }
        let pictures = subject.pictures?.readings.first { $0.kind == .swappedPlanes }
        let alarm = subject.pictures?.alarms.first { $0.kind == .swappedPlanes }
        // Pictures can speak by themselves, and against the other witnesses.
        let isDenied = pictures.map { $0.isDenial } ?? false
        let isRightByEnergy = energies(stem, convention.channelOrder != .bgr) != nil
        guard alarm != nil && !(witnesses.isEmpty && isRightByEnergy) || !witnesses.isEmpty && !isDenied else {
            return []
        }
        let seen = alarm?.evidence
        let order = convention.channelOrder == .bgr ? ("BGR", "RGB") : ("RGB", "BGR")
        return [
            finding(
                .warning, [stem],
                witnesses.isEmpty
                    ? "the network is read as \(order.0) and is surer of its answers as \(order.1): red and blue may be swapped"
                    : "the network is read as \(order.0), its stem fits \(order.1): red and blue are swapped",
                (seen.map { [$0] } ?? []) + witnesses,
                cost: pictures.map { Finding.Cost(answers: $0.changedAnswers) },
                advice:
                    "Give the planes in the other order (--preprocessing '\(order.1) …'), or swap the first and third input "
                    + "channel of the stem's weights")
        ]
    }

    /// Blue brighter than red by the first normalisation.
    private func means(_ subject: Subject, _ convention: InputConvention) -> Finding.Evidence? {
        guard let input = StemInput(subject, convention), let pixels = input.pixelMeans(convention) else { return nil }
        let difference = pixels.values[2] - pixels.values[0]
        let error = (pixels.errors[0] * pixels.errors[0] + pixels.errors[2] * pixels.errors[2]).squareRoot()
        guard difference > DiagnosisLimits.leastColourDifference,
            StandardNormal.upperTail(difference / max(error, 1e-9)) < DiagnosisLimits.significance
        else { return nil }
        let reach = 1.959963984540054 * error
        return Finding.Evidence(
            "mean blue less mean red of the training images", difference, unit: "of white",
            interval: difference - reach...difference + reach,
            probability: StandardNormal.upperTail(difference / max(error, 1e-9)), count: input.filters,
            usual: "−0.08 to −0.04 in sets of photographs")
    }

    /// Blue planes of the filters stronger than red ones.
    private func energies(_ stem: SubjectLayer, _ isBGR: Bool) -> Finding.Evidence? {
        let cells = stem.cells
        let planes = stem.norms.indices.map { output in
            (0..<3).map { plane in
                (0..<cells).reduce(0.0) { sum, cell in
                    let value = Double(stem.weight.scalars[(output * 3 + plane) * cells + cell])
                    return sum + value * value
                }
            }
        }
        let largest = planes.map { $0.reduce(0, +) }.max() ?? 0
        let live = planes.filter { $0.reduce(0, +) > largest * 1e-4 }
        let (red, blue) = isBGR ? (2, 0) : (0, 2)
        let sums = (live.reduce(0) { $0 + $1[red] }, live.reduce(0) { $0 + $1[blue] })
        let bluer = live.count { $0[blue] > $0[red] }
        let probability = Binomial.tail(atLeast: bluer, of: live.count, rate: 0.5)
        guard sums.0 > 0, sums.1 > sums.0, probability < DiagnosisLimits.planeSignificance else { return nil }
        let interval = ShareInterval(count: bluer, total: live.count)
        return Finding.Evidence(
            "share of filters whose blue plane is stronger than the red one", interval.share,
            interval: interval.low...interval.high, probability: probability, count: live.count,
            usual: "below 0.5 in ten networks")
    }
}
