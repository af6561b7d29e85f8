import Numerics

/// A statement of the paper over all networks on which it can be tested.
public struct PooledClaim: Sendable, Equatable {
    /// Which statement.
    public let statement: PaperClaim.Statement
    /// The mean effect and its interval; nil of fewer than two networks.
    public let analysis: MetaAnalysis?
    /// The p-value after Holm over the statements that have one.
    public let pHolm: Double?
    /// Whether the mean is above 0 and ``pHolm`` below ``ClaimRules/pooledSignificance``.
    public let holds: Bool

    /// Every statement in the paper's order; `networks` are the claims of one network each.
    public static func all(of networks: [[PaperClaim]]) -> [PooledClaim] {
        let claims = networks.flatMap { $0 }
        let found = PaperClaim.Statement.allCases.map { statement in
            MetaAnalysis(claims.filter { $0.statement == statement }.compactMap(\.effect))
        }
        var adjusted = Holm.adjusted(found.compactMap { $0?.pValue })[...]
        return zip(PaperClaim.Statement.allCases, found).map { statement, analysis in
            let pHolm = analysis.flatMap { _ in adjusted.popFirst() }
            return PooledClaim(
                statement: statement, analysis: analysis, pHolm: pHolm,
                holds: (analysis?.mean ?? 0) > 0 && (pHolm ?? 1) < ClaimRules.pooledSignificance)
        }
    }
}

extension PaperClaim.Statement {
    /// Between which numbers the effect of the statement can lie, as it is read.
    public var effectRange: ClosedRange<Double> {
        switch self {
        case .stridedMixture, .salientSlices: -ClaimRules.majority...(1 - ClaimRules.majority)
        case .stridedBlur, .middleIdentity, .edgesFall, .blurRises, .lastBlur, .deadEarly: -1...1
        }
    }

    /// A value and the ends of its interval as they are read, within ``effectRange``.
    func readable(_ value: Double, low: Double, high: Double, _ scale: ClaimEffect.Scale) -> EffectInterval {
        let range = effectRange
        let ends = [value, low, high].map {
            min(range.upperBound, max(range.lowerBound, ClaimEffect.readable($0, scale)))
        }
        return EffectInterval(value: ends[0], low: ends[1], high: ends[2])
    }
}

/// An effect as it is read, a difference of shares or ρ, with its 95 % interval.
public struct EffectInterval: Sendable, Equatable {
    /// The effect, above 0 where it is as stated.
    public let value: Double
    /// The lower end; at most ``value``.
    public let low: Double
    /// The upper end.
    public let high: Double
}

extension PaperClaim {
    /// The effect with the interval that the network's kernels or layers alone leave; nil without an effect.
    public var effectInterval: EffectInterval? {
        effect.map {
            // 97.5 % of a normal distribution lie below it.
            let reach = 1.959964 * $0.variance.squareRoot()
            return statement.readable($0.value, low: $0.value - reach, high: $0.value + reach, $0.scale)
        }
    }
}

extension PooledClaim {
    /// The mean over networks with its interval; nil of fewer than two.
    public var effectInterval: EffectInterval? {
        analysis.map { statement.readable($0.mean, low: $0.low, high: $0.high, $0.scale) }
    }
}
