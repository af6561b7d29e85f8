import Engine
import Evaluation
import Images
import Tensors

/// The smallest and largest number that every channel can have behind every node, whatever the picture.
///
/// Interval arithmetic from the range of the pixels: exact as a bound, never as a value. Zero padding belongs to what a
/// convolution reads.
struct ChannelBounds {
    /// One interval a channel.
    struct Interval: Equatable {
        var low: Double
        var high: Double

        /// Everything.
        static let any = Interval(low: -.infinity, high: .infinity)

        /// The interval with 0 in it.
        var withZero: Interval { Interval(low: min(low, 0), high: max(high, 0)) }

        /// The values times a factor.
        func times(_ factor: Double) -> Interval {
            guard factor != 0 else { return Interval(low: 0, high: 0) }
            return factor > 0
                ? Interval(low: low * factor, high: high * factor) : Interval(low: high * factor, high: low * factor)
        }

        /// The sum of any two values.
        static func + (a: Interval, b: Interval) -> Interval { Interval(low: a.low + b.low, high: a.high + b.high) }
    }

    /// By the place of the node.
    let nodes: [[Interval]]

    init(_ network: RunnableNetwork, shapes: [Shape]) {
        let graph = network.graph
        var nodes: [[Interval]] = []
        nodes.reserveCapacity(graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            let inputs = node.inputs.map { nodes[$0.position] }
            let channels = shapes[index].rank > 1 ? shapes[index][1] : 1
            let found =
                inputs.isEmpty
                ? Self.pixels(network) : Self.intervals(node, inputs, node.inputs.map { shapes[$0.position] }, graph)
            nodes.append(found.count == channels ? found : Array(repeating: .any, count: channels))
        }
        self.nodes = nodes
    }

    /// The range of the pixels 0…255 behind the preprocessing.
    private static func pixels(_ network: RunnableNetwork) -> [Interval] {
        guard network.inputChannels == 3, case .affine(let offset, let scale) = network.preprocessing.normalization
        else { return [] }
        return zip(offset, scale).map { offset, scale in
            Interval(low: -Double(offset), high: 255 - Double(offset)).times(Double(scale))
        }
    }

    private static func intervals(
        _ node: Graph.Node, _ inputs: [[Interval]], _ shapes: [Shape], _ graph: Graph
    ) -> [Interval] {
        let first = inputs[0]
        switch node.operation {
        case .convolution(let convolution): return self.convolution(convolution, first, graph)
        case .batchNormalization(let norm):
            let (gamma, beta) = (graph[norm.weight].scalars, graph[norm.bias].scalars)
            let (mean, variance) = (graph[norm.runningMean].scalars, graph[norm.runningVariance].scalars)
            return first.indices.map { channel in
                let root = (Double(variance[channel]) + Double(norm.epsilon)).squareRoot()
                guard root > 0 else { return .any }
                let factor = Double(gamma[channel]) / root
                let shift = Double(beta[channel]) - factor * Double(mean[channel])
                return first[channel].times(factor) + Interval(low: shift, high: shift)
            }
        case .activation(let function):
            return first.map { interval in
                let range = function.range(interval.low, interval.high)
                return range.low.isNaN || range.high.isNaN ? .any : Interval(low: range.low, high: range.high)
            }
        case .dropout: return first
        case .add where inputs.count == 2: return zip(first, inputs[1]).map(+)
        case .multiply where inputs.count == 2 && inputs[1].count == first.count:
            return zip(first, inputs[1]).map { value, gate in
                gate.low >= 0 && gate.high.isFinite
                    ? Interval(
                        low: min(value.times(gate.low).low, value.times(gate.high).low),
                        high: max(value.times(gate.low).high, value.times(gate.high).high)) : .any
            }
        case .concatenate: return inputs.flatMap(\.self)
        case .slice(let range): return Array(first[range])
        case .channelShuffle(let groups):
            let width = first.count / max(1, groups)
            return first.indices.map { first[$0 % groups * width + $0 / groups] }
        case .globalAveragePool: return first
        case .pool(let pool): if case .average = pool.kind { return first.map(\.withZero) } else { return first }
        default: return []
        }
    }

    private static func convolution(_ convolution: Convolution, _ input: [Interval], _ graph: Graph) -> [Interval] {
        let weight = graph[convolution.weight]
        let (outputs, slices) = (weight.shape[0], weight.shape[1])
        let cells = weight.shape[2] * weight.shape[3]
        guard convolution.groups > 0, outputs % convolution.groups == 0, slices * convolution.groups == input.count
        else { return [] }
        let source = cells > 1 ? input.map(\.withZero) : input
        let bias = convolution.bias.map { graph[$0].scalars }
        return (0..<outputs).map { output in
            let first = output / (outputs / convolution.groups) * slices
            var (low, high) = (Double(bias?[output] ?? 0), Double(bias?[output] ?? 0))
            for slice in 0..<slices {
                let interval = source[first + slice]
                var (positive, negative) = (0.0, 0.0)
                let start = (output * slices + slice) * cells
                for cell in start..<start + cells {
                    let value = Double(weight.scalars[cell])
                    if value > 0 { positive += value } else { negative += value }
                }
                if positive != 0 {
                    low += positive * interval.low
                    high += positive * interval.high
                }
                if negative != 0 {
                    low += negative * interval.high
                    high += negative * interval.low
                }
            }
            return low.isNaN || high.isNaN ? .any : Interval(low: low, high: high)
        }
    }
}
