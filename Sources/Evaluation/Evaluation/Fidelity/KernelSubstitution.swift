import Classification
import Engine
import Kernels
import Statistics
import Tensors

/// The depthwise kernels of a network that can be replaced, and the network with some of them replaced.
package struct KernelSubstitution: Sendable {
    /// One kernel with what could stand for it.
    package struct Candidate: Sendable {
        /// The place of its layer in ``inputs``.
        package let layer: Int
        /// Its output channel.
        package let channel: Int
        package let weights: [Float]
        package let label: KernelLabel
        package let shape: KernelShape
        /// How probably a careful reader gives the label; nil where nobody was asked.
        let probability: Double?
        /// The best single cell by output; nil where no templates were asked for.
        let cell: TemplateFitter.Match?
        /// The best template of each label by output, in the order of ``labels``; empty where none were asked for.
        let functional: [TemplateFitter.Match]
        /// The same by weights.
        let plain: [TemplateFitter.Match]

        /// The best fit of any template by output, and its label's place.
        var bestFunctional: (place: Int, fit: Double) { Self.best(functional) }
        /// The same by weights.
        var bestPlain: (place: Int, fit: Double) { Self.best(plain) }

        private static func best(_ matches: [TemplateFitter.Match]) -> (Int, Double) {
            let place = matches.indices.max { matches[$0].fit < matches[$1].fit } ?? 0
            return (place, matches[place].fit)
        }
    }

    /// The labels that have templates.
    static let labels: [KernelLabel] = [.identity, .blur, .edge]

    let graph: Graph
    /// What the depthwise layers see, in network order.
    package let inputs: [KernelInput]
    /// Their kernels.
    package let candidates: [Candidate]

    /// Gathers the finite kernels of the depthwise layers that were measured, read from `kernels`.
    ///
    /// - Parameter fitsTemplates: Whether the best templates of every label are looked for.
    package init(
        _ graph: Graph, _ statistics: NetworkStatistics, _ measurement: InputMeasurement, kernels: any KernelSource,
        fitsTemplates: Bool = true
    ) throws {
        self.graph = graph
        var inputs: [KernelInput] = []
        var candidates: [Candidate] = []
        var fitters: [Int: (functional: TemplateFitter, plain: TemplateFitter)] = [:]
        for layer in statistics.layers where layer.layer.isDepthwise {
            guard let input = measurement.input(ofWeight: layer.layer.tensorName) else { continue }
            let bank = try kernels.bank(of: layer.layer)
            let size = bank.size
            let pair =
                fitters[size] ?? (
                    TemplateFitter(similarity: FunctionalSimilarity(size: size, rho: statistics.settings.rho)),
                    TemplateFitter(similarity: FunctionalSimilarity(size: size, rho: 0))
                )
            fitters[size] = pair
            for (channel, kernel) in layer.classifications.enumerated() {
                let weights = Array(bank.kernel(channel))
                guard kernel.shape != .nonFinite else { continue }
                candidates.append(
                    Candidate(
                        layer: inputs.count, channel: channel, weights: weights, label: kernel.label,
                        shape: kernel.shape, probability: kernel.probability,
                        cell: fitsTemplates ? pair.functional.cell(weights) : nil,
                        functional: fitsTemplates ? Self.labels.map { pair.functional.match(weights, as: $0) } : [],
                        plain: fitsTemplates ? Self.labels.map { pair.plain.match(weights, as: $0) } : []))
            }
            inputs.append(input)
        }
        self.inputs = inputs
        self.candidates = candidates
    }

    /// Every shape of a label with templates that occurs, with the label, in the order of the cases.
    var shapes: [(shape: KernelShape, label: KernelLabel)] {
        Self.labels.flatMap { label in
            KernelShape.allCases.filter { shape in candidates.contains { $0.label == label && $0.shape == shape } }
                .map { ($0, label) }
        }
    }

    /// The kernels whose label has templates and a probability, in tenths from the least probable on; none where there
    /// are fewer than ten.
    var tenths: [[Int]] {
        let asked = candidates.indices.filter {
            candidates[$0].probability != nil && Self.labels.contains(candidates[$0].label)
        }
        guard asked.count >= 10 else { return [] }
        func key(_ index: Int) -> (Double, Int) { (candidates[index].probability ?? 0, index) }
        let sorted = asked.sorted { key($0) < key($1) }
        return (0..<10).map { Array(sorted[$0 * sorted.count / 10..<($0 + 1) * sorted.count / 10]) }
    }

    /// A kernel to replace, by its place among the candidates, and the template to replace it with; zeros silence it.
    package typealias Choice = (candidate: Int, template: [Float])

    /// The graph with these kernels replaced: gain and constant as they fit best on the measured pictures.
    ///
    /// The constants are in the layers' biases; a layer without one gets one.
    package func graph(replacing choices: [Choice]) -> Graph {
        var changed = graph
        let byLayer = Dictionary(grouping: choices) { candidates[$0.candidate].layer }
        for layer in byLayer.keys.sorted() {
            let input = inputs[layer]
            guard let node = graph.node(named: input.node), case .convolution(let convolution) = graph[node].operation,
                let bias = changed.ownBias(of: node)
            else { continue }
            let multiplier = graph[convolution.weight].shape[0] / convolution.groups
            let cells = input.size * input.size
            var weights = changed[convolution.weight].scalars
            var biases = changed[bias].scalars
            for choice in byLayer[layer] ?? [] {
                let candidate = candidates[choice.candidate]
                let substitute = input.substitute(
                    for: candidate.weights, template: choice.template, channel: candidate.channel / multiplier)
                biases[candidate.channel] = Float(Double(biases[candidate.channel]) + substitute.shift)
                weights.replaceSubrange(
                    candidate.channel * cells..<(candidate.channel + 1) * cells, with: substitute.kernel)
            }
            changed[convolution.weight] = Tensor(shape: graph[convolution.weight].shape, scalars: weights)
            changed[bias] = Tensor(shape: changed[bias].shape, scalars: biases)
        }
        return changed
    }
}
