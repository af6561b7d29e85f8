import Tensors
import Testing

@testable import TrainingRuns

@Suite struct KernelTilesTests {
    @Test func zeroIsGreyAndTheGreatestWeightWhite() throws {
        // Two kernels of 2×2: 12 pixels a weight, a line around each kernel.
        let weights = Tensor(shape: [2, 1, 2, 2], scalars: [0, 2, -2, 1, -1, 0, 0, 0])
        let picture = try #require(KernelTiles.picture(of: weights))
        #expect((picture.width, picture.height) == (51, 26))
        #expect(picture.pixel(0, 0) == (255, 255, 255))
        #expect(picture.pixel(1, 1) == (128, 128, 128))
        #expect(picture.pixel(13, 1) == (255, 255, 255))
        #expect(picture.pixel(1, 13) == (1, 1, 1))
        // 128 + 63.5 is 191.5, rounded away from zero.
        #expect(picture.pixel(24, 24) == (192, 192, 192))
        #expect(picture.pixel(26, 1) == (65, 65, 65))
    }

    @Test func onlyKernelsHavePictures() {
        #expect(KernelTiles.picture(of: Tensor(shape: [4, 2, 1, 1], scalars: [Float](repeating: 1, count: 8))) == nil)
        #expect(KernelTiles.picture(of: Tensor(shape: [4], scalars: [1, 2, 3, 4])) == nil)
        // All zero is grey, not a division by nothing.
        let zero = KernelTiles.picture(of: Tensor(shape: [1, 1, 3, 3], scalars: [Float](repeating: 0, count: 9)))
        #expect(zero?.pixel(5, 5).red == 128)
    }
}
