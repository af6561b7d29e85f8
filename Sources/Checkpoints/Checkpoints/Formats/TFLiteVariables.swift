import Diagnostics

/// Layers of a TensorFlow Lite model whose weights are no constants of its graph but variables, which a program sets when
/// it runs: a model that was converted before it was frozen.
struct TFLiteVariables {
    /// Layers whose weights are variables.
    private(set) var variableCount = 0
    /// Layers whose weights are constants.
    private(set) var constantCount = 0

    private static let layers: Set<String> = ["CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"]
    private static let variables: Set<String> = ["READ_VARIABLE", "VAR_HANDLE"]
    /// How many operators may stand between a variable and its layer.
    private static let maximumSteps = 16

    init(tensors: [TFLiteModel.Tensor], operators: [TFLiteModel.Operator], inputs: [Int]) {
        var makers: [Int: Int] = [:]
        for (place, node) in operators.enumerated() {
            for output in node.outputs where output >= 0 { makers[output] = makers[output] ?? place }
        }
        /// Whether numbers come from a variable: read by an operator, or of a tensor that nothing fills.
        func isVariable(_ weight: Int) -> Bool {
            var place = weight
            for _ in 0..<Self.maximumSteps {
                guard tensors.indices.contains(place) else { return false }
                guard let maker = makers[place] else { return tensors[place].data == nil && !inputs.contains(place) }
                if Self.variables.contains(operators[maker].name) { return true }
                guard let input = operators[maker].inputs.first else { return false }
                place = input
            }
            return false
        }
        for node in operators where Self.layers.contains(node.name) && node.inputs.count > 1 {
            if isVariable(node.inputs[1]) { variableCount += 1 } else { constantCount += 1 }
        }
    }

    private static let remedy =
        "Freeze it: convert it again with tf.lite.TFLiteConverter.from_keras_model(model), or set "
        + "converter.experimental_enable_resource_variables = False"

    /// What a model of variables alone ends in; nil for others.
    func error(_ path: String) -> KernelVizError? {
        guard variableCount > 0, constantCount == 0 else { return nil }
        let layers = variableCount == 1 ? "its one layer are" : "all its \(variableCount) layers are"
        return KernelVizError(
            code: "weights.variables", subject: path,
            found: "TensorFlow Lite model that is not frozen (the weights of \(layers) variables)",
            expected: "weights as constants of the graph", advice: Self.remedy)
    }

    /// What is said where some of the weights are variables.
    var note: String? {
        guard variableCount > 0, constantCount > 0 else { return nil }
        return
            "The weights of \(variableCount) of \(variableCount + constantCount) layers are variables, which the file "
            + "does not hold as constants; they are left out. \(Self.remedy)."
    }
}
