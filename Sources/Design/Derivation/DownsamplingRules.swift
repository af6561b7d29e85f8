import Classification
import Diagnostics
import VGNets

/// D1 to D3: the depthwise kernels of the DownsamplingBlocks, stage by stage.
struct DownsamplingRules {
    let evidence: Evidence
    let rules: RuleSet
    /// Whether the user wants these kernels trained (VGNetC).
    let isLearned: Bool
    /// What a Gaussian keeps of the outputs, stage by stage.
    let fits: [Reason.Finding]

    /// D1: many blurs: Gaussian; some: Gaussian for that share of channels; else learned.
    static func kernels(blurShare share: Double) -> DownsamplingKernels {
        let gaussian = FixedGaussian.paper
        if share >= RuleCutoffs.gaussianFrom { return .gaussian(gaussian) }
        return share >= RuleCutoffs.hybridFrom
            ? .hybrid(share: RuleCutoffs.rounded(share), gaussian) : .learnable
    }

    /// D2: clamped and rounded.
    static func sigma(_ median: Double) -> Double {
        let range = RuleCutoffs.sigmas
        return RuleCutoffs.rounded(min(range.upperBound, max(range.lowerBound, median)))
    }

    /// D3: clamped and rounded; 0 where the interval over the networks holds 0 or there is none.
    static func offset(_ estimate: Estimate) -> Double {
        guard let low = estimate.low, let high = estimate.high, low > 0 || high < 0 else { return 0 }
        let range = RuleCutoffs.offsets
        let rounded = RuleCutoffs.rounded(min(range.upperBound, max(range.lowerBound, estimate.value)))
        return rounded == 0 ? 0 : rounded
    }

    /// The kernels of all stages.
    var value: PerStage<DownsamplingKernels> {
        PerStage(
            stages: (1...4).map { stage in
                let gaussian = FixedGaussian(
                    sigmaPixels: sigma(stage)?.value ?? FixedGaussian.paper.sigmaPixels,
                    decimals: isPaperSigma ? FixedGaussian.paper.decimals : nil,
                    offsetPixels: offset(stage)?.value ?? 0)
                return switch kind(stage) {
                case .learnable: .learnable
                case .gaussian: .gaussian(gaussian)
                case .hybrid(let share, _): .hybrid(share: share, gaussian)
                }
            })
    }

    /// Whether all fixed kernels have the paper's σ, which keeps the paper's rounding.
    private var isPaperSigma: Bool {
        let fixed = (1...4).filter { kind($0) != .learnable }
        return fixed.allSatisfy { stage in
            sigma(stage).map { $0.value == FixedGaussian.paper.sigmaPixels } ?? true
        }
    }

    private func kind(_ stage: Int) -> DownsamplingKernels {
        if isLearned { return .learnable }
        let pool = evidence.downsampling(stage)
        guard rules.contains(.downsampling), pool.total >= RuleCutoffs.kernels else { return .gaussian(.paper) }
        return Self.kernels(blurShare: pool.share(.blur).value)
    }

    private func sigma(_ stage: Int) -> (value: Double, estimate: Estimate)? {
        let pool = evidence.downsampling(stage)
        guard rules.contains(.sigma), pool.pools.reduce(0, { $0 + $1.sigmasPixels.count }) >= RuleCutoffs.blurs,
            let estimate = pool.sigma
        else { return nil }
        return (Self.sigma(estimate.value), estimate)
    }

    private func offset(_ stage: Int) -> (value: Double, estimate: Estimate)? {
        let pool = evidence.downsampling(stage)
        guard rules.contains(.offset), pool.pools.reduce(0, { $0 + $1.offsetsPixels.count }) >= RuleCutoffs.blurs,
            let estimate = pool.offset
        else { return nil }
        return (Self.offset(estimate), estimate)
    }

    /// One reason for each field of the downsampling that `config` has.
    func reasons(_ config: VGNetConfig) -> [Reason] {
        func text(_ field: VGNetConfig.Field) -> String { config.text(of: field) ?? "" }
        let kinds = (1...4).map(kindFinding)
        let sigmas = (1...4).filter { config.downsampling[$0].gaussian != nil }.map(sigmaFinding)
        let offsets = (1...4).filter { config.downsampling[$0].gaussian != nil }.map(offsetFinding)
        let hasOffset = config.text(of: .gaussianOffset) != nil
        let isExact = config.downsampling.values.contains { $0.gaussian?.decimals == nil }
        let all = [
            isLearned
                ? Reason(field: "downsampling", value: text(.downsampling), "asked for with --form c")
                : Reason(
                    field: "downsampling", value: text(.downsampling), rule: .downsampling,
                    DerivationRule.downsampling.sentence, findings: kinds + fits,
                    isDefault: kinds.allSatisfy(\.isDefault)),
            Reason(
                field: "gaussian_share", value: text(.gaussianShare), rule: .downsampling,
                "the share of blur kernels, rounded to \(RuleCutoffs.step); the first channels of the block"),
            Reason(
                field: "gaussian_sigma", value: "\(text(.gaussianSigma)) px", rule: .sigma,
                DerivationRule.sigma.sentence, findings: sigmas + (hasOffset ? [] : offsets.map(Self.asComment)),
                isDefault: sigmas.allSatisfy(\.isDefault)),
            Reason(
                field: "gaussian_signs", value: text(.gaussianSigns),
                "the paper's: kernels are compared without their sign", isDefault: true),
            Reason(
                field: "gaussian_decimals", value: text(.gaussianDecimals),
                isExact ? "a fitted σ is used unrounded" : "the paper's kernel as its authors' code has it",
                isDefault: !isExact),
            Reason(
                field: "gaussian_offset", value: "\(text(.gaussianOffset)) px", rule: .offset,
                DerivationRule.offset.sentence, findings: offsets, isDefault: offsets.allSatisfy(\.isDefault)),
        ]
        return all.filter { reason in config.fields.contains { $0.rawValue == reason.field } }
    }

    private func kindFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.downsampling(stage)
        let name = "stage \(stage)"
        guard pool.total >= RuleCutoffs.kernels else {
            return Reason.Finding(
                place: name, value: "gaussian",
                statistic: "only \(pool.total) strided kernels were found, \(RuleCutoffs.kernels) are needed",
                sources: pool.layers, isDefault: true, support: .silent)
        }
        let share = pool.share(.blur)
        let support = share.support(RuleCutoffs.gaussianFrom...1)
        let statistic = "\(share.percent) of \(pool.total) strided kernels are blur"
        guard rules.contains(.downsampling) else {
            return Reason.Finding(
                place: name, value: "gaussian", statistic: "\(statistic); measured, decides nothing (D1 is off)",
                estimate: share, sources: pool.layers, isDefault: true, support: support)
        }
        let kernels = kind(stage)
        return Reason.Finding(
            place: name, value: Self.text(kernels), statistic: statistic, estimate: share, sources: pool.layers,
            dissent: pool.dissent(from: kernels) { single in
                guard single.total >= RuleCutoffs.kernels else { return nil }
                let share = single.share(.blur).value
                let other = Self.kernels(blurShare: share)
                return (other, "\(Self.text(other)) (\(NumberFormat.percent(share)))")
            }, support: support)
    }

    private func sigmaFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.downsampling(stage)
        let blurs = pool.pools.reduce(0) { $0 + $1.sigmasPixels.count }
        let paper = FixedGaussian.paper.sigmaPixels
        let support =
            blurs < RuleCutoffs.blurs
            ? .silent : pool.sigma?.support(paper - RuleCutoffs.sigmaReach...paper + RuleCutoffs.sigmaReach) ?? .silent
        guard let (value, estimate) = sigma(stage) else {
            let why =
                blurs < RuleCutoffs.blurs
                ? "only \(blurs) blur kernels, \(RuleCutoffs.blurs) are needed"
                : "measured, decides nothing (D2 is off)"
            let measured = pool.sigma.map { "median fitted σ \($0.pixels) of \(blurs) blur kernels; " } ?? ""
            return Reason.Finding(
                place: "stage \(stage)", value: "\(paper)", statistic: measured + why, estimate: pool.sigma,
                sources: pool.layers, isDefault: true, support: support)
        }
        return Reason.Finding(
            place: "stage \(stage)", value: "\(value)",
            statistic: "median fitted σ \(estimate.pixels) of \(blurs) blur kernels", estimate: estimate,
            sources: pool.layers,
            dissent: pool.dissent(from: value) { single in
                guard let pool = single.pools.first, pool.sigmasPixels.count >= RuleCutoffs.blurs,
                    let estimate = single.sigma
                else { return nil }
                let other = Self.sigma(estimate.value)
                return (other, "\(other)")
            }, support: support)
    }

    private func offsetFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.downsampling(stage)
        let place = "stage \(stage)"
        let found = pool.pools.reduce(0) { $0 + $1.offsetsPixels.count }
        guard found >= RuleCutoffs.blurs, let estimate = pool.offset else {
            return Reason.Finding(
                place: place, value: "0", statistic: "too few blur kernels", sources: pool.layers, isDefault: true,
                support: .silent)
        }
        let value = offset(stage)?.value ?? 0
        let off = rules.contains(.offset) ? "" : "; measured, decides nothing (D3 is off)"
        return Reason.Finding(
            place: place, value: "\(value)", statistic: "mean offset \(estimate.pixels) of \(found) blur kernels\(off)",
            estimate: estimate, sources: pool.layers, isDefault: value == 0,
            support: estimate.support(-RuleCutoffs.offsetReach...RuleCutoffs.offsetReach))
    }

    /// An offset of 0 is no field of a config: what was measured stands beside σ, and says nothing about that.
    private static func asComment(_ finding: Reason.Finding) -> Reason.Finding {
        Reason.Finding(
            place: finding.place, value: "", statistic: finding.statistic, estimate: finding.estimate,
            isDefault: true)
    }

    private static func text(_ kernels: DownsamplingKernels) -> String {
        kernels.share.map { "hybrid \($0)" } ?? kernels.text
    }
}

extension PooledKernels {
    /// What single networks would lead to where that differs from `value`; nil from `decide` where one says nothing.
    func dissent<Value: Equatable>(from value: Value, _ decide: (PooledKernels) -> (Value, String)?) -> [String] {
        guard pools.count > 1 else { return [] }
        return single.compactMap { single in
            guard let (other, text) = decide(single), other != value else { return nil }
            return "\(single.pools[0].network): \(text)"
        }
    }
}
