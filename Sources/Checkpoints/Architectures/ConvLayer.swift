import Tensors

/// One spatial (N×N, N > 1) or pointwise convolution of a network.
public struct ConvLayer: Sendable, Equatable, Codable {
    /// How input channels meet output channels.
    public enum Connectivity: Sendable, Equatable, Codable, CustomStringConvertible {
        /// Every output channel reads every input channel.
        case standard
        /// Channels are cut into this many groups (> 1).
        case grouped(Int)
        /// Every input channel has its own kernels, this many of them (Keras' depth multiplier; nearly always 1).
        case depthwise(multiplier: Int)

        /// "standard", "grouped (16)", "depthwise", "depthwise ×2".
        public var description: String {
            switch self {
            case .standard: "standard"
            case .grouped(let groups): "grouped (\(groups))"
            case .depthwise(let multiplier): multiplier == 1 ? "depthwise" : "depthwise ×\(multiplier)"
            }
        }
    }

    /// What the layer does in its network.
    public enum Role: String, Sendable, Equatable, Codable {
        /// The first convolution of the network.
        case stem
        /// Stride 1, neither first nor last.
        case body
        /// Stride above 1, not the stem.
        case downsampling
        /// The last spatial convolution of the network.
        case last
        /// A transposed convolution: it widens what it reads, whatever its place.
        case upsampling
    }

    /// The ordinal among the network's spatial convolutions, from 1, the stem included; nil for a pointwise layer.
    public let number: Int?
    /// The checkpoint's own name without the tensor's suffix ("features.4.conv.1.0").
    public let name: String
    /// The name of the weight tensor in the checkpoint.
    public let tensorName: String
    /// O×I×H×W: output channels, input channels per group, rows, columns.
    public let weightShape: Shape
    /// Pixels between neighbouring outputs; nil where neither the file nor the family tells it, the larger number where
    /// ``unevenStrides`` has two.
    public let stride: Int?
    /// The strides of rows and columns where they differ; nil where they are one number.
    public let unevenStrides: [Int]?
    /// How channels are connected.
    public let connectivity: Connectivity
    /// What the layer does in its network.
    public let role: Role
    /// The function behind the layer and its normalisation by the family's design, in the engine's words ("relu6"); nil
    /// for none, or where it is not known here.
    public let activation: String?
    /// Batch normalisation beside the layer, one value per output channel; nil where folded or absent.
    public let batchNorm: BatchNorm?
    /// Pixels between neighbouring weights where the file tells it; nil where it does not.
    public let dilation: Int?
    /// Whether the layer stands outside the family that was recognised: a detection head behind its backbone.
    public let isOutsideFamily: Bool
    /// Whether the design fixes the kernels, which then learned nothing.
    public let isFixed: Bool
    /// What the family's library calls the layer ("layer1.0.downsample.0"), where its name in the file is another; nil
    /// where it is the same.
    public let familyModule: String?

    /// Names a layer; see the properties. One argument a property, as what is known of a layer is known together.
    public init(
        number: Int?, name: String, tensorName: String, weightShape: Shape, stride: Int?, connectivity: Connectivity,
        role: Role, batchNorm: BatchNorm? = nil, activation: String? = nil, dilation: Int? = nil,
        isOutsideFamily: Bool = false, isFixed: Bool = false, familyModule: String? = nil, unevenStrides: [Int]? = nil
    ) {
        precondition(weightShape.rank == 4)
        self.number = number
        self.name = name
        self.tensorName = tensorName
        self.weightShape = weightShape
        self.stride = stride
        self.connectivity = connectivity
        self.role = role
        self.batchNorm = batchNorm
        self.activation = activation
        self.dilation = dilation
        self.isOutsideFamily = isOutsideFamily
        self.isFixed = isFixed
        self.familyModule = familyModule
        self.unevenStrides = unevenStrides
    }

    /// The same layer without what its batch normalisation learned.
    package var withoutBatchNorm: ConvLayer {
        ConvLayer(
            number: number, name: name, tensorName: tensorName, weightShape: weightShape, stride: stride,
            connectivity: connectivity, role: role, activation: activation, dilation: dilation,
            isOutsideFamily: isOutsideFamily, isFixed: isFixed, familyModule: familyModule, unevenStrides: unevenStrides
        )
    }

    /// "2", or "2×1" where rows and columns differ; nil where it is not known.
    public var strideText: String? {
        unevenStrides.map { $0.map(String.init).joined(separator: "×") } ?? stride.map(String.init)
    }

    /// Whether the layer reduces the resolution: its stride is above 1 and it is no transposed convolution.
    public var isStrided: Bool { (stride ?? 1) > 1 && role != .upsampling }
    /// Whether the layer keeps the resolution, as far as its stride is known.
    public var isUnstrided: Bool { stride == 1 && role != .upsampling }

    /// O, the number of output channels.
    public var outputChannels: Int { weightShape[0] }
    /// Rows and columns of each kernel.
    public var kernelHeight: Int { weightShape[2] }
    /// Columns of each kernel.
    public var kernelWidth: Int { weightShape[3] }
    /// Whether the layer is 1×1 and so holds no spatial kernel.
    public var isPointwise: Bool { kernelHeight == 1 && kernelWidth == 1 }
    /// Whether each kernel belongs to one input channel alone.
    public var isDepthwise: Bool { if case .depthwise = connectivity { true } else { false } }
    /// O·I: how many H×W slices the weight holds.
    public var kernelCount: Int { weightShape[0] * weightShape[1] }
    /// "#7 features.4.conv.1.0", or the bare name of a pointwise layer.
    public var label: String { number.map { "#\($0) \(name)" } ?? name }
}

/// The affine map and running statistics of a batch normalisation, one value per channel.
///
/// y = weight · (x − runningMean) / sqrt(runningVariance + epsilon) + bias.
public struct BatchNorm: Sendable, Equatable, Codable {
    /// γ; ones where the checkpoint holds none.
    public let weight: [Float]
    /// β; zeros where the checkpoint holds none.
    public let bias: [Float]
    /// The running mean.
    public let runningMean: [Float]
    /// The running (unbiased) variance.
    public let runningVariance: [Float]
    /// Added to the variance; 1e-3 in Keras, 1e-5 in PyTorch unless the network says otherwise.
    public let epsilon: Float
    /// The module that holds the four vectors, as the file names it; nil where they come from elsewhere.
    public let module: String?

    /// Groups the four vectors, which must be equally long.
    public init(
        weight: [Float], bias: [Float], runningMean: [Float], runningVariance: [Float], epsilon: Float,
        module: String? = nil
    ) {
        precondition(Set([weight.count, bias.count, runningMean.count, runningVariance.count]).count == 1)
        self.weight = weight
        self.bias = bias
        self.runningMean = runningMean
        self.runningVariance = runningVariance
        self.epsilon = epsilon
        self.module = module
    }

    /// γ / sqrt(σ² + ε): the factor that each channel's kernel is scaled by in effect.
    public var scale: [Float] {
        zip(weight, runningVariance).map { $0 / ($1 + epsilon).squareRoot() }
    }
}
