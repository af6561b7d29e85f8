import Engine
import Tensors

/// A small network that grows layer by layer, its numbers from a seed.
struct TestNet {
    var graph = Graph()
    var current: Graph.NodeID
    private(set) var width: Int
    private var generator: SeededGenerator

    init(channels: Int = 3, seed: UInt64 = 1) {
        generator = SeededGenerator(seed: seed)
        current = graph.add(.input, name: "input")
        width = channels
    }

    /// Goes on from another result.
    mutating func go(to node: Graph.NodeID, width: Int) { (current, self.width) = (node, width) }

    /// A convolution without bias; `groups` nil is depthwise. Its border keeps the size unless `padding` is given.
    mutating func convolution(
        _ name: String, _ outputs: Int? = nil, kernel: Int = 1, stride: Int = 1, groups: Int? = 1,
        hasBias: Bool = false,
        padding: Padding? = nil
    ) {
        let (outputs, groups) = (outputs ?? width, groups ?? width)
        let weight = parameter("\(name)/weight", [outputs, width / groups, kernel, kernel])
        let bias = hasBias ? parameter("\(name)/bias", [outputs]) : nil
        current = graph.add(
            .convolution(
                Convolution(
                    weight: weight, bias: bias, stride: stride, padding: padding ?? .symmetric(kernel / 2),
                    groups: groups)), current, name: name)
        width = outputs
    }

    /// A normalisation whose running variance is 1.
    mutating func norm(_ name: String) {
        let norm = BatchNormalization(
            weight: parameter("\(name)/weight", [width], around: 1, spread: 0.5),
            bias: parameter("\(name)/bias", [width], spread: 0.2),
            runningMean: parameter("\(name)/running_mean", [width], spread: 0.1, kind: .runningStatistic),
            runningVariance: graph.addParameter(
                "\(name)/running_var", Tensor(shape: [width], repeating: 1), kind: .runningStatistic),
            epsilon: 1e-3)
        current = graph.add(.batchNormalization(norm), current, name: name)
    }

    mutating func function(_ function: ActivationFunction, _ name: String) {
        current = graph.add(.activation(function), current, name: name)
    }

    /// A convolution, a normalisation `NAME.norm` and, where one is given, a function `NAME.act`.
    mutating func layer(
        _ name: String, _ outputs: Int? = nil, kernel: Int = 1, stride: Int = 1, groups: Int? = 1,
        _ function: ActivationFunction? = nil
    ) {
        convolution(name, outputs, kernel: kernel, stride: stride, groups: groups)
        norm("\(name).norm")
        if let function { self.function(function, "\(name).act") }
    }

    /// The sum of the newest result and another.
    mutating func add(_ other: Graph.NodeID, _ name: String) { current = graph.add(.add, other, current, name: name) }

    /// The mean of the map and a linear layer "classifier".
    mutating func classify(_ classes: Int = 5) {
        current = graph.add(.globalAveragePool, current, name: "gap")
        linear(classes, features: width)
    }

    mutating func linear(_ classes: Int, features: Int) {
        let (weight, bias) = (
            parameter("classifier/weight", [classes, features]), parameter("classifier/bias", [classes])
        )
        current = graph.add(.linear(weight: weight, bias: bias), current, name: "logits")
        width = classes
    }

    /// Numbers in `middle` ± `spread`; the first of each kernel row is positive, so that bounds leave every channel alive.
    private mutating func parameter(
        _ name: String, _ shape: Shape, around middle: Double = 0, spread: Double = 1,
        kind: Graph.ParameterKind = .learnable
    ) -> Graph.ParameterID {
        var scalars = (0..<shape.elementCount).map { _ in Float(middle + spread * (generator.uniform() * 2 - 1)) }
        if shape.rank > 1 {
            for row in stride(from: 0, to: scalars.count, by: shape.elementCount / shape[0]) {
                scalars[row] = 0.5 + abs(scalars[row]) / 2
            }
        }
        return graph.addParameter(name, Tensor(shape: shape, scalars: scalars), kind: kind)
    }
}

extension TestNet {
    /// Changes the numbers of a parameter.
    mutating func change(_ name: String, _ change: (inout [Float]) -> Void) {
        guard let parameter = graph.parameter(named: name) else { preconditionFailure("no parameter \(name)") }
        var scalars = graph[parameter].scalars
        change(&scalars)
        graph[parameter] = Tensor(shape: graph[parameter].shape, scalars: scalars)
    }

    /// Sets a row of a weight to zero.
    mutating func clearRow(_ name: String, _ row: Int) {
        let length = rowLength(name)
        change("\(name)/weight") { for place in row * length..<(row + 1) * length { $0[place] = 0 } }
    }

    /// Gives a layer's channel the number `constant` behind its normalisation, whatever it reads.
    mutating func kill(_ name: String, _ channel: Int, constant: Float) {
        clearRow(name, channel)
        change("\(name).norm/running_mean") { $0[channel] = 0 }
        change("\(name).norm/bias") { $0[channel] = constant }
    }

    /// Makes the channel `copy` of a layer with a normalisation the same as `channel`.
    mutating func repeatChannel(_ name: String, _ channel: Int, as copy: Int, norms: [String]) {
        let length = rowLength(name)
        change("\(name)/weight") { for i in 0..<length { $0[copy * length + i] = $0[channel * length + i] } }
        for norm in norms {
            for word in ["weight", "bias", "running_mean"] { change("\(norm)/\(word)") { $0[copy] = $0[channel] } }
        }
    }

    private func rowLength(_ name: String) -> Int {
        guard let weight = graph.parameter(named: "\(name)/weight") else { preconditionFailure("no layer \(name)") }
        return graph[weight].shape.elementCount / graph[weight].shape[0]
    }
}
