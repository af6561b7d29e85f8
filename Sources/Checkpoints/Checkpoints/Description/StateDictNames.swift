extension Checkpoint.Entry {
    /// The tensor's key in a state dict: the file's own name with dots where PyTorch would write it so, else the module and
    /// PyTorch's word for the parameter.
    package var stateDictName: String {
        let own = String(name.drop { $0 == "/" }).replacing("/", with: ".")
        let word = Self.words[parameter] ?? parameter
        let isOwn = word == parameter && own.hasSuffix(parameter) && !name.contains(":")
        return isOwn || module.isEmpty ? own : "\(module.replacing("/", with: ".")).\(word)"
    }

    /// PyTorch's words for Keras' parameters; γ and β of a batch normalisation are named where that is known to be one.
    private static let words = [
        "kernel": "weight", "depthwise_kernel": "weight", "pointwise_kernel": "pointwise_weight",
        "moving_mean": "running_mean", "moving_variance": "running_var",
    ]

    /// The key of a parameter of the same module under PyTorch's word for it.
    package func stateDictName(as word: String) -> String {
        parameter == word ? stateDictName : module.isEmpty ? word : "\(module.replacing("/", with: ".")).\(word)"
    }
}
