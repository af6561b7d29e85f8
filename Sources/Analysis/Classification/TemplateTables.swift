/// Everything that labelling follows as plain numbers, so that another program can compute the same features.
package struct TemplateTables: Sendable {
    /// Template-major weights of bumps, first and second derivatives, then C·t/√(tᵀCt) of each.
    package let weights: [[Float]]
    package let projected: [[Float]]
    /// The raw value of each template's ``TemplateKind``.
    package let kinds: [[Float]]
    /// The input's correlation, N²×N².
    package let correlation: [Float]
    /// C·g/√(gᵀCg) of the σ that are tried, template-major.
    package let widths: [Float]
    /// Cut-offs: the rubric's four, then the four that alpha sets.
    package let cutOffs: [Float]
    /// The sorted scores of random kernels: identity, blur, first, second.
    package let nullScores: [[Float]]
}

extension LayerClassifier {
    /// The classifier's tables.
    package var tables: TemplateTables {
        let groups = [families.blur, families.first, families.second]
        let cells = size * size
        let unit = (0..<cells).map { column in
            similarity.correlate((0..<cells).map { $0 == column ? 1 : 0 })
        }
        return TemplateTables(
            weights: groups.map(\.weights), projected: groups.map(\.projected),
            kinds: groups.map { $0.kinds.map { Float($0.rawValue) } }, correlation: unit.flatMap { $0 },
            widths: blurFit.templates,
            cutOffs: [rubricThresholds, thresholds].flatMap {
                [Float($0.identityPeak), Float($0.blurFit), Float($0.firstFit), Float($0.secondFit)]
            }, nullScores: null.sorted)
    }
}
