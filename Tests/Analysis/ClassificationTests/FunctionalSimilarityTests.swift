import Testing

@testable import Classification

/// The expected numbers were computed with NumPy: (aᵀCb)² / (aᵀCa · bᵀCb), C = kron(c, c), c_ij = ρ^|i − j|.
@Suite struct FunctionalSimilarityTests {
    private let delta: [Float] = [0, 0, 0, 0, 1, 0, 0, 0, 0]
    private let laplacian: [Float] = [-1, -1, -1, -1, 8, -1, -1, -1, -1]

    @Test(arguments: [(0.5, 0.636_942_675_159), (0, 0.888_888_888_889), (0.9, 0.180_656_248_322)])
    func aDeltaAgainstALaplacian(rho: Double, expected: Double) {
        #expect(abs(FunctionalSimilarity(size: 3, rho: rho).r2(delta, laplacian) - expected) < 1e-5)
    }

    @Test func otherPairs() {
        let three = FunctionalSimilarity(size: 3)
        #expect(abs(three.r2([-1, 0, 1, -2, 0, 2, -1, 0, 1], [0, 0, 0, -1, 0, 1, 0, 0, 0]) - 0.857_142_857) < 1e-6)
        #expect(
            abs(FunctionalSimilarity(size: 3, rho: 0.3).r2((0..<9).map(Float.init), delta) - 0.271_183_635) < 1e-6)
        let gaussian = SyntheticKernels(size: 5, seed: 0).gaussian(1)
        #expect(
            abs(FunctionalSimilarity(size: 5).r2(gaussian, Array(repeating: 1, count: 25)) - 0.796_608_481) < 1e-5)
    }

    @Test func nothingResemblesZeros() {
        #expect(FunctionalSimilarity(size: 3).r2(delta, Array(repeating: 0, count: 9)) == 0)
    }
}
