import Diagnostics
import Statistics
import VGNets

/// A VGNet derived from what the kernels of real networks show, with one reason for every field.
public struct Derivation: Sendable, Equatable {
    /// The derived design.
    public let config: VGNetConfig
    /// Exactly one reason per field of the config, in the order of the fields.
    public let reasons: [Reason]
    /// The titles of the networks that were analysed.
    public let sources: [String]
    /// Why the evidence could not steer the design, so that every field but the widths is the paper's; nil otherwise.
    public let refusal: String?

    /// What the user decides; everything else follows from the evidence.
    public struct Wishes: Sendable, Equatable {
        /// The wanted number of learnable parameters.
        public var budget: ParameterBudget
        /// Stage widths are multiples of this.
        public var multiple = 8
        /// Whether to add squeeze-and-excite.
        public var withSqueezeExcite = false
        /// The activation behind every pointwise convolution.
        public var activation = Activation.relu
        /// The number of classes.
        public var classes = 1000
        /// Rows and columns of the input images.
        public var inputSize = 224
        /// The name of the net; nil makes one from the budget.
        public var name: String?

        /// A wish for `budget` learnable parameters and the paper's choices otherwise.
        public init(budget: ParameterBudget) { self.budget = budget }
    }

    /// Derives a design from the statistics of at least one network.
    ///
    /// The published configurations come out where the evidence is the paper's and the budget is theirs.
    /// Throws `derive.noSources`, `derive.impossibleBudget`, `derive.badMultiple` or the config's own errors.
    public static func derive(from networks: [NetworkStatistics], wishes: Wishes) throws -> Derivation {
        guard !networks.isEmpty else {
            throw KernelVizError(
                code: "derive.noSources", subject: "derive", found: "no checkpoint", expected: "at least one",
                advice: "Name a checkpoint whose kernels are to be read")
        }
        let evidence = Evidence(networks)
        let refusal = DerivationRules.refusal(evidence)
        let downsampling = DerivationRules.downsampling(evidence)
        let half = DerivationRules.half(evidence)
        let last = DerivationRules.last(evidence)
        let squeezeExcite = wishes.withSqueezeExcite ? SqueezeExcite() : nil
        let template = try VGNetConfig(
            name: wishes.name ?? "derived-\(name(of: wishes.budget))",
            channels: NetworkShape.published[0].shape.channels,
            blocks: NetworkShape.published[0].shape.blocks,
            downsampling: refusal == nil ? downsampling.value : .gaussian(.paper),
            half: half.value, last: last.value, activation: wishes.activation, squeezeExcite: squeezeExcite,
            classes: wishes.classes, inputSize: wishes.inputSize)
        let shape = try BudgetSolver(budget: wishes.budget, multiple: wishes.multiple).solve { candidate in
            (try? template.replacing(channels: candidate.channels, blocks: candidate.blocks))?.parameters.learnable
        }
        let config = try template.replacing(channels: shape.channels, blocks: shape.blocks)
        var reasons = shapeReasons(config, wishes)
        reasons +=
            refusal.map { [refusedReason(.downsampling, "gaussian", $0)] + gaussianDefaults($0) }
            ?? downsampling.reasons
        reasons += refusal.map { [refusedReason(.half, config.half.text, $0)] } ?? half.reasons
        reasons += refusal.map { [refusedReason(.last, config.last.text, $0)] } ?? last.reasons
        reasons += wishReasons(config, wishes)
        let ordered = config.fields.compactMap { field in reasons.first { $0.field == field.rawValue } }
        precondition(ordered.count == config.fields.count)
        return Derivation(config: config, reasons: ordered, sources: evidence.sources, refusal: refusal)
    }

    /// The config as YAML, each field with its reason as a comment; it reads back equal.
    public var yaml: String {
        config.yaml(
            comments: Dictionary(reasons.map { ($0.field, $0.sentence) }, uniquingKeysWith: { first, _ in first }))
    }

    private static func name(of budget: ParameterBudget) -> String {
        "\(NumberFormat.fixed(Double(budget.parameters) / 1e6, budget.parameters % 100_000 == 0 ? 1 : 3))mp"
    }

    private static func shapeReasons(_ config: VGNetConfig, _ wishes: Wishes) -> [Reason] {
        let count = config.parameters.learnable
        let miss = Double(count - wishes.budget.parameters) / Double(wishes.budget.parameters) * 100
        let sign = miss < 0 ? "−" : "+"
        let met =
            "\(count) learnable parameters for a budget of \(wishes.budget.parameters) "
            + "(\(sign)\(NumberFormat.fixed(abs(miss), 2)) %)"
        let published = NetworkShape.published.map(\.shape)
            .contains(NetworkShape(channels: config.channels, blocks: config.blocks))
        let list: ([Int]) -> String = { $0.map(String.init).joined(separator: ", ") }
        return [
            Reason(
                field: VGNetConfig.Field.name.rawValue, value: config.name,
                rule: wishes.name == nil ? "made from the budget" : "asked for with --name"),
            Reason(
                field: VGNetConfig.Field.channels.rawValue, value: list(config.channels), statistic: met,
                rule: published
                    ? "the published widths meet the budget (D8)"
                    : "the published growth of widths, scaled to the budget in multiples of \(wishes.multiple) (D8)",
                isDefault: true),
            Reason(
                field: VGNetConfig.Field.blocks.rawValue, value: list(config.blocks),
                rule: "the depths of the published net nearest to the budget (D8)", isDefault: true),
        ]
    }

    private static func wishReasons(_ config: VGNetConfig, _ wishes: Wishes) -> [Reason] {
        func wish(_ field: VGNetConfig.Field, _ value: String, _ flag: String, isPaper: Bool, _ why: String) -> Reason {
            Reason(
                field: field.rawValue, value: value, rule: isPaper ? why : "asked for with \(flag)", isDefault: isPaper)
        }
        let silent = "the paper's; kernels say nothing about it"
        let attention = config.squeezeExcite.map { "\($0.ratio)" } ?? "none"
        return [
            wish(.identity, config.text(of: .identity) ?? "", "", isPaper: true, "the paper's"),
            wish(.activation, config.activation.rawValue, "--silu", isPaper: config.activation == .relu, silent),
            wish(.squeezeExcite, attention, "--se", isPaper: config.squeezeExcite == nil, silent),
            wish(.squeezeExciteActivation, "relu", "--se", isPaper: config.squeezeExcite == nil, silent),
            wish(.dropout, "\(config.dropout)", "", isPaper: true, silent),
            wish(.classes, "\(config.classes)", "--classes", isPaper: config.classes == 1000, "those of ImageNet-1k"),
            wish(.inputSize, "\(config.inputSize)", "--input-size", isPaper: config.inputSize == 224, silent),
            wish(.inputChannels, "\(config.inputChannels)", "", isPaper: true, "colour images"),
            wish(.thumbnail, "\(config.isThumbnail)", "", isPaper: true, "images larger than 64 px"),
        ]
    }

    private static func refusedReason(_ field: VGNetConfig.Field, _ value: String, _ refusal: String) -> Reason {
        Reason(
            field: field.rawValue, value: value, statistic: refusal, rule: "so the paper's value stays (D9)",
            isDefault: true)
    }

    private static func gaussianDefaults(_ refusal: String) -> [Reason] {
        let paper = FixedGaussian.paper
        return [
            refusedReason(.gaussianSigma, "\(paper.sigmaPixels) px", refusal),
            refusedReason(.gaussianSigns, paper.signs.rawValue, refusal),
            refusedReason(.gaussianDecimals, "\(paper.decimals ?? 0)", refusal),
        ]
    }
}
