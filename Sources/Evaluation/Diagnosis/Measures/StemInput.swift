import Architectures
import Checkpoints
import Engine
import Numerics

/// What the first batch normalisation says of the pixels that the network was trained on.
///
/// The mean of each filter's output is Σ over the planes of (sum of its weights) · (mean of the plane): linear equations
/// for three unknowns, one a filter. The variances give the size of the pixels' deviation in the same way.
struct StemInput {
    /// The means of the planes as the network was fed them, in the order of its input channels.
    let means: [Double]
    /// Their standard errors.
    let errors: [Double]
    /// The deviation of what it was fed, were its images photographs; nil where too few filters tell.
    let deviation: Double?
    /// ``deviation`` over what the preprocessing gives on photographs: 1 where they fit. Nil without a preprocessing.
    let deviationRatio: Double?
    /// Filters that were used.
    let filters: Int
    /// The stem.
    let layer: SubjectLayer

    /// The first layer that reads an image of three planes; nil for none.
    static func stem(of subject: Subject) -> SubjectLayer? {
        guard let first = subject.layers.first(where: { $0.layer.role != .upsampling }), first.isSpatial,
            first.weight.shape[1] == 3, first.isFinite, !first.layer.isFixed
        else { return nil }
        return first
    }

    /// Solves the equations; nil without a normalised stem of enough filters, or where they do not fit.
    init?(_ subject: Subject, _ convention: InputConvention) {
        guard let stem = Self.stem(of: subject), let norm = stem.layer.batchNorm,
            norm.runningMean.count == stem.outputs
        else { return nil }
        let norms = stem.norms
        let largest = norms.max() ?? 0
        let live = norms.indices.filter {
            norms[$0] > largest * 1e-3 && norm.runningVariance[$0] > 0 && norm.runningMean[$0].isFinite
        }
        guard live.count >= 5 else { return nil }
        let cells = stem.cells
        let rows = live.map { output in
            (0..<3).map { plane in
                (0..<cells).reduce(0.0) {
                    $0 + Double(stem.weight.scalars[(output * 3 + plane) * cells + $1])
                }
            }
        }
        let targets = live.map { Double(norm.runningMean[$0]) }
        let variance = live.reduce(0.0) { $0 + Double(norm.runningVariance[$1]) }
        guard let solution = Self.solve(rows, targets, variance: variance) else { return nil }
        means = solution.values
        errors = solution.errors
        filters = live.count
        layer = stem
        let found = Self.deviation(stem, norm, live)
        deviation = found
        deviationRatio = convention.scale?.first.flatMap { scale in
            found.map { $0 / (DiagnosisLimits.naturalDeviation * 255 * abs(Double(scale))) }
        }
    }

    /// The median over the filters of the recorded deviation over that of pixels of deviation 1, which are those of
    /// photographs: planes alike, neighbours correlated by ρ^distance.
    private static func deviation(_ stem: SubjectLayer, _ norm: BatchNorm, _ live: [Int]) -> Double? {
        let width = stem.weight.shape[3]
        let cells = stem.cells
        // The grey part of a filter carries nearly all of its output's variance.
        let ratios = live.compactMap { output -> Double? in
            let grey = (0..<cells).map { cell in
                (0..<3).reduce(0.0) { $0 + Double(stem.weight.scalars[(output * 3 + $1) * cells + cell]) }
            }
            let total = grey.reduce(0) { $0 + abs($1) }
            let sum = abs(grey.reduce(0, +))
            // Of filters that take differences, the variance rests on details.
            guard total > 0, sum > total / 2 else { return nil }
            var expected = 0.0
            for a in 0..<cells {
                for b in 0..<cells {
                    let (y, x) = (Double(a / width - b / width), Double(a % width - b % width))
                    expected +=
                        grey[a] * grey[b]
                        * exponential((y * y + x * x).squareRoot() * logarithm(DiagnosisLimits.naturalCorrelation))
                }
            }
            guard expected > 0 else { return nil }
            return (Double(norm.runningVariance[output]) / expected).squareRoot()
        }
        return ratios.count < 3 ? nil : ratios.median
    }

    /// Least squares of three unknowns by Cramer's rule; nil where the rows leave them open.
    ///
    /// `variance` is the sum of the filters' variances.
    private static func solve(
        _ rows: [[Double]], _ targets: [Double], variance filters: Double
    ) -> (values: [Double], errors: [Double])? {
        var matrix = Array(repeating: Array(repeating: 0.0, count: 3), count: 3)
        var right = [0.0, 0.0, 0.0]
        for (row, target) in zip(rows, targets) {
            for i in 0..<3 {
                right[i] += row[i] * target
                for j in 0..<3 { matrix[i][j] += row[i] * row[j] }
            }
        }
        func cofactor(_ i: Int, _ j: Int) -> Double {
            let (a, b) = ((i + 1) % 3, (i + 2) % 3)
            let (c, d) = ((j + 1) % 3, (j + 2) % 3)
            return matrix[a][c] * matrix[b][d] - matrix[a][d] * matrix[b][c]
        }
        let determinant = (0..<3).reduce(0.0) { $0 + matrix[0][$1] * cofactor(0, $1) }
        let scale = matrix[0][0] * matrix[1][1] * matrix[2][2]
        guard determinant > 1e-9 * scale, scale > 0 else { return nil }
        // The matrix is symmetric, and so is its inverse.
        let inverse = (0..<3).map { i in (0..<3).map { j in cofactor(j, i) / determinant } }
        let values = (0..<3).map { i in (0..<3).reduce(0.0) { $0 + inverse[i][$1] * right[$1] } }
        var residual = 0.0
        for (row, target) in zip(rows, targets) {
            let found = zip(row, values).reduce(0.0) { $0 + $1.0 * $1.1 }
            residual += (target - found) * (target - found)
        }
        let power = targets.reduce(0.0) { $0 + $1 * $1 }
        // Means of photographs explain all but the border; where they do not, something else is before the layer.
        guard residual <= max(0.05 * power, 0.02 * filters) else { return nil }
        let variance = residual / Double(max(1, rows.count - 3))
        return (values, (0..<3).map { (variance * inverse[$0][$0]).squareRoot() })
    }

    /// The means as pixels 0…1, red, green, blue by what the network is taken to be fed; nil without a preprocessing.
    func pixelMeans(_ convention: InputConvention) -> (values: [Double], errors: [Double])? {
        guard let mean = convention.mean, let scale = convention.scale, !mean.isEmpty, mean.count == scale.count,
            scale.allSatisfy({ $0 != 0 })
        else { return nil }
        let values = means.enumerated().map { plane, value in
            (value / Double(scale[min(plane, scale.count - 1)]) + Double(mean[min(plane, mean.count - 1)])) / 255
        }
        let own = errors.enumerated().map { $1 / abs(Double(scale[min($0, scale.count - 1)])) / 255 }
        return convention.channelOrder == .bgr ? (values.reversed(), own.reversed()) : (values, own)
    }
}
