/// Something that can be wrong with a network, and how it shows.
///
/// One rule, one file in `Rules`, one line in ``DiagnosisRules/all``. A rule is quiet where nothing is wrong: it says
/// nothing rather than that all is well.
public protocol DiagnosisRule: Sendable {
    /// Its name for programs, lower case with hyphens ("dead-kernels"); SARIF's `ruleId`.
    var identifier: String { get }
    /// What it looks for, one sentence without a full stop.
    var title: String { get }
    /// What it cannot do without.
    var needs: Set<DiagnosisNeed> { get }
    /// Whether warnings of this rule, as every error, say that numbers of the network are not what training made: what other
    /// rules conclude from its answers means less then.
    var findsDamage: Bool { get }
    /// Whether it rests on how sure the network is of its answers.
    var restsOnCertainty: Bool { get }
    /// What is wrong, in network order. Called only with what it needs.
    func findings(in subject: Subject) -> [Finding]
}

extension DiagnosisRule {
    /// No.
    public var findsDamage: Bool { false }
    /// No.
    public var restsOnCertainty: Bool { false }
}

/// What a rule needs beside the weights.
public enum DiagnosisNeed: String, Sendable, Equatable, Codable, CaseIterable {
    /// Running statistics of batch normalisation, not folded.
    case batchNorm = "batch normalisation"
    /// A network whose graph can be built.
    case graph = "a network that runs here"
    /// Pictures.
    case images = "pictures (--images)"
}

/// The rules that there are.
public enum DiagnosisRules {
    /// In the order in which they are listed: what cannot run first, then what is wrong, then what is wasted.
    public static let all: [any DiagnosisRule] = [
        NonFiniteRule(), VarianceRule(), ExplodingRule(), UntrainedRule(), FrozenRule(), StatisticsRule(),
        CopiesRule(), PaddingRule(), ChannelOrderRule(), PreprocessingRule(), TurnedKernelsRule(), DeadKernelsRule(),
        DeadNormRule(),
        NeverFiresRule(), RedundantKernelsRule(), LowRankRule(), BlueprintRule(), AliasingRule(), IntegerRule(),
        FieldRule(), VanishingRule(),
    ]
}

extension DiagnosisRule {
    /// A finding of this rule in layers.
    func finding(
        _ severity: Finding.Severity, _ layers: [SubjectLayer], channels: [Int] = [], _ message: String,
        _ evidence: [Finding.Evidence], cost: Finding.Cost? = nil, advice: String
    ) -> Finding {
        Finding(
            rule: identifier, severity: severity,
            place: Finding.Place(layers: layers.map(\.name), channels: channels), message: message,
            evidence: evidence, cost: cost, advice: advice)
    }
}
