/// Which share of the channels passes a HalfIdentityBlock untouched, in eighths; ½ is the paper's.
public struct IdentityRatio: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// 0…7.
    public let eighths: Int

    /// A ratio of so many eighths, 0…7.
    public init(eighths: Int) {
        precondition((0...7).contains(eighths))
        self.eighths = eighths
    }

    /// The eighths of a ratio from 0 to 0.875; nil for a ratio that is no multiple of 1/8.
    public init?(_ ratio: Double) {
        guard ratio >= 0, ratio < 1, (ratio * 8).rounded() == ratio * 8 else { return nil }
        self.init(eighths: Int(ratio * 8))
    }

    /// The paper's: one half.
    public static let half = IdentityRatio(eighths: 4)

    /// The ratio as a number, 0…0.875.
    public var ratio: Double { Double(eighths) / 8 }

    /// The ratio as written in a file.
    public var description: String { "\(ratio)" }
}

/// How a HalfIdentityBlock treats its C channels: the paper's block for the ratio ½, generalised to ρ = k/8.
///
/// The channels form a queue, oldest on the left; every channel enters on the right and moves left until it falls out.
/// A block
/// 1. convolves the youngest channels by a depthwise 3×3 convolution, on the way to the pointwise one only: those on
///    the right from ``firstFiltered`` on;
/// 2. makes (1 − ρ)·C new channels by a pointwise convolution of all C: the older ones as they are, the younger ones
///    filtered;
/// 3. lets its ρ·C youngest channels pass, as they came (not filtered), and appends the new ones on their right. The
///    (1 − ρ)·C oldest fall out.
///
/// So the new channels are exactly those that the block behind convolves, and every channel is convolved once, in the
/// block behind the one that made it, however long it lives (for ρ < ½ some fall out right after that, for ρ > ½ it
/// passes through several blocks). What the DownsamplingBlock kept has been convolved there. Only its new channels, the
/// right half, may be more than (1 − ρ)·C: the first block behind it convolves that whole half.
/// With ρ = ½ the queue is the paper's pair of halves (a, b): b is convolved, (b, new) goes on, "right to left".
/// ρ = 0 is MobileNetV1's block: everything is convolved, nothing passes.
public struct IdentitySplit: Sendable, Equatable {
    /// C, the width of the stage.
    public let width: Int
    /// ρ.
    public let ratio: IdentityRatio
    /// Whether the block stands right behind the DownsamplingBlock.
    public let isFirst: Bool

    /// Cuts `width` channels; `width`·ρ must be whole.
    public init(width: Int, ratio: IdentityRatio, isFirst: Bool) {
        precondition(width * ratio.eighths % 8 == 0)
        self.width = width
        self.ratio = ratio
        self.isFirst = isFirst
    }

    /// ρ·C: how many channels pass, the last ones of the input.
    public var passedChannels: Int { width * ratio.eighths / 8 }
    /// (1 − ρ)·C: how many the pointwise convolution makes.
    public var newChannels: Int { width - passedChannels }
    /// The first channel that the depthwise convolution reads; it reads all from there on.
    public var firstFiltered: Int { isFirst ? min(passedChannels, width / 2) : passedChannels }
    /// How many channels the depthwise convolution reads.
    public var filteredChannels: Int { width - firstFiltered }
}
