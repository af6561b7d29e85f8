import Classification
import Diagnostics
import VGNets

/// D4, D5 and D7: what passes, what is fixed and what is shared.
struct BlockRules {
    /// Which kernels the user wants to be fixed.
    enum Form {
        case learned
        case fixed
    }

    let evidence: Evidence
    let rules: RuleSet
    let form: Form
    /// The banks that D5 makes, a stage each; nil where it is off, not asked for, or the stage has too few kernels.
    let banks: [KernelMedoids?]
    /// How many kernels explain the last layers; nil where there is none.
    let sharing: LastSharing?

    /// D4: the nearest number of eighths, at least 1.
    static func ratio(_ share: Double) -> IdentityRatio {
        let parts = RuleCutoffs.ratioParts
        return IdentityRatio(eighths: min(parts - 1, max(1, Int((share * Double(parts)).rounded()))))
    }

    var identity: PerStage<IdentityRatio> { PerStage(stages: (1...4).map(ratio)) }

    private func ratio(_ stage: Int) -> IdentityRatio {
        let pool = evidence.body(stage)
        guard rules.contains(.identity), pool.total >= RuleCutoffs.kernels else { return .half }
        return Self.ratio(pool.share(.identity, .zero).value)
    }

    var half: PerStage<HalfKernels> {
        PerStage(
            stages: (1...4).map { stage in
                guard form == .fixed else { return .learnable }
                return .bank(
                    banks[stage - 1].map { .listed(ListedBank(name: "stage\(stage)", kernels: $0.kernels)) }
                        ?? .sixEdgeTwoGaussian)
            })
    }

    /// D7 for a last width: the largest t that divides it and leaves enough kernels; 8 where the rule is off.
    func last(width: Int) -> LastKernels {
        guard rules.contains(.last), let sharing else { return .shared(groups: 8) }
        return sharing.groups(width: width).map { .shared(groups: $0) } ?? .learnable
    }

    func reasons(_ config: VGNetConfig) -> [Reason] {
        let ratios = (1...4).map(identityFinding)
        let halves = (1...4).map(halfFinding)
        let isFixed = form == .fixed
        var all = [
            Reason(
                field: "identity", value: config.text(of: .identity) ?? "", rule: .identity,
                rules.contains(.identity)
                    ? DerivationRule.identity.sentence
                    : "the paper's ratio; kernels alone do not show the maps that are alike",
                findings: ratios, isDefault: ratios.allSatisfy(\.isDefault)),
            Reason(
                field: "half", value: config.half.text, rule: .banks,
                isFixed
                    ? (rules.contains(.banks) ? DerivationRule.banks.sentence : "the paper's bank (D5 is off)")
                    : "the filtered part is trained; --form f fixes it",
                findings: halves, isDefault: halves.allSatisfy(\.isDefault)),
            lastReason(config),
        ]
        if !config.listedBanks.isEmpty {
            all.append(
                Reason(
                    field: "banks", value: config.listedBanks.map(\.name).joined(separator: ", "), rule: .banks,
                    "the kernels behind the names, the largest weight 1, in the order of their clusters' sizes"))
        }
        return all
    }

    private func identityFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.body(stage)
        guard pool.total >= RuleCutoffs.kernels else {
            return Reason.Finding(
                place: "stage \(stage)", value: "0.5",
                statistic: "only \(pool.total) kernels of stride 1 were found, \(RuleCutoffs.kernels) are needed",
                sources: pool.layers, isDefault: true, support: .silent)
        }
        let share = pool.share(.identity, .zero)
        let value = ratio(stage)
        let off = rules.contains(.identity) ? "" : "; measured, decides nothing (D4 is off)"
        return Reason.Finding(
            place: "stage \(stage)", value: "\(value)",
            statistic:
                "\(share.percent) of \(pool.total) kernels of stride 1 pass their input on or are dead\(off)",
            estimate: share, sources: pool.layers, isDefault: !rules.contains(.identity),
            dissent: rules.contains(.identity)
                ? pool.dissent(from: value) { single in
                    guard single.total >= RuleCutoffs.kernels else { return nil }
                    let share = single.share(.identity, .zero).value
                    return (Self.ratio(share), "\(Self.ratio(share)) (\(NumberFormat.percent(share)))")
                } : [],
            // What rounds to four eighths.
            support: share.support(7.0 / 16...9.0 / 16))
    }

    private func halfFinding(_ stage: Int) -> Reason.Finding {
        let pool = evidence.body(stage)
        let (edges, blurs) = (pool.share(.edge), pool.share(.blur))
        let statistic =
            pool.total == 0
            ? "no kernels of stride 1 were found"
            : "\(NumberFormat.percent(edges.value)) of \(pool.total) kernels of stride 1 are edges, "
                + "\(NumberFormat.percent(blurs.value)) blurs"
        guard form == .fixed else {
            return Reason.Finding(
                place: "stage \(stage)", value: "learnable", statistic: statistic, estimate: edges,
                sources: pool.layers, isDefault: true)
        }
        guard let bank = banks[stage - 1] else {
            return Reason.Finding(
                place: "stage \(stage)", value: "6ek2gk", statistic: statistic, estimate: edges, sources: pool.layers,
                isDefault: true)
        }
        return Reason.Finding(
            place: "stage \(stage)", value: bank.mix, statistic: "\(statistic); \(bank.statistic)", estimate: edges,
            sources: pool.layers)
    }

    private func lastReason(_ config: VGNetConfig) -> Reason {
        let pool = evidence.last
        let value = config.last.text
        var statistic = "no last layer was found"
        if pool.total > 0 {
            statistic = "\(pool.share(.blur).percent) of \(pool.total) kernels of the last layer are blur"
        }
        if let sharing { statistic += "; \(sharing.statistic)" }
        let isOn = rules.contains(.last) && sharing != nil
        if !isOn, sharing != nil { statistic += "; measured, decides nothing (D7 is off)" }
        // One kernel for all explains as much as the eight groups' kernels at the least.
        let isOne = sharing.map { $0.oneKernelR2 >= RuleCutoffs.sharedR2 } ?? false
        return Reason(
            field: "last", value: value, rule: .last,
            isOn ? DerivationRule.last.sentence : "the paper's shared kernels, t = 8",
            findings: [
                Reason.Finding(
                    value: value, statistic: statistic, estimate: pool.total > 0 ? pool.share(.blur) : nil,
                    sources: pool.layers, isDefault: !isOn, support: isOne ? .confirms : .silent)
            ], isDefault: !isOn)
    }
}
