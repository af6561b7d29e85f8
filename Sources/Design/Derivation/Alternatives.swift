import Diagnostics
import Statistics
import VGNets

/// A design beside the derived one, for an ablation.
public struct Alternative: Sendable, Equatable {
    /// The design, its name made from the change.
    public let config: VGNetConfig
    /// What differs ("σ 0.8 instead of 1.0").
    public let change: String
    /// How far it lies from the evidence, in notches: σ 0.2, an eighth of identity, a doubling of t, a tenth of a width, a
    /// block; for the kind of downsampling the change of the blur share, 0.175 a notch, that would have led to it.
    public let distance: Double
}

extension Derivation {
    /// The derived design and up to `count` designs of equal budget that differ in one choice each.
    ///
    /// Every choice's nearest change comes first, by distance, then its second nearest, and so on.
    /// Throws as `derive(from:options:)`.
    public static func alternatives(
        from networks: [AnalysedNetwork], options: DesignOptions, count: Int
    ) throws -> (derived: Derivation, alternatives: [Alternative]) {
        let rules = try Self.rules(networks, options)
        let derived = Derivation(rules, try rules.solved())
        var found: [(round: Int, alternative: Alternative)] = []
        for moves in Move.all(derived.config, rules) {
            var round = 0
            for move in moves.sorted(by: { ($0.distance, $0.slug) < ($1.distance, $1.slug) }) {
                guard
                    let config = try? rules.solved(shaping: move.shaping, move.apply).replacing(
                        name: "\(derived.config.name)-\(move.slug)"),
                    try config.replacing(name: derived.config.name) != derived.config,
                    !found.contains(where: { (try? $0.alternative.config.replacing(name: config.name)) == config })
                else { continue }
                found.append((round, Alternative(config: config, change: move.change, distance: move.distance)))
                round += 1
            }
        }
        let ranked = found.enumerated().sorted { a, b in
            (a.element.round, a.element.alternative.distance, a.offset)
                < (b.element.round, b.element.alternative.distance, b.offset)
        }
        return (derived, ranked.prefix(count).map(\.element.alternative))
    }
}

/// One changed choice.
private struct Move {
    let slug: String
    let change: String
    let distance: Double
    var shaping: Shaping?
    let apply: (VGNetConfig) throws -> VGNetConfig

    init(
        _ slug: String, _ change: String, _ distance: Double, shaping: Shaping? = nil,
        apply: @escaping (VGNetConfig) throws -> VGNetConfig = { $0 }
    ) {
        (self.slug, self.change, self.distance, self.shaping, self.apply) = (slug, change, distance, shaping, apply)
    }

    /// The changes, choice by choice.
    static func all(_ config: VGNetConfig, _ rules: DesignRules) -> [[Move]] {
        [
            sigmas(config), kinds(rules), ratios(config), lasts(config), banks(config), widths(config, rules),
            depths(config, rules), extras(config),
        ]
    }

    private static func sigmas(_ config: VGNetConfig) -> [Move] {
        guard config.downsampling.values.contains(where: { $0.gaussian != nil }) else { return [] }
        return [-0.4, -0.2, 0.2, 0.4].map { step in
            let sign = step < 0 ? "minus" : "plus"
            return Move(
                "sigma-\(sign)-\(NumberFormat.fixed(abs(step), 1))",
                "σ \(step < 0 ? "−" : "+")\(NumberFormat.fixed(abs(step), 1)) px in every stage", abs(step) / 0.2
            ) { config in
                try config.replacing(
                    downsampling: config.downsampling.map { kernels in
                        guard let old = kernels.gaussian else { return kernels }
                        let sigma = ((old.sigmaPixels + step) * 100).rounded() / 100
                        let gaussian = FixedGaussian(
                            sigmaPixels: max(0.3, sigma), signs: old.signs, offsetPixels: old.offsetPixels)
                        return kernels.share.map { .hybrid(share: $0, gaussian) } ?? .gaussian(gaussian)
                    })
            }
        }
    }

    private static func kinds(_ rules: DesignRules) -> [Move] {
        let shares = (1...4).map { rules.evidence.downsampling($0).share(.blur).value }
        let share = shares.reduce(0, +) / 4
        let forms: [(String, Double, (FixedGaussian) -> DownsamplingKernels)] = [
            ("gaussian", max(0, 0.75 - share), { .gaussian($0) }),
            ("hybrid", abs(share - 0.575), { .hybrid(share: 0.5, $0) }),
            ("learnable", max(0, share - 0.4), { _ in .learnable }),
        ]
        return forms.map { name, way, make in
            Move(
                "down-\(name)", "\(name == "hybrid" ? "half fixed, half learned" : name) downsampling in every stage",
                way / 0.175
            ) { config in
                try config.replacing(downsampling: config.downsampling.map { make($0.gaussian ?? .paper) })
            }
        }
    }

    private static func ratios(_ config: VGNetConfig) -> [Move] {
        [-2, -1, 1, 2].compactMap { step in
            let eighths = config.identity.values.map { $0.eighths + step }
            guard eighths.allSatisfy({ (1...7).contains($0) }) else { return nil }
            return Move(
                "identity-\(step < 0 ? "minus" : "plus")-\(abs(step))",
                "identity ratio \(step < 0 ? "−" : "+")\(abs(step))/8 in every stage", Double(abs(step))
            ) { config in
                try config.replacing(
                    identity: PerStage(stages: eighths.map { IdentityRatio(eighths: $0) }))
            }
        }
    }

    private static func lasts(_ config: VGNetConfig) -> [Move] {
        guard case .shared(let groups) = config.last else { return [] }
        let others = [2, 4, 8, 16, 32].filter { $0 != groups }.map { other in
            Move(
                "last-shared\(other)", "last unit with t = \(other) instead of \(groups)",
                abs(Double(groups.trailingZeroBitCount - other.trailingZeroBitCount))
            ) { try $0.replacing(last: .shared(groups: other)) }
        }
        return others + [
            Move("last-plain", "last unit without sharing", Double(groups.trailingZeroBitCount)) {
                try $0.replacing(last: .learnable)
            }
        ]
    }

    private static func banks(_ config: VGNetConfig) -> [Move] {
        let banks: [(FixedBank, Double)] = [
            (.sixEdgeTwoGaussian, 2), (.fourEdge, 3), (.random(count: 8, seed: 1), 4),
        ]
        return banks.map { bank, distance in
            Move("half-\(bank.text)", "half kernels fixed: \(bank.text)", distance) {
                try $0.replacing(half: .bank(bank))
            }
        }
    }

    private static func widths(_ config: VGNetConfig, _ rules: DesignRules) -> [Move] {
        [("early", "wider early, narrower late", 1.1), ("late", "narrower early, wider late", 1 / 1.1)].map {
            name, text, factor in
            var shaping = rules.widths.shaping
            let tilt = [factor, factor, 1 + (factor - 1) / 2, 1 - (factor - 1) / 2, 2 - factor]
            shaping.widthFactors = zip(shaping.widthFactors, tilt).map(*)
            shaping.growth = shaping.growth.map { $0.lowerBound * 0.8...$0.upperBound * 1.2 }
            return Move("wide-\(name)", "\(text) by a tenth", 1, shaping: shaping)
        }
    }

    private static func depths(_ config: VGNetConfig, _ rules: DesignRules) -> [Move] {
        [("early", 1.25, 1.25, 0.85), ("middle", 0.8, 0.8, 1.1)].map { name, first, second, third in
            var shaping = rules.widths.shaping
            shaping.depthFactors = zip(shaping.depthFactors, [first, second, third, 1]).map(*)
            return Move(
                "deep-\(name)",
                name == "early" ? "more blocks in stages 1 and 2, fewer in 3" : "more blocks in stage 3",
                2, shaping: shaping)
        }
    }

    private static func extras(_ config: VGNetConfig) -> [Move] {
        var moves: [Move] = []
        if config.squeezeExcite == nil {
            moves.append(
                Move("se", "with squeeze-and-excite", 3) { try $0.replacing(squeezeExcite: .some(SqueezeExcite())) })
        }
        if config.activation == .relu {
            moves.append(Move("silu", "SiLU instead of ReLU", 3) { try $0.replacing(activation: .silu) })
        }
        return moves
    }
}
