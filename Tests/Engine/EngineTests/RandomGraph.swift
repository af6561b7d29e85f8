import Engine
import Tensors

/// A graph under construction whose constants come from a seed.
struct RandomGraph {
    var graph = Graph()
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Uniform in ±1.
    mutating func tensor(_ shape: Shape) -> Tensor {
        Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.uniform() * 2 - 1) })
    }

    private mutating func parameter(_ shape: Shape) -> Graph.ParameterID {
        graph.addParameter("parameter \(graph.parameters.count)", tensor(shape))
    }

    private var fresh: String { "node \(graph.nodes.count)" }

    mutating func convolution(
        _ input: Graph.NodeID, _ weight: [Int], stride: Int = 1, padding: Padding = .symmetric(0), groups: Int = 1,
        hasBias: Bool = false
    ) -> Graph.NodeID {
        let kernel = parameter(Shape(weight))
        let bias = hasBias ? parameter([weight[0]]) : nil
        return graph.add(
            .convolution(
                Convolution(weight: kernel, bias: bias, stride: stride, padding: padding, groups: groups)),
            input, name: fresh)
    }

    mutating func normalisation(_ input: Graph.NodeID, _ channels: Int) -> Graph.NodeID {
        let norm = BatchNormalization(
            weight: parameter([channels]), bias: parameter([channels]), runningMean: parameter([channels]),
            runningVariance: graph.addParameter(
                "variance \(graph.parameters.count)", Tensor(shape: [channels], repeating: 0.5)), epsilon: 1e-3)
        return graph.add(.batchNormalization(norm), input, name: fresh)
    }

    /// VGNet's HalfIdentityBlock twice over the two halves of the input.
    @discardableResult
    mutating func halfIdentity(_ input: Graph.NodeID, _ channels: Int, _ name: String) -> Graph.NodeID {
        let half = channels / 2
        var left = graph.add(.slice(0..<half), input, name: "\(name).left")
        var right = graph.add(.slice(half..<2 * half), input, name: "\(name).right")
        for _ in 0..<2 {
            let filtered = convolution(right, [half, 1, 3, 3], padding: .symmetric(1), groups: half)
            let joined = graph.add(.concatenate, left, filtered, name: fresh)
            let mixed = convolution(joined, [half, 2 * half, 1, 1])
            let act = graph.add(.activation(.relu), mixed, name: fresh)
            left = right
            right = normalisation(act, half)
        }
        return graph.add(.concatenate, left, right, name: name)
    }

    /// MobileNetV2's block with its sum.
    mutating func invertedResidual(_ input: Graph.NodeID, _ channels: Int, _ name: String) -> Graph.NodeID {
        var result = convolution(input, [channels * 2, channels, 1, 1])
        result = graph.add(.activation(.relu6), normalisation(result, channels * 2), name: fresh)
        result = convolution(result, [channels * 2, 1, 5, 5], padding: .symmetric(2), groups: channels * 2)
        result = graph.add(.activation(.relu6), normalisation(result, channels * 2), name: fresh)
        result = normalisation(convolution(result, [channels, channels * 2, 1, 1]), channels)
        return graph.add(.add, input, result, name: name)
    }

    mutating func squeezeExcite(_ input: Graph.NodeID, _ channels: Int, _ name: String) -> Graph.NodeID {
        var gate = graph.add(.globalAveragePool, input, name: fresh)
        gate = graph.add(.activation(.relu), convolution(gate, [8, channels, 1, 1], hasBias: true), name: fresh)
        gate = graph.add(.activation(.sigmoid), convolution(gate, [channels, 8, 1, 1], hasBias: true), name: fresh)
        return graph.add(.multiply, input, gate, name: name)
    }

    mutating func linear(_ input: Graph.NodeID, features: Int, classes: Int) {
        let weight = parameter([classes, features])
        let bias = parameter([classes])
        graph.add(.linear(weight: weight, bias: bias), input, name: "logits")
    }

    /// All kinds of blocks, one behind the other, and what joins and slices them; to be the graph's first ones.
    mutating func blocks(_ start: Graph.NodeID, _ channels: Int) -> Graph.NodeID {
        let half = halfIdentity(start, channels, "half")
        let inverted = invertedResidual(half, channels, "inverted")
        let gated = squeezeExcite(inverted, channels, "gate")
        let shuffled = graph.add(.channelShuffle(groups: 2), gated, name: "shuffled")
        let tail = graph.add(.slice(channels / 2..<channels), shuffled, name: "tail")
        let head = graph.add(.slice(0..<channels / 2), shuffled, name: "head")
        let wide = convolution(tail, [channels / 2, channels / 2, 1, 1])
        let joined = graph.add(.concatenate, head, wide, name: "joined")
        return graph.add(.add, joined, gated, name: "sum")
    }
}
