import Diagnostics
import Races
import Testing

@Suite struct RacePowerTests {
    /// Tables of t with 11 degrees of freedom: 2.2010 and 0.8755; (2.2010 + 0.8755) · .00864 · √(2/12).
    @Test func oneLookIsTheOrdinaryTest() {
        let power = RacePower(looks: 1, seeds: 12, baselineSeeds: 12, comparisons: 1, level: 0.05)
        #expect(abs(power.detectableDifference(deviation: 0.00864) - 0.010_851_7) < 1e-6)
    }

    /// Three looks and three comparisons: the last limit at .05/3 is 2.41878, whose tail t exceeds beyond 3.59822 with five
    /// degrees of freedom; t₀.₈₀ = 0.91954.
    @Test func looksAndComparisonsCost() {
        let power = RacePower(looks: 3, seeds: 6, baselineSeeds: 12, comparisons: 3, level: 0.05)
        #expect(abs(power.detectableDifference(deviation: 0.00864) - 0.019_516_7) < 2e-6)
    }

    @Test func roundsHalve() {
        let size = RaceSize(contenders: 12, finalists: 3, epochs: 20, looks: 3, seedsPerLook: 2)
        #expect(size.rounds.map(\.contenders) == [12, 6])
        #expect(size.rounds.map(\.epochs) == [5, 10])
        #expect(size.rounds.map(\.kept) == [6, 3])
        // 2·√3 = 3.46 of the baseline each look.
        #expect((size.seeds, size.baselineSeeds) == (6, 12))
        #expect(size.totalEpochs == 12 * 5 + 6 * 10 + (3 * 6 + 12) * 20)
        #expect(size.totalTrainings == 12 + 6 + 18 + 12)
    }

    /// 730 epochs: the race above has 720, one of more seeds 788 and more.
    @Test func theLargestRaceThatFits() throws {
        func size(_ hours: Double, seeds: Int? = nil) throws -> RaceSize {
            try RaceSize.fitting(
                contenders: 12, epochs: 20, seeds: seeds, hours: hours, stepsPerEpoch: 100, secondsPerEpoch: 36,
                parallel: 1)
        }
        #expect(try size(7.3) == RaceSize(contenders: 12, finalists: 3, epochs: 20, looks: 3, seedsPerLook: 2))
        #expect(try size(100).seeds == 24)
        #expect(try size(100, seeds: 5).looks == 1)
        // Less time: fewer finalists, then fewer contenders. 12·1 + 6·2 + 3·5 + 2·10 + (4 + 4)·20 = 219 epochs of 250, and
        // 4·5 + 2·10 + (4 + 4)·20 = 200 of 200; five contenders take 205.
        let shorter = try size(2.5)
        #expect((shorter.contenders, shorter.finalists, shorter.totalEpochs) == (12, 1, 219))
        let shortest = try size(2)
        #expect((shortest.contenders, shortest.finalists, shortest.totalEpochs) == (4, 1, 200))
    }

    /// Without --epochs as many as 7,000 steps take.
    @Test func lengthFollowsFromTheGate() throws {
        let size = try RaceSize.fitting(
            contenders: 3, epochs: nil, seeds: nil, hours: 1000, stepsPerEpoch: 390, secondsPerEpoch: 10, parallel: 2)
        #expect(size.epochs == 18)
    }

    /// Four seeds of a net and the baseline, 20 epochs of 40 s each: 1.78 hours.
    @Test func tooLittleTimeIsSaid() {
        let error = #expect(throws: KernelVizError.self) {
            try RaceSize.fitting(
                contenders: 12, epochs: 20, seeds: nil, hours: 0.1, stepsPerEpoch: 100, secondsPerEpoch: 40,
                parallel: 1)
        }
        #expect(
            error?.description
                == "--hours: 0.1 hours; expected at least 1.8 for one contender and the baseline with 4 seeds "
                + "of 20 epochs each. The nearest possible is --hours 1.8; fewer --epochs, a --limit of images or more "
                + "--jobs help too.")
    }
}
