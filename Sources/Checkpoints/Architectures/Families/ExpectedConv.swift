import Checkpoints
import Tensors

/// One convolution that an architecture prescribes: where its weight is found and what a state dict does not tell.
struct ExpectedConv: Sendable, Equatable {
    /// How channels are connected, as far as the architecture fixes it.
    enum Kind: Sendable, Equatable {
        case pointwise
        case standard
        case depthwise
        case grouped
    }

    /// The layer's module path below the network's prefix.
    let module: String
    /// The module of the batch normalisation that belongs to it.
    let norm: String?
    let kind: Kind
    /// N of its N×N kernels.
    let size: Int
    let stride: Int
    /// The ordinal of the block that it belongs to, from 1; 0 outside the blocks.
    let block: Int
    /// Whether the network is complete without it (heads, squeeze-excite).
    let isOptional: Bool
    /// The function behind it and its normalisation, in the engine's words ("relu6"); nil for none, or where the family
    /// alone tells it.
    let activation: String?
    /// Whether the design fixes its kernels.
    var isFixed = false
    /// Whether it projects what a block reads onto what the block gives, beside the block's other layers.
    var isShortcut = false

    init(
        _ module: String, norm: String?, _ kind: Kind, size: Int = 1, stride: Int = 1, block: Int = 0,
        isOptional: Bool = false, activation: String? = nil
    ) {
        self.module = module
        self.norm = norm
        self.kind = kind
        self.size = size
        self.stride = stride
        self.block = block
        self.isOptional = isOptional
        self.activation = activation
    }

    /// Whether it holds spatial kernels.
    var isSpatial: Bool { size > 1 }

    /// The meaning of the weight's axes, the layer being known.
    func axes(of entry: Checkpoint.Entry) -> WeightAxes { entry.axes.forLayer(isDepthwise: kind == .depthwise) }

    /// The O×I×H×W shape of `entry` where it suits this layer, else nil.
    func fittingShape(_ entry: Checkpoint.Entry) -> Shape? {
        guard let shape = axes(of: entry).outputFirst(entry.shape), shape[2] == size, shape[3] == size else {
            return nil
        }
        return switch kind {
        case .depthwise: shape[1] == 1 ? shape : nil
        case .grouped: shape[0] % shape[1] == 0 ? shape : nil
        case .pointwise, .standard: shape
        }
    }

    /// "3×3 depthwise weight".
    var description: String {
        let form =
            switch kind {
            case .pointwise, .standard: ""
            case .depthwise: " depthwise"
            case .grouped: " grouped"
            }
        return "\(size)×\(size)\(form) weight"
    }
}
