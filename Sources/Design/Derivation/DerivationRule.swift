import Diagnostics

/// A rule that turns what the kernels show into fields of a config.
public enum DerivationRule: String, Sendable, CaseIterable, Codable {
    /// Which kernels the DownsamplingBlocks have.
    case downsampling = "D1"
    /// The σ of the fixed Gaussians.
    case sigma = "D2"
    /// The offset of the fixed Gaussians.
    case offset = "D3"
    /// The identity ratio of the HalfIdentityBlocks.
    case identity = "D4"
    /// The kernels of fixed banks.
    case banks = "D5"
    /// Stage widths without dead channels.
    case deadWidths = "D6"
    /// How many groups of channels share the kernels of the last unit.
    case last = "D7"
    /// Depths by the share of kernels that work.
    case depths = "D8"
    /// When the paper's values stay.
    case refusal = "D9"
    /// Depth and what trains beside the kernels, of which kernels say nothing.
    case trained = "D10"

    /// What the rule does, one sentence.
    public var sentence: String {
        let (high, low) = (NumberFormat.percent(RuleCutoffs.gaussianFrom), NumberFormat.percent(RuleCutoffs.hybridFrom))
        let (sigmas, step) = (RuleCutoffs.sigmas, RuleCutoffs.step)
        return switch self {
        case .downsampling:
            "at least \(high) blur kernels: fixed Gaussian; \(Int((RuleCutoffs.hybridFrom * 100).rounded())) to \(high): "
                + "Gaussian for that share of channels, the others learned; below \(low): learned"
        case .sigma:
            "the median fitted σ of the blur kernels, clamped to \(sigmas.lowerBound)…\(sigmas.upperBound), rounded to "
                + "\(step)"
        case .offset:
            "the mean offset of the blur kernels' centroids, seen as for symmetric padding, rounded to \(step)"
        case .identity:
            "the share of kernels that pass their input on or are dead, rounded to eighths, at least "
                + "1/\(RuleCutoffs.ratioParts)"
        case .banks:
            "eight kernels: first derivatives, second derivatives and blurs as the stage has them, each the medoid of a "
                + "cluster of the stage's kernels"
        case .deadWidths:
            "widths shrink by the share of dead channels, the solver moves what that frees to other stages"
        case .last:
            "the largest t for which c4/t kernels explain the kernels of the last layer (median functional R² at least "
                + "\(RuleCutoffs.sharedR2))"
        case .depths: "depths follow the share of kernels that are neither identity nor dead; stage 3 stays the deepest"
        case .refusal:
            "fewer than \(RuleCutoffs.kernelsOfDesign) kernels, more than \(NumberFormat.percent(RuleCutoffs.mostOther)) "
                + "unstructured ones, or labels that do not stand noise: the paper's values stay"
        case .trained: TrainedChoices.sentence
        }
    }

    /// Whether the rule is in force unless the user chooses: those that beat the paper's choice by more than two standard
    /// errors in the trainings of `Notebooks-out/experiments`.
    public var isOnByDefault: Bool {
        switch self {
        case .banks, .refusal, .trained: true
        case .downsampling, .sigma, .offset, .identity, .deadWidths, .last, .depths: false
        }
    }
}

/// Which rules decide; the fields of the others keep the paper's values. D9 always holds.
public struct RuleSet: Sendable, Equatable {
    /// The rules in force.
    public let rules: Set<DerivationRule>

    /// The rules that are on by default.
    public static let standard = RuleSet(Set(DerivationRule.allCases.filter(\.isOnByDefault)))
    /// Every rule.
    public static let all = RuleSet(Set(DerivationRule.allCases))

    /// These rules and D9.
    public init(_ rules: Set<DerivationRule>) { self.rules = rules.union([.refusal]) }

    /// Reads "default", "all", "none", a list such as "D1,D2,D6", or changes to the default: "+D4", "-D6,+D7".
    ///
    /// Throws `derive.badRules`.
    public init(parsing text: String) throws {
        func problem(_ name: String) -> KernelVizError {
            KernelVizError(
                code: "derive.badRules", subject: "--rules", found: "found '\(name)'",
                expected: "'default', 'all', 'none', rules such as D1,D2, or changes such as +D4,-D6",
                advice: NearestName.of(
                    name, among: DerivationRule.allCases.map(\.rawValue) + ["default", "all", "none"]
                ).map { "The nearest name is '\($0)'" })
        }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        switch text.lowercased() {
        case "default": self = .standard
        case "all": self = .all
        case "none": self.init([])
        default:
            let signed = names.filter { $0.hasPrefix("+") || $0.hasPrefix("-") }
            guard signed.isEmpty || signed.count == names.count else {
                throw KernelVizError(
                    code: "derive.badRules", subject: "--rules", found: "found '\(text)'",
                    expected: "either a list (D1,D2) or changes to the default (+D4,-D6), not both")
            }
            var rules = signed.isEmpty ? [] : Self.standard.rules
            for name in names {
                let bare = name.drop { $0 == "+" || $0 == "-" }
                guard let rule = DerivationRule(rawValue: bare.uppercased()) else { throw problem(name) }
                if name.hasPrefix("-") {
                    guard rule != .refusal else {
                        throw KernelVizError(
                            code: "derive.badRules", subject: "--rules", found: "found '\(name)'",
                            expected: "D9 to hold", advice: "Weak evidence must not steer a design")
                    }
                    rules.remove(rule)
                } else {
                    rules.insert(rule)
                }
            }
            self.init(rules)
        }
    }

    /// Whether a rule is in force.
    public func contains(_ rule: DerivationRule) -> Bool { rules.contains(rule) }
}
