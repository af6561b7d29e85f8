import OperatorDispatch

/// A function of one number that follows a layer: relu, relu6, silu, hardSwish, sigmoid, hardSigmoid, gelu, elu …
public typealias ActivationFunction = OperatorDispatch.ActivationFunction

/// What a node of a graph computes. Activations are N×C×H×W; the result of `linear` is N×K.
public enum GraphOperation: Sendable, Equatable {
    /// The image that the plan is given.
    case input
    /// A convolution: standard, grouped, depthwise or pointwise by its weight and groups.
    case convolution(Convolution)
    /// A depthwise 3×3 (or N×N) convolution whose kernels, fewer than the channels, repeat: channel c uses c mod K.
    case sharedDepthwise(SharedDepthwise)
    /// γ·(x − mean)/√(variance + ε) + β with the running statistics, one value a channel.
    case batchNormalization(BatchNormalization)
    /// scale·x + shift, one value a channel.
    case affine(scale: Graph.ParameterID, shift: Graph.ParameterID)
    /// (x − mean)/√(variance + ε) · weight + bias over the channels of each pixel.
    case layerNormalization(ChannelNormalization)
    /// x/√(mean of squares + ε) · weight + bias over the channels of each pixel: layer normalisation without the mean.
    case rmsNormalization(ChannelNormalization)
    /// x + weight · x · g/(mean of g + ε) + bias, g the root of the sum of squares of each channel's pixels, its mean over
    /// the channels (ConvNeXt version 2).
    case responseNormalization(ChannelNormalization)
    /// A function of each number.
    case activation(ActivationFunction)
    /// The sum of two inputs of one shape.
    case add
    /// The product of two inputs; the second may be N×C×1×1 and then scales whole channels.
    case multiply
    /// Inputs joined along the channels.
    case concatenate
    /// A range of channels.
    case slice(Range<Int>)
    /// The mean of each channel, N×C×1×1.
    case globalAveragePool
    /// The largest or mean number under a window.
    case pool(Pool)
    /// A matrix product on the flattened input: N×K.
    case linear(weight: Graph.ParameterID, bias: Graph.ParameterID?)
    /// Channels of the groups interleaved (ShuffleNet).
    case channelShuffle(groups: Int)
    /// Nothing when a net is run; training drops each number with this probability.
    case dropout(rate: Double)
}

/// Zeros around an image, in pixels.
public enum Padding: Sendable, Equatable {
    /// So many rows and columns on each side.
    case explicit(top: Int, left: Int, bottom: Int, right: Int)
    /// TensorFlow's "SAME": output ceil(length/stride), of an odd surplus the larger part below and to the right.
    case same

    /// The same on all four sides.
    public static func symmetric(_ length: Int) -> Padding {
        .explicit(top: length, left: length, bottom: length, right: length)
    }
}

/// The constants of a convolution.
public struct Convolution: Sendable, Equatable {
    /// O×I/groups×kH×kW.
    public var weight: Graph.ParameterID
    /// O; nil for none.
    public var bias: Graph.ParameterID?
    /// Pixels between neighbouring outputs, both axes.
    public var stride: Int
    /// Zeros around the input.
    public var padding: Padding
    /// Into how many groups input and output channels are cut.
    public var groups: Int

    /// Groups the constants.
    public init(
        weight: Graph.ParameterID, bias: Graph.ParameterID? = nil, stride: Int = 1, padding: Padding = .symmetric(0),
        groups: Int = 1
    ) {
        self.weight = weight
        self.bias = bias
        self.stride = stride
        self.padding = padding
        self.groups = groups
    }
}

/// The constants of a depthwise convolution with repeating kernels.
public struct SharedDepthwise: Sendable, Equatable {
    /// K×1×kH×kW; K divides the channels.
    public var weight: Graph.ParameterID
    /// Pixels between neighbouring outputs, both axes.
    public var stride: Int
    /// Zeros around the input.
    public var padding: Padding

    /// Groups the constants.
    public init(weight: Graph.ParameterID, stride: Int = 1, padding: Padding = .symmetric(1)) {
        self.weight = weight
        self.stride = stride
        self.padding = padding
    }
}

/// The constants of a batch normalisation, one value a channel.
public struct BatchNormalization: Sendable, Equatable {
    /// γ.
    public var weight: Graph.ParameterID
    /// β.
    public var bias: Graph.ParameterID
    /// The running mean.
    public var runningMean: Graph.ParameterID
    /// The running variance.
    public var runningVariance: Graph.ParameterID
    /// Added to the variance.
    public var epsilon: Float

    /// Groups the constants.
    public init(
        weight: Graph.ParameterID, bias: Graph.ParameterID, runningMean: Graph.ParameterID,
        runningVariance: Graph.ParameterID, epsilon: Float
    ) {
        self.weight = weight
        self.bias = bias
        self.runningMean = runningMean
        self.runningVariance = runningVariance
        self.epsilon = epsilon
    }
}

/// The constants of a normalisation by what it finds in the image, one value a channel.
public struct ChannelNormalization: Sendable, Equatable {
    /// γ.
    public var weight: Graph.ParameterID
    /// β.
    public var bias: Graph.ParameterID
    /// Added to what is divided by.
    public var epsilon: Float

    /// Groups the constants.
    public init(weight: Graph.ParameterID, bias: Graph.ParameterID, epsilon: Float) {
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }
}

/// The constants of a pooling window.
public struct Pool: Sendable, Equatable {
    /// What is kept of a window.
    public enum Kind: Sendable, Equatable {
        /// The largest number inside the image.
        case maximum
        /// The mean; padding counts as zeros or not at all.
        case average(countsPadding: Bool)
    }

    /// What is kept of a window.
    public var kind: Kind
    /// Rows and columns of the window.
    public var size: Int
    /// Pixels between neighbouring windows.
    public var stride: Int
    /// The border around the input.
    public var padding: Padding

    /// Groups the constants.
    public init(kind: Kind, size: Int, stride: Int, padding: Padding = .symmetric(0)) {
        self.kind = kind
        self.size = size
        self.stride = stride
        self.padding = padding
    }
}
