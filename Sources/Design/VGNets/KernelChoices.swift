/// The depthwise kernels of a DownsamplingBlock.
public enum DownsamplingKernels: Sendable, Equatable {
    /// Trained (VGNetC).
    case learnable
    /// One Gaussian for all channels (VGNetG, VGNetF).
    case gaussian(FixedGaussian)
    /// The Gaussian for a share of the channels, the first ones; the others are trained. The share is in 0.01…0.99.
    case hybrid(share: Double, FixedGaussian)

    /// The fixed kernel, where there is one.
    public var gaussian: FixedGaussian? {
        switch self {
        case .learnable: nil
        case .gaussian(let gaussian), .hybrid(_, let gaussian): gaussian
        }
    }

    /// The share of channels that the Gaussian filters, where both kinds occur.
    public var share: Double? { if case .hybrid(let share, _) = self { share } else { nil } }

    /// As written in a file.
    public var text: String {
        switch self {
        case .learnable: "learnable"
        case .gaussian: "gaussian"
        case .hybrid: "hybrid"
        }
    }

    /// How many of `channels` the Gaussian filters: all, none, or share · channels rounded half up, at least one and
    /// not all.
    public func fixedChannels(of channels: Int) -> Int {
        switch self {
        case .learnable: 0
        case .gaussian: channels
        case .hybrid(let share, _):
            max(1, min(channels - 1, Int((share * Double(channels) + 0.5).rounded(.down))))
        }
    }
}

/// A fixed 3×3 Gaussian, normalised to sum 1, and its sign in each channel.
public struct FixedGaussian: Sendable, Equatable {
    /// The signs over the channels.
    public enum Signs: String, Sendable, Equatable, CaseIterable {
        /// Even channels plus, odd channels minus (paper era).
        case alternating
        /// All plus (re-release).
        case positive
    }

    /// σ in pixels, 0.05…10.
    public let sigmaPixels: Double
    /// The sign of the kernel in each channel.
    public let signs: Signs
    /// To how many decimals the weights are rounded, 1…9; nil for exact weights.
    public let decimals: Int?
    /// How far the peak lies right of and below the centre in pixels, −1…1; 0 in the paper.
    public let offsetPixels: Double

    /// Describes a Gaussian; the ranges are checked by ``VGNetConfig``.
    public init(sigmaPixels: Double, signs: Signs = .alternating, decimals: Int? = nil, offsetPixels: Double = 0) {
        self.sigmaPixels = sigmaPixels
        self.signs = signs
        self.decimals = decimals
        self.offsetPixels = offsetPixels
    }

    /// The Gaussian behind Table 3: σ = 1.1 rounded to four decimals, signs alternating.
    public static let paper = FixedGaussian(sigmaPixels: 1.1, signs: .alternating, decimals: 4)
    /// The Gaussian of the re-released weights: σ = 1 exactly, all plus.
    public static let rerelease = FixedGaussian(sigmaPixels: 1, signs: .positive, decimals: nil)
}

/// The depthwise kernels of a HalfIdentityBlock.
public enum HalfKernels: Sendable, Equatable {
    /// Trained.
    case learnable
    /// A fixed bank with batch normalisation behind it.
    case bank(FixedBank)
}

/// The depthwise kernels of the unit behind stage 4.
public enum LastKernels: Sendable, Equatable {
    /// SharedDWConv2d: c4/t trained kernels, used by each of t contiguous groups of channels.
    case shared(groups: Int)
    /// One trained kernel a channel.
    case learnable
    /// A fixed bank with batch normalisation behind it.
    case bank(FixedBank)
}

/// What stands around every learned depthwise kernel, one a channel (those of ``LastKernels/shared(groups:)`` stay plain).
///
/// In VGNetG nothing does, and the kernels hardly train; the F forms have a batch normalisation behind their fixed
/// kernels. The forms for training cost nothing when the net runs: they fold into ``biased``.
public enum DepthwiseForm: String, Sendable, Equatable, CaseIterable {
    /// The kernel alone, as in the paper.
    case plain
    /// Batch normalisation behind the kernel, while training.
    case normalized
    /// The sum of two normalised branches while training: the kernel, and the input as it is (where the stride is 1). A
    /// normalised 1×1 branch would be the second once more: one factor a channel, which the normalisation takes out.
    case branched
    /// The kernel with a bias: what the two forms for training fold into.
    case biased
}

/// The activation function of a VGNet.
public enum Activation: String, Sendable, Equatable, CaseIterable {
    /// max(x, 0).
    case relu
    /// x · sigmoid(x).
    case silu
}

/// Squeeze-and-excite: pool, reduce, activate, expand, sigmoid, multiply.
public struct SqueezeExcite: Sendable, Equatable {
    /// Inner width over outer width, in (0, 1].
    public let ratio: Double
    /// The activation between the two convolutions.
    public let activation: Activation

    /// Describes a unit; the range is checked by ``VGNetConfig``.
    public init(ratio: Double = 0.25, activation: Activation = .relu) {
        self.ratio = ratio
        self.activation = activation
    }

    /// The inner width for `channels` outer ones: trunc(ratio·channels), rounded to a multiple of 8, at least 8 and at
    /// least nine tenths of the unrounded value.
    public func reducedChannels(for channels: Int) -> Int {
        let wanted = Int(ratio * Double(channels))
        let rounded = max(8, (wanted + 4) / 8 * 8)
        return Double(rounded) < 0.9 * Double(wanted) ? rounded + 8 : rounded
    }
}

extension HalfKernels {
    /// As written in a file: "learnable" or the bank's name.
    public var text: String {
        switch self {
        case .learnable: "learnable"
        case .bank(let bank): bank.text
        }
    }

    /// The bank, where the kernels are fixed.
    public var bank: FixedBank? { if case .bank(let bank) = self { bank } else { nil } }
}

extension LastKernels {
    /// As written in a file: "shared8", "learnable" or the bank's name.
    public var text: String {
        switch self {
        case .shared(let groups): "shared\(groups)"
        case .learnable: "learnable"
        case .bank(let bank): bank.text
        }
    }

    /// The bank, where the kernels are fixed.
    public var bank: FixedBank? { if case .bank(let bank) = self { bank } else { nil } }
}
