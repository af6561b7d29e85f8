import Classification
import Evaluation

/// Kernels of a layer that are replaced together by the same kind of stand-in.
struct ReplacementUnit: Sendable {
    /// The place of its layer in the substitution.
    let layer: Int
    /// The layer, by the name of its weight in the file.
    let name: String
    let standIn: StandIn
    /// σ and depth of a shared kernel; nil for the others.
    let form: SharedForm?
    /// The kernels, by their places among the candidates.
    let candidates: [Int]
    /// What replaces each of them, before its gain.
    let template: [Float]

    /// What is replaced by what.
    var choices: [KernelSubstitution.Choice] { candidates.map { ($0, template) } }
}

/// The units of a network, in network order.
struct ReplacementUnits: Sendable {
    let units: [ReplacementUnit]
    /// Kernels by the layer of the substitution that a random choice may draw from.
    let drawable: [[Int]]

    /// Each label's kernels of a layer, those that their stand-in explains best apart from the others.
    ///
    /// Stand-ins that cannot save anything are left out: pass-through where no cell lies under the result's pixel, and
    /// fewer channels than a block.
    init(_ substitution: KernelSubstitution, _ layers: ReplaceableLayers) {
        var units: [ReplacementUnit] = []
        var drawable: [[Int]] = []
        let byLayer = Dictionary(grouping: substitution.candidates.indices) { substitution.candidates[$0].layer }
        for layer in substitution.inputs.indices {
            let own = byLayer[layer] ?? []
            drawable.append(own)
            guard let known = layers.layers[layer] else { continue }
            for standIn in StandIn.allCases {
                let chosen = own.filter { Self.standIn(of: substitution.candidates[$0], known) == standIn }
                units += Self.units(chosen, standIn, layer, known, substitution)
            }
        }
        self.units = units
        self.drawable = drawable
    }

    private static func standIn(
        of candidate: KernelSubstitution.Candidate, _ known: ReplaceableLayers.Layer
    ) -> StandIn? {
        switch candidate.label {
        case .identity:
            let peak = candidate.weights.indices.max { abs(candidate.weights[$0]) < abs(candidate.weights[$1]) }
            return peak == known.passingCell ? .passThrough : nil
        case .blur: return candidate.shape == .box ? .box : candidate.shape == .ring ? .ring : .gaussian
        case .zero: return known.mayBeConstant[candidate.channel] ? .nothing : nil
        case .edge, .other: return nil
        }
    }

    private static func units(
        _ chosen: [Int], _ standIn: StandIn, _ layer: Int, _ known: ReplaceableLayers.Layer,
        _ substitution: KernelSubstitution
    ) -> [ReplacementUnit] {
        let input = substitution.inputs[layer]
        let living = chosen.compactMap { index -> (index: Int, response: KernelResponse)? in
            let candidate = substitution.candidates[index]
            let response = input.response(of: candidate.weights, channel: candidate.channel)
            return response.variance > 0 || standIn == .nothing ? (index, response) : nil
        }
        let block = standIn == .nothing ? 1 : DepthwiseParts.block
        guard living.count >= block else { return [] }
        let form =
            standIn.isShared ? SharedForm(standIn, size: input.size, responses: living.map(\.response)) : nil
        var template = form?.weights ?? Array(repeating: 0, count: known.taps)
        if standIn == .passThrough, let cell = known.passingCell { template[cell] = 1 }
        let ranked = living.map { (index: $0.index, share: rank($0.response, standIn, template)) }
            .sorted { ($1.share, $0.index) < ($0.share, $1.index) }.map(\.index)
        let blocks = ranked.count / block
        let sizes = blocks > 1 ? [(blocks + 1) / 2 * block, blocks / 2 * block] : [blocks * block]
        var start = 0
        return sizes.map { size in
            let candidates = Array(ranked[start..<start + size])
            start += size
            return ReplacementUnit(
                layer: layer, name: known.name, standIn: standIn, form: form, candidates: candidates,
                template: template)
        }
    }

    /// How well a stand-in does: the share of the output that it explains, or how little there is of it.
    private static func rank(_ response: KernelResponse, _ standIn: StandIn, _ template: [Float]) -> Double {
        standIn == .nothing ? -response.variance : response.share(explainedBy: template)
    }
}
