import Diagnostics
import Statistics
import VGNets

/// A design that a race tries against the published net.
public struct DesignContender: Sendable, Equatable {
    /// A short name made from what differs ("squeeze-excite").
    public let name: String
    /// The design, within the published net's cost.
    public let config: VGNetConfig
    /// Whether its depthwise kernels start at unit gain.
    public let hasUnitGain: Bool
    /// Why it takes part, one sentence.
    public let why: String
    /// Its time beside the published net's; nil where it was not timed.
    public let time: PairedTime?
}

extension Derivation {
    /// Who may race against the published net: designs that cost no more, the likeliest first.
    public struct Contenders: Sendable, Equatable {
        /// The paper's design within the bounds: the published net itself where they are its own.
        public let baseline: VGNetConfig
        /// The others.
        public let contenders: [DesignContender]
        /// What could not take part, each with the reason.
        public let leftOut: [String]
    }

    /// Designs within the bounds that differ from the paper's in what moves accuracy or in what the kernels show.
    ///
    /// - Parameters:
    ///   - networks: What the kernels of real networks show.
    ///   - options: The size and the bounds.
    ///   - measure: Times a design beside the baseline; a design that is slower is made smaller, down to three quarters of
    ///     the bounds. Nil leaves time out, unless the budget has a latency, which then decides nothing.
    /// Throws as ``derive(from:options:measure:)``.
    public static func contenders(
        from networks: [AnalysedNetwork], options: DesignOptions, measure: Timing? = nil
    ) throws -> Contenders {
        var plain = options
        plain.rules = RuleSet([])
        plain.depthwise = .plain
        plain.withSqueezeExcite = false
        plain.activation = .relu
        plain.form = options.form == .c ? .c : .g
        let paper =
            try measure.map { try derive(from: networks, options: plain, measure: $0) }
            ?? derive(from: networks, options: plain)
        let baseline = try paper.config.replacing(name: paper.published ?? "paper-\(options.budget.name)")
        let own = try rules(networks, plain).bounded(by: baseline)
        var all = plain
        all.rules = .all
        let measured = try rules(networks, all)
        var found: [DesignContender] = []
        var leftOut: [String] = []
        if let refusal = measured.evidence.refusal { leftOut.append("what the kernels show (\(refusal))") }
        for proposal in Proposal.all(baseline, measured) {
            switch try proposal.design(own, baseline, measure) {
            case .tooSlow(let ratio):
                leftOut.append(
                    "\(proposal.name) (\(NumberFormat.fixed(ratio, 2)) times the baseline's time even at three quarters of "
                        + "its cost)")
            case .impossible: leftOut.append("\(proposal.name) (no design of this form uses the bounds)")
            case .found(let config, let time):
                let twin = found.first {
                    $0.config.isLike(config) && $0.hasUnitGain == proposal.hasUnitGain
                }
                if let twin {
                    leftOut.append("\(proposal.name) (the same as \(twin.name))")
                } else if config.isLike(baseline) && !proposal.hasUnitGain {
                    leftOut.append("\(proposal.name) (the same as the baseline)")
                } else {
                    found.append(
                        DesignContender(
                            name: proposal.name, config: config, hasUnitGain: proposal.hasUnitGain, why: proposal.why,
                            time: time))
                }
            }
        }
        return Contenders(baseline: baseline, contenders: found, leftOut: leftOut)
    }
}

extension VGNetConfig {
    /// Whether two designs differ in nothing but the name.
    fileprivate func isLike(_ other: VGNetConfig) -> Bool { (try? replacing(name: other.name)) == other }
}

/// A change of the paper's design.
private struct Proposal {
    enum Shape {
        /// The paper's, scaled to the bounds.
        case published
        case bent(Shaping)
        /// These depths, widths as the bounds allow.
        case depths([Int])
    }

    enum Outcome {
        case found(VGNetConfig, PairedTime?)
        case tooSlow(Double)
        case impossible
    }

    let name: String
    let why: String
    var hasUnitGain = false
    var shape = Shape.published
    var change: (VGNetConfig) throws -> VGNetConfig = { $0 }

    /// Shares of the bounds that are tried until a design is fast enough.
    private static let scales = [1, 0.97, 0.94, 0.9, 0.85, 0.8, 0.75]

    /// The largest design that is no slower than the baseline.
    func design(_ rules: DesignRules, _ baseline: VGNetConfig, _ measure: Derivation.Timing?) throws -> Outcome {
        var slowest: Double?
        for scale in Self.scales {
            let scaled = scale == 1 ? rules : rules.scaled(by: scale)
            guard let config = try? solved(scaled).replacing(name: name) else {
                return slowest.map(Outcome.tooSlow) ?? .impossible
            }
            guard let measure, !Derivation.runsAsPublished(config, baseline) else { return .found(config, nil) }
            let time = try measure(config, baseline)
            if time.ratio <= 1 { return .found(config, time) }
            slowest = time.ratio
        }
        return slowest.map(Outcome.tooSlow) ?? .impossible
    }

    private func solved(_ rules: DesignRules) throws -> VGNetConfig {
        switch shape {
        case .published: try rules.solved(change)
        case .bent(let shaping): try rules.solved(shaping: shaping, change)
        case .depths(let blocks): try rules.solved(blocks: blocks, change)
        }
    }

    /// What trainings let expect something of, then what the kernels lead to.
    static func all(_ baseline: VGNetConfig, _ measured: DesignRules) -> [Proposal] {
        expected(baseline) + (measured.evidence.refusal == nil ? shown(baseline, measured) : [])
    }

    private static func expected(_ baseline: VGNetConfig) -> [Proposal] {
        let shallow = TrainedChoices.share(2.0 / 3, of: baseline.blocks)
        let shallower = TrainedChoices.blocks(baseline.blocks)
        let more = baseline.identity.map { IdentityRatio(eighths: min(7, $0.eighths + 2)) }
        return [
            Proposal(
                name: "combined",
                why:
                    "what D10 says: two fifths of the depth, wider, normalised depthwise kernels that start at unit gain; "
                    + TrainedChoices.evidence,
                hasUnitGain: true, shape: .depths(shallower)
            ) { try $0.replacing(depthwise: .normalized) },
            Proposal(
                name: "shallower", why: "two fifths of the depth, wider; nothing else differs",
                shape: .depths(shallower)),
            Proposal(
                name: "normalized",
                why:
                    "nothing stands between depthwise and 1×1 convolution, so that the kernels hardly train; a normalisation "
                    + "there folds into kernel and bias (+1.46 ± 0.38 points in a first trial)"
            ) { try $0.replacing(depthwise: .normalized) },
            Proposal(
                name: "unit-gain",
                why:
                    "the same net, its depthwise kernels scaled to unit gain before training (+2.45 ± 0.49 points in short "
                    + "trainings)", hasUnitGain: true),
            Proposal(
                name: "shallow",
                why: "two thirds of the depth, wider: at equal cost 20 random designs lost 0.65 ± 0.06 points a block",
                shape: .depths(shallow)),
            Proposal(
                name: "squeeze-excite", why: "about one point at equal parameters in the paper's Table 3"
            ) { try $0.replacing(squeezeExcite: .some(SqueezeExcite())) },
            Proposal(name: "silu", why: "1.1 points in the paper's Table 5") { try $0.replacing(activation: .silu) },
            Proposal(
                name: "identity-more",
                why:
                    "a quarter more of the channels passes: at equal cost 20 random designs gained 13.1 ± 1.9 points per unit "
                    + "of the ratio"
            ) { try $0.replacing(identity: more) },
            Proposal(
                name: "kernels-5",
                why: "5×5 kernels in stages 3 and 4, where maps are small; MobileNetV3 and EfficientNet have them there"
            ) { try $0.replacing(kernelSize: PerStage(stages: [3, 3, 5, 5])) },
            Proposal(
                name: "branched",
                why: "two normalised branches while training, the kernel and the input, which fold into one kernel"
            ) { try $0.replacing(depthwise: .branched) },
        ]
    }

    /// What D1 to D8 and the spectra lead to, one choice each.
    private static func shown(_ baseline: VGNetConfig, _ measured: DesignRules) -> [Proposal] {
        let ratios = measured.blocks.identity
        let shaping = measured.widths.shaping
        var (depths, widths) = (Shaping(), Shaping())
        depths.depthFactors = shaping.depthFactors
        (widths.widthFactors, widths.growth) = (shaping.widthFactors, shaping.growth)
        var proposals = [
            Proposal(
                name: "identity-measured",
                why: "the shares of kernels that pass their input on or are dead are "
                    + ratios.values.map(\.description).joined(separator: ", ") + " in the stages, in eighths"
            ) { try $0.replacing(identity: ratios) },
            Proposal(
                name: "depths-measured", why: "depths follow the shares of kernels at work in the stages",
                shape: .bent(depths)),
            Proposal(
                name: "widths-measured", why: "widths without the shares of dead channels of the stages",
                shape: .bent(widths)),
            Proposal(
                name: "downsampling-measured",
                why: "kinds and widths of the downsampling kernels as the strided layers have them"
            ) { config in
                config.downsampling.uniform == .learnable
                    ? config : try config.replacing(downsampling: measured.downsampling.value)
            },
        ]
        let shares = measured.widths.spectra.shares.compactMap { $0 }
        if shares.count == 4 {
            let mean = shares.reduce(0, +) / 4
            var ranks = Shaping()
            ranks.widthFactors = [1] + shares.map { min(1.25, max(0.8, ($0 / mean).squareRoot())) }
            ranks.growth = ranks.growth.map { $0.lowerBound * 0.8...$0.upperBound * 1.25 }
            let text = shares.map { NumberFormat.fixed($0, 2) }.joined(separator: ", ")
            proposals.append(
                Proposal(
                    name: "widths-rank",
                    why: "widths follow the effective ranks of the 1×1 layers (\(text) of random ones in the stages)",
                    shape: .bent(ranks)))
        }
        return proposals
    }
}

extension DesignRules {
    /// The design with these depths whose widths are as near to the paper's family as the bounds allow.
    ///
    /// Throws `derive.impossibleBudget` where none uses nine tenths of the bounds.
    func solved(blocks: [Int], _ change: @escaping (VGNetConfig) throws -> VGNetConfig) throws -> VGNetConfig {
        let solver = try BudgetSolver(bounds: target.bounds, multiple: options.multiple)
        let cost: (NetworkShape) -> DesignCost? = { shape in (try? change(config(shape))).map(DesignCost.init) }
        guard let shape = try search(solver, blocks: blocks, cost) else {
            throw KernelVizError(
                code: "derive.impossibleBudget", subject: "derive",
                found: "no widths with \(blocks.map(String.init).joined(separator: ", ")) blocks use the bounds",
                advice: "Pass a smaller --multiple")
        }
        return try change(config(shape))
    }

    /// The shape of these depths whose widths are as near to the paper's family as the bounds allow; nil where none uses
    /// nine tenths of them.
    func search(
        _ solver: BudgetSolver, blocks: [Int], _ cost: @escaping (NetworkShape) -> DesignCost?
    ) throws -> NetworkShape? {
        var profile = ShapeProfile(target.bounds, cost: cost)
        let totals = [profile.blocks, blocks].map { Double($0.reduce(0, +)) }
        profile.channels = profile.channels.map { $0 * (totals[0] / totals[1]).squareRoot() }
        profile.blocks = blocks
        let search = WidthSearch(
            solver: solver, profile: profile, blocks: blocks, step: try solver.allowedStep(cost))
        return search.best(least: 1 - BudgetSolver.tolerance, cost) ?? search.best(least: 0.9, cost)
    }
}
