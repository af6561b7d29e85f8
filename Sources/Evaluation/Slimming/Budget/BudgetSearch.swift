import Datasets
import Diagnostics
import Engine
import Evaluation
import Kernels
import Numerics
import Statistics
import Tensors

/// The search for what can be replaced within the budget.
struct BudgetSearch {
    /// A unit with the mean divergence that it brings alone, and what it saves alone.
    private struct Ranked {
        let unit: ReplacementUnit
        let damage: Double
        let saved: (macs: Int, numbers: Int)
    }

    private let network: RunnableNetwork
    private let options: BudgetOptions
    private let substitution: KernelSubstitution
    private let drawable: [[Int]]
    private let choosing: BudgetJudge
    private let reporting: BudgetJudge
    private let matching: ClassMatching?
    private let reason: String
    private let imagesPath: String
    private let fitted: Int
    private let turned: Int
    private let progress: (Int, Int) throws -> Void
    private let fit: SequentialFit
    private let excluded: [BudgetOutcome.Excluded]
    private var units: [Ranked] = []
    private var withoutSaving = 0
    private var drops: [Int: Double] = [:]
    private var done = 0
    private var total = 0

    init(
        _ network: RunnableNetwork, _ statistics: NetworkStatistics, _ kernels: any KernelSource,
        _ folder: ImageFolder, _ options: BudgetOptions, _ progress: @escaping (Int, Int) throws -> Void
    ) throws {
        let images = folder.images
        guard images.count >= BudgetOptions.leastImages else {
            throw KernelVizError(
                code: "slim.fewImages", subject: images.path,
                found: images.count == 1 ? "1 picture" : "\(images.count) pictures",
                expected: "at least \(BudgetOptions.leastImages): one half chooses, the other tells the loss",
                advice: "Take a hundred or more, or slim exactly, without --max-drop")
        }
        try network.checkClassifier(for: "the share of answers that stay")
        self.network = network
        self.options = options
        self.progress = progress
        imagesPath = images.path
        (matching, reason) = try BudgetJudge.matching(network, folder)
        let first = Array(stride(from: 0, to: images.count, by: 2))
        let second = Array(stride(from: 1, to: images.count, by: 2))
        choosing = try BudgetJudge(network, images, first, matching, threads: options.threads)
        reporting = try BudgetJudge(network, images, second, matching, threads: options.threads)
        let fitting = first.evenSample(options.fitted)
        fitted = fitting.count
        turned = choosing.pictures.turned + reporting.pictures.turned
        let measurement = try InputMeasurement(network, of: statistics.network, on: images.subset(fitting))
        substitution = try KernelSubstitution(
            network.graph, statistics, measurement, kernels: kernels, fitsTemplates: false)
        guard !substitution.candidates.isEmpty else {
            throw KernelVizError(
                code: "slim.noDepthwise", subject: statistics.network.checkpoint.path,
                found: "no depthwise convolution", expected: "a network with depthwise N×N kernels",
                advice: "Slim it exactly, without --max-drop")
        }
        let layers = try ReplaceableLayers(network.graph, inputShape: network.inputShape(), substitution)
        excluded = layers.excluded
        let found = ReplacementUnits(substitution, layers)
        drawable = found.drawable
        fit = try SequentialFit(network, substitution, images, fitting, threads: options.threads)
        total = found.units.count + 2 * BudgetOptions.curvePoints + options.draws + 3
        if options.measuresCurve { total += BudgetOptions.curvePoints * (options.draws + 1) }
        units = try ordered(found.units)
    }

    private mutating func step() throws {
        done += 1
        try progress(min(done, total), total)
    }

    /// What is left of a network of this graph when it is written.
    private func cost(of graph: Graph) throws -> NetworkCost {
        var passes = GraphSlimming.Passes()
        passes.splitsShared = true
        let slim = try GraphSlimming(graph, inputShape: network.inputShape(), passes: passes)
        return try NetworkCost(network.replacing(graph: slim.graph))
    }

    /// The units by measured damage for what they save: the sum of the shares of multiply-accumulates and of numbers.
    ///
    /// What a unit saves is counted in the network as it is written with the unit replaced alone; one that saves nothing
    /// there is left out.
    private mutating func ordered(_ units: [ReplacementUnit]) throws -> [Ranked] {
        let whole = try cost(of: network.graph)
        var ranked: [(entry: Ranked, rank: Double)] = []
        for unit in units {
            let graph = substitution.graph(replacing: unit.choices)
            let left = try cost(of: graph)
            let saved = (macs: whole.macs - left.macs, numbers: whole.stored - left.stored)
            let share =
                Double(saved.macs) / Double(max(1, whole.macs)) + Double(saved.numbers) / Double(max(1, whole.stored))
            if share > 0 {
                let damage = try choosing.divergence(of: graph, limit: options.judged)
                ranked.append((Ranked(unit: unit, damage: damage, saved: saved), damage / share))
            } else {
                withoutSaving += unit.candidates.count
            }
            try step()
        }
        return ranked.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element.entry)
    }

    /// The network's graph with the first so many units replaced, gains and constants fitted layer by layer.
    func graph(of count: Int) throws -> Graph {
        try fit.graph(replacing: units.prefix(count).flatMap(\.unit.choices))
    }

    /// The loss of a prefix on the choosing half, 0…1.
    private mutating func drop(_ count: Int) throws -> Double {
        if let known = drops[count] { return known }
        let drop =
            count == 0 ? 0 : choosing.drop(of: try choosing.verdict(on: try graph(of: count))).difference
        drops[count] = drop
        try step()
        return drop
    }

    /// The lengths of the curve's prefixes: about equal parts of what all units save.
    private var lengths: [Int] {
        let points = min(BudgetOptions.curvePoints, units.count)
        guard points > 0 else { return [] }
        let savings = units.map { Double(max(0, $0.saved.macs + $0.saved.numbers)) }
        let all = savings.reduce(0, +)
        var (sum, lengths) = (0.0, [Int]())
        for (index, saving) in savings.enumerated() {
            sum += saving
            let isDue = sum >= all * Double(lengths.count + 1) / Double(points) * (1 - 1e-9)
            if isDue || index == units.count - 1 { lengths.append(index + 1) }
        }
        return lengths
    }

    /// The most units whose loss stays within the budget: the last length of the curve before the first that does not, and
    /// from there on by halves.
    mutating func largestPrefix() throws -> Int {
        let limit = options.maxDrop / 100 + 1e-9
        var (good, bad) = (0, units.count + 1)
        for length in lengths {
            if try drop(length) > limit {
                bad = length
                break
            }
            good = length
        }
        while bad - good > 1 {
            let middle = (good + bad) / 2
            if try drop(middle) > limit { bad = middle } else { good = middle }
        }
        return good
    }

    /// All points of the curve, from none replaced to all.
    mutating func curve() throws -> [BudgetOutcome.Point] {
        try ([0] + lengths).map { count in
            let graph = try graph(of: count)
            return try point(count, graph: graph, cost: try cost(of: graph))
        }
    }

    /// A prefix measured on the reporting half by the graph that holds it, beside its random control.
    mutating func point(_ count: Int, graph: Graph, cost: NetworkCost) throws -> BudgetOutcome.Point {
        let verdict = try reporting.verdict(on: graph)
        try step()
        var random: BudgetOutcome.Control?
        if count > 0 {
            var generator = SeededGenerator(seed: options.seed &+ UInt64(count))
            var draws: [BudgetJudge.Verdict] = []
            for _ in 0..<options.draws {
                let choices = randomChoices(count, &generator)
                draws.append(try reporting.verdict(on: try fit.graph(replacing: choices)))
                try step()
            }
            random = BudgetOutcome.Control(verdict, draws: draws)
        }
        return BudgetOutcome.Point(
            units: count, kernels: units.prefix(count).reduce(0) { $0 + $1.unit.candidates.count }, cost: cost,
            choosingDrop: try drop(count), reported: Self.outcome(verdict), drop: reporting.drop(of: verdict),
            random: random)
    }

    /// As many kernels of each layer as the units have, drawn without putting back, each with the unit's stand-in.
    private func randomChoices(
        _ count: Int, _ generator: inout SeededGenerator
    ) -> [KernelSubstitution.Choice] {
        var pools = drawable.map { $0.shuffled(using: &generator) }
        return units.prefix(count).flatMap { entry in
            let unit = entry.unit
            let drawn = pools[unit.layer].prefix(unit.candidates.count)
            pools[unit.layer].removeFirst(drawn.count)
            return drawn.map { ($0, unit.template) }
        }
    }

    private static func outcome(_ verdict: BudgetJudge.Verdict) -> LabelFidelity.Outcome {
        LabelFidelity.Outcome(
            agreement: ShareInterval(count: verdict.agrees.count { $0 }, total: verdict.agrees.count),
            accuracy: verdict.isRight.map { ShareInterval(count: $0.count { $0 }, total: $0.count) })
    }

    func outcome(chosen: BudgetOutcome.Point, curve: [BudgetOutcome.Point]) -> BudgetOutcome {
        BudgetOutcome(
            measure: matching == nil ? .agreement : .accuracy, reason: reason, maxDrop: options.maxDrop,
            imagesPath: imagesPath, fittedImages: fitted, choosingImages: choosing.pictures.count,
            reportingImages: reporting.pictures.count, turnedImages: turned,
            kernels: substitution.candidates.count, draws: options.draws, seed: options.seed,
            units: units.enumerated().map { index, entry in
                BudgetOutcome.Unit(
                    layer: entry.unit.name, standIn: entry.unit.standIn, kernels: entry.unit.candidates.count,
                    sigma: entry.unit.form?.sigma, depth: entry.unit.form?.depth, damage: entry.damage,
                    savedMACs: entry.saved.macs, savedNumbers: entry.saved.numbers,
                    isChosen: index < chosen.units)
            },
            excluded: excluded, withoutSaving: withoutSaving,
            accuracy: reporting.whole.isRight.map { right in
                ShareInterval(count: right.count { $0 }, total: right.count)
            }, chosen: chosen, curve: curve)
    }
}

extension BudgetOutcome.Control {
    init(_ verdict: BudgetJudge.Verdict, draws: [BudgetJudge.Verdict]) {
        agreement = DrawnShare(draws.map(\.agrees))
        let right = draws.compactMap(\.isRight)
        accuracy = right.isEmpty ? nil : DrawnShare(right)
        advantage = DifferenceFromDraws(verdict.agrees, draws: draws.map(\.agrees))
    }
}
