import Diagnostics
import Numerics

/// Layers whose channels differ so much in range that one 8-bit scale for all loses some of them.
struct IntegerRule: DiagnosisRule {
    let identifier = "int8"
    let title = "Channels that one 8-bit scale for the whole layer would drown in noise"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            guard layer.isFinite, !layer.layer.isFixed, let noise = Self.noise(layer) else { return nil }
            let noisy = noise.channels.filter { $0.decibels < DiagnosisLimits.leastDecibels }
            guard Double(noisy.count) >= DiagnosisLimits.noisyShare * Double(noise.channels.count), !noisy.isEmpty
            else { return nil }
            let median = noise.channels.map(\.decibels).median ?? 0
            let share = ShareInterval(count: noisy.count, total: noise.channels.count)
            return finding(
                .note, [layer], channels: noisy.map(\.channel),
                "with one 8-bit scale for the layer \(noisy.count) of \(noise.channels.count) channels have a signal of less than "
                    + "\(NumberFormat.fixed(DiagnosisLimits.leastDecibels, 0)) dB over the noise: ranges differ by "
                    + "\(short(noise.spread)) times",
                [
                    Finding.Evidence(
                        "median signal-to-noise ratio of the channels", median, unit: "dB",
                        count: noise.channels.count, usual: "20 to 36 dB"),
                    Finding.Evidence(
                        "share of channels below \(NumberFormat.fixed(DiagnosisLimits.leastDecibels, 0)) dB",
                        share.share,
                        interval: share.low...share.high, count: noise.channels.count),
                    Finding.Evidence("largest over smallest range of a channel", noise.spread),
                ],
                advice: "Quantise with one scale a channel, or equalise the ranges with the layers around before")
        }
    }

    /// Signal-to-noise ratios of the live channels under symmetric rounding to −127…127, weights with their batch
    /// normalisation folded in.
    static func noise(_ layer: SubjectLayer) -> (channels: [(channel: Int, decibels: Double)], spread: Double)? {
        let factors = layer.layer.batchNorm?.scale
        guard factors.map({ $0.count == layer.outputs }) ?? true else { return nil }
        let dead = Set(DeadKernelsRule.dead(layer))
        var ranges: [(channel: Int, range: Double)] = []
        for channel in 0..<layer.outputs where !dead.contains(channel) {
            let factor = Double(factors?[channel] ?? 1)
            let range = layer.filter(channel).reduce(0.0) { max($0, abs(Double($1) * factor)) }
            if range.isFinite { ranges.append((channel, range)) }
        }
        guard let largest = ranges.map(\.range).max(), largest > 0 else { return nil }
        // A channel that normalisation kills has nothing to lose.
        let live = ranges.filter { $0.range > largest * 1e-6 }
        guard live.count > 1, let smallest = live.map(\.range).min() else { return nil }
        let step = largest / 127
        let channels = live.map { channel, _ in
            let factor = Double(factors?[channel] ?? 1)
            var (signal, noise) = (0.0, 0.0)
            for weight in layer.filter(channel) {
                let value = Double(weight) * factor
                let error = value - (value / step).rounded() * step
                signal += value * value
                noise += error * error
            }
            return (channel, noise > 0 ? decibels(signal / noise) : 100)
        }
        return (channels, largest / smallest)
    }

    private static func decibels(_ ratio: Double) -> Double { 10 * logarithm(max(ratio, 1e-10)) / logarithm(10) }
}
