import Engine
import Tensors

/// Mean and variance of every channel behind every node, as the batch normalisations recorded them.
///
/// Behind a batch normalisation a channel has the mean β and the variance γ²σ²/(σ² + ε), whatever came before it. From
/// there they are carried on: exactly through sums, joins, cuts and the means of convolutions, as those of a normal
/// distribution through functions (Nagel et al., "Data-free quantization through weight equalization and bias
/// correction", 2019, §4.2). Nothing is known behind the image, maxima of windows and other normalisations, up to the
/// next batch normalisation.
struct ChannelMoments {
    /// One value a channel.
    struct Moments: Equatable {
        var means: [Double]
        var variances: [Double]
    }

    /// By the place of the node; nil where nothing is known.
    let nodes: [Moments?]

    init(_ graph: Graph, shapes: [Shape]) {
        var nodes: [Moments?] = []
        nodes.reserveCapacity(graph.nodes.count)
        for node in graph.nodes {
            let inputs = node.inputs.map { nodes[$0.position] }
            let places = node.inputs.map { shapes[$0.position] }
            nodes.append(Self.moments(node, inputs, places, graph))
        }
        self.nodes = nodes
    }

    private static func moments(
        _ node: Graph.Node, _ inputs: [Moments?], _ shapes: [Shape], _ graph: Graph
    ) -> Moments? {
        if case .batchNormalization(let norm) = node.operation { return recorded(norm, graph) }
        let known = inputs.compactMap { $0 }
        guard known.count == inputs.count, let first = known.first else { return nil }
        switch node.operation {
        case .convolution(let convolution): return self.convolution(convolution, first, graph)
        case .activation(let function): return activated(function, first)
        case .dropout: return first
        case .add:
            guard known.count == 2 else { return nil }
            return Moments(
                means: zip(first.means, known[1].means).map(+),
                variances: zip(first.variances, known[1].variances).map(+))
        case .multiply:
            // A gate: its mean scales the channel.
            guard known.count == 2, known[1].means.count == first.means.count else { return nil }
            return Moments(
                means: zip(first.means, known[1].means).map(*),
                variances: zip(first.variances, known[1].means).map { $0 * $1 * $1 })
        case .concatenate: return Moments(means: known.flatMap(\.means), variances: known.flatMap(\.variances))
        case .slice(let range):
            return Moments(means: Array(first.means[range]), variances: Array(first.variances[range]))
        case .channelShuffle(let groups):
            let width = first.means.count / max(1, groups)
            let order = first.means.indices.map { $0 % groups * width + $0 / groups }
            return Moments(means: order.map { first.means[$0] }, variances: order.map { first.variances[$0] })
        case .globalAveragePool:
            let pixels = Double(max(1, shapes[0][2] * shapes[0][3]))
            return Moments(means: first.means, variances: first.variances.map { $0 / pixels })
        case .pool(let pool):
            guard case .average = pool.kind else { return nil }
            return Moments(
                means: first.means, variances: first.variances.map { $0 / Double(max(1, pool.size * pool.size)) })
        case .affine(let scale, let shift):
            let (factors, shifts) = (graph[scale].scalars, graph[shift].scalars)
            return Moments(
                means: zip(first.means, factors).map { $0 * Double($1) }.enumerated().map { $1 + Double(shifts[$0]) },
                variances: zip(first.variances, factors).map { $0 * Double($1) * Double($1) })
        default: return nil
        }
    }

    private static func recorded(_ norm: BatchNormalization, _ graph: Graph) -> Moments {
        let (gamma, variance) = (graph[norm.weight].scalars, graph[norm.runningVariance].scalars)
        return Moments(
            means: graph[norm.bias].scalars.map(Double.init),
            variances: zip(gamma, variance).map { gamma, variance in
                let sigma = max(0, Double(variance))
                return Double(gamma) * Double(gamma) * sigma / max(1e-30, sigma + Double(norm.epsilon))
            })
    }

    /// The mean is that of the sum of the weights; the variance takes pixels of a channel to be alike and channels to be
    /// independent, which is rough and used where no batch normalisation follows.
    ///
    /// `place` tells how often each cell lies in the padding; without it padding is left out of account.
    static func convolution(
        _ convolution: Convolution, _ input: Moments, _ graph: Graph, place: GraphPlace? = nil
    ) -> Moments? {
        let weight = graph[convolution.weight]
        let (outputs, slices) = (weight.shape[0], weight.shape[1])
        let cells = weight.shape[2] * weight.shape[3]
        guard convolution.groups > 0, outputs % convolution.groups == 0,
            slices * convolution.groups == input.means.count
        else { return nil }
        let bias = convolution.bias.map { graph[$0].scalars }
        let inside = place.map { place in
            let columns = place.insideShares(axis: 3, kernel: weight.shape[3])
            return place.insideShares(axis: 2, kernel: weight.shape[2]).flatMap { row in columns.map { row * $0 } }
        }
        var result = Moments(
            means: Array(repeating: 0, count: outputs), variances: Array(repeating: 0, count: outputs))
        for output in 0..<outputs {
            let first = output / (outputs / convolution.groups) * slices
            var (mean, variance) = (Double(bias?[output] ?? 0), 0.0)
            for slice in 0..<slices {
                var sum = 0.0
                let start = (output * slices + slice) * cells
                for cell in 0..<cells { sum += Double(weight.scalars[start + cell]) * (inside?[cell] ?? 1) }
                mean += sum * input.means[first + slice]
                variance += sum * sum * input.variances[first + slice]
            }
            result.means[output] = mean
            result.variances[output] = variance
        }
        return result
    }

    /// Mean and variance of a function of normal numbers, by the midpoint rule over ±6 deviations.
    static func activated(_ function: ActivationFunction, _ input: Moments) -> Moments {
        let steps = 121
        let points = (0..<steps).map { -6 + 12 * (Double($0) + 0.5) / Double(steps) }
        var weights = points.map { exponential(-$0 * $0 / 2) }
        let total = weights.reduce(0, +)
        weights = weights.map { $0 / total }
        var result = input
        for channel in input.means.indices {
            let deviation = max(0, input.variances[channel]).squareRoot()
            var (mean, square) = (0.0, 0.0)
            for (point, weight) in zip(points, weights) {
                let value = function.value(input.means[channel] + deviation * point)
                mean += weight * value
                square += weight * value * value
            }
            result.means[channel] = mean
            result.variances[channel] = max(0, square - mean * mean)
        }
        return result
    }
}
