import Glibc

/// Fits derivatives with free parameters to a kernel that is known to be an edge.
///
/// Where a label needs the nearest textbook shape, a stand-in needs the parameters: direction, width, length and place of a
/// first or second derivative of a Gaussian, centre and both widths of a difference of Gaussians, direction and width of a
/// saddle. The parameters are those of the best point of a fine grid. Learned edges rarely cancel to the last digit, and
/// correlated pixels feel what is left, so a kernel is fitted by w ≈ a·t + b, as "master key" filters are matched
/// (Babaiee et al., 2024): b is the DC offset that the derivative stands on. It is held so small that the stand-in is an
/// edge itself by the rubric.
struct EdgeFit: Sendable {
    private let similarity: FunctionalSimilarity
    private let largestGain: Float
    private let cells: Int
    /// Template-major, zero-mean templates less their share of a constant under C.
    private let weights: [Float]
    /// C·t/√(tᵀCt) of each.
    private let projected: [Float]
    /// C·1 and 1ᵀC1.
    private let constant: [Float]
    private let constantEnergy: Float

    /// Prepares the grid; `largestGain` is the rubric's |Σw|/Σ|w| of an edge.
    init(similarity: FunctionalSimilarity, largestGain: Double) {
        self.similarity = similarity
        self.largestGain = Float(largestGain)
        let cells = similarity.size * similarity.size
        let constant = similarity.correlate(Array(repeating: 1, count: cells))
        let constantEnergy = constant.reduce(0, +)
        var (weights, projected): ([Float], [Float]) = ([], [])
        for draft in Self.drafts(size: similarity.size) {
            let raw = draft.map(Float.init)
            let share = zip(raw, constant).reduce(0) { $0 + $1.0 * $1.1 } / constantEnergy
            let template = raw.map { $0 - share }
            let correlated = similarity.correlate(template)
            let energy = zip(template, correlated).reduce(0) { $0 + $1.0 * $1.1 }
            guard energy > 1e-6 else { continue }
            weights += template.map { $0 / energy.squareRoot() }
            projected += correlated.map { $0 / energy.squareRoot() }
        }
        (self.cells, self.weights, self.projected) = (cells, weights, projected)
        (self.constant, self.constantEnergy) = (constant, constantEnergy)
    }

    /// The best stand-in for the kernel (N·N finite weights); nil for a kernel without output.
    func match(_ kernel: [Float]) -> TemplateFitter.Match? {
        var best: (start: Int, factor: Float) = (0, 0)
        for start in stride(from: 0, to: projected.count, by: cells) {
            var factor: Float = 0
            for cell in 0..<cells { factor += projected[start + cell] * kernel[cell] }
            if abs(factor) > abs(best.factor) { best = (start, factor) }
        }
        let level = zip(kernel, constant).reduce(0) { $0 + $1.0 * $1.1 } / constantEnergy
        let derivative = (0..<cells).map { best.factor * weights[best.start + $0] }
        guard derivative.contains(where: { $0 != 0 }) else { return nil }
        let mean = derivative.reduce(0, +) / Float(cells)
        // The whole DC offset, or as much of it as leaves an edge.
        func standIn(_ share: Float) -> [Float] { derivative.map { $0 - mean + share * (mean + level) } }
        let found = DCOffset.largest(standIn) { DCOffset.gain($0) <= largestGain }
        let norm = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return TemplateFitter.Match(template: found.map { $0 / norm }, fit: similarity.r2(found, kernel))
    }

    // MARK: The grid

    private static func drafts(size: Int) -> [[Double]] {
        firstDerivatives(size) + secondDerivatives(size) + differencesOfGaussians(size) + saddles(size)
            + BorderShapes.firstDerivatives(Plane(size: size)).map(\.1)
            + BorderShapes.secondDerivatives(Plane(size: size)).map(\.1)
    }

    private static func bell(_ squared: Double, _ sigma: Double) -> Double { exp(-squared / (2 * sigma * sigma)) }

    private static func map(_ size: Int, _ value: (Double, Double) -> Double) -> [Double] {
        let middle = Double(size - 1) / 2
        return (0..<size * size).map { value(Double($0 % size) - middle, Double($0 / size) - middle) }
    }

    /// One kernel a direction, place, width across and length along: `value` of u (across); v is along.
    private static func oriented(
        _ size: Int, from first: Double, turns: Double, widths: [Double], phases: [Double],
        _ value: (_ u: Double, _ width: Double) -> Double
    ) -> [[Double]] {
        let directions = size > 3 ? 16 : 24
        let lengths = size > 3 ? [0.6, 1, 2, 100] : [0.5, 0.65, 0.8, 1.1, 1.6, 100]
        return (0..<directions).flatMap { step -> [[Double]] in
            let angle = first + turns * Double(step) / Double(directions)
            let (c, s) = (cos(angle), sin(angle))
            return phases.flatMap { phase in
                widths.flatMap { width in
                    lengths.flatMap { length in
                        // A line without end has no place along itself.
                        (length < 10 ? [-0.6, 0, 0.6] : [0]).map { along in
                            map(size) { x, y in
                                let (u, v) = (c * x + s * y - phase, c * y - s * x - along)
                                return value(u, width) * bell(u * u, width) * bell(v * v, length)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func firstDerivatives(_ size: Int) -> [[Double]] {
        oriented(
            size, from: 0, turns: .pi,
            widths: size > 3 ? [0.5, 0.8, 1.2, 2, 100] : [0.5, 0.6, 0.7, 0.85, 1.1, 1.6, 100],
            phases: [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75]
        ) { u, _ in u }
    }

    private static func secondDerivatives(_ size: Int) -> [[Double]] {
        oriented(
            size, from: 0, turns: .pi, widths: size > 3 ? [0.45, 0.65, 0.9, 1.3] : [0.4, 0.55, 0.75, 1],
            phases: [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]
        ) { u, width in 1 - u * u / (width * width) }
    }

    private static func differencesOfGaussians(_ size: Int) -> [[Double]] {
        let centres = [-0.5, -0.25, 0, 0.25, 0.5]
        return centres.flatMap { cx in
            centres.flatMap { cy in
                (size > 3 ? [0.4, 0.6, 0.85, 1.2] : [0.35, 0.5, 0.7, 0.9]).flatMap { narrow in
                    [1.4, 2, 3, 100].map { ratio in
                        let inner = map(size) { x, y in bell((x - cx) * (x - cx) + (y - cy) * (y - cy), narrow) }
                        let outer = map(size) { x, y in
                            bell((x - cx) * (x - cx) + (y - cy) * (y - cy), narrow * ratio)
                        }
                        let (a, b) = (inner.reduce(0, +), outer.reduce(0, +))
                        return zip(inner, outer).map { $0 / a - $1 / b }
                    }
                }
            }
        }
    }

    private static func saddles(_ size: Int) -> [[Double]] {
        (0..<8).flatMap { step -> [[Double]] in
            let (c, s) = (cos(.pi * Double(step) / 16), sin(.pi * Double(step) / 16))
            return [0.7, 1.2, 100].map { sigma in
                map(size) { x, y in (c * x + s * y) * (c * y - s * x) * bell(x * x + y * y, sigma) }
            }
        }
    }
}
