import Diagnostics
import Yams

extension VGNetConfig {
    /// A copy with the fields that YAML or JSON text gives; `subject` names the text in errors.
    ///
    /// A field that loses its meaning goes too: with `downsampling: learnable` the Gaussian's, with
    /// `squeeze_excite: none` its activation, with another `half` or `last` the banks that only they named.
    /// Throws as ``init(yaml:subject:)`` does.
    public func overriding(yaml text: String, subject: String) throws -> VGNetConfig {
        let given = try Self.pairs(yaml: text, subject: subject)
        let own = try Self.pairs(yaml: yaml(), subject: subject)
        var dropped = Set(given.compactMap { $0.key.scalar?.string })
        for (name, node) in given {
            switch (name.scalar?.string, node.scalar?.string.lowercased()) {
            case ("downsampling", "learnable"):
                dropped.formUnion(own.compactMap { $0.key.scalar?.string }.filter { $0.hasPrefix("gaussian_") })
            case ("squeeze_excite", "none"), ("squeeze_excite", "null"), ("squeeze_excite", "~"):
                dropped.insert("squeeze_excite_activation")
            default: break
            }
        }
        let merged = given + own.filter { !dropped.contains($0.key.scalar?.string ?? "") }
        // Banks of its own that no field names any more.
        let users = merged.filter { ["half", "last"].contains($0.key.scalar?.string) }.flatMap { _, value in
            (value.sequence.map(Array.init) ?? [value]).compactMap { $0.scalar?.string }
        }
        let fields = merged.compactMap { key, value -> (Node, Node)? in
            guard key.scalar?.string == "banks", !given.contains(where: { $0.key == key }),
                let banks = value.mapping
            else { return (key, value) }
            let used = banks.filter { users.contains($0.key.scalar?.string ?? "") }
            return used.isEmpty ? nil : (key, Node(used.map { ($0.key, $0.value) }, .implicit, .block))
        }
        let all = Node(fields, .implicit, .block)
        return try VGNetConfig(yaml: Yams.serialize(node: all), subject: subject)
    }
}
