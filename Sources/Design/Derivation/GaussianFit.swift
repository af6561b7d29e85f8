import Classification
import Diagnostics
import Glibc
import Kernels
import Statistics
import Tensors

/// What is left of the outputs of a stage's strided kernels when each becomes the best multiple of one fixed Gaussian: the
/// functional fit of D1's replacement, beside a control.
///
/// The mean over the live kernels of R² = (k·C·g)² / ((k·C·k)(g·C·g)), with C the correlation of neighbouring inputs that
/// the labels assume and g a Gaussian of the median σ of the network's blur kernels there, 1.1 without any. The control is
/// the same with the weights of each kernel shuffled: what a Gaussian keeps of any kernel of these weights.
struct GaussianFit: Sendable, Equatable {
    /// The mean R², 0…1.
    let kept: Double
    /// The mean R² of the shuffled kernels.
    let control: Double
    /// How many kernels there are; at most ``mostKernels`` of them are compared, evenly chosen.
    let count: Int

    static let mostKernels = 2048

    /// Measures the strided kernels of a network in stage 1…4; nil with fewer than the kernels that a network needs to
    /// speak for itself. Throws what reading them throws.
    init?(_ network: NetworkEvidence, stage: Int) throws {
        let pool = network.downsampling[stage - 1]
        guard pool.counts.total >= RuleCutoffs.kernelsOfNetwork, let source = network.kernels else { return nil }
        let sigmas = pool.sigmasPixels.sorted()
        let sigma = sigmas.isEmpty ? 1.1 : sigmas[sigmas.count / 2]
        let numbers = Set(pool.layers)
        var generator = SeededGenerator(seed: 29)
        var (fits, controls) = (0.0, 0.0)
        var (all, compared) = (0, 0)
        for layer in network.statistics.layers {
            guard let number = layer.layer.number, numbers.contains("\(network.title) #\(number)") else { continue }
            let bank = try source.bank(of: layer.layer)
            let gaussian = Self.gaussian(size: bank.size, sigma: sigma)
            let similarity = FunctionalSimilarity(size: bank.size, rho: network.statistics.settings.rho)
            let share = min(bank.count, max(1, Self.mostKernels * bank.count / pool.counts.total))
            for index in 0..<share {
                let kernel = Array(bank.kernel(index * bank.count / share))
                guard let fit = Self.fit(kernel, gaussian, similarity) else { continue }
                fits += fit
                controls += Self.fit(kernel.shuffled(using: &generator), gaussian, similarity) ?? 0
                compared += 1
            }
            all += bank.count
        }
        guard compared >= RuleCutoffs.kernelsOfNetwork else { return nil }
        (kept, control, count) = (fits / Double(compared), controls / Double(compared), all)
    }

    /// R²; nil for a kernel that is zero or not finite.
    private static func fit(_ kernel: [Float], _ gaussian: [Float], _ similarity: FunctionalSimilarity) -> Double? {
        let correlated = similarity.correlate(gaussian)
        func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        let own = product(kernel, similarity.correlate(kernel))
        let cross = product(kernel, correlated)
        guard own > 0, own.isFinite, cross.isFinite else { return nil }
        return min(1, cross * cross / (own * product(gaussian, correlated)))
    }

    private static func gaussian(size: Int, sigma: Double) -> [Float] {
        let middle = Double(size - 1) / 2
        return (0..<size * size).map { cell in
            let (y, x) = (Double(cell / size) - middle, Double(cell % size) - middle)
            return Float(exp(-(x * x + y * y) / (2 * sigma * sigma)))
        }
    }

    /// What the networks show, stage by stage where any has enough kernels.
    static func findings(_ networks: [NetworkEvidence]) throws -> [Reason.Finding] {
        try (1...4).compactMap { stage in
            let fits = try networks.compactMap { try GaussianFit($0, stage: stage) }
            guard !fits.isEmpty else { return nil }
            let kept = Estimate(of: fits.map(\.kept), weights: fits.map { _ in 1 }).clamped(to: 0...1)
            let control = Estimate(of: fits.map(\.control), weights: fits.map { _ in 1 })
            return Reason.Finding(
                place: "stage \(stage)", value: "",
                statistic:
                    "a Gaussian in place of each of \(fits.reduce(0) { $0 + $1.count }) strided kernels keeps "
                    + "\(kept.percent) of its output's variance, of shuffled kernels \(NumberFormat.percent(control.value)); "
                    + "measured, decides nothing",
                estimate: kept, isDefault: true)
        }
    }
}
