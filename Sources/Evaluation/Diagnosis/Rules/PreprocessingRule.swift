import Architectures
import Checkpoints
import Diagnostics

/// Whether the preprocessing that the network is taken to have gives what its first batch normalisation recorded.
struct PreprocessingRule: DiagnosisRule {
    let identifier = "preprocessing"
    let title = "A preprocessing that does not fit the statistics of the first batch normalisation"
    let needs: Set<DiagnosisNeed> = [.batchNorm]

    func findings(in subject: Subject) -> [Finding] {
        let convention = subject.preprocessing
        guard let input = StemInput(subject, convention), let pixels = input.pixelMeans(convention) else { return [] }
        let outside = pixels.values.enumerated().filter { plane, value in
            let reach = 4 * pixels.errors[plane]
            let range = DiagnosisLimits.plausibleMean
            return value + reach < range.lowerBound || value - reach > range.upperBound
        }
        let factor = input.deviationRatio ?? 1
        let isScaled = factor > DiagnosisLimits.scaleFactor || factor < 1 / DiagnosisLimits.scaleFactor
        guard !outside.isEmpty || isScaled else { return [] }
        var evidence = pixels.values.enumerated().map { plane, value in
            let reach = 1.959963984540054 * pixels.errors[plane]
            return Finding.Evidence(
                "mean of the \(["red", "green", "blue"][plane]) plane of the training images", value, unit: "of white",
                interval: value - reach...value + reach, count: input.filters,
                usual: "\(DiagnosisLimits.naturalMean[plane]) in ImageNet")
        }
        if let ratio = input.deviationRatio {
            evidence.append(
                Finding.Evidence(
                    "deviation of the pixels over that of photographs", ratio, count: input.filters,
                    usual: "1.15 to 1.31 in four networks"))
        }
        let fed = input.means.map(short).joined(separator: ", ")
        return [
            finding(
                .warning, [input.layer],
                "the first batch normalisation recorded inputs with means \(fed); '\(convention.words)' does not give that on "
                    + "photographs" + (isScaled ? ", nor their spread (\(short(factor)) times)" : ""), evidence,
                advice: better(input).map { "It fits '\($0)': pass it with --preprocessing" }
                    ?? "Find out how the training images were prepared, and pass it with --preprocessing")
        ]
    }

    /// The usual preprocessing that fits best; nil where none fits.
    private func better(_ input: StemInput) -> String? {
        let candidates = [
            "RGB x/127.5-1", "RGB /255 ImageNet mean/std", "RGB /255", "RGB x", "BGR /255",
            "BGR (x-[103.939,116.779,123.68])*1", "BGR (x-[103.94,116.78,123.68])*0.017",
        ]
        return candidates.first { words in
            guard let convention = InputConvention(words: words),
                let pixels = input.pixelMeans(convention), let scale = convention.scale?.first,
                let ratio = input.deviation
            else { return false }
            let fits = ratio / (DiagnosisLimits.naturalDeviation * 255 * Double(scale))
            return pixels.values.allSatisfy(DiagnosisLimits.plausibleMean.contains)
                && pixels.values[0] > pixels.values[2] && fits < DiagnosisLimits.scaleFactor
                && fits > 1 / DiagnosisLimits.scaleFactor
        }
    }
}
