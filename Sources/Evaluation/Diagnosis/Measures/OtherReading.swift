import Numerics

/// What becomes of a network's certainty when it is read in another way.
public struct OtherReading: Sendable, Equatable {
    /// The ways.
    public enum Kind: String, Sendable, Equatable, CaseIterable {
        /// Red and blue exchanged.
        case swappedPlanes = "red and blue swapped"
        /// The other of symmetric and TensorFlow's padding.
        case otherPadding = "the other padding"
        /// All N×N kernels turned by 180°.
        case turnedKernels = "kernels turned by 180°"
        /// Rows and columns of all N×N kernels exchanged.
        case transposedKernels = "kernels transposed"
    }

    /// Which way.
    public let kind: Kind
    /// Pictures on which the network is surer that way.
    public let surer: Int
    /// Pictures that were run.
    public let images: Int
    /// The share of pictures that get another class that way.
    public let changedAnswers: Double
    /// The chance of being surer on as many pictures by luck (sign test), corrected for the ways tried.
    public let probability: Double

    /// Whether the network is surer in this way than as it is read.
    public var isAlarm: Bool {
        images > 0 && probability < DiagnosisLimits.significance
            && Double(surer) >= DiagnosisLimits.readingShare * Double(images)
    }

    /// Whether the network is surer as it is read, beyond luck.
    var isDenial: Bool {
        Binomial.tail(atLeast: images - surer, of: images, rate: 0.5) < DiagnosisLimits.significance
    }

    /// The number behind it.
    var evidence: Finding.Evidence {
        let interval = ShareInterval(count: surer, total: max(1, images))
        return Finding.Evidence(
            "share of pictures on which it is surer with \(kind.rawValue)", interval.share,
            interval: interval.low...max(interval.low, interval.high), probability: probability, count: images,
            usual: "below 0.5")
    }
}
