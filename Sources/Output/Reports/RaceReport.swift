import Diagnostics
import Races
import Sweeps

/// A race's results, for people and programs.
public struct RaceReport: MarkdownReport, ConfigReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.race.rawValue

    private let results: RaceResults

    /// A report on `results`.
    public init(_ results: RaceResults) { self.results = results }

    private var plan: RacePlan { results.plan }

    // MARK: - Before the race

    /// Who takes part and why, how many trainings there are, and which differences they can show.
    public static func introduction(_ plan: RacePlan, hours: Double?) -> String {
        let size = plan.size
        var lines = ["\(plan.baseline.name) against \(plan.contenders.count) nets that cost no more:"]
        for net in plan.contenders {
            let time = net.timeRatio.map { ", \(NumberFormat.fixed($0, 2)) times its time" } ?? ""
            lines.append(
                "  \(net.name): \(NumberFormat.grouped(net.parameters)) parameters, \(NumberFormat.grouped(net.macs)) "
                    + "MACs\(time); \(net.why)")
        }
        for (index, round) in size.rounds.enumerated() {
            lines.append(
                "Round \(index + 1): \(round.contenders) nets, \(round.epochs) \(round.epochs == 1 ? "epoch" : "epochs") "
                    + "each; \(round.kept) go on.")
        }
        let steps = NumberFormat.grouped(size.epochs * plan.stepsPerEpoch)
        lines.append(
            "Final: \(size.finalists) \(size.finalists == 1 ? "net" : "nets") with \(size.seeds) seeds, the baseline with "
                + "\(size.baselineSeeds), \(size.epochs) epochs (\(steps) steps) each, \(size.looks) "
                + "\(size.looks == 1 ? "look" : "looks").")
        lines.append(
            "At most \(size.totalTrainings) trainings of \(NumberFormat.grouped(size.totalEpochs)) epochs together"
                + (hours.map { ", about \(NumberFormat.fixed($0, 1)) hours" } ?? "") + ".")
        return lines.map { $0 + "\n" }.joined() + power(plan)
    }

    /// Which differences the final finds with 80 % probability.
    private static func power(_ plan: RacePlan) -> String {
        let limits = plan.limits.map { NumberFormat.fixed($0, 3) }.joined(separator: ", ")
        var table = TextTable([.init("a net's top-1 varies by", .right), .init("seen with 80 %", .right)])
        for deviation in [0.0043, 0.00864, 0.0173] {
            let seen = plan.power.detectableDifference(deviation: deviation)
            table.add([
                .init("\(NumberFormat.fixed(deviation * 100, 2)) points"),
                .init("\(NumberFormat.fixed(seen * 100, 2)) points"),
            ])
        }
        return table.text
            + "Limits of the standard score at the looks: \(limits). Small trainings varied by 0.86 points.\n"
    }

    // MARK: - During and after it

    /// The config that the race leads to, with its evidence; while it is open the sentence alone, as a comment.
    public var yaml: String { results.yaml ?? "# \(results.sentence)\n" }

    /// The verdict, the comparisons and all trainings, ruled for a terminal.
    public var table: String {
        var text = "\(results.sentence)\n\(results.choiceSentence)\n"
        if let best = results.best { text += "\(results.costLine(best))\n" }
        if !results.state.looks.isEmpty { text += comparisons.text }
        return text + rows.text + footnote
    }

    /// The same as GitHub's Markdown.
    public var markdown: String {
        var text = "**\(results.sentence)**\n\n\(results.choiceSentence)\n\n"
        if let best = results.best { text += "\(results.costLine(best))\n\n" }
        if !results.state.looks.isEmpty { text += comparisons.markdown + "\n" }
        return text + rows.markdown + "\n" + footnote
    }

    private var footnote: String {
        let kernels = results.state.kernels.map {
            "The baseline's depthwise kernels: \($0.verdict.rawValue), median cosine to their start "
                + "\(NumberFormat.fixed($0.medianCosine, 2)).\n"
        }
        return (kernels ?? "")
            + "Differences in points ± standard error over common and further seeds of the baseline; p over all looks "
            + "(O'Brien and Fleming, t quantiles) and finalists (Holm). Rounds have seeds of their own.\n"
    }

    private var comparisons: TextTable {
        var table = TextTable([
            .init("look", .right), .init("net", .left), .init("seeds", .right),
            .init("− \(plan.baseline.name)", .right),
            .init("score", .right), .init("limit", .right), .init("p", .right), .init("outcome", .left),
        ])
        for look in results.state.looks {
            for comparison in look.comparisons {
                let contrast = comparison.contrast
                table.add(
                    [
                        "\(look.number)/\(plan.size.looks)", comparison.name,
                        "\(contrast.count) : \(contrast.baselineCount)",
                        "\(Self.signed(contrast.mean)) ± \(Self.points(contrast.standardError))",
                        NumberFormat.fixed(contrast.score, 2), NumberFormat.fixed(look.limit, 2),
                        NumberFormat.fixed(comparison.adjusted, 4),
                        look.givenUp.contains(comparison.name) ? "given up" : "",
                    ].map { TextTable.Cell($0) })
            }
        }
        return table
    }

    private var rows: TextTable {
        var table = TextTable([
            .init("net", .left), .init("round", .right), .init("epochs", .right), .init("seed", .right),
            .init("top-1 %", .right), .init("kernels", .right),
        ])
        for row in results.rows {
            let kernels = row.run.kernels.map { "\(NumberFormat.fixed($0.medianCosine, 2)) \($0.verdict.rawValue)" }
            table.add(
                [
                    row.training.name, plan.roundName(row.training.round),
                    "\(plan.epochs(ofRound: row.training.round))",
                    "\(row.training.seed)", row.run.top1.map { NumberFormat.fixed($0 * 100, 2) } ?? "failed",
                    kernels ?? "–",
                ].map { TextTable.Cell($0) })
        }
        return table
    }

    private static func points(_ share: Double) -> String { NumberFormat.fixed(share * 100, 2) }

    private static func signed(_ share: Double) -> String {
        (share < 0 ? "−" : "+") + points(abs(share))
    }
}

extension RaceReport {
    /// Everything as JSON, keys sorted: the verdict, the looks, and every training as a row; shares are 0…1.
    public var json: String {
        let state = results.state
        return JSONText.of(
            Document(
                schema: Self.schema, verdict: verdict, sentence: results.sentence,
                chosenOn: plan.heldOut == nil ? "test images" : "validation images", validation: plan.heldOut,
                test: results.test.map(test), best: results.best?.name,
                baseline: plan.baseline.name, data: plan.data, epochs: plan.size.epochs,
                steps: plan.size.epochs * plan.stepsPerEpoch, level: plan.level, limits: plan.limits,
                deviation: results.deviation, detectableDifference: results.detectableDifference,
                baselineKernels: state.kernels.map(Kernels.init), contenders: plan.contenders.map(net),
                finalists: state.finalists, rankings: state.rankings, looks: state.looks.map(look),
                trainings: results.rows.map(training), pending: state.pending.count))
    }

    private var verdict: String {
        switch results.state.verdict {
        case .open: "open"
        case .untestable: "untestable"
        case .failed: "failed"
        case .won: "won"
        case .none: "none"
        }
    }

    private func net(_ net: RacePlan.Contender) -> Net {
        Net(
            name: net.name, parameters: net.parameters, macs: net.macs, timeRatio: net.timeRatio,
            start: net.start.rawValue, why: net.why)
    }

    private func test(_ test: RaceResults.TestOutcome) -> Test {
        Test(
            net: test.name, top1: test.top1.mean, top1StandardDeviation: test.top1.standardDeviation,
            trainings: test.top1.count, difference: test.contrast?.mean, standardError: test.contrast?.standardError,
            interval: test.contrast.map { [$0.interval.lowerBound, $0.interval.upperBound] })
    }

    private func look(_ look: RaceState.Look) -> Look {
        Look(
            number: look.number, limit: look.limit, givenUp: look.givenUp,
            comparisons: look.comparisons.map { comparison in
                let contrast = comparison.contrast
                return Comparison(
                    net: comparison.name, difference: contrast.mean, standardError: contrast.standardError,
                    degreesOfFreedom: contrast.freedom,
                    interval: [contrast.interval.lowerBound, contrast.interval.upperBound],
                    seeds: contrast.count, baselineSeeds: contrast.baselineCount, score: contrast.score,
                    p: comparison.pValue, pHolm: comparison.adjusted)
            })
    }

    private func training(_ row: RaceResults.Row) -> Training {
        Training(
            net: row.training.name, round: plan.roundName(row.training.round),
            epochs: plan.epochs(ofRound: row.training.round), seed: row.training.seed, top1: row.run.top1,
            trainingTop1: row.run.trainingTop1, loss: row.run.loss, failure: row.run.failure,
            kernels: row.run.kernels.map(Kernels.init))
    }

    private struct Document: Encodable {
        let schema: String
        let verdict: String
        let sentence: String
        let chosenOn: String
        let validation: HeldOutImages?
        let test: Test?
        let best: String?
        let baseline: String
        let data: RacePlan.DataSet
        let epochs: Int
        let steps: Int
        let level: Double
        let limits: [Double]
        let deviation: Double?
        let detectableDifference: Double
        let baselineKernels: Kernels?
        let contenders: [Net]
        let finalists: [String]
        let rankings: [[String]]
        let looks: [Look]
        let trainings: [Training]
        let pending: Int
    }

    private struct Test: Encodable {
        let net: String
        let top1: Double
        let top1StandardDeviation: Double?
        let trainings: Int
        let difference: Double?
        let standardError: Double?
        let interval: [Double]?
    }

    private struct Net: Encodable {
        let name: String
        let parameters: Int
        let macs: Int
        let timeRatio: Double?
        let start: String
        let why: String
    }

    private struct Kernels: Encodable {
        let verdict: String
        let medianCosine: Double
        let namedShare: Double

        init(_ progress: KernelProgress) {
            verdict = progress.verdict.rawValue
            medianCosine = progress.medianCosine
            namedShare = progress.namedShare
        }
    }

    private struct Look: Encodable {
        let number: Int
        let limit: Double
        let givenUp: [String]
        let comparisons: [Comparison]
    }

    private struct Comparison: Encodable {
        let net: String
        let difference: Double
        let standardError: Double
        let degreesOfFreedom: Double
        let interval: [Double]
        let seeds: Int
        let baselineSeeds: Int
        let score: Double
        let p: Double
        let pHolm: Double
    }

    private struct Training: Encodable {
        let net: String
        let round: String
        let epochs: Int
        let seed: UInt64
        let top1: Double?
        let trainingTop1: Double?
        let loss: Double?
        let failure: String?
        let kernels: Kernels?
    }
}
