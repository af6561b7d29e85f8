import Diagnostics
import Engine
import Tensors
import Weights

extension MobileNetV1 {
    /// Builds the net from a recognised checkpoint, whatever its layers are called and however its weights lie.
    ///
    /// Where the file pads as TensorFlow does the activation is ReLU6, else ReLU, unless its attribute `activation`
    /// ("relu", "relu6") says otherwise.
    /// Throws `networks.otherFamily`, `networks.noTensor`, `networks.badShape`, `networks.notFinite` or the file's own
    /// error.
    public init(network: Network) throws {
        let checkpoint = network.checkpoint
        if network.family == "MobileNetV1", let missing = network.missingTensors.first {
            throw KernelVizError(
                code: "networks.noTensor", subject: checkpoint.path, found: "no tensor '\(missing)'",
                expected: "the weights of a whole MobileNetV1", advice: "The kernels can be analysed all the same")
        }
        // One with a head between the blocks and the classifier is another network.
        guard network.family == "MobileNetV1", network.layers.count >= Self.layerNames.count,
            network.layers.dropFirst(Self.layerNames.count).allSatisfy({ $0.batchNorm == nil })
        else {
            throw KernelVizError(
                code: "networks.otherFamily", subject: checkpoint.path, found: network.title,
                expected: "a complete MobileNetV1", advice: "Only MobileNetV1 and VGNets can be run")
        }
        var conventions: Conventions = network.input.padding == .tensorFlowSame ? .keras : .torch
        if let name = checkpoint.attributes["activation"], let function = ActivationFunction(rawValue: name) {
            conventions.activation = function
        }
        var tensors: [(name: String, tensor: Tensor)] = []
        // A classifier that is a convolution comes last; it is read by its name below.
        for (layer, name) in zip(network.layers, Self.layerNames) {
            tensors.append(("\(name)/weight", try network.weight(of: layer)))
            if let norm = layer.batchNorm {
                conventions.epsilon = norm.epsilon
                for (part, values) in [
                    ("weight", norm.weight), ("bias", norm.bias), ("running_mean", norm.runningMean),
                    ("running_var", norm.runningVariance),
                ] {
                    tensors.append(("\(name)_bn/\(part)", Tensor(shape: [values.count], scalars: values)))
                }
            } else {
                tensors.append(("\(name)/bias", try Self.bias(of: layer, in: checkpoint)))
            }
        }
        tensors += try Self.classifier(of: checkpoint)
        try self.init(
            weights: TensorLookup(subject: checkpoint.path, tensors: tensors), conventions: conventions,
            strides: network.spatialLayers.map { $0.stride ?? 1 })
    }

    /// conv1, conv_dw_1, conv_pw_1, … conv_pw_13.
    private static let layerNames =
        ["conv1"] + strides.indices.flatMap { ["conv_dw_\($0 + 1)", "conv_pw_\($0 + 1)"] }

    /// The bias into which batch normalisation was folded.
    private static func bias(of layer: ConvLayer, in checkpoint: Checkpoint) throws -> Tensor {
        let module = checkpoint.entry(named: layer.tensorName)?.module
        guard let entry = checkpoint.entries.first(where: { $0.module == module && $0.parameter == "bias" }) else {
            throw KernelVizError(
                code: "networks.noTensor", subject: checkpoint.path,
                found: "neither batch normalisation nor a bias for '\(layer.name)'",
                expected: "the weights of a whole MobileNetV1", advice: "The kernels can be analysed all the same")
        }
        return try checkpoint.tensor(named: entry.name)
    }

    /// Weight (K×C or K×C×1×1) and bias of the classifier under the names that this net uses.
    private static func classifier(of checkpoint: Checkpoint) throws -> [(name: String, tensor: Tensor)] {
        let modules = ["conv_preds", "predictions", "fc7", "classifier", "dense", "fc"]
        for entry in checkpoint.entries where modules.contains(where: { entry.module.hasSuffix($0) }) {
            guard entry.parameter == "weight" || entry.parameter == "kernel" else { continue }
            var weight = try checkpoint.tensor(named: entry.name)
            if entry.parameter == "kernel" && weight.shape.rank == 4 { weight = weight.transposed([3, 2, 0, 1]) }
            if entry.parameter == "kernel" && weight.shape.rank == 2 { weight = weight.transposed([1, 0]) }
            let biasEntry = checkpoint.entries.first { $0.module == entry.module && $0.parameter == "bias" }
            let bias = try biasEntry.map { try checkpoint.tensor(named: $0.name) }
            let zeros = Tensor(shape: [weight.shape.dimensions.first ?? 0])
            return [("conv_preds/weight", weight), ("conv_preds/bias", bias ?? zeros)]
        }
        throw KernelVizError(
            code: "networks.noTensor", subject: checkpoint.path, found: "no classifier",
            expected: "a layer called \(modules.map { "'\($0)'" }.joined(separator: " or "))",
            advice: "The kernels can be analysed all the same")
    }
}
