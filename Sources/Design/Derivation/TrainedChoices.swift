import Diagnostics
import VGNets

/// D10: what kernels do not show and trainings at equal cost decided: depths, and what stands around the depthwise
/// kernels while they train.
enum TrainedChoices {
    /// What the trainings showed (`Notebooks-out/experiments/results/headline`).
    static let evidence =
        "+8.06 ± 0.25 points of top-1 over vgnetg-1.0mp at no more cost (five paired seeds, ten epochs of "
        + "Tiny-ImageNet-100 at 64 px; depth, normalisation and a start at unit gain together; other sizes, other data and "
        + "longer trainings were not tried)"

    /// What stands around learned depthwise kernels while they train.
    static let depthwise = DepthwiseForm.normalized

    /// Two fifths of the published depths, which leaves the cost to the widths.
    static func blocks(_ published: [Int]) -> [Int] { share(2.0 / 5, of: published) }

    /// A share of the published depths, at least one block a stage.
    static func share(_ share: Double, of published: [Int]) -> [Int] {
        published.map { max(1, Int((Double($0) * share).rounded())) }
    }

    static let sentence =
        "two fifths of the published depths and wider stages, a normalisation behind learned depthwise kernels: what won "
        + "against the published net in trainings at equal cost"

    /// The reasons of the fields that the rule decides, where nothing else was asked for.
    static func reasons(
        _ config: VGNetConfig, _ options: Derivation.DesignOptions, published: VGNetConfig
    ) -> [Reason] {
        func reason(_ field: VGNetConfig.Field, _ sentence: String) -> Reason {
            let value = config.text(of: field) ?? ""
            return Reason(
                field: field.rawValue, value: value, rule: .trained, sentence,
                findings: [Reason.Finding(value: value, statistic: evidence)])
        }
        var reasons: [Reason] = []
        if !options.rules.contains(.depths) {
            let wanted = blocks(published.blocks)
            reasons.append(
                reason(
                    .blocks,
                    "two fifths of the depths of \(published.name), wider"
                        + (config.blocks == wanted ? "" : ", shifted as far as the bounds need")))
        }
        if options.depthwise == nil {
            reasons.append(reason(.depthwise, "a normalisation while training, folded into kernel and bias afterwards"))
        }
        return reasons
    }
}

extension Derivation {
    /// That weak evidence steered nothing, and why, one sentence; nil where the kernels decided.
    public var refusalSentence: String? {
        let scope = trained == nil ? "" : " in all that kernels decide"
        return refusal.map { "The paper's values were kept\(scope): \($0)" }
    }

    /// Which fields trainings decided (D10) and what they showed, one sentence; nil where they decided none.
    public var trained: String? {
        let fields = reasons.filter { $0.ruleName == DerivationRule.trained.rawValue }.map(\.field)
        return fields.isEmpty
            ? nil : "Trainings decided \(fields.joined(separator: ", ")): \(TrainedChoices.evidence)"
    }
}
