import Diagnostics
import Engine
import Glibc
import Numerics

/// Whether the means that batch normalisations recorded are those that their layers' weights give.
///
/// The mean of a convolution's output is Σw times the mean of its input, which the normalisations before it tell. In a
/// network that was trained as a whole the two agree in every layer; where weights and statistics are of two trainings (a
/// merged checkpoint, a layer that was replaced, channels in another order) they have nothing to do with each other.
struct StatisticsRule: DiagnosisRule {
    let identifier = "statistics-mismatch"
    let title = "Weights that do not give the means that batch normalisation recorded: parts of two trainings"
    let needs: Set<DiagnosisNeed> = [.batchNorm, .graph]
    let findsDamage = true

    /// One layer's means, as they are recorded and as they should be.
    struct Agreement {
        let layer: SubjectLayer
        let correlation: Double
        let channels: Int

        /// The chance of a correlation this low where the true one is ``DiagnosisLimits/leastAgreement`` (Fisher's z).
        var probability: Double {
            let bounded = min(max(correlation, -0.999999), 0.999999)
            let z = (atanh(bounded) - atanh(DiagnosisLimits.leastAgreement)) * Double(channels - 3).squareRoot()
            return StandardNormal.upperTail(-z)
        }

        /// The 95 % interval of the correlation.
        var interval: ClosedRange<Double> {
            let bounded = min(max(correlation, -0.999999), 0.999999)
            let reach = 1.959963984540054 / Double(max(1, channels - 3)).squareRoot()
            return tanh(atanh(bounded) - reach)...tanh(atanh(bounded) + reach)
        }
    }

    func findings(in subject: Subject) -> [Finding] {
        let agreements = Self.agreements(subject)
        let corrected = Holm.adjusted(agreements.map(\.probability))
        let found = zip(agreements, corrected).filter { $0.1 < DiagnosisLimits.significance }
        if found.isEmpty { return averaged(agreements).map { [$0] } ?? [] }
        let values = agreements.map(\.correlation).sorted()
        let usual =
            values.isEmpty ? nil : "median of the network's \(values.count) layers \(short(values[values.count / 2]))"
        let evidence = found.map { agreement, probability in
            Finding.Evidence(
                "correlation of recorded and expected means", agreement.correlation, interval: agreement.interval,
                probability: probability, count: agreement.channels, usual: usual)
        }
        guard found.count > 3, found.count * 4 > agreements.count else {
            return zip(found, evidence).map { found, evidence in
                finding(
                    .warning, [found.0.layer],
                    "its weights do not give the means that its batch normalisation recorded: weights, statistics or what "
                        + "comes before are of another training (merged checkpoints, a layer replaced, channels in another order)",
                    [evidence], advice: Self.advice)
            }
        }
        let lowest = evidence.min { $0.value < $1.value }
        return [
            finding(
                .warning, found.map(\.0.layer),
                "in \(found.count) of \(agreements.count) layers the weights do not give the means that batch normalisation "
                    + "recorded: weights and statistics are of different trainings, or were averaged",
                lowest.map { [$0] } ?? [], advice: Self.advice)
        ]
    }

    /// A network whose layers all agree a little less than they should: weights and statistics were averaged, each by
    /// itself, which the means of what lies between do not follow.
    private func averaged(_ agreements: [Agreement]) -> Finding? {
        guard agreements.count >= DiagnosisLimits.leastLayers else { return nil }
        let sorted = agreements.map(\.correlation).sorted()
        // The ranks between which the median lies in 95 of 100 cases, by the binomial distribution.
        let reach = 0.98 * Double(sorted.count).squareRoot()
        let middle = Double(sorted.count) / 2
        let low = sorted[max(0, Int(middle - reach))]
        let high = sorted[min(sorted.count - 1, Int((middle + reach).rounded(.up)))]
        guard high < DiagnosisLimits.leastMedianAgreement else { return nil }
        return finding(
            .warning, agreements.map(\.layer),
            "throughout the network the weights give the means that batch normalisation recorded only roughly: two checkpoints "
                + "were averaged, or the statistics are of another data set",
            [
                Finding.Evidence(
                    "median correlation of recorded and expected means", sorted[sorted.count / 2], interval: low...high,
                    count: sorted.count, usual: "0.99 or more in ten trained networks")
            ], advice: Self.advice)
    }

    private static let advice =
        "Load the checkpoint as a whole again, or take the statistics anew on training images in training mode"

    /// The layers with a batch normalisation whose input is known, in network order.
    static func agreements(_ subject: Subject) -> [Agreement] {
        guard let graph = subject.runnable?.graph, let moments = subject.moments else { return [] }
        return subject.layers.compactMap { layer in
            guard let place = layer.place, let norm = place.norm, layer.isFinite,
                case .convolution(let convolution) = graph[place.node].operation,
                case .batchNormalization(let numbers) = graph[norm].operation,
                let source = graph[place.node].inputs.first, let input = moments.nodes[source.position],
                let expected = ChannelMoments.convolution(convolution, input, graph, place: place)?.means
            else { return nil }
            let recorded = graph[numbers.runningMean].scalars
            let variances = graph[numbers.runningVariance].scalars
            var pairs: [(Double, Double)] = []
            let largest = variances.max() ?? 0
            for channel in recorded.indices where variances[channel] > max(0, largest * 1e-6) {
                let deviation = (Double(variances[channel]) + Double(numbers.epsilon)).squareRoot()
                let pair = (Double(recorded[channel]) / deviation, expected[channel] / deviation)
                if pair.0.isFinite, pair.1.isFinite { pairs.append(pair) }
            }
            guard pairs.count >= DiagnosisLimits.leastChannels, let correlation = Self.correlation(pairs) else {
                return nil
            }
            return Agreement(layer: layer, correlation: correlation, channels: pairs.count)
        }
    }

    /// Pearson's correlation; nil where the first numbers do not spread.
    private static func correlation(_ pairs: [(Double, Double)]) -> Double? {
        let n = Double(pairs.count)
        let means = (pairs.reduce(0) { $0 + $1.0 } / n, pairs.reduce(0) { $0 + $1.1 } / n)
        var (xx, yy, xy) = (0.0, 0.0, 0.0)
        for (x, y) in pairs {
            xx += (x - means.0) * (x - means.0)
            yy += (y - means.1) * (y - means.1)
            xy += (x - means.0) * (y - means.1)
        }
        guard (xx / n).squareRoot() >= DiagnosisLimits.leastSpread else { return nil }
        return yy > 0 ? xy / (xx * yy).squareRoot() : 0
    }
}
