import Classification
import Diagnostics
import Numerics
import Statistics
import Architectures

extension ClassificationReport {
    /// A table of the layers for a terminal, with what the numbers rest on below it.
    ///
    /// Shares are whole percentages of the layer's kernels, "·" where there is none. Long layer names are shortened in
    /// the middle.
    /// - Parameter coloured: whether each label's share stands in the label's colour (ANSI), the stronger the larger.
    public func table(coloured: Bool = false) -> String {
        var text = heading.printable + "\n" + layerTable(coloured: coloured).text
        for note in notes { text += note.printable + "\n" }
        return text
    }

    /// The same in Markdown: a heading, a table, a list of notes.
    public var markdown: String {
        "## \(heading.printable)\n\n" + layerTable(coloured: false).markdown + "\n"
            + notes.map { "- \($0.printable)\n" }.joined()
    }

    private var heading: String {
        let (layers, kernels) = (statistics.layers.count, statistics.counts.total)
        let network = statistics.network
        return "\(network.checkpoint.path): \(network.title), \(layers) \(layers == 1 ? "layer" : "layers"), "
            + "\(NumberFormat.grouped(kernels)) \(kernels == 1 ? "kernel" : "kernels")"
    }

    private func layerTable(coloured: Bool) -> TextTable {
        var columns: [TextTable.Column] = [
            .init("#", .right), .init("layer", .left), .init("size", .left), .init("stride", .right),
            .init("kernels", .right),
        ]
        columns += KernelLabel.allCases.map { .init($0.rawValue, .right) }
        columns += [.init("commonest shape", .left), .init("DC gain", .right), .init("σ", .right)]
        var table = TextTable(columns)
        for layer in statistics.layers { table.add(row(layer, coloured: coloured)) }
        table.addRule()
        table.add(totals(coloured: coloured))
        return table
    }

    private func row(_ layer: LayerStatistics, coloured: Bool) -> [TextTable.Cell] {
        let size = layer.layer.kernelHeight
        var cells: [TextTable.Cell] = [
            .init(layer.layer.number.map(String.init) ?? ""), .init(TextTable.shortened(layer.layer.name, to: 30)),
            .init("\(size)×\(size)"), .init(Self.stride(layer.layer)),
            .init(NumberFormat.grouped(layer.counts.total)),
        ]
        cells += shares(layer.counts, coloured: coloured) + [.init(layer.commonestShape ?? "·")]
        cells.append(.init(NumberFormat.fixed(layer.medianDCGain, 2)))
        cells.append(.init(layer.sigmaText ?? "·"))
        return cells
    }

    /// "2", "2×1" where rows and columns differ, "?" where it is not known, "↑2" of a transposed convolution.
    private static func stride(_ layer: ConvLayer) -> String {
        (layer.role == .upsampling ? "↑" : "") + (layer.strideText ?? "?")
    }

    private func totals(coloured: Bool) -> [TextTable.Cell] {
        var cells: [TextTable.Cell] = [
            .init(""), .init("all layers"), .init(""), .init(""),
            .init(NumberFormat.grouped(statistics.counts.total)),
        ]
        cells += shares(statistics.counts, coloured: coloured)
        return cells + [.init(""), .init(""), .init("")]
    }

    private func shares(_ counts: LabelCounts, coloured: Bool) -> [TextTable.Cell] {
        KernelLabel.allCases.map { label in
            let share = counts.share(label)
            guard counts[label] > 0 else { return .init("·") }
            return .init(NumberFormat.share(share), style: coloured ? Self.style(label, share) : "")
        }
    }

    /// The label's colour: faint below 10 %, bold from 50 % on.
    private static func style(_ label: KernelLabel, _ share: Double) -> String {
        let colour =
            switch label {
            case .identity: "34"
            case .blur: "32"
            case .edge: "33"
            case .zero: "31"
            case .other: "90"
            }
        return share >= 0.5 ? "1;" + colour : share < 0.1 ? "2;" + colour : colour
    }

    /// What the reader needs to judge the table, one sentence each.
    private var notes: [String] {
        var notes = [statistics.randomness.sentence]
        for calibration in statistics.calibrations {
            let size = calibration.nullRates.size
            notes.append(
                "False-positive rate of \(size)×\(size) labels (random kernels): "
                    + "\(Self.shares(calibration.uncorrectedFalsePositiveRates)) in layers that differ from their own "
                    + "shuffled weights, \(Self.shares(calibration.nullRates)) in others, where each kernel is tested."
            )
        }
        let named = statistics.layers.reduce(0) { $0 + $1.summary.named }
        let withinChance = statistics.layers.reduce(0) { $0 + $1.summary.withinChance }
        if withinChance > 0 {
            notes.append(
                "\(NumberFormat.grouped(withinChance)) of \(NumberFormat.grouped(named)) identity, blur and edge labels "
                    + "are not significant one by one: trust the shares of their layers, not the single kernel.")
        }
        if let note = measurementNote { notes.append(note) }
        let uncertain = statistics.layers.reduce(0) { $0 + $1.uncertainCount }
        notes.append(
            "\(NumberFormat.grouped(uncertain)) of \(NumberFormat.grouped(statistics.counts.total)) labels are uncertain: "
                + "a careful reader gives them with a probability below 0.8.")
        let broken = statistics.layers.reduce(0) { $0 + $1.nonFiniteCount }
        if broken > 0 {
            notes.append("\(NumberFormat.grouped(broken)) kernels hold NaN or infinite weights and count as other.")
        }
        let demoted = statistics.layers.filter { $0.structure?.isStructured == false }
        if !demoted.isEmpty {
            let numbers = demoted.map { $0.layer.number.map { "#\($0)" } ?? $0.layer.name }.joined(separator: ", ")
            notes.append("Alone no better than their own shuffled weights: \(numbers).")
        }
        notes += blueprintNotes
        let strengths = KernelLabel.allCases.compactMap { label -> String? in
            guard let found = statistics.depthCorrelation(of: label), found.pValue < ClaimRules.depthSignificance else {
                return nil
            }
            let direction = found.coefficient > 0 ? "rises" : "falls"
            return "\(label.rawValue) \(direction) with depth (rank correlation "
                + "\(NumberFormat.fixed(found.coefficient, 2)), p = \(NumberFormat.fixed(found.pValue, 3)))"
        }
        if !strengths.isEmpty { notes.append("By layer: \(strengths.joined(separator: ", ")).") }
        let gaps = statistics.layers.filter { $0.zeroGap != nil }
        if !gaps.isEmpty {
            let clear = gaps.count { $0.zeroGap?.isClear == true }
            notes.append(
                "In \(clear) of \(gaps.count) layers with zero kernels a gap of a decade or more separates them from "
                    + "the living ones.")
        }
        if !statistics.pointwise.isEmpty {
            let count = statistics.pointwise.count
            notes.append("\(count) 1×1 \(count == 1 ? "layer has" : "layers have") no spatial kernel and no label.")
        }
        return notes + layerNotes
    }

    /// What holds for single layers: what they are beside N×N kernels of a known place, and what is no layer at all.
    var layerNotes: [String] {
        let network = statistics.network
        var notes: [String] = []
        func numbers(_ layers: [LayerStatistics]) -> String {
            layers.map { $0.layer.number.map { "#\($0)" } ?? $0.layer.name }.joined(separator: ", ")
        }
        if !network.isOrderKnown {
            notes.append(
                "Order unknown: neither the file nor its names tell which layer follows which, so nothing is said about "
                    + "depth.")
        }
        let outside = statistics.layers.filter(\.layer.isOutsideFamily)
        if let family = network.family, !outside.isEmpty {
            notes.append("Outside \(family), layers of their own: \(numbers(outside)).")
        }
        let rising = statistics.layers.filter { $0.layer.role == .upsampling }
        if !rising.isEmpty { notes.append("Transposed convolutions, which widen their input: \(numbers(rising)).") }
        let fixed = statistics.layers.filter(\.layer.isFixed)
        if !fixed.isEmpty { notes.append("Fixed by design, no evidence of learning: \(numbers(fixed)).") }
        for layer in statistics.layers {
            let name = layer.layer.number.map { "#\($0)" } ?? layer.layer.name
            if let dilation = layer.layer.dilation, dilation > 1 {
                notes.append("\(name) has dilation \(dilation).")
            } else if let step = layer.apparentDilation {
                let size = (layer.layer.kernelHeight - 1) / step + 1
                notes.append(
                    "\(name) looks dilated: \(size)×\(size) weights \(step) pixels apart, zeros between them in all kernels."
                )
            }
        }
        if !network.missingTensors.isEmpty {
            let count = network.missingTensors.count
            let names = network.missingTensors.prefix(4).joined(separator: ", ")
            notes.append(
                "Missing in the file: \(names)\(count > 4 ? " and \(count - 4) more" : "").")
        }
        let skipped = statistics.skipped.map { "\($0.label) (\($0.kernelHeight)×\($0.kernelWidth))" }
        if !skipped.isEmpty { notes.append("Left out, not square: \(skipped.joined(separator: ", ")).") }
        let phrases = LeftOutTensor.phrases(network.leftOut)
        if !phrases.isEmpty { notes.append("Left out: \(phrases.joined(separator: "; ")).") }
        return notes + (network.contradictions ?? []) + network.checkpoint.notes
    }

    /// "identity 0.5 %, blur 1.0 %, edge 2.0 %".
    private static func shares(_ rates: NullRates) -> String {
        [("identity", rates.identity), ("blur", rates.blur), ("edge", rates.edge)]
            .map { "\($0.0) \(NumberFormat.fixed($0.1 * 100, 1)) %" }.joined(separator: ", ")
    }

    /// What was measured of the layers' inputs; nil where the prior holds.
    private var measurementNote: String? {
        let measured = statistics.layers.compactMap(\.inputCorrelation?.neighbours).sorted()
        guard let source = statistics.measuredInput, let least = measured.first, let most = measured.last else {
            return nil
        }
        let fixed = NumberFormat.fixed
        return "Fits rest on the input correlation measured on \(source.images) pictures of \(source.path): neighbours "
            + "\(fixed(least, 2)) to \(fixed(most, 2)) by layer, median \(fixed(OrderStatistics.median(ofSorted: measured), 2)) "
            + "(the prior is \(fixed(statistics.settings.rho, 2)))."
    }

    /// One sentence a standard or grouped layer: what its filters share, beside chance.
    private var blueprintNotes: [String] {
        statistics.layers.compactMap { layer in
            guard let blueprint = layer.blueprint else { return nil }
            let fixed = NumberFormat.fixed
            return
                "\(layer.layer.label): blueprints explain \(NumberFormat.percent(blueprint.medianExplainedVariance)) "
                + "of their \(blueprint.slices) slices (random \(NumberFormat.percent(blueprint.explainedNull.median)), "
                + "above chance in \(NumberFormat.percent(blueprint.explainedAboveChance)) of filters), "
                + "\(NumberFormat.percent(blueprint.lowPassShare)) low-pass; "
                + "salience \(fixed(blueprint.medianSalience, 1)) (random \(fixed(blueprint.salienceNull.median, 1)), "
                + "above chance in \(NumberFormat.percent(blueprint.salientAboveChance)))."
        }
    }
}
