import Glibc
import Kernels
import Tensors
import Testing

@testable import Figures

/// What figures measure by themselves.
@Suite struct MeasureTests {
    /// Draws from N(mean, deviation²).
    private func normal(_ count: Int, _ mean: Double, _ deviation: Double, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(mean + deviation * generator.normal()) }
    }

    @Test func momentsAreScipys() {
        // scipy.stats.skew and kurtosis of 1, 2, 3, 10.
        let moments = Moments([1, 2, 3, 10, .nan])
        #expect(abs(moments.skewness - 1.0182337649086284) < 1e-12)
        #expect(abs(moments.excessKurtosis + 0.7696) < 1e-12)
        #expect(moments.nonFiniteCount == 1)
        #expect(Moments([5, 5, 5]).skewness == 0 && Moments([5, 5, 5]).excessKurtosis == 0)
    }

    @Test func aDeltaPassesEverythingAndABoxBlursByHand() {
        let delta = FrequencyResponse(Samples.bank(outputs: 2, values: { $0 % 9 == 4 ? -3 : 0 }))
        #expect(delta.amplitudes.allSatisfy { abs($0 - 1) < 1e-5 })
        #expect(delta.kernelCount == 2)
        let box = FrequencyResponse(Samples.bank(outputs: 1, values: { _ in 2 }))
        // (1 + 2 cos ωx)(1 + 2 cos ωy) / 9: 1 in the middle, 1/3 for stripes, 1/9 for a checkerboard.
        #expect(abs(box.constant - 1) < 1e-5 && abs(box.stripes - 1.0 / 3) < 1e-5)
        #expect(abs(box.amplitudes[0] - 1.0 / 9) < 1e-5)
        // ωx = π/2, ωy = 0: (1 + 0)·3 / 9.
        #expect(abs(box.amplitudes[16 * 33 + 24] - 1.0 / 3) < 1e-5)
    }

    @Test func aSobelKernelStopsConstantImagesInItsOwnDirection() {
        let values = FixedKernels.sobelX.values
        let response = FrequencyResponse(Samples.bank(outputs: 1, values: { values[$0] }))
        // H = −2i sin ωx (1 + cos ωy) / 4: 1 at ωx = ±π/2, 0 along ωx = 0.
        #expect(response.constant < 1e-6)
        #expect(abs(response.amplitudes[16 * 33 + 24] - 1) < 1e-5 && abs(response.amplitudes[16 * 33 + 8] - 1) < 1e-5)
        #expect(response.amplitudes[24 * 33 + 16] < 1e-6)
    }

    @Test func deadAndBrokenKernelsAreLeftOutOfTheResponse() {
        let bank = Samples.bank(outputs: 3, values: { $0 < 9 ? 0 : $0 < 18 ? .nan : 1 })
        #expect(FrequencyResponse(bank).kernelCount == 1)
        let dead = FrequencyResponse(Samples.bank(outputs: 2, values: { _ in 0 }))
        #expect(dead.kernelCount == 0 && dead.amplitudes.allSatisfy { $0 == 0 })
    }

    @Test func channelsAreMatchedByTheirCorrelation() {
        // Inputs: a ramp and a spot; outputs: the ramp doubled and shifted, the spot negated, a constant.
        let ramp: [Float] = [0, 1, 2, 3]
        let spot: [Float] = [0, 5, 0, 0]
        let inputs = Tensor(shape: [2, 2, 2], scalars: ramp + spot)
        let outputs = Tensor(
            shape: [1, 3, 2, 2], scalars: ramp.map { 2 * $0 + 7 } + spot.map { -$0 } + [4, 4, 4, 4])
        let pairs = ChannelPairs(inputs: inputs, outputs: outputs)
        #expect(pairs.best.map(\.input) == [0, 1] && pairs.best.map(\.output) == [0, 1])
        #expect(abs(pairs.best[0].correlation - 1) < 1e-6 && abs(pairs.best[1].correlation + 1) < 1e-6)
        #expect(pairs.constantOutputs == 1)
        #expect(abs(pairs.share(above: 0.95) - 2.0 / 3) < 1e-9)
    }

    @Test func partialCorrelationIsNumpys() {
        // numpy.corrcoef([1, 2, 3, 5], [2, 1, 4, 3])[0, 1]
        let pairs = ChannelPairs(
            inputs: Tensor(shape: [1, 2, 2], scalars: [1, 2, 3, 5]),
            outputs: Tensor(shape: [1, 2, 2], scalars: [2, 1, 4, 3]))
        #expect(abs(pairs.best[0].correlation - 0.5291502622129182) < 1e-6)
    }

    @Test func inputsAreAveragedDownToTheOutputs() {
        let large = Tensor(
            shape: [1, 4, 4], scalars: [0, 2, 10, 10, 0, 2, 10, 10, 4, 4, 0, 0, 4, 4, 0, 4])
        #expect(FeatureMap(large).resized(height: 2, width: 2).scalars == [1, 10, 4, 1])
        let pairs = ChannelPairs(inputs: large, outputs: Tensor(shape: [1, 2, 2], scalars: [1, 10, 4, 1]))
        #expect(abs(pairs.best[0].correlation - 1) < 1e-6)
    }

    @Test func mapsWithAFewLitPixelsAreNotCompared() {
        // One lit pixel of 400 in the same place, and a ramp.
        let spark = (0..<400).map { $0 == 130 ? Float(9) : 0 }
        let ramp = (0..<400).map { Float($0 % 20) }
        let inputs = Tensor(shape: [2, 20, 20], scalars: spark + ramp)
        let pairs = ChannelPairs(inputs: inputs, outputs: Tensor(shape: [2, 20, 20], scalars: spark + ramp))
        #expect(pairs.best.map(\.output) == [1] && pairs.sparseOutputs == 1 && pairs.constantOutputs == 0)
        #expect(abs(pairs.share(above: 0.95) - 0.5) < 1e-9)
    }

    @Test func depthwiseChannelsAreComparedWithTheirOwnAlone() {
        let (up, down): ([Float], [Float]) = ((0..<64).map { Float($0 % 8) }, (0..<64).map { Float($0 / 8) })
        let inputs = Tensor(shape: [2, 8, 8], scalars: up + down)
        let swapped = Tensor(shape: [2, 8, 8], scalars: down + up)
        #expect(ChannelPairs(inputs: inputs, outputs: swapped).share(above: 0.95) == 1)
        let own = ChannelPairs(inputs: inputs, outputs: swapped, pairsOwn: true)
        // Rows and columns are independent: r = 0, like nothing.
        #expect(own.share(above: 0.01) == 0)
        let same = ChannelPairs(inputs: inputs, outputs: inputs, pairsOwn: true)
        #expect(same.best.map(\.input) == [0, 1] && same.share(above: 0.95) == 1)
    }

    @Test func chanceIsWhatMovedMapsReach() {
        // Smooth ramps reach much by chance, white noise of 1,024 pixels little.
        var generator = SeededGenerator(seed: 2)
        let noise = (0..<4 * 1024).map { _ in Float(generator.normal()) }
        let maps = Tensor(shape: [4, 32, 32], scalars: noise)
        let chance = ChannelPairs.chanceLevel(inputs: maps, outputs: maps)
        #expect(chance > 0 && chance < 0.2)
        // Moved by half its period of 8, a wave meets itself turned about.
        let wave = (0..<64).map { $0 % 8 < 4 ? Float(1) : -1 }
        let waves = Tensor(shape: [1, 8, 8], scalars: wave)
        #expect(abs(ChannelPairs.chanceLevel(inputs: waves, outputs: waves) - 1) < 1e-6)
    }

    @Test func noChannelIsLinkedTwice() {
        let map: [Float] = [0, 1, 2, 4]
        let pairs = ChannelPairs(
            inputs: Tensor(shape: [1, 2, 2], scalars: map),
            outputs: Tensor(shape: [2, 2, 2], scalars: map + [0, 1, 2, 3]))
        #expect(pairs.best.count == 2 && pairs.closest(5).count == 1)
        #expect(pairs.closest(5)[0].output == 0)
    }

    @Test func ridgesAreDensities() {
        let row = RidgeFigure.Row(name: "n", weights: normal(20_000, 3, 2, seed: 7), isStrided: false)
        let area = row.densities.reduce(0, +) / 40
        #expect(abs(area - 1) < 0.01)
        // The peak of a normal distribution, 1/√(2π).
        #expect(abs((row.densities.max() ?? 0) - 0.3989) < 0.02)
        #expect(RidgeFigure.Row(name: "n", weights: [1, 1], isStrided: false).densities.allSatisfy { $0 == 0 })
    }
}
