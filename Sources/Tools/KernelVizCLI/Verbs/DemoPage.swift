import KernelViz

/// The index page that `demo` leaves beside its results.
struct DemoPage {
    struct Picture {
        let file: String
        let caption: String
    }

    let statistics: NetworkStatistics
    let table: String
    let figures: [Picture]
    let derivation: Derivation
    let derived: NetworkEvaluation
    let own: NetworkEvaluation?
    let picture: String?

    /// Markdown that GitHub and every editor shows, pictures beside it.
    var markdown: String {
        var parts = [
            "# \(statistics.network.title): what its kernels show",
            "Written by `kernelviz demo`. The same command gives the same files; times and memory of a run are in "
                + "`\(Demo.timingsFile)` beside them, which is not kept.",
            "Also here: [the figures of the VGNet paper](paper.md) drawn from this network; the labels as "
                + "[text](classification.txt), [JSON](classification.json) and [CSV](classification.csv); the first "
                + "figure as [SVG](label-shares.svg); [a notebook](network.ipynb) with all of it; the derived net as [text](derived.txt), [YAML](derived.yaml) and "
                + "[JSON](derived.json), [evaluated](derived-evaluation.json)"
                + (own == nil ? "." : "; [the analysed net evaluated](evaluation.json)."),
            "## Labels by layer", "```\n\(table)```",
        ]
        parts += figures.map { "**\($0.caption)**\n\n![\($0.caption)](\($0.file))" }
        parts += [
            "## The derived net", "`\(derivation.config.name)` ([config](derived.yaml), [JSON](derived.json)):",
            "```yaml\n\(derivation.yaml)```", "```\n\(EvaluationReport(derived.reproducible).table)```",
        ]
        if let own {
            parts.append("## The analysed net")
            if let picture, own.topClasses != nil { parts.append("On `\(picture)`:") }
            parts.append("```\n\(EvaluationReport(own.reproducible).table)```")
        }
        return parts.joined(separator: "\n\n") + "\n"
    }
}
