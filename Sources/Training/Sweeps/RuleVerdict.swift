import Diagnostics

/// Whether trainings support a claim.
public struct RuleVerdict: Sendable, Equatable {
    /// The answer.
    public enum Outcome: String, Sendable, Equatable, Codable {
        /// The claim holds beyond two standard errors.
        case gain
        /// Nothing can be told within two standard errors.
        case noGain = "no gain"
        /// The opposite holds beyond two standard errors.
        case loss
        /// Too few trainings.
        case open
    }

    /// What was claimed.
    public let check: RuleCheck
    /// How far the candidate lies above each rival; empty for a rank.
    public let differences: [MeanDifference]
    /// The share of rivals whose mean is at least the candidate's, the candidate itself counted, 0…1; nil but for a rank.
    public let rank: Double?
    /// The answer.
    public let outcome: Outcome

    /// Judges a check.
    ///
    /// A difference counts where it exceeds two standard errors (Welch); a rank where at most 1 in 20 designs is as good
    /// (gain) or worse (loss).
    public init(_ check: RuleCheck) {
        self.check = check
        let own = SampleSummary(check.candidateTop1)
        if check.test == .rank {
            let rivals = check.rivals.compactMap { SampleSummary($0.top1)?.mean }
            differences = []
            guard let own, rivals.count >= 19 else {
                (rank, outcome) = (nil, .open)
                return
            }
            let share = Double(1 + rivals.count { $0 >= own.mean }) / Double(rivals.count + 1)
            let below = Double(1 + rivals.count { $0 <= own.mean }) / Double(rivals.count + 1)
            rank = share
            outcome = share <= 0.05 ? .gain : below <= 0.05 ? .loss : .noGain
            return
        }
        rank = nil
        let rivals = check.rivals.map { SampleSummary($0.top1) }
        differences = zip(rivals, check.rivals).compactMap { rival, _ in
            own.flatMap { own in rival.map { MeanDifference(own, minus: $0) } }
        }
        let errors = differences.compactMap(\.standardError)
        guard differences.count == check.rivals.count, errors.count == differences.count, !errors.isEmpty else {
            outcome = .open
            return
        }
        let margin = check.test == .holds ? check.margin : 0
        let pairs = zip(differences, errors).map { (above: $0.mean + margin, error: $1) }
        if pairs.allSatisfy({ $0.above > 2 * $0.error }) {
            outcome = .gain
        } else {
            outcome = pairs.contains { $0.above < -2 * $0.error } ? .loss : .noGain
        }
    }
}
