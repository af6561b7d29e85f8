extension SweepResults {
    /// The net that the validation images choose, and what the test images say of it: they are looked at for it and the
    /// baseline alone.
    public struct Choice: Sendable, Equatable {
        /// The net with the highest mean top-1 on the validation images.
        public let network: String
        /// Its top-1 on the test images, over its trainings.
        public let test: SampleSummary
        /// The baseline's; nil where there is none.
        public let baselineTest: SampleSummary?
        /// How far it lies above the baseline on the test images, seed by seed; nil for the baseline itself.
        public let difference: PairedDifference?
    }

    /// The choice; nil where nets are compared on the test images themselves, and before all trainings have ended.
    public var choice: Choice? {
        guard heldOut != nil, rows.allSatisfy({ $0.runs.allSatisfy { $0.top1 != nil || $0.failure != nil } })
        else { return nil }
        let whole = rows.filter { row in !row.runs.isEmpty && row.runs.allSatisfy { $0.testTop1 != nil } }
        let best = whole.max { ($0.top1?.mean ?? 0) < ($1.top1?.mean ?? 0) }
        guard let best, let test = SampleSummary(best.runs.compactMap(\.testTop1)) else { return nil }
        let other = rows.first { $0.network == baseline }
        let pairs = best.runs.compactMap { run -> (first: Double, second: Double)? in
            guard let own = run.testTop1, let theirs = other?.runs.first(where: { $0.seed == run.seed })?.testTop1
            else { return nil }
            return (own, theirs)
        }
        return Choice(
            network: best.network, test: test,
            baselineTest: SampleSummary(other?.runs.compactMap(\.testTop1) ?? []),
            difference: best.network == baseline ? nil : PairedDifference(pairs))
    }
}
