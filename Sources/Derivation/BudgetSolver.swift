import Diagnostics
import Glibc

/// Finds widths and depths whose exact parameter count meets a budget.
public struct BudgetSolver: Sendable {
    /// The wanted number of learnable parameters.
    public let budget: ParameterBudget
    /// Stage widths are multiples of this; the stem's of half of it (the published 1.0MP net has a stem of 28).
    public let multiple: Int
    /// The allowed relative distance from the budget.
    public static let tolerance = 0.005

    /// A solver for `budget`; `multiple` is even and at least 2.
    ///
    /// Throws `derive.badMultiple`.
    public init(budget: ParameterBudget, multiple: Int = 8) throws {
        guard multiple >= 2, multiple % 2 == 0, multiple <= 128 else {
            throw KernelVizError(
                code: "derive.badMultiple", subject: "--multiple", found: "\(multiple)",
                expected: "an even number from 2 to 128")
        }
        self.budget = budget
        self.multiple = multiple
    }

    /// The shape nearest to the published family whose count is within ``tolerance`` of the budget.
    ///
    /// Nearest means the smallest Σ (ln cᵢ/idealᵢ)² over the five widths, plus (ln n/nᵢ)² where a depth had to change;
    /// equal ones fall to the count nearest to the budget. Exact: every candidate is counted by `parameters`.
    /// Throws `derive.impossibleBudget` with the smallest possible count.
    public func solve(_ parameters: (NetworkShape) -> Int) throws -> NetworkShape {
        let profile = ShapeProfile(parameters: budget.parameters)
        let smallest = NetworkShape(
            channels: [max(2, multiple / 2)] + Array(repeating: max(multiple, 8), count: 4), blocks: [1, 1, 1, 1])
        let least = parameters(smallest)
        guard Double(least) <= Double(budget.parameters) * (1 + Self.tolerance) else {
            throw KernelVizError(
                code: "derive.impossibleBudget", subject: "derive",
                found: "the smallest VGNet of this form has \(least) parameters",
                expected: "at most \(budget.parameters) (--budget)", advice: "Raise the budget")
        }
        for depths in depthChoices(profile.blocks) {
            if let shape = bestWidths(profile: profile, blocks: depths, parameters) { return shape }
        }
        throw KernelVizError(
            code: "derive.impossibleBudget", subject: "derive",
            found: "no widths in multiples of \(multiple) come within 0.5 % of \(budget.parameters) parameters",
            advice: "Pass a smaller --multiple or another budget")
    }

    /// The published depths first, then ever shallower nets for budgets that are small.
    private func depthChoices(_ blocks: [Int]) -> [[Int]] {
        [1.0, 0.75, 0.5, 0.34, 0.2, 0.0].map { factor in
            blocks.map { max(1, Int((Double($0) * factor).rounded())) }
        }
    }

    private func bestWidths(profile: ShapeProfile, blocks: [Int], _ parameters: (NetworkShape) -> Int) -> NetworkShape?
    {
        var best: (shape: NetworkShape, distance: Double, miss: Int)?
        let choices = profile.channels.enumerated().map { index, ideal in
            widths(near: ideal, step: index == 0 ? max(2, multiple / 2) : multiple)
        }
        let stem = choices[0][0]
        for c1 in choices[1] where c1 >= stem {
            for c2 in choices[2] where c2 >= c1 {
                for c3 in choices[3] where c3 >= c2 {
                    for c4 in choices[4] where c4 >= c3 {
                        let shape = NetworkShape(channels: [stem, c1, c2, c3, c4], blocks: blocks)
                        let miss = abs(parameters(shape) - budget.parameters)
                        guard Double(miss) <= Self.tolerance * Double(budget.parameters) else { continue }
                        let distance = zip(shape.channels, profile.channels).reduce(0) { sum, pair in
                            let ratio = log(Double(pair.0) / pair.1)
                            return sum + ratio * ratio
                        }
                        if let found = best, (distance, miss) >= (found.distance, found.miss) { continue }
                        best = (shape, distance, miss)
                    }
                }
            }
        }
        return best?.shape
    }

    /// The rounded ideal first, then its neighbours within five steps or a third of it, whichever reaches farther.
    private func widths(near ideal: Double, step: Int) -> [Int] {
        let centre = max(1, Int((ideal / Double(step)).rounded()))
        let reach = min(8, max(4, centre / 4))
        return [centre * step]
            + (1...reach).flatMap { offset in
                [centre - offset, centre + offset].compactMap { $0 > 0 ? $0 * step : nil }
            }
    }
}
