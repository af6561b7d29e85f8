import Diagnostics

/// How long a design takes beside the published net, both timed in the same rounds on one machine.
public struct PairedTime: Sendable, Equatable, Codable {
    /// The design's time for one image, in milliseconds: the fastest tenth of its runs.
    public let milliseconds: Double
    /// The published net's.
    public let referenceMilliseconds: Double
    /// The median over the rounds of the design's time ÷ the published net's in the same round.
    public let ratio: Double
    /// How many rounds there were.
    public let rounds: Int

    /// Groups the numbers.
    public init(milliseconds: Double, referenceMilliseconds: Double, ratio: Double, rounds: Int) {
        (self.milliseconds, self.referenceMilliseconds) = (milliseconds, referenceMilliseconds)
        (self.ratio, self.rounds) = (ratio, rounds)
    }
}

/// How long a design may take for one image.
public enum LatencyBound: Sendable, Equatable {
    /// At most so many milliseconds on this machine.
    case milliseconds(Double)
    /// At most as long as the published net in paired timing.
    case published

    /// Reads "3.5" or "published".
    ///
    /// Throws `derive.badBudget`.
    public init(parsing text: String) throws {
        if text.lowercased() == "published" {
            self = .published
        } else if let milliseconds = Double(text), milliseconds > 0, milliseconds.isFinite {
            self = .milliseconds(milliseconds)
        } else {
            throw KernelVizError(
                code: "derive.badBudget", subject: "--latency", found: "found '\(text)'",
                expected: "a number of milliseconds such as 3.5, or 'published' for the published net's time")
        }
    }

    /// How much of the bound a time uses: at most 1 within it.
    func utilisation(_ time: PairedTime) -> Double {
        switch self {
        case .milliseconds(let most): time.milliseconds / most
        case .published: time.ratio
        }
    }

    /// "at most 3.5 ms (--latency)".
    var text: String {
        switch self {
        case .milliseconds(let most): "at most \(most) ms (--latency)"
        case .published: "at most the published net's time (--latency published)"
        }
    }
}
