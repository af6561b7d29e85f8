import HDF5

/// Which Keras wrote a file, on which backend: what decides how kernels lie.
struct KerasOrigin: Sendable {
    /// 1, 2 or 3; nil where nothing tells.
    let major: Int?
    /// "tensorflow", "theano", "cntk", "jax" …; nil where nothing tells.
    let backend: String?
    /// Whether only the weights' names told the backend.
    let isAssumed: Bool

    /// From the attributes `keras_version` and `backend` of the file or of the group `root`, the configuration, and the
    /// weights' names: Keras 1 wrote no slashes into them, and TensorFlow's end in ":0".
    init(attributes: [String: String], config: String?, weightNames: [String]) {
        let tree = config.flatMap(JSONTree.init(parsing:))
        let version = attributes["keras_version"] ?? tree?["keras_version"]?.string
        // Lists hold names and nothing else in Keras 1: "convolution2d_1_W".
        let isFlat = !weightNames.isEmpty && !weightNames.contains { $0.contains("/") }
        let major = version.flatMap { $0.split(separator: ".").first }.flatMap { Int($0) }
        self.major = major ?? (isFlat ? 1 : nil)
        if let backend = attributes["backend"] ?? tree?["backend"]?.string {
            self.backend = backend.lowercased()
            isAssumed = false
        } else if isFlat {
            backend = weightNames.contains { $0.hasSuffix(":0") } ? "tensorflow" : "theano"
            isAssumed = true
        } else {
            backend = nil
            isAssumed = true
        }
    }

    /// Whether kernels are turned by 180° before they slide over the image.
    var turnsKernels: Bool { backend == "theano" }

    /// What is said where kernels are turned.
    var turnedNote: String {
        "Theano turns kernels by 180° before it slides them; they are turned so when they are read"
            + (isAssumed ? " (Theano is assumed: the weights' names do not end in ':0')." : ".")
    }
}

/// In which order the kernels of a Keras 1 file lie: O×I×H×W ("th") or H×W×I×O ("tf"), whatever the backend.
enum KerasOrdering {
    /// What settings say ("th", "channels_first"); nil for no answer.
    static func said(_ attributes: [String: String], _ model: KerasLayer?) -> Bool? {
        for key in ["dim_ordering", "image_dim_ordering", "image_data_format", "data_format"] {
            switch attributes[key] {
            case "th", "channels_first": return true
            case "tf", "channels_last": return false
            default: break
            }
        }
        return model?.leaves.lazy.compactMap(\.core.isChannelsFirst).first
    }

    /// What shapes say, each kernel of four axes with the length of its bias where there is one: whether outputs come
    /// first. Nil where they say nothing or contradict each other evenly.
    static func seen(_ kernels: [(shape: [Int], bias: Int?)]) -> Bool? {
        var votes = 0
        var outputs: Int?
        for kernel in kernels where kernel.shape.count == 4 {
            let shape = kernel.shape
            var vote = 0
            if let bias = kernel.bias {
                if shape[0] == bias { vote += 2 }
                if shape[3] == bias { vote -= 2 }
            }
            // Kernels are square and small, the layer before tells the inputs.
            if shape[2] == shape[3] && shape[0] != shape[1] { vote += 1 }
            if shape[0] == shape[1] && shape[2] != shape[3] { vote -= 1 }
            if let outputs, vote == 0 {
                if shape[1] == outputs { vote += 1 }
                if shape[2] == outputs { vote -= 1 }
            }
            votes += vote.signum()
            outputs = kernel.bias ?? (vote > 0 ? shape[0] : vote < 0 ? shape[3] : nil)
        }
        return votes == 0 ? nil : votes > 0
    }
}

/// What tensors of a Keras layer are called in every version.
enum KerasParameters {
    /// Keras 1's words and today's.
    private static let words: [(old: String, new: String)] = [
        ("depthwise_kernel", "depthwise_kernel"), ("pointwise_kernel", "pointwise_kernel"), ("kernel", "kernel"),
        ("W", "kernel"), ("bias", "bias"), ("b", "bias"), ("gamma", "gamma"), ("beta", "beta"),
        ("moving_mean", "moving_mean"), ("moving_variance", "moving_variance"), ("running_mean", "moving_mean"),
        // It holds the variance, its name notwithstanding.
        ("running_std", "moving_variance"),
    ]

    /// "convolution2d_1_W" → "kernel", "batchnormalization_1_running_std" → "moving_variance"; nil where the end is none of
    /// Keras' words.
    static func today(_ name: String) -> String? {
        words.first { name == $0.old || name.hasSuffix("_" + $0.old) }?.new
    }

    /// The words for weights that have numbers only ("param_0", "vars/0"), in the order in which layers make them.
    ///
    /// `count` is how many there are, `ranks` how many axes each has.
    static func numbered(kind: String, ranks: [Int]) -> [String] {
        switch kind {
        case "depthwise_conv2d", "depthwise_conv1d": ["depthwise_kernel", "bias"]
        case "separable_conv2d", "separable_conv1d", "separable_convolution2d":
            ["depthwise_kernel", "pointwise_kernel", "bias"]
        case "batch_normalization", "sync_batch_normalization", "batch_normalization_v1", "batch_normalization_v2":
            // A layer without scale (or offset) lacks the first.
            Array(["gamma", "beta", "moving_mean", "moving_variance"].suffix(ranks.count))
        case "layer_normalization", "group_normalization":
            ["gamma", "beta"]
        case "normalization": ["mean", "variance", "count"]
        case "p_re_lu": ["alpha"]
        default:
            switch ranks {
            case [1, 1, 1, 1]: ["gamma", "beta", "moving_mean", "moving_variance"]
            case [4, 4], [4, 4, 1]: ["depthwise_kernel", "pointwise_kernel", "bias"]
            case _ where (ranks.first ?? 0) >= 2: ["kernel", "bias"]
            default: []
            }
        }
    }
}
