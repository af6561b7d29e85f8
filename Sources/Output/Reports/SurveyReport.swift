import Derivation
import Diagnostics
import VGNets

/// What checkpoints lead to at several budgets, for people and programs.
public struct SurveyReport: MarkdownReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.survey.rawValue

    private let survey: DerivationSurvey

    /// A report on `survey`.
    public init(_ survey: DerivationSurvey) { self.survey = survey }

    /// One line a source and budget.
    public var table: String { textTable.text + notes.map { $0 + "\n" }.joined() }

    /// The same as GitHub's Markdown.
    public var markdown: String { textTable.markdown + "\n" + notes.map { $0 + "  \n" }.joined() }

    private var textTable: TextTable {
        var table = TextTable([
            .init("source", .left), .init("kernels", .right), .init("budget", .right), .init("parameters", .right),
            .init("MACs", .right), .init("widths", .left), .init("depths", .left), .init("downsampling", .left),
            .init("σ, px", .left),
        ])
        for (index, row) in survey.rows.enumerated() {
            if index > 0 { table.addRule() }
            for (place, (budget, config)) in zip(survey.budgets, row.designs).enumerated() {
                let isFirst = place == 0
                let cost = DesignCost(config)
                let source = row.source + (row.refusal == nil ? "" : " (defaults)")
                table.add(
                    [
                        isFirst ? source : "", isFirst ? row.kernels.map(NumberFormat.grouped) ?? "–" : "",
                        Self.millions(budget), NumberFormat.grouped(cost.parameters),
                        NumberFormat.grouped(cost.macs), Self.list(config.channels), Self.list(config.blocks),
                        Self.downsampling(config), Self.sigmas(config),
                    ].map { TextTable.Cell($0) })
            }
        }
        return table
    }

    /// Why sources were refused or left out.
    private var notes: [String] {
        survey.rows.compactMap { row in row.refusal.map { "\(row.source): the paper's values were kept: \($0)." } }
            + survey.leftOut.map { "Not among all together: \($0)." }
    }

    private static func millions(_ budget: Int) -> String {
        NumberFormat.fixed(Double(budget) / 1e6, budget % 100_000 == 0 ? 1 : 3) + "MP"
    }

    private static func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: " ") }

    /// A word a stage: "G" is fixed, "L" learned, "0.55" the fixed share of a mixed one.
    private static func downsampling(_ config: VGNetConfig) -> String {
        config.downsampling.values.map { kernels in
            kernels.share.map { "\($0)" } ?? (kernels.gaussian == nil ? "L" : "G")
        }.joined(separator: " ")
    }

    private static func sigmas(_ config: VGNetConfig) -> String {
        config.downsampling.values.map { $0.gaussian.map { "\($0.sigmaPixels)" } ?? "–" }.joined(separator: " ")
    }

    /// The same as JSON, keys sorted.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema,
                sources: survey.rows.map { row in
                    Document.Source(
                        source: row.source, kernels: row.kernels, refusal: row.refusal,
                        designs: zip(survey.budgets, row.designs).map { budget, config in
                            let cost = DesignCost(config)
                            return Document.Design(
                                budget: budget, parameters: cost.parameters,
                                fixedParameters: config.folded.parameters.fixed, macs: cost.macs, config: config)
                        })
                }, leftOut: survey.leftOut))
    }

    private struct Document: Encodable {
        struct Design: Encodable {
            let budget: Int
            let parameters: Int
            let fixedParameters: Int
            let macs: Int
            let config: VGNetConfig
        }

        struct Source: Encodable {
            let source: String
            let kernels: Int?
            let refusal: String?
            let designs: [Design]
        }

        let schema: String
        let sources: [Source]
        let leftOut: [String]
    }
}
