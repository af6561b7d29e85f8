import Classification
import Diagnostics
import Numerics

/// What is replaced, and beside what.
extension FidelityTrial {
    /// The kernels of a label, replaced by its templates.
    mutating func row(of label: KernelLabel) throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let place = KernelSubstitution.labels.firstIndex(of: label)
        let chosen = candidates.indices.filter { candidates[$0].label == label }
        func choice(_ index: Int) -> KernelSubstitution.Choice { (index, Self.template(candidates[index], place)) }
        func ranked(_ fit: (KernelSubstitution.Candidate) -> Double) -> [KernelSubstitution.Choice] {
            candidates.indices.sorted { (fit(candidates[$1]), $0) < (fit(candidates[$0]), $1) }
                .prefix(chosen.count).map(choice)
        }
        return LabelFidelity.Row(
            name: label.rawValue, kernels: chosen.count, chosen: try outcome([chosen.map(choice)]),
            functional: try place.map { place in try outcome([ranked { $0.functional[place].fit }]) },
            weights: try place.map { place in
                try outcome([
                    candidates.indices.sorted {
                        (candidates[$1].plain[place].fit, $0) < (candidates[$0].plain[place].fit, $1)
                    }.prefix(chosen.count).map { ($0, candidates[$0].plain[place].template) }
                ])
            },
            random: try outcome(draws(chosen.count).map { $0.map(choice) }))
    }

    /// All kernels that have a name, each replaced by its label's template.
    mutating func rowOfAllNamed() throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let chosen = candidates.indices.filter { candidates[$0].label != .other }
        return LabelFidelity.Row(
            name: "all named", kernels: chosen.count, chosen: try outcome([chosen.map(ofOwnLabel)]), functional: nil,
            weights: nil,
            random: try randomOutcome(chosen.count))
    }

    /// Kernels that some template explains to at least `limit` of their output; nil where there are none.
    mutating func row(fromFit limit: Double) throws -> LabelFidelity.Row? {
        let candidates = substitution.candidates
        let chosen = candidates.indices.filter { candidates[$0].bestFunctional.fit >= limit }
        guard !chosen.isEmpty else { return nil }
        let ranked = candidates.indices.sorted {
            (candidates[$1].bestPlain.fit, $0) < (candidates[$0].bestPlain.fit, $1)
        }.prefix(chosen.count)
        return LabelFidelity.Row(
            name: "R² ≥ \(NumberFormat.fixed(limit, 2))", kernels: chosen.count,
            chosen: try outcome([
                chosen.map { ($0, Self.template(candidates[$0], candidates[$0].bestFunctional.place)) }
            ]), functional: nil,
            weights: try outcome([
                ranked.map { ($0, candidates[$0].plain[candidates[$0].bestPlain.place].template) }
            ]),
            random: try randomOutcome(chosen.count))
    }

    private static func template(_ candidate: KernelSubstitution.Candidate, _ place: Int?) -> [Float] {
        place.map { candidate.functional[$0].template } ?? Array(repeating: 0, count: candidate.weights.count)
    }

    /// A kernel replaced by its own label's template.
    private func ofOwnLabel(_ index: Int) -> KernelSubstitution.Choice {
        let candidate = substitution.candidates[index]
        return (index, Self.template(candidate, KernelSubstitution.labels.firstIndex(of: candidate.label)))
    }

    /// Random kernels, each replaced by whatever template explains it best.
    private mutating func randomOutcome(_ count: Int) throws -> LabelFidelity.Outcome {
        let candidates = substitution.candidates
        return try outcome(
            draws(count).map { draw in
                draw.map { ($0, Self.template(candidates[$0], candidates[$0].bestFunctional.place)) }
            })
    }

    /// The identities once more, a single cell in their place and nothing beside it.
    mutating func rowOfCells() throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let chosen = candidates.indices.filter { candidates[$0].label == .identity }
        func choice(_ index: Int) -> KernelSubstitution.Choice {
            (index, candidates[index].cell?.template ?? candidates[index].weights)
        }
        func fit(_ index: Int) -> Double { candidates[index].cell?.fit ?? 0 }
        let ranked = candidates.indices.sorted { (fit($1), $0) < (fit($0), $1) }
        return LabelFidelity.Row(
            name: "identity, one cell", kernels: chosen.count, chosen: try outcome([chosen.map(choice)]),
            functional: try outcome([ranked.prefix(chosen.count).map(choice)]), weights: nil,
            random: try outcome(draws(chosen.count).map { $0.map(choice) }))
    }

    /// The kernels of one shape, and as many drawn at random, replaced by the templates of the shape's label.
    mutating func row(of shape: KernelShape, _ label: KernelLabel) throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let place = KernelSubstitution.labels.firstIndex(of: label)
        let chosen = candidates.indices.filter { candidates[$0].label == label && candidates[$0].shape == shape }
        func choice(_ index: Int) -> KernelSubstitution.Choice { (index, Self.template(candidates[index], place)) }
        return LabelFidelity.Row(
            name: "\(label.rawValue): \(shape.rawValue)", kernels: chosen.count,
            chosen: try outcome([chosen.map(choice)]), functional: nil, weights: nil,
            random: try outcome(draws(chosen.count).map { $0.map(choice) }))
    }

    /// A tenth of the named kernels, those of like probability, each replaced by its label's template.
    mutating func row(ofTenth chosen: [Int]) throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let probabilities = chosen.compactMap { candidates[$0].probability }
        let (least, most) = (probabilities.min() ?? 0, probabilities.max() ?? 0)
        return LabelFidelity.Row(
            name: "p \(NumberFormat.fixed(least, 3)) to \(NumberFormat.fixed(most, 3))", kernels: chosen.count,
            chosen: try outcome([chosen.map(ofOwnLabel)]), functional: nil, weights: nil,
            random: try randomOutcome(chosen.count))
    }
}
