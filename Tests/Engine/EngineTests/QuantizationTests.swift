import Tensors
import Testing

@testable import Engine

/// Quanta, weights and ranges by hand arithmetic.
@Suite struct QuantizationTests {
    @Test func quantaReachFromEndToEnd() {
        // 5.1 / 255 = 0.02; 1.7 / 0.02 = 85.
        let scale = ByteScale(lower: -1.7, upper: 3.4)
        #expect(abs(scale.scale - 0.02) < 1e-8)
        #expect(scale.zero == 85)
        #expect(scale.byte(0) == 85 && scale.number(85) == 0)
        #expect(scale.byte(-1.7) == 0 && scale.byte(3.4) == 255)
        #expect(scale.byte(-9) == 0 && scale.byte(9) == 255)
    }

    @Test func rangesAreWidenedToZero() {
        #expect(ByteScale(lower: 2, upper: 255) == ByteScale(lower: 0, upper: 255))
        #expect(ByteScale(lower: 2, upper: 255).scale == 1 && ByteScale(lower: 2, upper: 255).zero == 0)
        #expect(ByteScale(lower: -255, upper: -3).zero == 255)
        // A result that is always 0.
        #expect(ByteScale(lower: 0, upper: 0).scale == 1)
        #expect(ByteScale(lower: 0, upper: 0).byte(0) == 0)
    }

    @Test func bytesRoundTiesToEven() {
        let scale = ByteScale(lower: 0, upper: 255)
        #expect([0.5, 1.5, 2.5, 2.4999].map { scale.byte($0) } == [0, 2, 2, 2])
    }

    @Test func weightsHaveOneScaleAChannel() {
        let weight = Tensor(shape: [3, 2, 1, 1], scalars: [1.27, -0.635, -25.4, 0.3, 0, 0])
        let rounded = QuantizedWeights(weight, bias: [1, -3, 0], inputScale: 0.5)
        // 1.27/127 = 0.01: 127 and -63.5, a tie. 25.4/127 = 0.2: -127 and 1.5, a tie. All zeros: any scale.
        #expect(rounded.bytes[0] == 127 && [-63, -64].contains(rounded.bytes[1]))
        #expect(rounded.bytes[2] == -127 && [1, 2].contains(rounded.bytes[3]))
        #expect(rounded.bytes[4...] == [0, 0])
        #expect(abs(rounded.scales[0] - 0.01) < 1e-8 && abs(rounded.scales[1] - 0.2) < 1e-7)
        // 1 / (0.5 · 0.01) = 200; -3 / (0.5 · 0.2) = -30.
        #expect(rounded.bias == [200, -30, 0])
    }

    /// A dead channel: its bias would be 5·10⁹ quanta of its tiny weights.
    @Test func aBiasNeverOverflows() {
        let weight = Tensor(shape: [2, 1, 1, 1], scalars: [1.27e-9, 0])
        let rounded = QuantizedWeights(weight, bias: [0.5, 0.25], inputScale: 10)
        for channel in 0..<2 {
            let bias = Double(rounded.bias[channel]) * 10 * rounded.scales[channel]
            #expect(abs(bias - [0.5, 0.25][channel]) < 1e-8)
            #expect(abs(Double(rounded.bias[channel])) <= QuantizedWeights.largestBias)
        }
    }

    @Test func methodsLeaveOutWhatIsFarAway() {
        // 100,000 numbers spread evenly over 0…1 and one of 8.
        var histogram = RangeHistogram(lower: 0, upper: 8)
        histogram.add((0..<100_000).map { Float($0) / 100_000 } + [8])
        #expect(histogram.range(.minMax).upper == 8)
        // A bin is 8/2048 wide.
        #expect(abs(histogram.range(.percentile).upper - 1) < 0.01)
        // 88 % = 7.04: 1e5·(7.04/255)²/12 = 6.35 and (8 − 7.04)² = 0.92; 92 % 7.35, 84 % 7.42, 100 % 8.20 in all.
        let best = histogram.range(.squaredError)
        #expect(abs(best.upper - 7.04) < 0.01)
        #expect(best.lower == 0)
    }
}
