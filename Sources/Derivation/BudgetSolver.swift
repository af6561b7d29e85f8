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
    /// Nearest means the smallest Σ (ln cᵢ/idealᵢ)² over the five widths; equal ones fall to the count nearest to the
    /// budget. The published depths come first, shallower nets where they do not fit. Every candidate is counted by
    /// `parameters`, which returns nil for a shape that the wanted form does not allow and grows with every width.
    /// Throws `derive.impossibleBudget` with the smallest possible count.
    public func solve(_ parameters: (NetworkShape) -> Int?) throws -> NetworkShape {
        let profile = ShapeProfile(parameters: budget.parameters, count: parameters)
        if let least = smallest(parameters), Double(least) > upperBound {
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

    private var lowerBound: Double { Double(budget.parameters) * (1 - Self.tolerance) }
    private var upperBound: Double { Double(budget.parameters) * (1 + Self.tolerance) }
    private var stemStep: Int { max(2, multiple / 2) }

    /// The count of the narrowest allowed net with one block a stage.
    private func smallest(_ parameters: (NetworkShape) -> Int?) -> Int? {
        for factor in 1...16 {
            let width = multiple * factor
            let shape = NetworkShape(
                channels: [stemStep] + Array(repeating: width, count: 4), blocks: [1, 1, 1, 1])
            if let count = parameters(shape) { return count }
        }
        return nil
    }

    /// The published depths, then ever shallower nets for budgets that are small.
    private func depthChoices(_ blocks: [Int]) -> [[Int]] {
        [1.0, 0.75, 0.5, 0.34, 0.2, 0.0].map { factor in
            blocks.map { max(1, Int((Double($0) * factor).rounded())) }
        }
    }

    private func bestWidths(
        profile: ShapeProfile, blocks: [Int], _ parameters: (NetworkShape) -> Int?
    ) -> NetworkShape? {
        var best: (shape: NetworkShape, distance: Double, miss: Double)?
        let stem = widths(near: profile.channels[0], step: stemStep, reach: 0)[0]
        let (first, second, third) = (choices(1, profile), choices(2, profile), choices(3, profile))
        let last = widths(near: profile.channels[4], step: multiple, reach: 1 << 10)
        for c1 in first where c1 >= stem {
            for c2 in second where c2 >= c1 {
                for c3 in third where c3 >= c2 {
                    let shapes = last.lazy.filter { $0 >= c3 }
                        .map { NetworkShape(channels: [stem, c1, c2, c3, $0], blocks: blocks) }
                    for (shape, count) in within(Array(shapes), parameters) {
                        let distance = Self.distance(shape, profile)
                        let miss = abs(Double(count - budget.parameters))
                        if let found = best, (distance, miss) >= (found.distance, found.miss) { continue }
                        best = (shape, distance, miss)
                    }
                }
            }
        }
        return best?.shape
    }

    /// Those of `shapes`, which grow, whose count is within the tolerance; found by halving.
    private func within(
        _ shapes: [NetworkShape], _ parameters: (NetworkShape) -> Int?
    ) -> [(shape: NetworkShape, count: Int)] {
        var low = 0
        var high = shapes.count
        while low < high {
            let middle = (low + high) / 2
            if Double(Self.count(shapes, from: middle, parameters)) < lowerBound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var found: [(shape: NetworkShape, count: Int)] = []
        for shape in shapes[low...] {
            guard let count = parameters(shape) else { continue }
            guard Double(count) <= upperBound else { break }
            if Double(count) >= lowerBound { found.append((shape, count)) }
        }
        return found
    }

    /// The count of the first allowed shape from `index` on; endless where there is none.
    private static func count(
        _ shapes: [NetworkShape], from index: Int, _ parameters: (NetworkShape) -> Int?
    ) -> Int {
        for shape in shapes[index...] {
            if let count = parameters(shape) { return count }
        }
        return .max
    }

    private static func distance(_ shape: NetworkShape, _ profile: ShapeProfile) -> Double {
        zip(shape.channels, profile.channels).reduce(0) { sum, pair in
            let ratio = log(Double(pair.0) / pair.1)
            return sum + ratio * ratio
        }
    }

    private func choices(_ index: Int, _ profile: ShapeProfile) -> [Int] {
        widths(near: profile.channels[index], step: multiple, reach: 5)
    }

    /// Multiples of `step` around the ideal in growing order: at most `reach` steps and at most half of it away.
    private func widths(near ideal: Double, step: Int, reach: Int) -> [Int] {
        let centre = max(1, Int((ideal / Double(step)).rounded()))
        let steps = min(reach, max(5, centre / 2))
        return (max(1, centre - steps)...(centre + min(reach, steps))).map { $0 * step }
    }
}
