import Diagnostics
import Yams

extension VGNetConfig {
    /// A copy with the fields that YAML or JSON text gives; `subject` names the text in errors.
    ///
    /// A field that loses its meaning goes too: with `downsampling: learnable` the Gaussian's, with
    /// `squeeze_excite: none` its activation.
    /// Throws as ``init(yaml:subject:)`` does.
    public func overriding(yaml text: String, subject: String) throws -> VGNetConfig {
        let given = try Self.pairs(yaml: text, subject: subject)
        let names = given.compactMap { $0.key.scalar?.string }
        var dropped = Set(names)
        for (name, node) in given {
            let value = node.scalar?.string.lowercased()
            switch (name.scalar?.string, value) {
            case ("downsampling", "learnable"):
                dropped.formUnion(["gaussian_sigma", "gaussian_signs", "gaussian_decimals"])
            case ("squeeze_excite", "none"), ("squeeze_excite", "null"), ("squeeze_excite", "~"):
                dropped.insert("squeeze_excite_activation")
            default: break
            }
        }
        // A field a line, as it is written.
        let kept = yaml().split(separator: "\n").filter { line in
            !dropped.contains(String(line.prefix { $0 != ":" }))
        }
        let own = try Yams.serialize(node: Node(given.map { ($0.key, $0.value) }, .implicit, .block))
        return try VGNetConfig(yaml: own + kept.joined(separator: "\n") + "\n", subject: subject)
    }
}
