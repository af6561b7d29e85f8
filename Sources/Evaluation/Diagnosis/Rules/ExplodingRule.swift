import Diagnostics

/// Weights and running variances of a size that no training that went well ends with.
struct ExplodingRule: DiagnosisRule {
    let identifier = "exploding"
    let title = "Weights or running variances that grew beyond any use"
    let needs: Set<DiagnosisNeed> = []
    let findsDamage = true

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.flatMap { layer in [variance(layer), gain(layer)].compactMap { $0 } }
    }

    private func variance(_ layer: SubjectLayer) -> Finding? {
        guard let variances = layer.layer.batchNorm?.runningVariance.map(Double.init) else { return nil }
        let channels = variances.indices.filter {
            variances[$0].isFinite && variances[$0] > DiagnosisLimits.largestVariance
        }
        guard let largest = channels.map({ variances[$0] }).max() else { return nil }
        return finding(
            .warning, [layer], channels: channels, "running variances reach \(short(largest)): it diverged",
            [
                Finding.Evidence(
                    "largest running variance", largest, count: variances.count, usual: "up to 2,221 in ten networks")
            ], advice: "Train with a lower learning rate, or go back to an earlier checkpoint")
    }

    /// Whether a layer's weights are beyond any use.
    static func hasExploded(_ layer: SubjectLayer) -> Bool {
        layer.isFinite && gain(layer) > DiagnosisLimits.largestGain
    }

    /// The norm of a filter, in the root of the mean over filters.
    private static func gain(_ layer: SubjectLayer) -> Double {
        let square = layer.weight.scalars.reduce(0.0) { $0 + Double($1) * Double($1) }
        return (square / Double(max(1, layer.outputs))).squareRoot()
    }

    private func gain(_ layer: SubjectLayer) -> Finding? {
        guard Self.hasExploded(layer) else { return nil }
        let gain = Self.gain(layer)
        return finding(
            .warning, [layer], "its filters have a norm of \(short(gain)) in the root of the mean: it diverged",
            [Finding.Evidence("norm of a filter", gain, count: layer.outputs, usual: "up to 60 in ten networks")],
            advice: "Train with a lower learning rate, or go back to an earlier checkpoint")
    }
}

/// A number with three digits that say something: "0.00123", "12.3", "1.2e+09".
func short(_ value: Double) -> String {
    let size = abs(value)
    guard size != 0, size.isFinite else { return NumberFormat.fixed(value, 0) }
    if size >= 1e5 || size < 1e-3 {
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while abs(mantissa) < 0.995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return "\(NumberFormat.fixed(mantissa, 1))e\(exponent)"
    }
    return NumberFormat.fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
}
