/// How libraries and people call the layers that end in classes.
package enum ClassifierNames {
    private static let names = [
        "classifier", "fc", "head.fc", "predictions", "Logits", "logits", "dense", "head.dense", "linear", "head",
        "conv_preds", "fc7",
    ]

    /// Whether a module belongs to the classifier: by its name, or as one of a sequence "classifier.0" ….
    package static func contains(_ module: String) -> Bool {
        var module = module[...]
        let parts = module.split(separator: ".")
        if parts.count > 1, parts[parts.count - 2] == "classifier", let number = parts.last,
            number.allSatisfy(\.isNumber)
        {
            module = module.dropLast(number.count + 1)
        }
        return names.contains { module == $0 || module.hasSuffix("." + $0) }
    }
}
