import Statistics
import VGNets

/// What single networks and all of them together lead to, at several budgets, beside the published nets.
public struct DerivationSurvey: Sendable, Equatable {
    /// One line: a source and its designs.
    public struct Row: Sendable, Equatable {
        /// The network's title, with its file where several have the same; "all together"; "published".
        public let source: String
        /// The N×N kernels behind it, of all networks together those that vote; nil for the published nets.
        public let kernels: Int?
        /// One design a budget.
        public let designs: [VGNetConfig]
        /// Why the paper's values were kept; nil where the kernels decided.
        public let refusal: String?

        /// Groups the parts of a row.
        public init(source: String, kernels: Int?, designs: [VGNetConfig], refusal: String?) {
            (self.source, self.kernels, self.designs, self.refusal) = (source, kernels, designs, refusal)
        }
    }

    /// The sizes in learnable parameters, as the published nets' names give them.
    public let budgets: [Int]
    /// Every network alone, then all together where there are several, then the published nets of these budgets.
    public let rows: [Row]
    /// Networks that had no vote among the others, each with the reason.
    public let leftOut: [String]

    /// Groups the parts of a survey.
    public init(budgets: [Int], rows: [Row], leftOut: [String]) {
        (self.budgets, self.rows, self.leftOut) = (budgets, rows, leftOut)
    }

    /// The sizes that the paper published, in learnable parameters.
    public static let publishedBudgets = [1_000_000, 1_500_000, 2_000_000, 2_500_000]

    /// Derives a design from each network and from all, at each budget; `options` says all but the budget.
    ///
    /// Throws what `Derivation.derive(from:options:)` throws.
    public init(
        _ networks: [AnalysedNetwork], options: Derivation.DesignOptions, budgets: [Int] = publishedBudgets,
        progress: (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
    ) throws {
        self.budgets = budgets
        let groups = networks.count > 1 ? networks.map { [$0] } + [networks] : [networks]
        let titles = Evidence.titles(networks.map(\.statistics))
        var (rows, leftOut): ([Row], [String]) = ([], [])
        for (index, group) in groups.enumerated() {
            try progress(index, groups.count)
            let rules = try Derivation.rules(group, options)
            let designs = try budgets.map { budget in
                try rules.replacing(budget: DesignBudget(ParameterBudget(size: budget))).solved()
            }
            let isAll = group.count > 1
            rows.append(
                Row(
                    source: isAll ? "all together" : titles[index],
                    kernels: isAll
                        ? rules.evidence.networks.reduce(0) { $0 + $1.counts.total } : group[0].statistics.counts.total,
                    designs: designs, refusal: rules.evidence.refusal))
            if isAll { leftOut = rules.evidence.leftOut.map { "\($0.title): \($0.reason)" } }
        }
        try progress(groups.count, groups.count)
        if budgets == Self.publishedBudgets && !options.isThumbnail {
            let published = try ["1.0", "1.5", "2.0", "2.5"].map { try VGNetConfig.published("vgnetg-\($0)mp") }
            rows.append(Row(source: "published", kernels: nil, designs: published, refusal: nil))
        }
        (self.rows, self.leftOut) = (rows, leftOut)
    }
}
