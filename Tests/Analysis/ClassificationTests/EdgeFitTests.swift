import Glibc
import Tensors
import Testing

@testable import Classification

/// What stands in for an edge when its cost is measured.
@Suite struct EdgeFitTests {
    private let fit = EdgeFit(similarity: FunctionalSimilarity(size: 3), largestGain: 0.4)

    private func map(_ value: (Double, Double) -> Double) -> [Float] {
        (0..<9).map { Float(value(Double($0 % 3) - 1, Double($0 / 3) - 1)) }
    }

    private func gain(_ kernel: [Float]) -> Float {
        abs(kernel.reduce(0, +)) / kernel.reduce(0) { $0 + abs($1) }
    }

    /// Parameters between the grid's points, on a DC offset of a tenth of the largest weight.
    @Test(arguments: [(0.3, 0.62, 0.1), (1.2, 0.85, -0.3), (2.4, 1.3, 0.4)])
    func derivativesOnADCOffsetAreFound(angle: Double, sigma: Double, phase: Double) throws {
        let kernel = map { x, y in
            let (u, v) = (cos(angle) * x + sin(angle) * y - phase, cos(angle) * y - sin(angle) * x)
            return u * exp(-(u * u + v * v) / (2 * sigma * sigma))
        }
        let mean = kernel.reduce(0, +) / 9
        let dcOffset = 0.1 * kernel.reduce(0) { max($0, abs($1)) }
        let raised = kernel.map { $0 - mean + dcOffset }
        let found = try #require(fit.match(raised))
        #expect(found.fit > 0.985)
        let norm = found.template.reduce(0) { $0 + $1 * $1 }
        #expect(abs(norm - 1) < 1e-4)
    }

    @Test func aDifferenceOfGaussiansIsFound() throws {
        let (inner, outer) = (map { exp(-($0 * $0 + $1 * $1) / 0.6) }, map { exp(-($0 * $0 + $1 * $1) / 2.2) })
        let (a, b) = (inner.reduce(0, +), outer.reduce(0, +))
        let found = try #require(fit.match(zip(inner, outer).map { $0 / a - 0.9 * $1 / b }))
        #expect(found.fit > 0.98)
    }

    /// However much a kernel blurs, what stands in for it as an edge is an edge: |Σt| ≤ 0.4 Σ|t|.
    @Test func theStandInIsAnEdgeByTheRubric() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<40 {
            let kernel = (0..<9).map { _ in Float(generator.normal() + 0.6) }
            let found = try #require(fit.match(kernel))
            #expect(gain(found.template) <= 0.4001 && found.fit <= 1)
        }
        #expect(fit.match(Array(repeating: 0, count: 9)) == nil)
    }
}
