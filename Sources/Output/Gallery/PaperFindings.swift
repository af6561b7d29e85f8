import Classification
import Diagnostics
import Figures
import Kernels
import Numerics
import Statistics

/// The numbers that support what a figure of the paper claims.
struct PaperFindings {
    /// The figure's number.
    let figure: Int

    /// What the paper says about the figure.
    var claim: String {
        switch figure {
        case 1:
            "The paper's claim: kernels differ by depth, blur where the resolution is reduced and at the end, "
                + "identity in the middle."
        case 2: "The paper's claim: downsampling layers learn blur kernels."
        case 3: "The paper's claim: many kernels in the middle are identity."
        case 4: "The paper's claim: the last layer's kernels are blur."
        case 5: "The paper's claim: some kernels are Sobel and Laplacian, fewer with depth, while blur grows."
        default:
            "The authors' code divides by at least 10⁻⁵, so that kernels with max|w| well below 5×10⁻⁶ come out red."
        }
    }

    /// What one of the paper's statements comes to on a whole network, with the chance of such numbers without it.
    ///
    /// A difference that is no chance and yet too small for the statement is told beside its p.
    static func verdict(_ statement: PaperClaim.Statement, _ network: NetworkStatistics) -> String {
        guard let claim = network.paperClaims.first(where: { $0.statement == statement }) else { return "" }
        if claim.verdict == .notTestable { return "Not testable, \(statement.rawValue): \(claim.finding)." }
        let p = claim.pValue.map { $0 < 0.001 ? ", p < 0.001" : ", p = \(NumberFormat.fixed($0, 3))" } ?? ""
        let isTooSmall =
            claim.verdict == .notSupported && claim.pValue.map { $0 < ClaimRules.shareSignificance } ?? false
        let effect = isTooSmall ? " (\(claim.finding.prefix { $0 != ";" }))" : ""
        return (claim.verdict == .supported ? "Supported" : "Not supported")
            + " over the network\(effect)\(p): \(statement.rawValue)."
    }

    /// The same in few words, without the finding: "edges fall with depth: not supported, p = 0.061".
    static func shortVerdict(_ statement: PaperClaim.Statement, _ network: NetworkStatistics) -> String {
        guard let claim = network.paperClaims.first(where: { $0.statement == statement }) else { return "" }
        let p = claim.pValue.map { $0 < 0.001 ? ", p < 0.001" : ", p = \(NumberFormat.fixed($0, 3))" } ?? ""
        return "\(statement.rawValue): \(claim.verdict.rawValue)\(claim.verdict == .notTestable ? "" : p)."
    }

    /// Whether a layer neither reduces nor widens the resolution, as far as its stride is known.
    private static func keepsResolution(_ layer: LayerStatistics) -> Bool {
        !layer.layer.isStrided && layer.layer.role != .upsampling
    }

    /// Sentences about one layer.
    func sentences(_ layer: LayerStatistics, _ bank: KernelBank, _ network: NetworkStatistics) -> [String] {
        func percent(_ share: Double) -> String { NumberFormat.percent(share) }
        let counts = layer.counts
        switch figure {
        case 1:
            let parts = [KernelLabel.identity, .blur, .edge].map {
                "\($0.rawValue) \(percent(counts.share($0))) (network \(percent(network.counts.share($0))))"
            }
            return [parts.joined(separator: ", ") + "."]
        case 2:
            let others = network.layers.filter(Self.keepsResolution).reduce(LabelCounts()) { $0 + $1.counts }
            var sentences = [
                "Blur: \(percent(counts.share(.blur))) here, \(percent(others.share(.blur))) in the network's layers of "
                    + "stride 1. Median |Σw|/Σ|w| \(NumberFormat.fixed(layer.medianDCGain, 2))."
            ]
            if let mixture = GaussianMixture(bank.values, limit: 3), let one = mixture.bicByCount.first {
                sentences.append(
                    mixture.components.count == 1
                        ? "One Gaussian fits the weights best (BIC)."
                        : "\(mixture.components.count) Gaussians fit the weights better than one "
                            + "(BIC \(NumberFormat.grouped(Int((one - mixture.bic).rounded()))) less).")
            }
            return sentences
        case 3:
            return [
                "Identity: \(percent(counts.share(.identity))). Median share of the energy in the centre "
                    + "\(percent(Self.medianCentreEnergy(bank)))."
            ]
        case 4:
            let middle = network.chain.dropFirst().dropLast().filter(Self.keepsResolution)
                .reduce(LabelCounts()) { $0 + $1.counts }
            return [
                "Blur: \(percent(counts.share(.blur))), \(percent(middle.share(.blur))) in the network's middle layers of "
                    + "stride 1."
            ]
        case 5:
            let best = Self.bestCosines(bank)
            let edges = Self.rankCorrelation(network.chain.map { $0.counts.share(.edge) })
            let blurs = Self.rankCorrelation(network.chain.map { $0.counts.share(.blur) })
            return [
                "Cosine above 0.9 with a turned Sobel: \(percent(best.sobel)), with a Laplacian: \(percent(best.laplacian)). "
                    + "Edge share against depth: Spearman ρ = \(signed(edges)), blur share "
                    + "\(signed(blurs))."
            ]
        default:
            return [
                "\(percent(Self.faintShare(bank))) of the kernels have max|w| < 2×10⁻⁶, "
                    + "\(percent(counts.share(.zero))) are labelled zero."
            ]
        }
    }

    /// The share of kernels that the authors' code draws in full red: max|w| < 2×10⁻⁶.
    static func faintShare(_ bank: KernelBank) -> Double {
        let faint = (0..<bank.count).count { bank.kernel($0).allSatisfy { abs($0) < 2e-6 } }
        return bank.count > 0 ? Double(faint) / Double(bank.count) : 0
    }

    /// Two decimals with a real minus sign.
    private func signed(_ value: Double) -> String { (value < 0 ? "−" : "") + NumberFormat.fixed(abs(value), 2) }

    /// The median over kernels of w(centre)² / Σw².
    static func medianCentreEnergy(_ bank: KernelBank) -> Double {
        let shares = (0..<bank.count).compactMap { index -> Double? in
            let kernel = bank.kernel(index).map(Double.init)
            let energy = kernel.reduce(0) { $0 + $1 * $1 }
            let centre = kernel[kernel.count / 2]
            return energy > 0 && energy.isFinite ? centre * centre / energy : nil
        }
        return shares.median ?? 0
    }

    /// The shares of 3×3 kernels whose weights cancel (|Σw| ≤ 0.4 Σ|w|) and whose |cosine| with a Sobel kernel in one of
    /// eight directions, or with one of the two Laplacians, is above 0.9.
    static func bestCosines(_ bank: KernelBank) -> (sobel: Double, laplacian: Double) {
        guard bank.size == 3, bank.count > 0 else { return (0, 0) }
        // Quarter turns change the sign alone or swap the two; the diagonals are the kernels between them.
        let sobels = [
            FixedKernels.sobelX.values, FixedKernels.sobelY.values, [0, 1, 2, -1, 0, 1, -2, -1, 0],
            [-2, -1, 0, -1, 0, 1, 0, 1, 2],
        ]
        let laplacians = [FixedKernels.laplacian4.values, FixedKernels.laplacian8.values]
        var (sobel, laplacian) = (0, 0)
        for index in 0..<bank.count {
            let kernel = Array(bank.kernel(index))
            // A delta is nearly parallel to a Laplacian; what tells them apart is that the weights cancel.
            let (sum, total) = kernel.reduce((Float(0), Float(0))) { ($0.0 + $1, $0.1 + abs($1)) }
            guard abs(sum) <= 0.4 * total else { continue }
            if sobels.contains(where: { abs(cosine($0, kernel)) > 0.9 }) { sobel += 1 }
            if laplacians.contains(where: { abs(cosine($0, kernel)) > 0.9 }) { laplacian += 1 }
        }
        return (Double(sobel) / Double(bank.count), Double(laplacian) / Double(bank.count))
    }

    private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
        var (dot, left, right) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            dot += Double(x) * Double(y)
            left += Double(x) * Double(x)
            right += Double(y) * Double(y)
        }
        return left > 0 && right > 0 && right.isFinite ? dot / (left * right).squareRoot() : 0
    }

    /// Spearman's ρ of values with their places; 0 for fewer than three values or equal ones.
    static func rankCorrelation(_ values: [Double]) -> Double {
        guard values.count > 2 else { return 0 }
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
            start = end + 1
        }
        let mean = Double(values.count - 1) / 2
        var (covariance, first, second) = (0.0, 0.0, 0.0)
        for (place, rank) in ranks.enumerated() {
            covariance += (Double(place) - mean) * (rank - mean)
            first += (Double(place) - mean) * (Double(place) - mean)
            second += (rank - mean) * (rank - mean)
        }
        return second > 0 ? covariance / (first * second).squareRoot() : 0
    }
}
