import Diagnostics
import Engine
import HDF5
import Models
import Tensors
import TestSupport
import Testing
import Architectures
import Checkpoints

/// Keras files run as their own configuration says; logits by `Tests/Scripts/keras_reference.py`.
@Suite struct KerasGraphTests {
    private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { Float(($0 * 37 + seed * 61) % 101 - 50) / 100 }
    }
    private static func positive(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { 0.5 + Float(($0 * 37 + seed * 61) % 101) / 100 }
    }
    private static func image(_ size: Int) -> Tensor {
        Tensor(shape: [1, 3, size, size], scalars: (0..<3 * size * size).map { Float($0 * 7 % 256) })
    }

    /// A weight's name, its lengths and the seed of its numbers; variances are positive.
    private typealias Weight = (name: String, shape: [Int], seed: Int)

    /// What the file computes; converted into every format and layout it computes the same.
    private static func logits(_ path: String, _ image: Tensor) throws -> [Float] {
        func run(_ path: String) throws -> [Float] {
            let graph = try RunnableGraph(network: try ConvNetwork.open(path))
            #expect(graph.description == "Keras model_config")
            return try ExecutionPlan(graph.graph, inputShape: image.shape).run(image).scalars
        }
        let own = try run(path)
        for format in CheckpointFormat.allCases {
            for layout in [nil, TensorLayout.outputFirst, .outputLast] {
                let result = "\(path).\(layout?.rawValue ?? "own").\(format.rawValue)"
                try CheckpointConversion(Checkpoint.open(path), layout: layout).write(to: result, format: format)
                #expect(try run(result) == own, "\(result)")
            }
        }
        return own
    }

    private static func check(_ found: [Float], _ expected: [Float]) {
        #expect(found.count == expected.count)
        let largest = expected.map(abs).max() ?? 0
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * largest, "\(found)") }
    }

    /// Writes layers as Keras 2 does: `layer_names`, and `weight_names` with the layers' names in front.
    private static func write(
        _ path: String, config: String, version: String, backend: String, root: String = "model_weights",
        layers: [(String, [Weight])], flat: Bool = false
    ) throws {
        try HDF5Writer.write(to: path) { file in
            for (layer, weights) in layers {
                for weight in weights {
                    let count = weight.shape.reduce(1, *)
                    let isVariance = weight.name.contains("variance") || weight.name.contains("running_std")
                    try file.write(
                        isVariance ? positive(count, weight.seed) : numbers(count, weight.seed),
                        dimensions: weight.shape,
                        to: "\(root)/\(layer)/" + (flat ? weight.name : "\(layer)/\(weight.name)"))
                }
                try file.setAttribute(
                    "weight_names", of: "\(root)/\(layer)",
                    to: weights.map { flat ? $0.name : "\(layer)/\($0.name)" })
            }
            try file.setAttribute("layer_names", of: root, to: layers.map(\.0))
            try file.setAttribute("backend", to: backend)
            try file.setAttribute("keras_version", to: version)
            try file.setAttribute("model_config", to: config)
        }
    }

    private static func layer(
        _ kind: String, _ name: String, _ settings: String, _ inbound: String = "[]"
    ) -> String {
        let more = settings.isEmpty ? "" : ", \(settings)"
        return #"{"class_name": "\#(kind)", "name": "\#(name)", "config": {"name": "\#(name)"\#(more)}, "#
            + #""inbound_nodes": \#(inbound)}"#
    }

    private static func from(_ names: String...) -> String {
        "[[" + names.map { #"["\#($0)", 0, 0, {}]"# }.joined(separator: ", ") + "]]"
    }

    /// A configuration of layers from "image" to an output.
    private static func functional(_ layers: [String], output: String) -> String {
        #"{"class_name": "Functional", "config": {"name": "net", "layers": ["# + layers.joined(separator: ", ")
            + #"], "input_layers": [["image", 0, 0]], "output_layers": [["\#(output)", 0, 0]]}}"#
    }

    /// A function of the user's own, in a layer and as a layer, on an image of −1 and 2.
    @Test func aFunctionThatIsNotKnownIsWhatTheUserSays() throws {
        let layers = [
            Self.layer("InputLayer", "image", #""batch_input_shape": [null, 1, 2, 1]"#),
            Self.layer(
                "Conv2D", "conv", #""strides": [1, 1], "padding": "same", "activation": "custom_hard_swish""#,
                Self.from("image")),
            Self.layer("MySwish", "own", "", Self.from("conv")),
            Self.layer("Activation", "known", #""activation": "relu""#, Self.from("own")),
        ]
        let config = Self.functional(layers, output: "known")
        try withTemporaryFolder { folder in
            let path = "\(folder)/net.h5"
            try HDF5Writer.write(to: path) { file in
                // Rows × columns × inputs × outputs: the first output passes the image on.
                var kernel = [Float](repeating: 0, count: 18)
                kernel[8] = 1
                try file.write(kernel, dimensions: [3, 3, 1, 2], to: "model_weights/conv/conv/kernel:0")
                try file.write([0, -1] as [Float], dimensions: [2], to: "model_weights/conv/conv/bias:0")
                try file.setAttribute(
                    "weight_names", of: "model_weights/conv", to: ["conv/kernel:0", "conv/bias:0"])
                try file.setAttribute("layer_names", of: "model_weights", to: ["conv"])
                try file.setAttribute("keras_version", to: "2.9.0")
                try file.setAttribute("model_config", to: config)
            }
            let network = try ConvNetwork.open(path)
            let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
            #expect(error?.found.contains("the activation 'custom_hard_swish'") == true)
            #expect(error?.advice?.hasPrefix("Say what 'custom_hard_swish' computes with --activation (relu, ") == true)
            let net = try RunnableGraph(network: network, activation: .hardSwish)
            #expect(net.suppliedFunctions == ["custom_hard_swish", "MySwish"])
            // 2 → 2·5/6 = 1.6667 → 1.6667·4.6667/6 = 1.2963; −1 → −1·2/6 = −0.3333 → −0.3333·2.6667/6 → 0 behind the ReLU;
            // the second channel is −1 everywhere.
            let image = Tensor(shape: [1, 1, 1, 2], scalars: [-1, 2])
            let found = try ExecutionPlan(net.graph, inputShape: image.shape).run(image).scalars
            Self.check(found, [0, 1.296296, 0, 0])
        }
    }

    struct Rectifier: Sendable, CustomTestStringConvertible {
        let kind: String
        var settings = ""
        /// Of −2, −0.5, 0.25 and 9.
        let results: [Float]
        var testDescription: String { "\(kind) \(settings)" }
    }

    /// By hand: slope·x below 0; Keras' layer has 0.3 where the file tells none, its function 0.2.
    static let rectifiers = [
        Rectifier(kind: "LeakyReLU", settings: #""alpha": 0.1"#, results: [-0.2, -0.05, 0.25, 9]),
        Rectifier(kind: "LeakyReLU", settings: #""negative_slope": 0.1"#, results: [-0.2, -0.05, 0.25, 9]),
        Rectifier(kind: "LeakyReLU", results: [-0.6, -0.15, 0.25, 9]),
        Rectifier(
            kind: "ReLU", settings: #""negative_slope": [0.5], "max_value": 4.0"#, results: [-1, -0.25, 0.25, 4]),
        Rectifier(kind: "ReLU", settings: #""max_value": 1.0, "threshold": 0.0"#, results: [0, 0, 0.25, 1]),
        Rectifier(kind: "Activation", settings: #""activation": "leaky_relu""#, results: [-0.4, -0.1, 0.25, 9]),
        // 2·sigmoid(2x) − 1: tanh −2, −0.5, 0.25 and 9.
        Rectifier(
            kind: "Activation", settings: #""activation": "tanh""#, results: [-0.9640276, -0.4621172, 0.2449187, 1]),
        Rectifier(
            kind: "Activation",
            settings: #""activation": {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}"#,
            results: [-0.2, -0.05, 0.25, 9]),
        // torch.nn.functional's, in 64 bits.
        Rectifier(kind: "ELU", settings: #""alpha": 0.5"#, results: [-0.4323324, -0.1967347, 0.25, 9]),
        Rectifier(kind: "ELU", results: [-0.8646647, -0.3934693, 0.25, 9]),
        Rectifier(kind: "Elu", settings: #""alpha": 1.0"#, results: [-0.8646647, -0.3934693, 0.25, 9]),
        Rectifier(kind: "Celu", settings: #""alpha": 2.0"#, results: [-1.2642411, -0.4423984, 0.25, 9]),
        Rectifier(
            kind: "Activation", settings: #""activation": "elu""#, results: [-0.8646647, -0.3934693, 0.25, 9]),
        Rectifier(
            kind: "Activation", settings: #""activation": "selu""#,
            results: [-1.5201665, -0.6917582, 0.2626752, 9.4563089]),
        Rectifier(
            kind: "Activation", settings: #""activation": "softplus""#,
            results: [0.126928, 0.474077, 0.8259394, 9.0001234]),
        Rectifier(
            kind: "TFOpLambda", settings: #""function": "math.softplus""#,
            results: [0.126928, 0.474077, 0.8259394, 9.0001234]),
        Rectifier(
            kind: "Activation", settings: #""activation": "mish""#,
            results: [-0.2525015, -0.2207438, 0.1695724, 8.9999997]),
        Rectifier(
            kind: "Activation", settings: #""activation": "log_sigmoid""#,
            results: [-2.126928, -0.974077, -0.5759394, -0.0001234]),
        // Keras' own operation approximates unless it is told otherwise.
        Rectifier(kind: "Gelu", results: [-0.0454023, -0.154286, 0.1496754, 9]),
        Rectifier(
            kind: "Gelu", settings: #""approximate": false"#, results: [-0.0455003, -0.1542688, 0.1496766, 9]),
        Rectifier(kind: "Absolute", results: [2, 0.5, 0.25, 9]),
        Rectifier(kind: "Square", results: [4, 0.25, 0.0625, 81]),
        Rectifier(kind: "Clip", settings: #""x_min": -1.0, "x_max": 2.0"#, results: [-1, -0.5, 0.25, 2]),
    ]

    @Test(arguments: rectifiers)
    func rectifiersHaveTheirSlopesAndMaxima(item: Rectifier) throws {
        let layers = [
            Self.layer("InputLayer", "image", #""batch_input_shape": [null, 2, 2, 1]"#),
            Self.layer(
                "Conv2D", "conv", #""strides": [1, 1], "padding": "same", "use_bias": false, "activation": "linear""#,
                Self.from("image")),
            Self.layer(item.kind, "function", item.settings, Self.from("conv")),
        ]
        let config = Self.functional(layers, output: "function")
        try withTemporaryFolder { folder in
            let path = "\(folder)/net.h5"
            try HDF5Writer.write(to: path) { file in
                // The image as it is.
                try file.write(
                    [0, 0, 0, 0, 1, 0, 0, 0, 0] as [Float], dimensions: [3, 3, 1, 1],
                    to: "model_weights/conv/conv/kernel:0")
                try file.setAttribute("weight_names", of: "model_weights/conv", to: ["conv/kernel:0"])
                try file.setAttribute("layer_names", of: "model_weights", to: ["conv"])
                try file.setAttribute("keras_version", to: "2.9.0")
                try file.setAttribute("model_config", to: config)
            }
            let image = Tensor(shape: [1, 1, 2, 2], scalars: [-2, -0.5, 0.25, 9])
            let net = try RunnableGraph(network: ConvNetwork.open(path))
            Self.check(try ExecutionPlan(net.graph, inputShape: image.shape).run(image).scalars, item.results)
        }
    }

    @Test func tensorFlowsOperationsAndSpeltOutHardSwish() throws {
        let conv = #""strides": [1, 1], "padding": "same", "use_bias": true"#
        let layers = [
            Self.layer("InputLayer", "image", #""batch_input_shape": [null, 9, 9, 3]"#),
            Self.layer("Rescaling", "rescaling", #""scale": 0.00784313725490196, "offset": -1.0"#, Self.from("image")),
            Self.layer("ZeroPadding2D", "pad", #""padding": [[0, 1], [0, 1]]"#, Self.from("rescaling")),
            Self.layer(
                "Conv2D", "stem", #""strides": [2, 2], "padding": "valid", "use_bias": false, "activation": "linear""#,
                Self.from("pad")),
            Self.layer("BatchNormalization", "stem_bn", #""axis": [3], "epsilon": 0.001"#, Self.from("stem")),
            Self.layer(
                "TFOpLambda", "tf.__operators__.add", #""function": "__operators__.add""#,
                #"[["stem_bn", 0, 0, {"y": 3.0, "name": null}]]"#),
            Self.layer("ReLU", "re_lu", #""max_value": 6.0"#, Self.from("tf.__operators__.add")),
            Self.layer(
                "TFOpLambda", "tf.math.multiply", #""function": "math.multiply""#,
                #"[["re_lu", 0, 0, {"y": 0.16666666666666666, "name": null}]]"#),
            Self.layer("Multiply", "multiply", "", Self.from("stem_bn", "tf.math.multiply")),
            Self.layer(
                "DepthwiseConv2D", "spatial", #""strides": [2, 2], "padding": "same", "groups": 1"#,
                Self.from("multiply")),
            Self.layer(
                "BatchNormalization", "spatial_bn", #""axis": -1, "epsilon": 0.01, "scale": false"#,
                Self.from("spatial")),
            Self.layer("Activation", "relu", #""activation": "relu""#, Self.from("spatial_bn")),
            Self.layer("GlobalAveragePooling2D", "mean", "", Self.from("relu")),
            Self.layer("Reshape", "reshape", #""target_shape": [1, 1, 4]"#, Self.from("mean")),
            Self.layer("Conv2D", "reduce", conv + #", "activation": "relu""#, Self.from("reshape")),
            Self.layer("Conv2D", "expand", conv + #", "activation": "hard_sigmoid""#, Self.from("reduce")),
            Self.layer("Multiply", "excite", "", Self.from("relu", "expand")),
            Self.layer("Conv2D", "project", conv, Self.from("excite")),
            Self.layer("Add", "add", "", Self.from("project", "excite")),
            Self.layer("Flatten", "flatten", "", Self.from("add")),
            Self.layer("Dropout", "dropout", #""rate": 0.5"#, Self.from("flatten")),
            Self.layer("Dense", "classes", #""activation": "softmax""#, Self.from("dropout")),
        ]
        let config =
            #"{"class_name": "Functional", "config": {"name": "net", "layers": [\#(layers.joined(separator: ", "))], "#
            + #""input_layers": [["image", 0, 0]], "output_layers": [["classes", 0, 0]]}}"#
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try Self.write(
                path, config: config, version: "2.9.0", backend: "tensorflow",
                layers: [
                    ("stem", [("kernel:0", [3, 3, 3, 4], 1)]),
                    (
                        "stem_bn",
                        [
                            ("gamma:0", [4], 10), ("beta:0", [4], 11), ("moving_mean:0", [4], 12),
                            ("moving_variance:0", [4], 13),
                        ]
                    ),
                    ("spatial", [("depthwise_kernel:0", [3, 3, 4, 1], 2), ("bias:0", [4], 3)]),
                    (
                        "spatial_bn",
                        [("beta:0", [4], 21), ("moving_mean:0", [4], 22), ("moving_variance:0", [4], 23)]
                    ),
                    ("reduce", [("kernel:0", [1, 1, 4, 2], 4), ("bias:0", [2], 5)]),
                    ("expand", [("kernel:0", [1, 1, 2, 4], 6), ("bias:0", [4], 7)]),
                    ("project", [("kernel:0", [1, 1, 4, 4], 8), ("bias:0", [4], 9)]),
                    ("classes", [("kernel:0", [16, 5], 30), ("bias:0", [5], 31)]),
                ])
            Self.check(
                try Self.logits(path, Self.image(9)), [0.4504324, 0.05433672, -0.3259037, 0.08961424, -0.6503485])
            let facts = try #require(try Checkpoint.open(path).model)
            #expect(facts.inputSize == 9)
            #expect(facts.layers["spatial"]?.norm == "spatial_bn")
            #expect(facts.layers["project"]?.norm == nil)
            #expect(facts.graph?.nodes.first { $0.name == "multiply" }?.function == "hardSwish")
        }
    }

    @Test func keras3WithSharedLayersAndAModelInside() throws {
        func value(_ name: String, _ call: Int = 0) -> String {
            #"{"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32", "#
                + #""keras_history": ["\#(name)", \#(call), 0]}}"#
        }
        func call(_ values: String...) -> String {
            #"{"args": [\#(values.joined(separator: ", "))], "kwargs": {"training": false, "mask": [null]}}"#
        }
        func node(_ values: String...) -> String { "[" + values.map { call($0) }.joined(separator: ", ") + "]" }
        let inner = [
            Self.layer("InputLayer", "inner_input", #""batch_shape": [null, 8, 8, 3]"#),
            Self.layer(
                "Conv2D", "conv", #""strides": [1, 1], "padding": "same", "activation": "silu""#,
                node(value("inner_input"))),
            Self.layer("MaxPooling2D", "pool", #""pool_size": [2, 2], "strides": null"#, node(value("conv"))),
        ]
        let model =
            #"{"class_name": "Functional", "name": "inner", "config": {"name": "inner", "layers": "#
            + #"[\#(inner.joined(separator: ", "))], "input_layers": ["inner_input", 0, 0], "#
            + #""output_layers": ["pool", 0, 0]}, "inbound_nodes": \#(node(value("rescaling")))}"#
        let relu6 = #"{"module": "keras.layers", "class_name": "ReLU", "config": {"max_value": 6.0}}"#
        let layers = [
            Self.layer("InputLayer", "image", #""batch_shape": [null, 8, 8, 3]"#),
            Self.layer("Rescaling", "rescaling", #""scale": 0.00392156862745098, "offset": 0.0"#, node(value("image"))),
            model,
            Self.layer(
                "Conv2D", "shared", #""strides": [1, 1], "padding": "same", "use_bias": false, "activation": "# + relu6,
                node(value("inner"), value("shared", 0))),
            Self.layer(
                "SeparableConv2D", "separable", #""strides": [2, 2], "padding": "same", "depth_multiplier": 2"#,
                node(value("inner"))),
            Self.layer(
                "AveragePooling2D", "average", #""pool_size": [3, 3], "strides": [2, 2], "padding": "same""#,
                node(value("shared", 1))),
            Self.layer(
                "Concatenate", "join", #""axis": -1"#, "[" + call("[\(value("separable")), \(value("average"))]") + "]"),
            Self.layer("ZeroPadding2D", "pad", #""padding": [[2, 2], [2, 2]]"#, node(value("join"))),
            Self.layer(
                "Conv2D", "dilated",
                #""strides": [1, 1], "padding": "valid", "dilation_rate": [2, 2], "groups": 2, "use_bias": false"#,
                node(value("pad"))),
            Self.layer("GlobalAveragePooling2D", "mean", "", node(value("dilated"))),
            Self.layer("Dense", "reduce", #""activation": "relu""#, node(value("mean"))),
            Self.layer("Dense", "expand", #""activation": "sigmoid""#, node(value("reduce"))),
            Self.layer("Reshape", "reshape", #""target_shape": [1, 1, 6]"#, node(value("expand"))),
            // An operation instead of a layer: the smaller map stands first.
            Self.layer("Multiply", "excite", "", "[" + call(value("reshape"), value("dilated")) + "]"),
            Self.layer("BatchNormalization", "bn", #""axis": -1, "epsilon": 0.001"#, node(value("excite"))),
            Self.layer("Activation", "swish", #""activation": "hard_silu""#, node(value("bn"))),
            Self.layer("GlobalAveragePooling2D", "mean_2", "", node(value("swish"))),
            Self.layer("Activation", "gate", #""activation": "hard_sigmoid""#, node(value("mean_2"))),
            Self.layer("Dense", "classes", #""activation": "softmax""#, node(value("gate"))),
        ]
        let config =
            #"{"class_name": "Functional", "config": {"name": "net", "layers": [\#(layers.joined(separator: ", "))], "#
            + #""input_layers": ["image", 0, 0], "output_layers": ["classes", 0, 0]}}"#
        let weights: [(String, String, [([Int], Int)])] = [
            ("layers/functional/layers/conv2d", "conv", [([3, 3, 3, 4], 41), ([4], 42)]),
            ("layers/conv2d", "shared", [([3, 3, 4, 4], 43)]),
            ("layers/separable_conv2d", "separable", [([3, 3, 4, 2], 44), ([1, 1, 8, 4], 45), ([4], 46)]),
            ("layers/conv2d_1", "dilated", [([3, 3, 4, 6], 47)]),
            ("layers/dense", "reduce", [([6, 3], 48), ([3], 49)]),
            ("layers/dense_1", "expand", [([3, 6], 50), ([6], 51)]),
            ("layers/batch_normalization", "bn", [([6], 60), ([6], 61), ([6], 62), ([6], 63)]),
            ("layers/dense_2", "classes", [([6, 4], 52), ([4], 53)]),
        ]
        // With the layers' names beside the weights, as today, and without, as before Keras 3.6.
        for hasNames in [true, false] {
            try withTemporaryFolder { folder in
                let path = folder + "/net.weights.h5"
                try HDF5Writer.write(to: path) { file in
                    for (group, name, variables) in weights {
                        for (index, (shape, seed)) in variables.enumerated() {
                            let count = shape.reduce(1, *)
                            let isVariance = group.contains("batch") && index == 3
                            try file.write(
                                isVariance ? Self.positive(count, seed) : Self.numbers(count, seed), dimensions: shape,
                                to: "\(group)/vars/\(index)")
                        }
                        if hasNames { try file.setAttribute("name", of: group + "/vars", to: name) }
                    }
                    try file.setAttribute("model_config", to: config)
                    try file.setAttribute("keras_version", to: "3.8.0")
                }
                Self.check(
                    try Self.logits(path, Self.image(8)), [-0.2598399, -0.3003322, -0.3465727, 0.1463574])
                let checkpoint = try Checkpoint.open(path)
                #expect(checkpoint.entries.first?.module == "inner.conv")
                #expect(checkpoint.model?.layers["dilated"]?.dilation == 2)
                #expect(checkpoint.model?.layers["dilated"]?.groups == 2)
            }
        }
    }

    @Test func keras1OnTheanoTurnsItsKernels() throws {
        let layers = [
            #"{"class_name": "Convolution2D", "config": {"name": "convolution2d_1", "nb_filter": 4, "nb_row": 3, "#
                + #""nb_col": 3, "subsample": [1, 1], "border_mode": "same", "dim_ordering": "th", "bias": true, "#
                + #""activation": "relu", "batch_input_shape": [null, 3, 6, 6]}}"#,
            #"{"class_name": "MaxPooling2D", "config": {"name": "maxpooling2d_1", "pool_size": [2, 2], "#
                + #""strides": [2, 2], "border_mode": "valid", "dim_ordering": "th"}}"#,
            #"{"class_name": "BatchNormalization", "config": {"name": "batchnormalization_1", "mode": 0, "axis": 1, "#
                + #""epsilon": 1e-05}}"#,
            #"{"class_name": "Flatten", "config": {"name": "flatten_1"}}"#,
            #"{"class_name": "Dense", "config": {"name": "dense_1", "bias": true, "activation": "linear"}}"#,
            #"{"class_name": "Activation", "config": {"name": "activation_1", "activation": "softmax"}}"#,
        ]
        let config = #"{"class_name": "Sequential", "config": [\#(layers.joined(separator: ", "))]}"#
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try Self.write(
                path, config: config, version: "1.2.2", backend: "theano",
                layers: [
                    (
                        "convolution2d_1",
                        [("convolution2d_1_W", [4, 3, 3, 3], 70), ("convolution2d_1_b", [4], 71)]
                    ),
                    (
                        "batchnormalization_1",
                        [
                            ("batchnormalization_1_gamma", [4], 80), ("batchnormalization_1_beta", [4], 81),
                            ("batchnormalization_1_running_mean", [4], 82),
                            ("batchnormalization_1_running_std", [4], 83),
                        ]
                    ),
                    ("dense_1", [("dense_1_W", [36, 3], 72), ("dense_1_b", [3], 73)]),
                ], flat: true)
            Self.check(try Self.logits(path, Self.image(6)), [-2.57171, 22.63274, -33.49006])
            #expect(try Checkpoint.open(path).model?.inputSize == 6)
        }
    }

    struct Lack: Sendable {
        let layer: String
        let found: String
    }

    @Test(arguments: [
        Lack(
            layer: #"{"class_name": "Lambda", "config": {"name": "twist"}}"#, found: "a Lambda layer (node 'twist')"),
        Lack(
            layer: #"{"class_name": "Cropping2D", "config": {"name": "crop", "cropping": [1, 1]}}"#,
            found: "Cropping2D (node 'crop')"),
        Lack(
            layer: #"{"class_name": "ThresholdedReLU", "config": {"name": "t", "theta": 1.0}}"#,
            found: "ThresholdedReLU (node 't')"),
        Lack(
            layer: #"{"class_name": "ReLU", "config": {"name": "r", "threshold": 0.5}}"#,
            found: "ReLU with a threshold of 0.5 (node 'r')"),
        Lack(
            layer: #"{"class_name": "Activation", "config": {"name": "a", "activation": "softsign"}}"#,
            found: "the activation 'softsign' (node 'a')"),
        Lack(
            layer: #"{"class_name": "BatchNormalization", "config": {"name": "bn", "axis": 1}}"#,
            found: "a batch normalisation along axis 1 (node 'bn')"),
    ])
    func whatTheEngineLacksIsNamed(lack: Lack) throws {
        let config =
            #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Conv2D", "config": "#
            + #"{"name": "conv", "strides": [1, 1], "padding": "same", "batch_input_shape": [null, 8, 8, 3]}}, "#
            + #"\#(lack.layer), {"class_name": "Conv2D", "config": {"name": "last", "strides": [1, 1]}}]}}"#
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try Self.write(
                path, config: config, version: "2.9.0", backend: "tensorflow",
                layers: [
                    ("conv", [("kernel:0", [3, 3, 3, 4], 1)]), ("last", [("kernel:0", [3, 3, 4, 4], 2)]),
                ])
            let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: ConvNetwork.open(path)) }
            let isFunction = ["ReLU", "ELU", "activation"].contains { lack.found.contains($0) }
            #expect(
                error?.description.hasPrefix(
                    "\(path): its Keras model_config uses \(lack.found), which the engine lacks; expected operations "
                        + "that the engine has. " + (isFunction ? "Say what '" : "Its kernels can be read with "))
                    == true)
        }
    }
}
