import Diagnostics
import Glibc

/// Finds widths and depths whose exact cost meets a budget.
///
/// Widths follow the published family along the budget and only ever grow with it; depths, near those of the family,
/// make up the difference. Budgets that this cannot meet (tiny nets, coarse multiples) are met by a search over widths.
public struct BudgetSolver: Sendable {
    /// What the net may cost.
    public let budget: DesignBudget
    /// Stage widths are multiples of this; the stem's of half of it (the published 1.0MP net has a stem of 28).
    public let multiple: Int
    /// The allowed relative distance from the budget.
    public static let tolerance = 0.005

    /// A solver for `budget`; `multiple` is even, 2…128.
    ///
    /// Throws `derive.badMultiple`.
    public init(budget: DesignBudget, multiple: Int = 8) throws {
        guard multiple >= 2, multiple % 2 == 0, multiple <= 128 else {
            throw KernelVizError(
                code: "derive.badMultiple", subject: "--multiple", found: "\(multiple)",
                expected: "an even number from 2 to 128")
        }
        self.budget = budget
        self.multiple = multiple
    }

    /// A solver for a number of learnable parameters; throws as ``init(budget:multiple:)``.
    public init(budget: ParameterBudget, multiple: Int = 8) throws {
        try self.init(budget: .parameters(budget.parameters), multiple: multiple)
    }

    /// The shape nearest to the published family whose cost is within ``tolerance`` of the budget.
    ///
    /// - Parameters:
    ///   - shaping: How the evidence bends the family.
    ///   - cost: The exact cost of a shape; nil for a shape that the wanted form does not allow. It grows with every
    ///     width and depth.
    ///
    /// Throws `derive.impossibleBudget` with the smallest possible cost.
    public func solve(
        shaping: Shaping = .published, _ cost: (NetworkShape) -> Int?
    ) throws -> NetworkShape {
        var profile = ShapeProfile(amount: budget.amount, count: cost)
        profile.bend(shaping)
        let step = try allowedStep(cost)
        if let shape = fittingDepths(rounded(profile.channels, step), profile.blocks, cost) { return shape }
        if let least = smallest(step, cost), Double(least) > upperBound {
            throw KernelVizError(
                code: "derive.impossibleBudget", subject: "derive",
                found: "the smallest VGNet of this form has \(least) \(budget.unit)",
                expected: "at most \(budget.amount) (\(budget.flag))", advice: "Raise the budget")
        }
        for depths in depthChoices(profile.blocks) {
            let search = WidthSearch(solver: self, profile: profile, blocks: depths, step: step)
            if let shape = search.best(cost) { return shape }
        }
        throw KernelVizError(
            code: "derive.impossibleBudget", subject: "derive",
            found: "no widths in multiples of \(step) come within 0.5 % of \(budget.amount) \(budget.unit)",
            advice: "Pass a smaller --multiple or another budget")
    }

    var lowerBound: Double { Double(budget.amount) * (1 - Self.tolerance) }
    var upperBound: Double { Double(budget.amount) * (1 + Self.tolerance) }
    var stemStep: Int { max(2, multiple / 2) }

    /// The smallest multiple of ``multiple`` whose multiples the form allows as stage widths.
    func allowedStep(_ cost: (NetworkShape) -> Int?) throws -> Int {
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

    /// The cost of the narrowest allowed net with one block a stage.
    private func smallest(_ step: Int, _ cost: (NetworkShape) -> Int?) -> Int? {
        cost(NetworkShape(channels: [stemStep] + Array(repeating: step, count: 4), blocks: [1, 1, 1, 1]))
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

    /// The depths nearest to `centre` with which `channels` meet the budget; nil for none.
    ///
    /// Nearest means the smallest Σ ((n − n')/n')² over the stages; equal ones fall to the cost nearest to the budget.
    func fittingDepths(
        _ channels: [Int], _ centre: [Int], _ cost: (NetworkShape) -> Int?
    ) -> NetworkShape? {
        guard let base = cost(NetworkShape(channels: channels, blocks: centre)) else { return nil }
        // A stage's cost does not depend on the depths of the others.
        let choices = centre.indices.map { stage in
            let reach = max(2, centre[stage] / 2)
            return (max(1, centre[stage] - reach)...centre[stage] + reach).compactMap { depth -> (Int, Int)? in
                var blocks = centre
                blocks[stage] = depth
                return cost(NetworkShape(channels: channels, blocks: blocks)).map { (depth, $0 - base) }
            }
        }
        let deepest = centre.indices.max { centre[$0] < centre[$1] } ?? 2
        var best: (blocks: [Int], distance: Double, miss: Int)?
        func visit(_ stage: Int, _ blocks: [Int], _ distance: Double, _ sum: Int) {
            if let best, distance > best.distance { return }
            guard stage < 4 else {
                let miss = abs(sum - budget.amount)
                guard Double(sum) >= lowerBound, Double(sum) <= upperBound,
                    blocks[deepest] == blocks.max() || centre[deepest] != centre.max()
                else { return }
                if let best, (distance, miss) >= (best.distance, best.miss) { return }
                best = (blocks, distance, miss)
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
