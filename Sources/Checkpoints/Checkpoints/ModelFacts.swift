/// What a file says about its layers beyond their weights: a Keras `model_config`, an ONNX graph.
public struct ModelFacts: Sendable, Equatable {
    /// One layer's settings; nil where it has none.
    public struct Layer: Sendable, Equatable {
        /// The kind in the library's words ("DepthwiseConv2D", "Conv").
        public var className: String
        /// Pixels between neighbouring outputs; the larger number where rows and columns differ.
        public var stride: Int?
        /// The strides of rows and columns where they differ; nil where they are one number.
        public var unevenStrides: [Int]?
        /// "same", "valid", or ONNX's pads.
        public var padding: String?
        /// What a batch normalisation adds to the variance.
        public var epsilon: Float?
        /// Into how many groups channels are cut.
        public var groups: Int?
        /// Pixels between neighbouring weights.
        public var dilation: Int?
        /// The batch normalisation behind the layer, by its name in ``ModelFacts/layers``; nil where it has none or the
        /// file does not tell.
        public var norm: String?

        /// Groups the settings; see the properties.
        public init(
            className: String, stride: Int? = nil, padding: String? = nil, epsilon: Float? = nil, groups: Int? = nil,
            dilation: Int? = nil, norm: String? = nil
        ) {
            self.className = className
            self.stride = stride
            self.padding = padding
            self.epsilon = epsilon
            self.groups = groups
            self.dilation = dilation
            self.norm = norm
        }

        /// The strides that a convolution can have.
        package static let strides = 1...64

        /// Takes the strides of rows and columns, or one for both; nil for what the file does not tell.
        mutating func setStrides(_ strides: [Int]?) {
            stride = strides?.max()
            unevenStrides = strides.flatMap { $0.count == 2 && $0[0] != $0[1] ? $0 : nil }
        }
    }

    /// By the layer's name.
    public var layers: [String: Layer]
    /// The layers' names in the model's order.
    public var order: [String]
    /// Rows of the input image; nil where free or not said.
    public var inputSize: Int?
    /// What the network computes, where the file tells it whole.
    public var graph: LayerGraph?

    /// Groups the facts; see the properties.
    public init(
        layers: [String: Layer] = [:], order: [String] = [], inputSize: Int? = nil, graph: LayerGraph? = nil
    ) {
        self.layers = layers
        self.order = order
        self.inputSize = inputSize
        self.graph = graph
    }

    /// The facts without what they say of some modules.
    package func without(_ modules: Set<String>) -> ModelFacts {
        var result = self
        result.layers = layers.filter { !modules.contains($0.key) }
        result.order = order.filter { !modules.contains($0) }
        return result
    }

    /// The stride that the file gives a convolution.
    package func stride(of module: String) -> Int? { layer(module)?.stride }

    /// The facts as far as a network can have them: strides and groups that are none, images too large for any, are not
    /// said.
    var sanitized: ModelFacts {
        var result = self
        for (name, var layer) in layers {
            layer.stride = layer.stride.flatMap { Layer.strides.contains($0) ? $0 : nil }
            layer.unevenStrides = layer.unevenStrides.flatMap { strides in
                layer.stride != nil && strides.count == 2 && strides.allSatisfy(Layer.strides.contains)
                    ? strides : nil
            }
            layer.groups = layer.groups.flatMap { $0 > 0 ? $0 : nil }
            layer.dilation = layer.dilation.flatMap { $0 > 0 ? $0 : nil }
            result.layers[name] = layer
        }
        result.inputSize = inputSize.flatMap { InputConvention.sizes.contains($0) ? $0 : nil }
        return result
    }

    /// What the file says that a batch normalisation adds to the variance.
    package func epsilon(of module: String) -> Float? { layer(module)?.epsilon }

    /// The settings of a layer by its own name or by the end of its path ("backbone.conv1").
    package func layer(_ module: String) -> Layer? {
        layers[module] ?? module.split(separator: ".").last.flatMap { layers[String($0)] }
    }
}
