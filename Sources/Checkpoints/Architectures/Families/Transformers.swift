// The names of Hugging Face's transformers: MobileNetV1, MobileNetV2 and EfficientNet, ports of TensorFlow's weights, whose
// padding and ε are TensorFlow's unless their `config.json` says otherwise.

extension Dialect {
    /// A dialect for the network with its classifier, whose names begin with the model's, and one for the bare model.
    static func transformers(
        _ model: String, stem: String,
        blueprints: @escaping @Sendable (_ table: ModuleTable, _ path: String) -> [Blueprint]
    ) -> [Dialect] {
        ["\(model).", ""].map { path in
            Dialect(
                name: "transformers", stem: path + stem, epsilon: 1e-3, padding: .tensorFlowSame,
                normalisation: "x/127.5-1", classifiers: ["classifier"]
            ) { blueprints($0, path) }
        }
    }

    /// A convolution and its batch normalisation in one layer.
    static func transformersPair(_ path: String) -> Bottleneck.Pair { ("\(path).convolution", "\(path).normalization") }
}
