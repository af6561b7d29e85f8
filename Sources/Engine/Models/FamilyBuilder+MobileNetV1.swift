import Diagnostics
import Engine
import Architectures

extension FamilyBuilder {
    /// MobileNetV1 (arXiv 1704.04861): stem, thirteen depthwise and pointwise pairs, classifier.
    ///
    /// Results that can be tapped: `conv1_relu`, `conv_dw_N_relu`, `conv_pw_N_relu`, `gap`, `logits`.
    mutating func buildMobileNetV1() throws {
        let function = mobileNetV1Function
        try stackedLayer(function, name: "conv1_relu")
        var block = 0
        while let next = peek(), next.isDepthwise {
            block += 1
            try stackedLayer(function, name: "conv_dw_\(block)_relu")
            try stackedLayer(function, name: "conv_pw_\(block)_relu")
        }
        // timm has nets with a convolution more before the mean.
        if peek()?.batchNorm != nil { try layer(function, name: "head") }
        try classify(nil)
    }

    /// What stands behind every convolution: the file's own word (`activation`), else what its library builds: ReLU6 in
    /// Keras and timm and wherever images are padded as TensorFlow does, ReLU elsewhere.
    private var mobileNetV1Function: ActivationFunction {
        if let function = network.checkpoint.attributes["activation"].flatMap(ActivationFunction.init(rawValue:)) {
            return function
        }
        return network.input.padding == .tensorFlowSame || ["timm", "transformers"].contains(network.library)
            ? .relu6 : .relu
    }

    /// A layer that must have a normalisation, or a bias into which one was folded.
    private mutating func stackedLayer(_ function: ActivationFunction, name: String) throws {
        if let layer = peek(), layer.batchNorm == nil, !hasBias(layer) {
            throw KernelVizError(
                code: "networks.noTensor", subject: network.checkpoint.path,
                found: "neither batch normalisation nor a bias for '\(layer.name)'",
                expected: "the weights of a whole \(network.family ?? "network")",
                advice: "The kernels can be analysed all the same")
        }
        try layer(function, name: name)
    }

    private func hasBias(_ layer: ConvLayer) -> Bool {
        let module = network.checkpoint.entry(named: layer.tensorName)?.module
        return network.checkpoint.entries.contains { $0.module == module && $0.parameter == "bias" }
    }
}
