import Evaluation
import Testing
import VGNets

@Suite struct PairedLatencyTests {
    /// Ratios 1/2, 3/2 and 4/2 of rounds whose medians are 3 and 2: the rounds are compared, not the medians.
    @Test func theRatioIsTheMedianOfTheRounds() {
        let times = PairedLatency(rounds: [(1, 2), (3, 2), (4, 2)])
        #expect(times.ratio == 1.5)
        #expect(times.first.median == 3 && times.second.median == 2)
        let drifting = PairedLatency(rounds: [(1, 1), (10, 10), (100, 100)])
        #expect(drifting.ratio == 1)
    }

    @Test func twoDesignsAreTimedInTurns() throws {
        let small = try VGNetConfig(
            name: "small", channels: [8, 16, 16, 16, 16], blocks: [1, 1, 1, 1], depthwise: .branched, classes: 10,
            inputSize: 32)
        let large = try small.replacing(channels: [32, 128, 256, 256, 256], blocks: [4, 4, 4, 4])
        var rounds = 0
        let times = try PairedLatency.measure(small, large, rounds: 7) {
            #expect($0 == rounds + 1)
            rounds = $0
        }
        #expect(rounds == 7 && times.first.runs == 7 && times.second.runs == 7)
        #expect(times.first.minimum > 0 && times.ratio < 1)
    }
}
