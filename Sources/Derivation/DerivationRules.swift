import Classification
import Diagnostics
import VGNets

/// The rules that turn kernel statistics into fields of a config: one rule, one function, one sentence.
///
/// The numbers D1… are those of the evidence behind each rule; cut-offs are written where they are used.
enum DerivationRules {
    /// What a rule decides, with its grounds.
    typealias Decision<Value> = (value: Value, reasons: [Reason])

    /// D9: why these sources cannot steer a design; nil where they can.
    ///
    /// Fewer than 200 kernels say nothing reliable; where more than 70 % are unstructured, shares of the rest are those
    /// of an untrained or a noisy net.
    static func refusal(_ evidence: Evidence) -> String? {
        let counts = evidence.counts
        if counts.total < 200 { return "only \(counts.total) kernels were found, at least 200 are needed" }
        let other = counts.share(.other)
        return other > 0.7 ? "\(NumberFormat.percent(other)) of \(counts.total) kernels are unstructured" : nil
    }

    /// D1 and D2: fixed Gaussian downsampling and its σ.
    ///
    /// p = share of blur among the kernels of the strided layers (stem excepted). p ≥ 0.75: Gaussian with the median
    /// fitted σ, clamped to 0.7…1.5 and rounded to 0.05. p < 0.4: learnable. Between: the paper's Gaussian stays.
    static func downsampling(_ evidence: Evidence) -> Decision<PerStage<DownsamplingKernels>> {
        var pool = StageEvidence.Pool()
        for stage in evidence.stages { pool.merge(stage.downsampling) }
        let share = pool.counts.share(.blur)
        let statistic = "\(NumberFormat.percent(share)) of \(pool.counts.total) strided kernels are blur"
        guard pool.counts.total >= 50 else {
            return keepPaperGaussian("only \(pool.counts.total) strided kernels were found", pool)
        }
        if share < 0.4 {
            return (
                .learnable,
                [
                    Reason(
                        field: VGNetConfig.Field.downsampling.rawValue, value: "learnable", statistic: statistic,
                        sources: pool.layers, rule: "below 40 %, so the kernels are trained (D1)")
                ]
            )
        }
        guard share >= 0.75, let sigma = pool.medianSigmaPixels else { return keepPaperGaussian(statistic, pool) }
        let rounded = (min(1.5, max(0.7, sigma)) * 20).rounded() / 20
        let gaussian = FixedGaussian(sigmaPixels: rounded)
        let paper = FixedGaussian.paper
        return (
            .gaussian(gaussian),
            [
                Reason(
                    field: VGNetConfig.Field.downsampling.rawValue, value: "gaussian", statistic: statistic,
                    sources: pool.layers, rule: "at least 75 %, so one fixed Gaussian replaces them (D1)"),
                Reason(
                    field: VGNetConfig.Field.gaussianSigma.rawValue, value: "\(rounded) px",
                    statistic:
                        "median fitted σ \(NumberFormat.fixed(sigma, 2)) px of \(pool.sigmasPixels.count) blur kernels",
                    sources: pool.layers, rule: "clamped to 0.7…1.5, rounded to 0.05 (D2)"),
                Reason(
                    field: VGNetConfig.Field.gaussianSigns.rawValue, value: paper.signs.rawValue,
                    rule: "the paper's: kernels are compared without their sign", isDefault: true),
                Reason(
                    field: VGNetConfig.Field.gaussianDecimals.rawValue, value: "exact",
                    rule: "a fitted σ is used unrounded"),
            ]
        )
    }

    private static func keepPaperGaussian(_ statistic: String, _ pool: StageEvidence.Pool) -> Decision<
        PerStage<DownsamplingKernels>
    > {
        let paper = FixedGaussian.paper
        let rule = "neither below 40 % nor at least 75 %, so the paper's Gaussian stays (D1)"
        let values: [(VGNetConfig.Field, String)] = [
            (.downsampling, "gaussian"), (.gaussianSigma, "\(paper.sigmaPixels) px"),
            (.gaussianSigns, paper.signs.rawValue), (.gaussianDecimals, "\(paper.decimals ?? 0)"),
        ]
        return (
            .gaussian(paper),
            values.map { field, value in
                Reason(
                    field: field.rawValue, value: value, statistic: statistic, sources: pool.layers, rule: rule,
                    isDefault: true)
            }
        )
    }

    /// D4: the identity half of the HalfIdentityBlock. The ratio ½ is the paper's; the measured share is stated beside it.
    static func half(_ evidence: Evidence) -> Decision<PerStage<HalfKernels>> {
        var pool = StageEvidence.Pool()
        for stage in evidence.stages { pool.merge(stage.body) }
        let passing = pool.counts.share(.identity) + pool.counts.share(.zero)
        let statistic =
            "\(NumberFormat.percent(passing)) of \(pool.counts.total) stride-1 kernels pass their input on or are dead, "
            + "\(NumberFormat.percent(pool.counts.share(.edge))) are edges"
        return (
            .learnable,
            [
                Reason(
                    field: VGNetConfig.Field.half.rawValue, value: "learnable", statistic: statistic,
                    sources: pool.layers,
                    rule: "the identity half of each block is the paper's; the other half is trained, "
                        + "since no fixed bank is supported (D4, D5)",
                    isDefault: true)
            ]
        )
    }

    /// D7: the last unit. The paper's SharedDW with t = 8 stays; the share of blur in last layers is stated beside it.
    static func last(_ evidence: Evidence) -> Decision<LastKernels> {
        let pool = evidence.last
        let statistic =
            pool.counts.total == 0
            ? "no last layer was found"
            : "\(NumberFormat.percent(pool.counts.share(.blur))) of \(pool.counts.total) kernels of the last layer are blur"
        let supported = pool.counts.share(.blur) >= 0.75
        return (
            .shared(groups: 8),
            [
                Reason(
                    field: VGNetConfig.Field.last.rawValue, value: "shared8", statistic: statistic,
                    sources: pool.layers,
                    rule: supported
                        ? "alike enough to share c4/8 trained kernels over 8 groups of channels (D7)"
                        : "the paper's shared kernels stay (D7)",
                    isDefault: !supported)
            ]
        )
    }
}
