import Diagnostics
import Numerics
import Sweeps
import VGNets

/// What a race came to.
public struct RaceResults: Sendable, Equatable {
    /// One training that is done.
    public struct Row: Sendable, Equatable {
        /// Which.
        public let training: RaceTraining
        /// What it came to.
        public let run: SweepResults.Run

        /// Groups both.
        public init(training: RaceTraining, run: SweepResults.Run) { (self.training, self.run) = (training, run) }
    }

    /// The plan.
    public let plan: RacePlan
    /// How it stands.
    public let state: RaceState
    /// The trainings that are done: the rounds, then the final, each in the plan's order.
    public let rows: [Row]

    /// Groups the parts.
    public init(plan: RacePlan, state: RaceState, rows: [Row]) {
        self.plan = plan
        self.state = state
        self.rows = rows
    }

    /// The net that the race leads to: the winner, or the baseline where none is better; nil while it is open.
    public var best: RacePlan.Contender? {
        switch state.verdict {
        case .open, .failed: nil
        case .won(let name): plan.contender(name)
        case .none, .untestable: plan.baseline
        }
    }

    /// The standard deviation of top-1 over the seeds within the nets of the final, 0…1; nil with too few seeds.
    public var deviation: Double? {
        let final = plan.size.rounds.count
        let nets = Dictionary(grouping: rows.filter { $0.training.round == final }, by: \.training.name)
        var (squares, freedom) = (0.0, 0)
        for name in nets.keys.sorted() {
            guard let summary = SampleSummary((nets[name] ?? []).compactMap(\.run.top1)),
                let deviation = summary.standardDeviation
            else { continue }
            squares += Double(summary.count - 1) * deviation * deviation
            freedom += summary.count - 1
        }
        return freedom > 0 ? (squares / Double(freedom)).squareRoot() : nil
    }

    /// The difference that the race finds with 80 % probability where nets vary as they did, 0…1.
    public var detectableDifference: Double {
        // Nets that are all at chance vary by nothing, which says nothing about what could have been seen.
        let measured = deviation.flatMap { $0 > 0 ? $0 : nil }
        return plan.power.detectableDifference(deviation: measured ?? SweepPower.measuredDeviation)
    }

    /// The last comparison of a finalist; nil for others.
    public func comparison(_ name: String) -> RaceState.Comparison? {
        state.looks.last { look in look.comparisons.contains { $0.name == name } }?.comparisons.first {
            $0.name == name
        }
    }

    /// How it ends, one sentence with its numbers.
    public var sentence: String {
        let baseline = plan.baseline.name
        switch state.verdict {
        case .open:
            return "The race is open: \(rows.count) trainings are done, \(state.pending.count) come next."
        case .failed(let reason): return "The baseline \(baseline) cannot be trained: \(reason)"
        case .untestable(let reason):
            return "Untestable with so few steps (\(steps)): \(reason), so that nothing about learned kernels would be "
                + "shown; \(baseline) stays."
        case .won(let name):
            let evidence = comparison(name).map { ": \(Self.text($0)), \(conditions)" } ?? ""
            return "\(name) beats \(baseline)\(evidence)."
        case .none:
            let nearest = state.finalists.compactMap(comparison).max { $0.contrast.mean < $1.contrast.mean }
            let best = nearest.map { " The best, \($0.name): \(Self.text($0))." } ?? ""
            return
                "Nothing beats \(baseline).\(best) The race finds \(Self.points(detectableDifference)) points with 80 % "
                + "probability; \(conditions)."
        }
    }

    private var steps: String {
        NumberFormat.grouped(plan.size.epochs * plan.stepsPerEpoch)
    }

    /// Data and length of the trainings.
    private var conditions: String {
        "\(plan.size.epochs) epochs of \(NumberFormat.grouped(plan.images)) images (\(steps) steps) of \(plan.data.path)"
    }

    /// "top-1 +1.46 ± 0.38 points (p 0.012 after 2 of …".
    static func text(_ comparison: RaceState.Comparison) -> String {
        let contrast = comparison.contrast
        return
            "top-1 \(contrast.mean < 0 ? "−" : "+")\(points(abs(contrast.mean))) ± \(points(contrast.standardError)) "
            + "points (p \(NumberFormat.fixed(comparison.adjusted, 4)) over looks and finalists, \(contrast.count) seeds "
            + "against \(contrast.baselineCount))"
    }

    static func points(_ share: Double) -> String { NumberFormat.fixed(share * 100, 2) }

    /// What a net costs beside the baseline.
    public func costLine(_ net: RacePlan.Contender) -> String {
        let baseline = plan.baseline
        let own = "\(net.name): \(net.parameters) learnable parameters, \(net.macs) MACs"
        guard net.name != baseline.name else { return own }
        let time = net.timeRatio.map { ", time ÷ time \(NumberFormat.fixed($0, 3))" } ?? ", not timed"
        return own + "; \(baseline.name): \(baseline.parameters), \(baseline.macs)\(time)"
    }

    /// The config of ``best`` with the evidence as comments; nil while the race is open.
    public var yaml: String? {
        guard let best else { return nil }
        var lines = [sentence, choiceSentence, "Cost: \(costLine(best))."]
        lines.append("Why it took part: \(best.why)")
        if best.start != .standard || best.initial != nil {
            lines.append("Its weights start: \(best.initial.map { "from \($0)" } ?? best.start.rawValue).")
        }
        lines.append(
            "Data: \(plan.data.trainingImages) training and \(plan.data.testImages) test images, SHA-256 "
                + "\(plan.data.fingerprint).")
        return lines.map { "# \($0)\n" }.joined() + best.config.yaml()
    }
}
