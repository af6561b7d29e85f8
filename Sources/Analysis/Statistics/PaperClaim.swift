import Classification
import Diagnostics

/// A statement of the VGNet paper about learned kernels, tested on one network.
///
/// Source: "Efficient CNN Architecture Design Guided by Visualization" (arXiv 2207.10318), sections 3.1 to 3.3, Figs. 1 to 5
/// and 9. The paper judges by eye and gives no shares; what counts as "supported" is stated with each claim.
public struct PaperClaim: Sendable, Equatable, Codable {
    /// Which statement.
    public enum Statement: String, Sendable, Equatable, Codable, CaseIterable {
        /// 3.1, Figs. 1 and 2: layers that reduce the resolution learn blur kernels.
        case stridedBlur = "strided layers are blur"
        /// 3.1: the weights of strided layers are a mixture of distributions.
        case stridedMixture = "strided weights are a mixture"
        /// 3.1, Fig. 2: few slices of a standard or grouped strided filter carry it, and they blur.
        case salientSlices = "salient slices blur"
        /// 3.2, Figs. 1 and 3: layers in the middle hold many identity kernels.
        case middleIdentity = "middle layers hold identity"
        /// 3.3, Fig. 5: edge kernels become fewer with depth.
        case edgesFall = "edges fall with depth"
        /// 3.3: blur kernels become more with depth.
        case blurRises = "blur rises with depth"
        /// 3.3, Fig. 4: the last layer's kernels are blur.
        case lastBlur = "the last layer is blur"
        /// Fig. 9: many early kernels are zero (in MobileNetV3).
        case deadEarly = "early kernels are dead"

        /// Where the paper says it.
        public var source: String {
            switch self {
            case .stridedBlur: "3.1, Figs. 1, 2"
            case .stridedMixture: "3.1"
            case .salientSlices: "3.1, Fig. 2"
            case .middleIdentity: "3.2, Figs. 1, 3"
            case .edgesFall: "3.3, Fig. 5"
            case .blurRises: "3.3"
            case .lastBlur: "3.3, Fig. 4"
            case .deadEarly: "Fig. 9"
            }
        }

        /// What is set side by side over networks, above 0 where it is as stated.
        public var effect: String {
            switch self {
            case .stridedBlur: "blur share, strided less stride 1"
            case .stridedMixture: "share of strided layers that are mixtures, less half"
            case .salientSlices: "share of strided filters with a salient slice, less half"
            case .middleIdentity: "identity share, middle third less the others"
            case .edgesFall: "rank correlation of the edge share with depth, sign reversed"
            case .blurRises: "rank correlation of the blur share with depth"
            case .lastBlur: "blur share, last layer less the others of stride 1"
            case .deadEarly: "zero share, first third less the rest"
            }
        }

        /// When it counts as supported.
        public var criterion: String {
            let (half, p) = (ClaimRules.words(ClaimRules.majority), "p < \(ClaimRules.shareSignificance)")
            let depth = "p < \(ClaimRules.depthSignificance)"
            return switch self {
            case .stridedBlur: "\(half) of the strided kernels or more are blur, more than at stride 1 (\(p))"
            case .stridedMixture: "two or three normal distributions beat one (BIC) in most strided layers"
            case .salientSlices:
                "most strided filters have a slice beyond \(NumberFormat.percent(ClaimRules.randomQuantile)) of random ones, "
                    + "and \(half) of the blueprints are low-pass"
            case .middleIdentity:
                "identity is more frequent in the middle third than in the others (\(p)), and in some layer there "
                    + "\(ClaimRules.words(ClaimRules.identityPeak)) of the kernels"
            case .edgesFall: "rank correlation of the edge share with depth below 0 (\(depth))"
            case .blurRises: "rank correlation of the blur share with depth above 0 (\(depth))"
            case .lastBlur: "\(half) of the last layer or more is blur, more than in the middle (\(p))"
            case .deadEarly:
                "some layer of the first third is zero to \(NumberFormat.percent(ClaimRules.deadPeak)) or more"
            }
        }
    }

    /// What the numbers say.
    public enum Verdict: String, Sendable, Equatable, Codable {
        /// The network shows it.
        case supported = "supported"
        /// The network does not show it.
        case notSupported = "not supported"
        /// The network has no layers of the kind.
        case notTestable = "not testable"
    }

    /// Which statement.
    public let statement: Statement
    /// The numbers, in words.
    public let finding: String
    /// Spearman's ρ with depth, for the statements about depth.
    public let rankCorrelation: Double?
    /// The chance of such numbers without anything behind them: of the rank correlation (two-sided), or of the difference of
    /// two shares (Fisher's exact test, one-sided); nil where nothing is compared.
    public let pValue: Double?
    /// What they say.
    public let verdict: Verdict
    /// The size of it, to be set beside other networks' (``MetaAnalysis``); nil where it is not testable.
    public let effect: ClaimEffect?

    init(
        _ statement: Statement, _ finding: String, rankCorrelation: Double? = nil, pValue: Double? = nil,
        effect: ClaimEffect? = nil, _ verdict: Verdict
    ) {
        self.effect = effect
        self.statement = statement
        self.finding = finding
        self.rankCorrelation = rankCorrelation
        self.pValue = pValue
        self.verdict = verdict
    }
}
