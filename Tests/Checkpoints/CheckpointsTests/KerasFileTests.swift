import Diagnostics
import HDF5
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Files as every version of Keras writes them, made here attribute by attribute.
@Suite struct KerasFileTests {
    /// Kernel o, i, row, column as one number.
    private static func value(_ o: Int, _ i: Int, _ row: Int, _ column: Int) -> Float {
        Float(o * 1000 + i * 100 + row * 10 + column)
    }

    /// The numbers of a weight that lies O×I×H×W.
    private static func outputFirst(_ o: Int, _ i: Int, _ size: Int) -> [Float] {
        (0..<o * i * size * size).map { index in
            value(index / (i * size * size), index / (size * size) % i, index / size % size, index % size)
        }
    }

    /// The same weight as it lies H×W×I×O.
    private static func outputLast(_ o: Int, _ i: Int, _ size: Int) -> [Float] {
        (0..<o * i * size * size).map { index in
            value(index % o, index / o % i, index / (o * i * size), index / (o * i) % size)
        }
    }

    private typealias Weight = (name: String, shape: [Int], values: [Float])

    private static func write(
        _ path: String, root: String = "", attributes: [(String, String)] = [],
        layers: [(name: String, group: String, weights: [Weight])]
    ) throws {
        let prefix = root.isEmpty ? "" : root + "/"
        try HDF5Writer.write(to: path) { file in
            for layer in layers {
                for weight in layer.weights {
                    try file.write(
                        weight.values, dimensions: weight.shape, to: "\(prefix)\(layer.group)/\(weight.name)")
                }
                guard !layer.weights.isEmpty else { continue }
                try file.setAttribute("weight_names", of: prefix + layer.group, to: layer.weights.map(\.name))
            }
            try file.setAttribute("layer_names", of: root.isEmpty ? "/" : root, to: layers.map(\.name))
            for (key, value) in attributes { try file.setAttribute(key, to: value) }
        }
    }

    /// Keras 1's three layers; `suffix` is ":0" on TensorFlow.
    private static func keras1(_ suffix: String) -> [(name: String, group: String, weights: [Weight])] {
        [(16, 3, 3), (32, 16, 5), (3, 32, 3)].enumerated().map { index, layer in
            let name = "convolution2d_\(index + 1)"
            return (
                name, name,
                [
                    (
                        "\(name)_W\(suffix)", [layer.0, layer.1, layer.2, layer.2],
                        outputFirst(layer.0, layer.1, layer.2)
                    ),
                    ("\(name)_b\(suffix)", [layer.0], Array(repeating: 0, count: layer.0)),
                ]
            )
        }
    }

    @Test(arguments: ["", ":0"])
    func keras1InTheanosOrder(suffix: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/weights.h5"
            try Self.write(path, layers: Self.keras1(suffix))
            let network = try ConvNetwork.open(path)
            #expect(network.spatialLayers.map(\.kernelCount) == [48, 512, 96])
            #expect(network.spatialLayers.map(\.kernelWidth) == [3, 5, 3])
            #expect(network.spatialLayers.map(\.name) == ["convolution2d_1", "convolution2d_2", "convolution2d_3"])
            let weight = try network.weight(of: network.spatialLayers[1])
            // Kernel 7, 2: turned by 180° on Theano alone.
            let first = weight.scalars[(7 * 16 + 2) * 25]
            #expect(first == (suffix.isEmpty ? Self.value(7, 2, 4, 4) : Self.value(7, 2, 0, 0)))
            let order = "Kernels are O×I×H×W (Theano's order, seen from their shapes)."
            let turn =
                "Theano turns kernels by 180° before it slides them; they are turned so when they are read (Theano is "
                + "assumed: the weights' names do not end in ':0')."
            #expect(network.checkpoint.notes == (suffix.isEmpty ? [order, turn] : [order]))
            // The numbers themselves stay as the file has them.
            let raw = try network.checkpoint.tensor(named: "convolution2d_2/convolution2d_2_W\(suffix)")
            #expect(raw.scalars == Self.outputFirst(32, 16, 5))
        }
    }

    @Test func keras2OnTheanoHoldsTheSameNetworkAsOnTensorFlow() throws {
        try withTemporaryFolder { folder in
            let kernel = Self.outputLast(4, 3, 3)
            var weights: [Tensor] = []
            for backend in ["tensorflow", "theano"] {
                let path = "\(folder)/\(backend).h5"
                // Turning rows and columns of H×W×I×O: blocks of I·O numbers in reverse.
                let blocks = stride(from: 0, to: kernel.count, by: 12).map { Array(kernel[$0..<$0 + 12]) }
                let values = backend == "theano" ? blocks.reversed().flatMap(\.self) : kernel
                try Self.write(
                    path, root: "model_weights", attributes: [("backend", backend), ("keras_version", "2.0.8")],
                    layers: [("conv2d_1", "conv2d_1", [("conv2d_1/kernel:0", [3, 3, 3, 4], values)])])
                let network = try ConvNetwork.open(path)
                weights.append(try network.weight(of: network.spatialLayers[0]))
                #expect(network.checkpoint.notes.count == (backend == "theano" ? 1 : 0))
                // A converted file holds turned kernels: nothing tells its reader of Theano.
                let converted = "\(folder)/\(backend).safetensors"
                try CheckpointConversion(network.checkpoint, layout: .outputFirst)
                    .write(to: converted, format: .safetensors)
                let again = try ConvNetwork.open(converted)
                weights.append(try again.weight(of: again.spatialLayers[0]))
            }
            for weight in weights {
                #expect(weight == Tensor(shape: [4, 3, 3, 3], scalars: Self.outputFirst(4, 3, 3)))
            }
        }
    }

    @Test func keras0NumbersItsLayers() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/vgg.h5"
            try HDF5Writer.write(to: path) { file in
                for (layer, o, i) in [(1, 8, 3), (3, 8, 8), (10, 16, 8)] {
                    try file.write(Self.outputFirst(o, i, 3), dimensions: [o, i, 3, 3], to: "layer_\(layer)/param_0")
                    try file.write([Float](repeating: 0, count: o), dimensions: [o], to: "layer_\(layer)/param_1")
                }
                try file.setAttribute("nb_layers", to: 12)
            }
            let network = try ConvNetwork.open(path)
            #expect(network.spatialLayers.map(\.name) == ["layer_1", "layer_3", "layer_10"])
            #expect(network.spatialLayers.map(\.kernelCount) == [24, 64, 128])
            #expect(
                try network.weight(of: network.spatialLayers[2]).scalars.prefix(2)
                    == [Self.value(0, 0, 2, 2), Self.value(0, 0, 2, 1)])
            #expect(network.checkpoint.notes.count == 2)
        }
    }

    @Test func keras1CallsTheVarianceRunningStd() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            let words = ["gamma", "beta", "running_mean", "running_std"]
            try Self.write(
                path, attributes: [("keras_version", "1.2.2"), ("backend", "tensorflow")],
                layers: [
                    (
                        "convolution2d_1", "convolution2d_1",
                        [
                            ("convolution2d_1_W:0", [3, 3, 3, 8], Self.outputLast(8, 3, 3))
                        ]
                    ),
                    (
                        "batchnormalization_1", "batchnormalization_1",
                        words.enumerated().map { index, word in
                            ("batchnormalization_1_\(word):0", [8], Array(repeating: Float(index + 1), count: 8))
                        }
                    ),
                ])
            let entries = try Checkpoint.open(path).entries
            #expect(entries.map(\.parameter) == ["kernel", "gamma", "beta", "moving_mean", "moving_variance"])
            #expect(entries[0].axes == .rowsColumnsInputOutput)
        }
    }

    @Test func namesThatWereWrittenAsPythonsBytes() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            let weight: Weight = ("conv1/kernel:0", [3, 3, 3, 8], Self.outputLast(8, 3, 3))
            try HDF5Writer.write(to: path) { file in
                try file.write(weight.values, dimensions: weight.shape, to: "conv1/conv1/kernel:0")
                try file.setAttribute("weight_names", of: "conv1", to: ["b'conv1/kernel:0'"])
                try file.setAttribute("layer_names", to: ["b'conv1'", "b'lost'"])
                try file.setAttribute("keras_version", to: "2.2.4")
            }
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.entries.map(\.module) == ["conv1"])
            #expect(checkpoint.notes == ["The file lists the layer 'b'lost'' but has no group for it."])
        }
    }

    @Test func listsInPiecesAndWhatIsLeftOut() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try HDF5Writer.write(to: path) { file in
                for (index, name) in ["a", "b"].enumerated() {
                    try file.write(
                        Self.outputLast(8, 3 + index, 3), dimensions: [3, 3, 3 + index, 8],
                        to: "model_weights/\(name)/\(name)/kernel:0")
                    try file.setAttribute("weight_names0", of: "model_weights/\(name)", to: ["\(name)/kernel:0"])
                    try file.setAttribute("layer_names\(index)", of: "model_weights", to: [name])
                }
                try file.write([Float(1)], dimensions: [1], to: "model_weights/top_level_model_weights/scale:0")
                try file.setAttribute("weight_names", of: "model_weights/top_level_model_weights", to: ["scale:0"])
                for moment in ["m", "v"] {
                    try file.write([Float(0), 0], dimensions: [2], to: "optimizer_weights/Adam/a/kernel/\(moment):0")
                }
                try file.write([Float(0)], dimensions: [1], to: "extra")
            }
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.entries.map(\.module) == ["a", "b", "top_level_model_weights"])
            #expect(
                checkpoint.notes == [
                    "The optimiser's state (2 tensors) is left out.",
                    "The tensor 'extra' belongs to no layer of the file's lists and is left out.",
                ])
            let isolated = try Checkpoint.open(path, reading: .isolated(executable: ReaderBinary.path))
            #expect(isolated.notes == checkpoint.notes)
        }
    }

    @Test func transposedKernelsHaveTheirOutputsBeforeTheirInputs() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try Self.write(
                path, attributes: [("keras_version", "2.11.0")],
                layers: [
                    (
                        "conv2d_transpose", "conv2d_transpose",
                        [
                            ("conv2d_transpose/kernel:0", [3, 3, 1, 16], Array(repeating: 0, count: 144))
                        ]
                    )
                ])
            let entry = try #require(try Checkpoint.open(path).entries.first)
            #expect(entry.axes == .rowsColumnsOutputInput)
            #expect(entry.axes.outputFirst(entry.shape) == [1, 16, 3, 3])
        }
    }

    // MARK: Keras 3

    /// Writes variables as Keras 3 does; `separator` stands between the parts of a layer's path.
    private static func write3(
        _ path: String, _ groups: [(group: String, name: String?, variables: [[Int]])], separator: String = "/",
        attributes: [(String, String)] = []
    ) throws {
        try HDF5Writer.write(to: path) { file in
            for (group, name, variables) in groups {
                let own = group.replacing("/", with: separator)
                for (index, shape) in variables.enumerated() {
                    let count = shape.reduce(1, *)
                    try file.write([Float](repeating: 0.5, count: count), dimensions: shape, to: "\(own)/vars/\(index)")
                }
                if let name { try file.setAttribute("name", of: own + "/vars", to: name) }
            }
            for (key, value) in attributes { try file.setAttribute(key, to: value) }
        }
    }

    @Test func attributesAndContainersOfASubclassedModel() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/vae.weights.h5"
            try Self.write3(
                path,
                [
                    ("conv1", "conv2d", [[3, 3, 3, 8], [8]]), ("dw", "depthwise_conv2d", [[3, 3, 8, 1]]),
                    // The name is the user's: only the bias tells that it is depthwise.
                    ("other", "mine", [[5, 5, 8, 1], [8]]),
                    ("encoder/layers/conv2d", "conv2d_3", [[3, 3, 8, 16], [16]]),
                    ("encoder/layers/conv2d_transpose", "conv2d_transpose", [[3, 3, 4, 16], [4]]),
                    ("encoder/bn", "batch_normalization", [[16], [16], [16], [16]]),
                    ("blocks/block_1/head", "dense", [[16, 4], [4]]),
                    ("dropout/seed_generator", "seed_generator", [[2]]), ("optimizer", "adam", [[1], [3, 3, 3, 8]]),
                ])
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.format == "Keras 3 HDF5")
            let found = checkpoint.entries.map { "\($0.module) \($0.parameter) \($0.axes.rawValue)" }
            #expect(
                found == [
                    "conv1 kernel HWIO", "conv1 bias HWIO", "dw depthwise_kernel HWCM",
                    "other depthwise_kernel HWCM", "other bias HWIO", "encoder.conv2d_3 kernel HWIO",
                    "encoder.conv2d_3 bias HWIO", "encoder.conv2d_transpose kernel HWOI",
                    "encoder.conv2d_transpose bias HWIO", "encoder.bn gamma HWIO", "encoder.bn beta HWIO",
                    "encoder.bn moving_mean HWIO", "encoder.bn moving_variance HWIO",
                    "blocks.block_1.head kernel HWIO", "blocks.block_1.head bias HWIO",
                ])
            #expect(checkpoint.notes == ["The optimiser's state (2 tensors) is left out."])
        }
    }

    /// A configuration of layers one behind the other, on images of 64 × 64.
    private static func sequential(_ layers: [String]) -> String {
        #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": "#
            + #"{"batch_input_shape": [null, 64, 64, 3], "name": "input_1"}}, \#(layers.joined(separator: ", "))]}}"#
    }

    /// Five convolutions of strides 1 2 1 2 1, numbered as each version and system does.
    @Test(arguments: [
        ("layers", [0, 1, 2, 3, 4], "/"), ("_layer_checkpoint_dependencies", [0, 2, 4, 6, 8], "/"),
        ("layers", [0, 1, 2, 3, 4], "\\"), ("_layer_checkpoint_dependencies", [0, 2, 4, 6, 8], "\\"),
    ])
    func numberingByTensorFlow213To215(container: String, numbers: [Int], separator: String) throws {
        let layers = (0..<5).map { index in
            #"{"class_name": "Conv2D", "config": {"name": "own_\#(index)", "strides": [\#(index % 2 + 1), "#
                + #"\#(index % 2 + 1)], "padding": "same"}}"#
        }
        let config = Self.sequential(layers)
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            // Written in the order of text, as h5py lists them.
            let groups = numbers.enumerated().map { index, number in
                (
                    group: "\(container)/conv2d" + (number == 0 ? "" : "_\(number)"), name: String?.none,
                    variables: [[3, 3, index == 0 ? 3 : 8, 8], [8]]
                )
            }
            try Self.write3(
                path, groups.sorted { $0.group < $1.group }, separator: separator,
                attributes: [("model_config", config), ("keras_version", "2.13.1")])
            let network = try ConvNetwork.open(path)
            #expect(network.spatialLayers.map(\.name) == (0..<5).map { "own_\($0)" })
            #expect(network.spatialLayers.map(\.stride) == [1, 2, 1, 2, 1])
            #expect(network.input.size == 64)
        }
    }

    /// Strides of rows and columns come through both readings; the larger one says whether a layer strides.
    @Test func stridesThatDiffer() throws {
        let strides = [[2, 1], [1, 2], [2, 2], [1, 1]]
        let layers = strides.enumerated().map { index, pair in
            #"{"class_name": "Conv2D", "config": {"name": "own_\#(index)", "strides": [\#(pair[0]), \#(pair[1])], "#
                + #""padding": "same"}}"#
        }
        let config = Self.sequential(layers)
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            let groups = strides.indices.map { index in
                (
                    group: "layers/conv2d" + (index == 0 ? "" : "_\(index)"), name: String?.none,
                    variables: [[3, 3, index == 0 ? 3 : 8, 8], [8]]
                )
            }
            try Self.write3(
                path, groups, attributes: [("model_config", config), ("keras_version", "2.13.1")])
            for reading in FrameworkFileTests.readings {
                let network = try Checkpoint.Reading.$current.withValue(reading) { try ConvNetwork.open(path) }
                #expect(network.spatialLayers.map(\.strideText) == ["2×1", "1×2", "2", "1"])
                #expect(network.spatialLayers.map(\.isStrided) == [true, true, true, false])
            }
        }
    }

    /// Keras divides the integers of a quantised layer by a scale a column.
    @Test func quantisedFullyConnectedLayers() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.weights.h5"
            try HDF5Writer.write(to: path) { file in
                let integers: [Int8] = [10, -20, 30, 40, 50, -128]
                try file.write(
                    bytes: integers.map { UInt8(bitPattern: $0) }, dtype: "int8", dimensions: [3, 2],
                    to: "layers/dense/vars/0")
                try file.write([Float(1), 2], dimensions: [2], to: "layers/dense/vars/1")
                try file.write([Float(10), 4], dimensions: [2], to: "layers/dense/vars/2")
            }
            for reading in FrameworkFileTests.readings {
                let checkpoint = try Checkpoint.open(path, reading: reading)
                let kernel = try #require(checkpoint.entry(named: "layers/dense/vars/0"))
                #expect(kernel.note == "dequantised from int8")
                #expect(try checkpoint.tensor(named: kernel.name).scalars == [1, -5, 3, 10, 5, -32])
                #expect(try checkpoint.rows(1..<2, of: kernel.name) == [3, 10])
            }
        }
    }

    // MARK: Configurations

    struct Scaling: Sendable {
        let layer: String
        let words: String?
    }

    /// Images are handed over as the first layers of the network expect them.
    @Test(arguments: [
        Scaling(
            layer: #"{"class_name": "Rescaling", "config": {"name": "r", "scale": 0.00392, "offset": 0.0}}"#, words: "x"
        ),
        Scaling(
            layer: #"{"class_name": "Normalization", "config": {"name": "r", "mean": [123.7, 116.3, 103.5], "#
                + #""variance": [3411, 3262, 3290]}}"#, words: "x"),
        Scaling(
            layer: #"{"class_name": "Normalization", "config": {"name": "r", "mean": [0.485, 0.456, 0.406], "#
                + #""variance": [0.0524, 0.0502, 0.0506]}}"#, words: "/255"),
        Scaling(
            layer: #"{"class_name": "Rescaling", "config": {"name": "r", "scale": 2.0, "offset": -1.0}}"#, words: "/255"
        ),
        Scaling(layer: #"{"class_name": "Dropout", "config": {"name": "r", "rate": 0.5}}"#, words: nil),
    ])
    func scalingInsideTheNetwork(scaling: Scaling) throws {
        let config =
            #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": "#
            + #"{"batch_input_shape": [null, 8, 8, 3], "name": "i"}}, \#(scaling.layer), "#
            + #"{"class_name": "Conv2D", "config": {"name": "conv", "strides": [1, 1]}}]}}"#
        let read = try #require(KerasModelConfig.read(json: config, entries: [], version: 2))
        #expect(read.facts.graph?.inputWords == scaling.words)
        #expect(read.notes == [])
    }

    @Test func whatAConfigurationLeavesOpenIsSaid() throws {
        let subclassed = try #require(
            KerasModelConfig.read(
                json: #"{"class_name": "Custom>VAE", "config": {"name": "vae"}}"#, entries: [], version: 3))
        #expect(
            subclassed.notes == [
                "The configuration of the VAE lists no layers: their order and strides are not known from it."
            ])
        #expect(subclassed.facts.graph == nil)
    }

    @Test func normsAreToldByTheConfiguration() throws {
        // The second convolution has none; the third's activation lies inside it.
        let layers = [
            #"{"class_name": "Conv2D", "config": {"name": "c0", "batch_input_shape": [null, 8, 8, 3]}}"#,
            #"{"class_name": "BatchNormalization", "config": {"name": "b0", "axis": [3]}}"#,
            #"{"class_name": "Conv2D", "config": {"name": "c1", "activation": "relu"}}"#,
            #"{"class_name": "Conv2D", "config": {"name": "c2", "activation": "relu", "dilation_rate": [2, 2]}}"#,
            #"{"class_name": "BatchNormalization", "config": {"name": "b1", "axis": [3], "epsilon": 0.01}}"#,
        ]
        let config = #"{"class_name": "Sequential", "config": [\#(layers.joined(separator: ", "))]}"#
        let norm = ["gamma", "beta", "moving_mean", "moving_variance"]
        var entries: [Checkpoint.Entry] = []
        for name in ["c0", "c1", "c2"] {
            entries.append(
                Checkpoint.Entry(
                    name: "\(name)/kernel:0", shape: [3, 3, 3, 3], dtype: "float32", module: name, parameter: "kernel",
                    axes: .rowsColumnsInputOutput))
        }
        for name in ["b0", "b1"] {
            entries += norm.map {
                Checkpoint.Entry(name: "\(name)/\($0):0", shape: [3], dtype: "float32", module: name, parameter: $0)
            }
        }
        let facts = try #require(KerasModelConfig.read(json: config, entries: entries, version: 2)).facts
        #expect(["c0", "c1", "c2"].map { facts.layers[$0]?.norm } == ["b0", nil, "b1"])
        #expect(facts.layers["c2"]?.dilation == 2)
        #expect(facts.layers["b1"]?.epsilon == 0.01)
        #expect(facts.order == ["c0", "b0", "c1", "c2", "b1"])
    }

    @Test func wrappedLayersGiveTheirSettings() throws {
        let config =
            #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "TimeDistributed", "config": {"name": "#
            + #""time", "layer": {"class_name": "Conv2D", "config": {"name": "conv", "strides": [2, 2]}}}}]}}"#
        let entry = Checkpoint.Entry(
            name: "time/kernel:0", shape: [3, 3, 3, 8], dtype: "float32", module: "time", parameter: "kernel")
        let facts = try #require(KerasModelConfig.read(json: config, entries: [entry], version: 2)).facts
        #expect(facts.layers["time"]?.stride == 2)
        #expect(facts.layers["time"]?.className == "Conv2D")
        #expect(facts.graph?.nodes.last?.function == "TimeDistributed")
    }

    /// Each model uses the one before twice: nobody waits for 2^40 nodes.
    @Test func modelsInModelsAreBounded() {
        var model = #"{"class_name": "Sequential", "config": {"name": "m0", "layers": []}}"#
        for depth in 1...25 {
            let inner = model.replacing(
                #""config""#, with: #""inbound_nodes": [[["i", 0, 0]], [["m\#(depth - 1)", 0, 0]]], "config""#,
                maxReplacements: 1)
            model =
                #"{"class_name": "Functional", "config": {"name": "m\#(depth)", "layers": [{"class_name": "InputLayer", "#
                + #""config": {"name": "i"}}, \#(inner)], "input_layers": [["i", 0, 0]], "#
                + #""output_layers": [["m\#(depth - 1)", 1, 0]]}}"#
        }
        #expect(KerasModelConfig.read(json: model, entries: [], version: 2) != nil)
    }

    @Test func jsonAsPythonWritesIt() {
        #expect(
            JSONTree(parsing: #"{"a": [1, -2.5e3, NaN, -Infinity, null, true], "b": "\u00e9\ud83d\ude00\n"}"#)?["b"]?
                .string == "é😀\n")
        #expect(JSONTree(parsing: "[1, -2.5e3]") == .list([.number(1), .number(-2500)]))
        #expect(JSONTree(parsing: "Infinity")?.double == .infinity)
        #expect(JSONTree(parsing: #""\ud83d""#)?.string == "\u{FFFD}")
        for text in ["", "{", "[1,]", "{\"a\" 1}", "nul", "\"a", "1 2", "--", "{\"a\": 1,}", "\"\\u12\""] {
            #expect(JSONTree(parsing: text) == nil, "\(text)")
        }
        #expect(JSONTree(parsing: String(repeating: "[", count: 100_000)) == nil)
    }
}
