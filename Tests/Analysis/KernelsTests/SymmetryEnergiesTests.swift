import Kernels
import Tensors
import Testing

@Suite struct SymmetryEnergiesTests {
    private func energies(_ kernel: [Float], _ size: Int = 3) -> SymmetryEnergies {
        SymmetryEnergies(kernel[...], size: size)
    }

    @Test func namedKernelsHaveTheSymmetryOfTheirDefinition() {
        #expect(energies(NamedKernel.gaussian(sigmaPixels: 1).values).fullySymmetric > 0.999_999)
        #expect(energies(FixedKernels.laplacian8.values).fullySymmetric > 0.999_999)
        #expect(energies(FixedKernels.sobelX.values).odd > 0.999_999)
        #expect(energies(FixedKernels.diagonalA.values).odd > 0.999_999)
        #expect(energies([1, 0, -1, 0, 0, 0, -1, 0, 1]).diagonalSaddle > 0.999_999)
        #expect(energies([0, 1, 0, -1, 0, -1, 0, 1, 0]).axisSaddle > 0.999_999)
    }

    @Test func aCornerSplitsByHand() {
        // One corner: projected on A1 and B2 it keeps ¼ of the four corners each, on E the rest.
        let corner = energies([1, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(abs(corner.fullySymmetric - 0.25) < 1e-12)
        #expect(abs(corner.diagonalSaddle - 0.25) < 1e-12)
        #expect(abs(corner.odd - 0.5) < 1e-12)
        #expect(corner.swirl == 0 && corner.axisSaddle == 0)
    }

    @Test func aSwirlNeedsFiveRows() {
        // The eight cells a knight's move from the centre, alternating in sign.
        var swirl = [Float](repeating: 0, count: 25)
        let moves = [(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]
        for (index, move) in moves.enumerated() {
            swirl[(2 + move.1) * 5 + 2 + move.0] = index % 2 == 0 ? 1 : -1
        }
        #expect(energies(swirl, 5).swirl > 0.999_999)
    }

    @Test(arguments: [2, 3, 4, 5, 7], KernelSymmetry.allCases)
    func sharesSumToOneAndStayUnderTheEightSymmetries(size: Int, symmetry: KernelSymmetry) {
        var generator = SeededGenerator(seed: UInt64(size))
        let kernel = (0..<size * size).map { _ in Float(generator.normal()) }
        let plain = energies(kernel, size)
        #expect(abs(plain.all.reduce(0, +) - 1) < 1e-9)
        for (a, b) in zip(plain.all, energies(symmetry.apply(kernel, size: size), size).all) {
            #expect(abs(a - b) < 1e-6)
        }
    }

    @Test func zerosHaveNoEnergy() { #expect(energies(Array(repeating: 0, count: 9)) == .none) }

    @Test func symmetriesMoveCellsAsTheirNamesSay() {
        let kernel: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        #expect(KernelSymmetry.flipColumns.apply(kernel, size: 3) == [3, 2, 1, 6, 5, 4, 9, 8, 7])
        #expect(KernelSymmetry.transpose.apply(kernel, size: 3) == [1, 4, 7, 2, 5, 8, 3, 6, 9])
        #expect(KernelSymmetry.quarterTurn.apply(kernel, size: 3) == [3, 6, 9, 2, 5, 8, 1, 4, 7])
        #expect(Set(KernelSymmetry.allCases.map { $0.apply(kernel, size: 3) }).count == 8)
    }
}
