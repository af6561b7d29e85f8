import Glibc

/// Widths near a profile that meet a budget with given depths.
struct WidthSearch {
    let solver: BudgetSolver
    let profile: ShapeProfile
    let blocks: [Int]
    /// Stage widths are multiples of this.
    let step: Int

    /// The shape with the smallest Σ (ln cᵢ/idealᵢ)² over the five widths; equal ones fall to the cost nearest to the
    /// budget; nil where none is within the tolerance.
    func best(_ cost: (NetworkShape) -> Int?) -> NetworkShape? {
        var best: (shape: NetworkShape, distance: Double, miss: Double)?
        let stem = widths(near: profile.channels[0], step: solver.stemStep, reach: 0)[0]
        let (first, second, third) = (choices(1), choices(2), choices(3))
        let last = widths(near: profile.channels[4], step: step, reach: 1 << 10)
        for c1 in first where c1 >= stem {
            for c2 in second where c2 >= c1 {
                for c3 in third where c3 >= c2 {
                    let shapes = last.lazy.filter { $0 >= c3 }
                        .map { NetworkShape(channels: [stem, c1, c2, c3, $0], blocks: blocks) }
                    for (shape, count) in within(Array(shapes), cost) {
                        let distance = distance(shape)
                        let miss = abs(Double(count - solver.budget.amount))
                        if let found = best, (distance, miss) >= (found.distance, found.miss) { continue }
                        best = (shape, distance, miss)
                    }
                }
            }
        }
        return best?.shape
    }

    /// Those of `shapes`, which grow, whose cost is within the tolerance; found by halving.
    private func within(
        _ shapes: [NetworkShape], _ cost: (NetworkShape) -> Int?
    ) -> [(shape: NetworkShape, count: Int)] {
        var low = 0
        var high = shapes.count
        while low < high {
            let middle = (low + high) / 2
            if Double(Self.cost(shapes, from: middle, cost)) < solver.lowerBound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var found: [(shape: NetworkShape, count: Int)] = []
        for shape in shapes[low...] {
            guard let count = cost(shape) else { continue }
            guard Double(count) <= solver.upperBound else { break }
            if Double(count) >= solver.lowerBound { found.append((shape, count)) }
        }
        return found
    }

    /// The cost of the first allowed shape from `index` on; endless where there is none.
    private static func cost(
        _ shapes: [NetworkShape], from index: Int, _ cost: (NetworkShape) -> Int?
    ) -> Int {
        for shape in shapes[index...] {
            if let count = cost(shape) { return count }
        }
        return .max
    }

    private func distance(_ shape: NetworkShape) -> Double {
        zip(shape.channels, profile.channels).reduce(0) { sum, pair in
            let ratio = log(Double(pair.0) / pair.1)
            return sum + ratio * ratio
        }
    }

    private func choices(_ index: Int) -> [Int] {
        widths(near: profile.channels[index], step: step, reach: 5)
    }

    /// Multiples of `step` around the ideal in growing order: at most `reach` steps and at most half of it away.
    private func widths(near ideal: Double, step: Int, reach: Int) -> [Int] {
        let centre = max(1, Int((ideal / Double(step)).rounded()))
        let steps = min(reach, max(5, centre / 2))
        return (max(1, centre - steps)...(centre + min(reach, steps))).map { $0 * step }
    }
}
