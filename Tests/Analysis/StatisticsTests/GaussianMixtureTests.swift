import Glibc
import Tensors
import Testing

@testable import Statistics

@Suite struct GaussianMixtureTests {
    /// Draws from N(mean, deviation²).
    private func normal(_ count: Int, _ mean: Double, _ deviation: Double, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(mean + deviation * generator.normal()) }
    }

    @Test func oneGaussianIsEnoughForOne() throws {
        let mixture = try #require(GaussianMixture(normal(3000, 0.3, 0.05, seed: 1)))
        #expect(mixture.components.count == 1)
        #expect(abs(mixture.components[0].mean - 0.3) < 0.005)
        #expect(abs(mixture.components[0].standardDeviation - 0.05) < 0.003)
        // The likelihood of a fitted Gaussian in closed form: −2 ln L = n (ln(2πσ²) + 1); two parameters.
        let variance = mixture.components[0].standardDeviation * mixture.components[0].standardDeviation
        let expected = 3000 * (log(2 * Double.pi * variance) + 1) + 2 * log(3000)
        #expect(abs(mixture.bic - expected) < 1)
    }

    @Test func twoPeaksAndASkirtAreFoundAgain() throws {
        let peaks = normal(2000, -0.2, 0.05, seed: 2) + normal(1000, 0.3, 0.1, seed: 3)
        let two = try #require(GaussianMixture(peaks))
        #expect(two.components.count == 2)
        #expect(abs(two.components[0].share - 2 / 3) < 0.03 && abs(two.components[0].mean + 0.2) < 0.01)
        #expect(abs(two.components[1].mean - 0.3) < 0.02 && abs(two.components[1].standardDeviation - 0.1) < 0.01)
        // A narrow peak on a wide skirt with one mean, as weights often are.
        let nested = try #require(GaussianMixture(normal(2000, 0, 0.05, seed: 4) + normal(2000, 0, 0.5, seed: 5)))
        #expect(nested.components.count == 2)
        let widths = nested.components.map(\.standardDeviation).sorted()
        #expect(abs(widths[0] - 0.05) < 0.01 && abs(widths[1] - 0.5) < 0.05)
        // The density is one: Σ over a wide range times the step.
        let area = (-400...400).reduce(0) { $0 + nested.density(Double($1) / 100) } / 100
        #expect(abs(area - 1) < 1e-3)
    }

    @Test func tooFewOrEqualValuesHaveNoMixture() {
        #expect(GaussianMixture(normal(49, 0, 1, seed: 6)) == nil)
        #expect(GaussianMixture(Array(repeating: 2, count: 500)) == nil)
        #expect(GaussianMixture(Array(repeating: .nan, count: 500)) == nil)
    }

    @Test func otherUnitsGiveTheSamePartsInThoseUnits() throws {
        let values = normal(2000, -0.2, 0.05, seed: 2) + normal(1000, 0.3, 0.1, seed: 3)
        let (plain, scaled) = (
            try #require(GaussianMixture(values)), try #require(GaussianMixture(values.map { $0 * 1024 }))
        )
        #expect(plain.components.count == scaled.components.count)
        for (a, b) in zip(plain.components, scaled.components) {
            #expect(abs(a.mean * 1024 - b.mean) < 0.05 && abs(a.share - b.share) < 1e-4)
        }
        // BIC moves by 2n·ln 1024 for every count alike.
        for (a, b) in zip(plain.bicByCount, scaled.bicByCount) { #expect(abs(b - a - 6000 * log(1024)) < 1) }
    }
}
