import Classification
import Engine
import Kernels
import Statistics
import Tensors

/// The depthwise kernels of a network that can be replaced, and the network with some of them replaced.
struct KernelSubstitution: Sendable {
    /// One kernel with what could stand for it.
    struct Candidate: Sendable {
        /// The place of its layer in ``inputs``.
        let layer: Int
        /// Its output channel.
        let channel: Int
        let weights: [Float]
        let label: KernelLabel
        /// The best template of each label by output, in the order of ``labels``.
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
    let inputs: [KernelInput]
    let candidates: [Candidate]

    /// Gathers the finite kernels of the depthwise layers that were measured, read from `kernels`.
    init(
        _ graph: Graph, _ statistics: NetworkStatistics, _ measurement: InputMeasurement, kernels: any KernelSource
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
                        functional: Self.labels.map { pair.functional.match(weights, as: $0) },
                        plain: Self.labels.map { pair.plain.match(weights, as: $0) }))
            }
            inputs.append(input)
        }
        self.inputs = inputs
        self.candidates = candidates
    }

    /// A kernel to replace, by its place among the candidates, and the template to replace it with; zeros silence it.
    typealias Choice = (candidate: Int, template: [Float])

    /// The graph with these kernels replaced: gain and constant as they fit best on the measured pictures.
    func graph(replacing choices: [Choice]) -> Graph {
        var changed = graph
        let byLayer = Dictionary(grouping: choices) { candidates[$0.candidate].layer }
        for (layer, choices) in byLayer {
            let input = inputs[layer]
            guard let node = graph.node(named: input.node), case .convolution(let convolution) = graph[node].operation
            else { continue }
            let multiplier = graph[convolution.weight].shape[0] / convolution.groups
            let cells = input.size * input.size
            var weights = changed[convolution.weight].scalars
            var shifts = [Double](repeating: 0, count: graph[convolution.weight].shape[0])
            for choice in choices {
                let candidate = candidates[choice.candidate]
                let substitute = input.substitute(
                    for: candidate.weights, template: choice.template, channel: candidate.channel / multiplier)
                shifts[candidate.channel] = substitute.shift
                weights.replaceSubrange(
                    candidate.channel * cells..<(candidate.channel + 1) * cells, with: substitute.kernel)
            }
            changed[convolution.weight] = Tensor(shape: graph[convolution.weight].shape, scalars: weights)
            Self.add(shifts, behind: node, convolution, to: &changed)
        }
        return changed
    }

    /// Adds a constant a channel to a convolution's output: in its bias, or in the running mean of the normalisation.
    private static func add(
        _ shifts: [Double], behind node: Graph.NodeID, _ convolution: Convolution, to graph: inout Graph
    ) {
        func shifted(_ parameter: Graph.ParameterID, by sign: Double) {
            let old = graph[parameter]
            graph[parameter] = Tensor(
                shape: old.shape, scalars: zip(old.scalars, shifts).map { Float(Double($0) + sign * $1) })
        }
        if let bias = convolution.bias { return shifted(bias, by: 1) }
        for reader in graph.nodes where reader.inputs == [node] {
            if case .batchNormalization(let norm) = reader.operation { return shifted(norm.runningMean, by: -1) }
        }
    }
}
