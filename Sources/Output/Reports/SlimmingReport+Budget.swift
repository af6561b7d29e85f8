import Diagnostics
import Evaluation
import Numerics
import Slimming

extension SlimmingReport {
    /// What was replaced, and the curve where it was measured.
    var budgetTables: [TextTable] {
        guard let budget else { return [] }
        return [units(budget), curve(budget)].compactMap { $0 }
    }

    private func units(_ budget: BudgetOutcome) -> TextTable? {
        let chosen = budget.units.filter(\.isChosen)
        guard !chosen.isEmpty else { return nil }
        var table = TextTable([
            .init("replaced", .left), .init("by", .left), .init("kernels", .right), .init("σ", .right),
            .init("damage", .right), .init("multiply-accumulates saved", .right), .init("numbers saved", .right),
        ])
        for unit in chosen {
            table.add(
                [
                    unit.layer, unit.standIn.rawValue, "\(unit.kernels)",
                    unit.sigma.map { NumberFormat.fixed($0, 2) } ?? "·", NumberFormat.fixed(unit.damage, 4),
                    NumberFormat.grouped(unit.savedMACs), NumberFormat.grouped(unit.savedNumbers),
                ].map { TextTable.Cell($0) })
        }
        return table
    }

    private func curve(_ budget: BudgetOutcome) -> TextTable? {
        guard !budget.curve.isEmpty else { return nil }
        var table = TextTable([
            .init("kernels replaced", .right), .init("multiply-accumulates", .right), .init("numbers", .right),
            .init("agreement", .right), .init("95 %", .right), .init("accuracy", .right), .init("random", .right),
            .init("worst to best draw", .right), .init("more than random", .right), .init("95 %", .right),
        ])
        for point in budget.curve {
            let agreement = point.reported.agreement
            table.add(
                [
                    NumberFormat.grouped(point.kernels), NumberFormat.grouped(point.cost.macs),
                    NumberFormat.grouped(point.cost.stored), Self.tenth(agreement.share), Self.interval(agreement),
                    point.reported.accuracy.map { Self.tenth($0.share) } ?? "·",
                ].map { TextTable.Cell($0) } + Self.cells(point.random))
        }
        return table
    }

    /// What the loss is and what it rests on.
    var budgetSentences: [String] {
        guard let budget else { return [] }
        let point = budget.chosen
        var lines = [
            "The loss is one of \(budget.measure.rawValue): \(budget.reason).",
            "\(NumberFormat.grouped(point.kernels)) of \(NumberFormat.grouped(budget.kernels)) depthwise kernels are "
                + "replaced, \(point.units) of \(budget.units.count) groups in the order of damage for what is saved; gains "
                + "and constants fitted layer by layer on \(budget.fittedImages) pictures.",
            "On the \(budget.choosingImages) pictures that chose, \(Self.points(point.choosingDrop)) points are lost of "
                + "\(NumberFormat.fixed(budget.maxDrop, 2)) allowed"
                + (budget.isFinerThanAPicture
                    ? "; one picture is \(Self.points(1 / Double(max(1, budget.choosingImages)))) points, so that none may be "
                        + "lost." : "."),
            "On the \(budget.reportingImages) others \(Self.points(point.drop.difference)) points are lost (95 % interval "
                + "\(Self.points(point.drop.low)) to \(Self.points(point.drop.high))); "
                + "\(Self.tenth(point.reported.agreement.share)) % keep their first class "
                + "(\(Self.interval(point.reported.agreement)))"
                + (point.reported.accuracy.map { now in
                    ", \(Self.tenth(now.share)) % are right"
                        + (budget.accuracy.map { " (before \(Self.tenth($0.share)))" } ?? "")
                } ?? "") + ".",
        ]
        lines.append(Self.sentence(on: point.random, draws: budget.draws))
        lines += stayingSentences(budget)
        lines.append(
            "Pass-through saves multiply-accumulates and numbers; shared kernels save numbers alone, the engine multiplies as "
                + "before; ONNX files repeat a shared kernel for each channel.")
        return lines
    }

    /// Beside what the loss stands.
    private static func sentence(on control: BudgetOutcome.Control?, draws: Int) -> String {
        guard let control else {
            return "No group of kernels stays within the loss: the network is slimmed exactly."
        }
        let (agreement, advantage) = (control.agreement, control.advantage)
        return "As many kernels of the same layers drawn at random, replaced and fitted alike: "
            + "\(tenth(agreement.mean)) % keep their first class, the mean of \(draws) draws "
            + "(\(tenth(agreement.least))…\(tenth(agreement.most)))"
            + (control.accuracy.map { ", \(tenth($0.mean)) % are right" } ?? "")
            + "; by label \(points(advantage.difference)) points more keep it (95 % interval "
            + "\(points(advantage.low)) to \(points(advantage.high)), each picture counted once, other draws allowed for)."
    }

    /// Which kernels stay, and why.
    private func stayingSentences(_ budget: BudgetOutcome) -> [String] {
        var lines: [String] = []
        if budget.withoutSaving > 0 {
            lines.append(
                "\(NumberFormat.grouped(budget.withoutSaving)) kernels with a stand-in stay: the written network would not be "
                    + "smaller without them.")
        }
        lines += budget.excluded.map {
            "\($0.layer): its \(NumberFormat.grouped($0.kernels)) kernels stay, \(Self.words(of: $0.reason))."
        }
        return lines
    }

    /// How many answers stay where no loss was allowed.
    var keptSentences: [String] {
        guard let kept = outcome.kept else { return [] }
        let pictures = kept.images == 1 ? "the only picture" : "\(kept.images) pictures"
        var line =
            "\(Self.tenth(kept.agreement.share)) % of \(pictures) keep the first class (95 % interval "
            + "\(Self.interval(kept.agreement)))"
        if let before = kept.before, let after = kept.after {
            line += ", \(Self.tenth(after.share)) % are right (before \(Self.tenth(before.share))): \(kept.reason)."
        } else {
            line += "; how many are right is not known: \(kept.reason)."
        }
        return [line]
    }

    private static func tenth(_ share: Double) -> String { NumberFormat.fixed(share * 100, 1) }

    private static func interval(_ share: ShareInterval) -> String { "\(tenth(share.low))…\(tenth(share.high))" }

    /// Percentage points with a sign of their own.
    private static func points(_ share: Double) -> String {
        (share < 0 ? "−" : "") + NumberFormat.fixed(abs(share) * 100, 1)
    }

    private static func words(of reason: BudgetOutcome.Excluded.Reason) -> String {
        switch reason {
        case .severalKernels: "each channel has several of them"
        case .dilated: "their weights have gaps between them"
        case .sharedWeights: "other layers have the same ones"
        }
    }

    /// Agreement and accuracy, the spread of the draws, and what the labels keep more, with its interval.
    private static func cells(_ control: BudgetOutcome.Control?) -> [TextTable.Cell] {
        guard let control else { return Array(repeating: TextTable.Cell("·"), count: 4) }
        let (agreement, advantage) = (control.agreement, control.advantage)
        return [
            tenth(agreement.mean) + (control.accuracy.map { " / \(tenth($0.mean))" } ?? ""),
            "\(tenth(agreement.least))…\(tenth(agreement.most))", points(advantage.difference),
            "\(points(advantage.low))…\(points(advantage.high))",
        ].map { TextTable.Cell($0) }
    }
}

extension BudgetOutcome {
    /// Whether the allowed loss is less than one picture of those that choose.
    var isFinerThanAPicture: Bool { maxDrop / 100 * Double(choosingImages) < 1 }
}
