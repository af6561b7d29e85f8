import Diagnostics
import Glibc

/// Finds widths and depths whose exact cost uses its bounds as far as it can, and never exceeds them.
///
/// Widths follow the published family along the bounds and only ever grow with them; depths, near those of the family,
/// make up the difference. Bounds that this cannot meet (tiny nets, coarse multiples) are met by a search over widths.
public struct BudgetSolver: Sendable {
    /// What the net may cost.
    public let bounds: DesignBounds
    /// Stage widths are multiples of this; the stem's of half of it (the published 1.0MP net has a stem of 28).
    public let multiple: Int
    /// How far below its bounds a net may stay, as a share of them, where some net comes that near.
    public static let tolerance = 0.01

    /// A solver for `bounds`; `multiple` is even, 2…128.
    ///
    /// Throws `derive.badMultiple`.
    public init(bounds: DesignBounds, multiple: Int = 8) throws {
        guard multiple >= 2, multiple % 2 == 0, multiple <= 128 else {
            throw KernelVizError(
                code: "derive.badMultiple", subject: "--multiple", found: "\(multiple)",
                expected: "an even number from 2 to 128")
        }
        self.bounds = bounds
        self.multiple = multiple
    }

    /// The shape nearest to the published family, or to `start`, that uses the bounds to within ``tolerance``.
    ///
    /// - Parameters:
    ///   - start: A shape to stay near, taken as it is where its cost fits; nil, or one that is far too large or small,
    ///     for the published family's at these bounds.
    ///   - shaping: How the evidence bends the family.
    ///   - cost: The exact cost of a shape; nil for a shape that the wanted form does not allow. It grows with every
    ///     width and depth.
    ///
    /// Where no net near the family comes so near to the bounds, the one that comes nearest stands for it.
    /// Throws `derive.impossibleBudget` where even the smallest net costs more, with its cost, and `derive.budgetTooLarge`
    /// where even the widest one costs less.
    public func solve(
        from start: NetworkShape? = nil, shaping: Shaping = .published, _ cost: (NetworkShape) -> DesignCost?
    ) throws -> NetworkShape {
        if let start, shaping == .published, let used = cost(start).map(bounds.utilisation),
            used <= 1, used >= 1 - Self.tolerance
        {
            return start
        }
        let isNear = start.flatMap(cost).map { abs(bounds.utilisation($0) - 1) <= 2 * Self.tolerance } ?? false
        var profile = ShapeProfile(bounds, cost: cost)
        if let start, isNear { profile = ShapeProfile(start) }
        profile.bend(shaping)
        let step = try allowedStep(cost)
        if let error = tooLarge(profile, step, cost) { throw error }
        if let shape = fittingDepths(rounded(profile.channels, step), profile.blocks, cost) { return shape }
        let narrowest = NetworkShape(channels: [stemStep] + Array(repeating: step, count: 4), blocks: [1, 1, 1, 1])
        if let least = cost(narrowest), !bounds.allow(least) { throw impossible(least) }
        let searches = depthChoices(profile.blocks).map {
            WidthSearch(solver: self, profile: profile, blocks: $0, step: step)
        }
        for search in searches {
            if let shape = search.best(least: 1 - Self.tolerance, cost) { return shape }
        }
        // Coarse multiples: what comes nearest from below.
        let coarse = searches.compactMap { search -> (shape: NetworkShape, used: Double)? in
            guard let shape = search.best(least: 0.8, cost), let cost = cost(shape) else { return nil }
            return (shape, bounds.utilisation(cost))
        }
        return coarse.max { $0.used < $1.used }?.shape ?? narrowest
    }

    var stemStep: Int { max(2, multiple / 2) }

    /// The widest channels of a config.
    private static let widest = 8192.0

    /// The error where the bounds lie beyond the widest net of the family; nil elsewhere.
    private func tooLarge(
        _ profile: ShapeProfile, _ step: Int, _ cost: (NetworkShape) -> DesignCost?
    ) -> KernelVizError? {
        let most = profile.channels.max() ?? 1
        guard most > Self.widest - Double(step) / 2 else { return nil }
        let channels = profile.channels.map { width in
            max(1, Int(width / most * Self.widest / Double(step))) * step
        }
        let largest = NetworkShape(channels: channels, blocks: profile.blocks)
        let reach = cost(largest).map { " of about \($0.parameters) parameters and \($0.macs) MACs" } ?? ""
        let macs = bounds.macs.map { " and \($0.most) MACs (\($0.origin))" } ?? ""
        return KernelVizError(
            code: "derive.budgetTooLarge", subject: "derive",
            found:
                "no VGNet of this form is as large as \(bounds.parameters.most) parameters (\(bounds.parameters.origin))"
                + macs,
            expected: "a budget within reach of widths up to \(Int(Self.widest))\(reach)",
            advice: cost(largest).map { "The nearest possible is --budget \($0.parameters)" } ?? "Lower the budget")
    }

    private func impossible(_ least: DesignCost) -> KernelVizError {
        var found: [String] = []
        var expected: [String] = []
        var options: [String] = []
        func add(_ count: Int, _ unit: String, _ bound: DesignBounds.Bound, _ flag: String) {
            guard count > bound.most else { return }
            found.append("\(count) \(unit)")
            expected.append("\(bound.most) \(unit) (\(bound.origin))")
            options.append("\(flag) \(count)")
        }
        add(least.parameters, "parameters", bounds.parameters, "--budget")
        if let macs = bounds.macs { add(least.macs, "MACs", macs, "--macs") }
        return KernelVizError(
            code: "derive.impossibleBudget", subject: "derive",
            found: "the smallest VGNet of this form has \(found.joined(separator: " and "))",
            expected: "at most \(expected.joined(separator: " and "))",
            advice: "The nearest possible is \(options.joined(separator: " "))")
    }

    /// The smallest multiple of ``multiple`` whose multiples the form allows as stage widths.
    func allowedStep(_ cost: (NetworkShape) -> DesignCost?) throws -> Int {
        for factor in [1, 2, 3, 4, 6, 8, 12, 16, 24, 32] {
            let step = multiple * factor
            let shapes = [1, 2, 3].map { scale in
                NetworkShape(
                    channels: [stemStep] + Array(repeating: step * scale, count: 4), blocks: [3, 3, 3, 3])
            }
            if shapes.allSatisfy({ cost($0) != nil }) { return step }
        }
        throw KernelVizError(
            code: "derive.impossibleBudget", subject: "derive",
            found: "no widths in multiples of \(multiple) suit this form",
            advice: "Pass another --multiple, or another number of shared groups")
    }

    /// The published depths, then ever shallower nets for budgets that are small.
    private func depthChoices(_ blocks: [Int]) -> [[Int]] {
        [1.0, 0.75, 0.5, 0.34, 0.2, 0.0].map { factor in
            blocks.map { max(1, Int((Double($0) * factor).rounded())) }
        }
    }

    /// Widths as multiples, none narrower than the one before.
    func rounded(_ widths: [Double], _ step: Int) -> [Int] {
        var channels = widths.enumerated().map { index, width in
            let step = index == 0 ? stemStep : step
            return max(1, Int((width / Double(step)).rounded())) * step
        }
        for index in 1..<5 { channels[index] = max(channels[index], channels[index - 1]) }
        return channels
    }

    /// The depths nearest to `centre` with which `channels` use the bounds; nil for none.
    ///
    /// Nearest means the smallest Σ ((n − n')/n')² over the stages; equal ones fall to the larger cost.
    func fittingDepths(
        _ channels: [Int], _ centre: [Int], _ cost: (NetworkShape) -> DesignCost?
    ) -> NetworkShape? {
        guard let base = cost(NetworkShape(channels: channels, blocks: centre)) else { return nil }
        // A stage's cost does not depend on the depths of the others.
        let choices = centre.indices.map { stage in
            let reach = max(2, centre[stage] / 2)
            return (max(1, centre[stage] - reach)...centre[stage] + reach).compactMap { depth -> (Int, DesignCost)? in
                var blocks = centre
                blocks[stage] = depth
                return cost(NetworkShape(channels: channels, blocks: blocks)).map { (depth, $0 - base) }
            }
        }
        let deepest = centre.indices.max { centre[$0] < centre[$1] } ?? 2
        var best: (blocks: [Int], distance: Double, used: Double)?
        func visit(_ stage: Int, _ blocks: [Int], _ distance: Double, _ sum: DesignCost) {
            if let best, distance > best.distance { return }
            guard stage < 4 else {
                let used = bounds.utilisation(sum)
                guard used >= 1 - Self.tolerance, bounds.allow(sum),
                    blocks[deepest] == blocks.max() || centre[deepest] != centre.max()
                else { return }
                if let best, (distance, -used) >= (best.distance, -best.used) { return }
                best = (blocks, distance, used)
                return
            }
            for (depth, difference) in choices[stage] {
                let away = Double(depth - centre[stage]) / Double(centre[stage])
                visit(stage + 1, blocks + [depth], distance + away * away, sum + difference)
            }
        }
        visit(0, [], 0, base)
        return best.map { NetworkShape(channels: channels, blocks: $0.blocks) }
    }
}
