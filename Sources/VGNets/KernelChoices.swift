/// The depthwise kernels of the DownsamplingBlocks.
public enum DownsamplingKernels: Sendable, Equatable {
    /// Trained (VGNetC).
    case learnable
    /// One Gaussian for all channels (VGNetG, VGNetF).
    case gaussian(FixedGaussian)
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

    /// Describes a Gaussian; the ranges are checked by ``VGNetConfig``.
    public init(sigmaPixels: Double, signs: Signs = .alternating, decimals: Int? = nil) {
        self.sigmaPixels = sigmaPixels
        self.signs = signs
        self.decimals = decimals
    }

    /// The Gaussian behind Table 3: σ = 1.1 rounded to four decimals, signs alternating.
    public static let paper = FixedGaussian(sigmaPixels: 1.1, signs: .alternating, decimals: 4)
    /// The Gaussian of the re-released weights: σ = 1 exactly, all plus.
    public static let rerelease = FixedGaussian(sigmaPixels: 1, signs: .positive, decimals: nil)
}

/// A bank of fixed kernels; channel i uses kernel i mod ``count``.
public enum FixedBank: String, Sendable, Equatable, CaseIterable {
    /// Four edge kernels (VGNetF3, F4).
    case fourEdge = "4ek"
    /// Six edge and two Gaussian kernels (VGNetF1, F2; Fig. 7).
    case sixEdgeTwoGaussian = "6ek2gk"

    /// How many kernels the bank holds; the width that it filters must be a multiple.
    public var count: Int { self == .fourEdge ? 4 : 8 }
}

/// The depthwise kernels of the HalfIdentityBlocks.
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
