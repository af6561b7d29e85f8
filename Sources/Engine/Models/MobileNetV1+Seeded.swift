import Diagnostics
import Tensors

extension MobileNetV1 {
    /// An untrained net with PyTorch's conventions and default initialisation: weights uniform in ±1/√fanIn, batch
    /// normalisation at identity, the same for the same seed.
    ///
    /// - Parameter classes: The number of classes.
    /// - Parameter inputChannels: Channels of the images.
    /// - Parameter seed: Names the initial weights.
    /// - Parameter width: α; channels are those of the paper's Table 1 times α, at least 8.
    public init(width: Double, inputChannels: Int = 3, classes: Int, seed: UInt64) throws {
        let parameters = SeededParameters(seed: seed)
        var tensors: [(name: String, tensor: Tensor)] = []
        func add(_ name: String, _ shape: Shape, _ initial: InitialValue) {
            tensors.append((name, parameters.tensor(name, shape, initial)))
        }
        func addLayer(_ name: String, _ outputs: Int, _ inputs: Int, _ kernel: Int) {
            add("\(name)/weight", [outputs, inputs, kernel, kernel], .uniform(fanIn: inputs * kernel * kernel))
            add("\(name)_bn/weight", [outputs], .ones)
            add("\(name)_bn/bias", [outputs], .zeros)
            add("\(name)_bn/running_mean", [outputs], .zeros)
            add("\(name)_bn/running_var", [outputs], .ones)
        }
        // Howard et al., Table 1.
        let widths = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
            .map { max(8, Int(Double($0) * width)) }
        addLayer("conv1", widths[0], inputChannels, 3)
        for block in 1...13 {
            addLayer("conv_dw_\(block)", widths[block - 1], 1, 3)
            addLayer("conv_pw_\(block)", widths[block], widths[block - 1], 1)
        }
        add("conv_preds/weight", [classes, widths[13]], .uniform(fanIn: widths[13]))
        add("conv_preds/bias", [classes], .uniform(fanIn: widths[13]))
        try self.init(
            weights: TensorLookup(subject: "mobilenetv1-\(width)", tensors: tensors), conventions: .torch)
    }

    /// α of a name such as "mobilenetv1-0.5"; nil for other names.
    public static func width(named text: String) -> Double? {
        let prefix = "mobilenetv1-"
        guard text.lowercased().hasPrefix(prefix), let width = Double(text.dropFirst(prefix.count)), width > 0,
            width <= 4
        else { return nil }
        return width
    }
}
