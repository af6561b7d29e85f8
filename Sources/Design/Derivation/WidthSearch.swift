import Glibc

/// Widths near a profile that use their bounds with given depths.
struct WidthSearch {
    let solver: BudgetSolver
    let profile: ShapeProfile
    let blocks: [Int]
    /// Stage widths are multiples of this.
    let step: Int

    /// The shape with the smallest Σ (ln cᵢ/idealᵢ)² over the five widths among those within the bounds that use at least
    /// the share `least` of them; equal ones fall to the larger cost; nil for none.
    func best(least: Double, _ cost: (NetworkShape) -> DesignCost?) -> NetworkShape? {
        var best: (shape: NetworkShape, distance: Double, used: Double)?
        let stem = widths(near: profile.channels[0], step: solver.stemStep, reach: 0)[0]
        let (first, second, third) = (choices(1), choices(2), choices(3))
        let last = widths(near: profile.channels[4], step: step, reach: 1 << 10)
        for c1 in first where c1 >= stem {
            for c2 in second where c2 >= c1 {
                for c3 in third where c3 >= c2 {
                    let shapes = last.lazy.filter { $0 >= c3 }
                        .map { NetworkShape(channels: [stem, c1, c2, c3, $0], blocks: blocks) }
                    for (shape, used) in within(Array(shapes), least: least, cost) {
                        let distance = distance(shape)
                        if let found = best, (distance, -used) >= (found.distance, -found.used) { continue }
                        best = (shape, distance, used)
                    }
                }
            }
        }
        return best?.shape
    }

    /// Those of `shapes`, which grow, that use at least `least` of the bounds; found by halving.
    private func within(
        _ shapes: [NetworkShape], least: Double, _ cost: (NetworkShape) -> DesignCost?
    ) -> [(shape: NetworkShape, used: Double)] {
        var low = 0
        var high = shapes.count
        while low < high {
            let middle = (low + high) / 2
            if used(shapes, from: middle, cost) < least {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var found: [(shape: NetworkShape, used: Double)] = []
        for shape in shapes[low...] {
            guard let cost = cost(shape) else { continue }
            guard solver.bounds.allow(cost) else { break }
            found.append((shape, solver.bounds.utilisation(cost)))
        }
        return found
    }

    /// What the first allowed shape from `index` on uses of the bounds; endless where there is none.
    private func used(
        _ shapes: [NetworkShape], from index: Int, _ cost: (NetworkShape) -> DesignCost?
    ) -> Double {
        for shape in shapes[index...] {
            if let cost = cost(shape) { return solver.bounds.utilisation(cost) }
        }
        return .infinity
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
