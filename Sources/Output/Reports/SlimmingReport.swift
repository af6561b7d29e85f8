import Diagnostics
import Evaluation
import Slimming
import VGNets

/// What slimming took out of a network and what it saved, for people and programs.
public struct SlimmingReport: MarkdownReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.slimming.rawValue

    let outcome: SlimmingOutcome
    /// What was replaced at a loss; nil where none was allowed.
    let budget: BudgetOutcome?
    /// The files that hold the result.
    private let written: [String]

    /// A report on what was slimmed and where it was written.
    ///
    /// - Parameters:
    ///   - outcome: What went, what stays and why.
    ///   - budget: What was replaced at a loss; nil where none was allowed.
    ///   - written: The files that hold the result.
    public init(_ outcome: SlimmingOutcome, budget: BudgetOutcome? = nil, written: [String]) {
        self.outcome = outcome
        self.budget = budget
        self.written = written
    }

    /// Two tables: the cost before and after, and what went of each layer; then what could not go.
    public var table: String {
        tables.map(\.text).joined(separator: "\n") + "\n" + sentences.map { $0 + "\n" }.joined()
    }

    /// The same as GitHub's Markdown.
    public var markdown: String {
        tables.map(\.markdown).joined(separator: "\n") + "\n" + sentences.map { "- \($0)\n" }.joined()
    }

    private var tables: [TextTable] { ([costs, layers] + budgetTables).compactMap { $0 } }

    private var costs: TextTable {
        var table = TextTable([
            .init(outcome.network, .left), .init("before", .right), .init("after", .right), .init("saved", .right),
        ])
        func add(_ name: String, _ before: Int, _ after: Int) {
            let share = before == 0 ? 0 : Double(before - after) / Double(before)
            table.add(
                [
                    name, NumberFormat.grouped(before), NumberFormat.grouped(after),
                    "\(NumberFormat.fixed(share * 100, 2)) %",
                ]
                .map { TextTable.Cell($0) })
        }
        let (before, after) = (outcome.before, outcome.after)
        add(
            "parameters", before.parameters.learnable + before.parameters.fixed,
            after.parameters.learnable + after.parameters.fixed)
        add("running statistics", before.parameters.batchNormRunning, after.parameters.batchNormRunning)
        add("multiply-accumulates", before.macs, after.macs)
        add("layers", before.layers, after.layers)
        func add(_ name: String, _ latency: PairedLatency) {
            table.add(
                [
                    name, NumberFormat.fixed(latency.first.median, 2), NumberFormat.fixed(latency.second.median, 2),
                    "\(NumberFormat.fixed((1 - 1 / latency.ratio) * 100, 1)) %",
                ].map { TextTable.Cell($0) })
        }
        if let latency = outcome.latency { add("ms an image (median)", latency) }
        if let other = outcome.onnxRuntime { add("ms in ONNX Runtime \(other.version)", other.latency) }
        return table
    }

    private var layers: TextTable? {
        guard !outcome.layers.isEmpty else { return nil }
        var table = TextTable([
            .init("layer", .left), .init("channels", .right), .init("left", .right), .init("dead", .right),
            .init("equal", .right), .init("unread", .right),
        ])
        for layer in outcome.layers {
            let numbers = [layer.before, layer.after] + LayerChannels.Cause.allCases.map { layer.gone[$0] ?? 0 }
            table.add(([layer.layer] + numbers.map { "\($0)" }).map { TextTable.Cell($0) })
        }
        return table
    }

    /// What a table does not hold, a sentence each.
    var sentences: [String] {
        var lines: [String] = []
        if outcome.foldedNorms > 0 {
            lines.append("\(outcome.foldedNorms) normalisations are folded into the convolutions before them.")
        }
        lines += budgetSentences + keptSentences
        if outcome.layers.isEmpty && outcome.removedLayers.isEmpty && outcome.splits.isEmpty {
            lines.append("No channel and no layer could go.")
        }
        if !outcome.removedLayers.isEmpty {
            lines.append("Layers of which nothing is left: \(outcome.removedLayers.joined(separator: ", ")).")
        }
        if !outcome.splits.isEmpty {
            let (passing, shared) = (
                outcome.splits.reduce(0) { $0 + $1.passing }, outcome.splits.reduce(0) { $0 + $1.shared.reduce(0, +) }
            )
            lines.append(
                "\(outcome.splits.count) depthwise layers are taken apart: \(passing) channels pass a pixel on, "
                    + "\(shared) share a kernel of their layer.")
        }
        if outcome.negligible > 0 {
            lines.append(
                "\(outcome.negligible) rows and columns of weights below 2^-27 of their layer's largest count as zeros."
            )
        }
        lines += Self.sentences(outcome.obstacles)
        lines += outcome.remarks.map { $0 + "." }
        lines.append(
            "Logits on noise differ by \(NumberFormat.scientific(outcome.largestDifference)) of the largest at most.")
        lines += written.map { "Wrote \($0); read back it gives the same logits." }
        return lines
    }

    /// How many layers with the same reason have a line each; more of them share one.
    private static let linesPerReason = 4

    private static func sentences(_ obstacles: [SlimmingObstacle]) -> [String] {
        struct Kind: Hashable {
            let cause: LayerChannels.Cause
            let reason: SlimmingObstacle.Reason
        }
        let kinds = Dictionary(grouping: obstacles) { Kind(cause: $0.cause, reason: $0.reason) }
        var told: Set<Kind> = []
        return obstacles.compactMap { obstacle in
            let kind = Kind(cause: obstacle.cause, reason: obstacle.reason)
            let alike = kinds[kind] ?? []
            if alike.count <= linesPerReason { return sentence([obstacle]) }
            return told.insert(kind).inserted ? sentence(alike) : nil
        }
    }

    /// One sentence on channels that stay for one reason, in one layer or in several.
    private static func sentence(_ alike: [SlimmingObstacle]) -> String? {
        guard let obstacle = alike.first else { return nil }
        let what = obstacle.cause == .dead ? "dead" : "equal to another"
        let why: String =
            switch obstacle.reason {
            case .residual: "a sum pins them: its other branch is alive"
            case .border: "the border of zeros makes a map of their constant"
            case .shuffle: "a shuffle needs groups of equal length"
            case .group: "a convolution's groups go whole or not at all"
            case .sharedKernels: "their kernels serve other channels too"
            case .gate: "they are multiplied by what depends on the image"
            case .interface: "they are the network's result"
            case .normalisation: "a normalisation over all channels reads them"
            case .lone: "a layer reads one channel at least"
            case .depthwise: "a depthwise layer has a kernel for each channel that it reads"
            case .scales: "normalisations that read them make them different"
            }
        let layers = alike.map(\.layer).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let channels = alike.reduce(0) { $0 + $1.channels }
        let place = layers.count == 1 ? obstacle.place.map { " ('\($0)')" } ?? "" : ""
        let which =
            layers.count == 1 ? layers[0] : "\(layers.count) layers from \(layers[0]) to \(layers[layers.count - 1])"
        return "\(which): "
            + (channels == 1 ? "1 channel is \(what) and stays" : "\(channels) channels are \(what) and stay")
            + ", \(why)\(place)."
    }

    /// The same as JSON, keys sorted.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema, network: outcome.network, weights: outcome.weightsPath, before: outcome.before,
                after: outcome.after, foldedNorms: outcome.foldedNorms,
                layers: outcome.layers.map { layer in
                    Document.Layer(
                        layer: layer.layer, before: layer.before, after: layer.after,
                        dead: layer.gone[.dead] ?? 0, equal: layer.gone[.equal] ?? 0, unread: layer.gone[.unread] ?? 0)
                },
                removedLayers: outcome.removedLayers, passedThrough: outcome.passedThrough,
                negligible: outcome.negligible, splits: outcome.splits,
                obstacles: outcome.obstacles, remarks: outcome.remarks,
                largestDifference: outcome.largestDifference, budget: budget, kept: outcome.kept,
                latency: outcome.latency,
                onnxRuntime: outcome.onnxRuntime, written: written))
    }

    private struct Document: Encodable {
        struct Layer: Encodable {
            let layer: String
            let before: Int
            let after: Int
            let dead: Int
            let equal: Int
            let unread: Int
        }

        let schema: String
        let network: String
        let weights: String?
        let before: NetworkCost
        let after: NetworkCost
        let foldedNorms: Int
        let layers: [Layer]
        let removedLayers: [String]
        let passedThrough: [String]
        let negligible: Int
        let splits: [SplitLayer]
        let obstacles: [SlimmingObstacle]
        let remarks: [String]
        let largestDifference: Double
        let budget: BudgetOutcome?
        let kept: KeptAnswers?
        let latency: PairedLatency?
        let onnxRuntime: SlimmingOutcome.RuntimeLatency?
        let written: [String]
    }
}
