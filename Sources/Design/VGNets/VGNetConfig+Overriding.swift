import Diagnostics
import Yams

extension VGNetConfig {
    /// A copy with the fields that YAML or JSON text gives; `subject` names the text in errors.
    ///
    /// A field that loses its meaning goes too: with `downsampling: learnable` the Gaussian's, with
    /// `squeeze_excite: none` its activation, with another `half` or `last` the banks that nobody names any more.
    /// Throws as ``init(yaml:subject:)`` does.
    public func overriding(yaml text: String, subject: String) throws -> VGNetConfig {
        let (given, lines) = try Self.values(yaml: text, subject: subject)
        var values: [Field: FieldValue] = [:]
        for field in fields { values[field] = value(of: field) }
        values.merge(given) { $1 }
        for field in meaningless(in: values) where given[field] == nil { values[field] = nil }
        if given[.banks] == nil, case .mapping(let entries) = values[.banks] {
            let used = [values[.half], values[.last]].compactMap { $0?.text }.joined(separator: ", ")
            let kept = entries.filter { used.split(separator: ", ").contains(Substring($0.name)) }
            values[.banks] = kept.isEmpty ? nil : .mapping(kept)
        }
        do {
            return try VGNetConfig(fields: values, name: name)
        } catch let problem as Problem {
            throw problem.error(subject: subject, line: lines[problem.field])
        }
    }

    /// Fields of this design that say nothing beside the downsampling and squeeze-excite of `values`, or that are a list
    /// for stages of other kinds.
    private func meaningless(in values: [Field: FieldValue]) -> [Field] {
        var found: [Field] = []
        let kinds = values[.downsampling]?.text ?? "gaussian"
        let gaussian = [Field.gaussianSigma, .gaussianSigns, .gaussianDecimals, .gaussianOffset]
        if kinds != text(of: .downsampling) {
            for field in gaussian + [.gaussianShare] {
                let isList = if case .list = values[field] { true } else { false }
                if isList { found.append(field) }
            }
        }
        if !kinds.contains("gaussian") && !kinds.contains("hybrid") { found += gaussian }
        if !kinds.contains("hybrid") { found.append(.gaussianShare) }
        let ratio = values[.squeezeExcite] ?? FieldValue.none
        if ratio == .none || ratio.text.lowercased() == "none" { found.append(.squeezeExciteActivation) }
        return found
    }
}
