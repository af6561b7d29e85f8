import Tensors
import Testing

@Suite struct TensorsTests {
    @Test func transposingHWIOGivesOIHW() {
        // numpy: arange(24).reshape(2, 3, 2, 2).transpose(3, 2, 0, 1).ravel()
        let hwio = Tensor(shape: [2, 3, 2, 2], scalars: (0..<24).map(Float.init))
        let oihw = hwio.transposed([3, 2, 0, 1])
        #expect(oihw.shape == [2, 2, 2, 3])
        #expect(
            oihw.scalars == [
                0, 4, 8, 12, 16, 20, 2, 6, 10, 14, 18, 22, 1, 5, 9, 13, 17, 21, 3, 7, 11, 15, 19, 23,
            ])
    }

    @Test func overflowingShapesAreRefused() {
        #expect(Shape.checked([1 << 40, 1 << 40]) == nil)
        #expect(Shape.checked([-1]) == nil)
        #expect(Shape.checked([2, 3])?.elementCount == 6)
    }

    /// Reference: the authors' C code of xoshiro256** and SplitMix64, seed 0, first three outputs.
    @Test func theGeneratorFollowsItsReference() {
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0x99EC_5F36_CB75_F2B4)
        #expect(generator.next() == 0xBF6E_1F78_4956_452A)
        #expect(generator.next() == 0x1A5F_849D_4933_E6E0)
    }

    @Test func normalNumbersHaveMeanZeroAndVarianceOne() {
        var generator = SeededGenerator(seed: 7)
        let numbers = (0..<20000).map { _ in generator.normal() }
        let mean = numbers.reduce(0, +) / 20000
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20000
        #expect(abs(mean) < 0.03)
        #expect(abs(variance - 1) < 0.05)
    }
}
