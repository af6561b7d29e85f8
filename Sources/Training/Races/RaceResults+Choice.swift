import Diagnostics
import Sweeps

extension RaceResults {
    /// What the test images say of the net that the race leads to: they are looked at for it and the baseline alone.
    public struct TestOutcome: Sendable, Equatable {
        /// The net.
        public let name: String
        /// Its top-1 on the test images, over its trainings of the final.
        public let top1: SampleSummary
        /// How far the winner lies above the baseline on them; nil where the baseline stays.
        public let contrast: BaselineContrast?
    }

    /// The outcome on the test images; nil where nets are compared on these themselves, and while the race is open.
    public var test: TestOutcome? {
        guard plan.heldOut != nil, let best else { return nil }
        let own = testTop1(best.name)
        guard let top1 = SampleSummary(own.keys.sorted().compactMap { own[$0] }) else { return nil }
        let contrast =
            best.name == plan.baseline.name ? nil : BaselineContrast(own, minus: testTop1(plan.baseline.name))
        return TestOutcome(name: best.name, top1: top1, contrast: contrast)
    }

    /// Top-1 on the test images by seed, of a net's trainings of the final.
    private func testTop1(_ name: String) -> [UInt64: Double] {
        var found: [UInt64: Double] = [:]
        for row in rows where row.training.name == name && row.training.round == plan.size.rounds.count {
            found[row.training.seed] = row.run.testTop1
        }
        return found
    }

    /// On which images the nets were compared, and what the test images say, one or two sentences.
    public var choiceSentence: String {
        guard let heldOut = plan.heldOut else {
            return "Chosen on the test images: what the choice gains there is not all gained elsewhere."
        }
        let said =
            "Chosen on \(NumberFormat.grouped(heldOut.count)) validation images, held out of the training images (seed "
            + "\(heldOut.seed))."
        guard let test else { return said }
        let difference = test.contrast.map { contrast in
            ", \(contrast.mean < 0 ? "−" : "+")\(Self.points(abs(contrast.mean))) ± "
                + "\(Self.points(contrast.standardError)) points against \(plan.baseline.name)"
        }
        return said + " \(test.name) on the test images, measured once: \(Self.points(test.top1.mean)) %"
            + (difference ?? "") + "."
    }
}
