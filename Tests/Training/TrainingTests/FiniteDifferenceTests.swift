import Engine
import Tensors
import Testing
import Training

/// Gradients against central differences of the loss, for every operation that the golden nets do not hold.
///
/// Along a parameter tensor's own gradient g the loss changes by ‖g‖² a unit; the step is chosen so that the change is
/// some 1e-3, where 32-bit forward passes (noise 1e-6) and curvature leave about 1 % of error. Smooth activations only.
@Suite struct FiniteDifferenceTests {
    /// Small nets of the form: operations under test → pool → linear.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let build: @Sendable (inout NetBuilder) -> Void
        var testDescription: String { name }
    }

    struct NetBuilder {
        var graph = Graph()
        var last: Graph.NodeID
        var generator = SeededGenerator(seed: 11)
        private var count = 0

        init() { last = graph.add(.input, name: "input") }

        mutating func parameter(_ shape: Shape, _ kind: Graph.ParameterKind = .learnable, around center: Double = 0)
            -> Graph.ParameterID
        {
            count += 1
            let scalars = (0..<shape.elementCount).map { _ in Float(center + 0.4 * generator.normal()) }
            return graph.addParameter("p\(count)", Tensor(shape: shape, scalars: scalars), kind: kind)
        }

        @discardableResult
        mutating func add(_ operation: GraphOperation, _ inputs: [Graph.NodeID]? = nil) -> Graph.NodeID {
            count += 1
            last = graph.add(operation, inputs: inputs ?? [last], name: "n\(count)")
            return last
        }

        mutating func convolution(
            _ shape: Shape, stride: Int = 1, padding: Padding = .symmetric(1), groups: Int = 1, bias: Bool = false
        ) {
            let weight = parameter(shape)
            let biasParameter = bias ? parameter([shape[0]]) : nil
            add(
                .convolution(
                    Convolution(weight: weight, bias: biasParameter, stride: stride, padding: padding, groups: groups)))
        }

        mutating func normalize(_ channels: Int) {
            let norm = BatchNormalization(
                weight: parameter([channels], around: 1), bias: parameter([channels]),
                runningMean: parameter([channels], .runningStatistic),
                runningVariance: parameter([channels], .runningStatistic, around: 3), epsilon: 1e-3)
            add(.batchNormalization(norm))
        }
    }

    static let cases: [Case] = [
        Case(name: "standard convolution 5×5, stride 2, bias") {
            $0.convolution([6, 3, 5, 5], stride: 2, padding: .symmetric(2), bias: true)
        },
        Case(name: "grouped convolution") {
            $0.convolution([6, 3, 1, 1], padding: .symmetric(0))
            $0.convolution([8, 3, 3, 3], groups: 2)
        },
        Case(name: "TensorFlow's padding at stride 2, depthwise") {
            $0.convolution([6, 3, 3, 3], stride: 2, padding: .same)
            $0.convolution([6, 1, 3, 3], stride: 2, padding: .same, groups: 6, bias: true)
        },
        Case(name: "depthwise 5×5") { $0.convolution([3, 1, 5, 5], padding: .symmetric(2), groups: 3) },
        Case(name: "normalisation before the activation") {
            $0.convolution([6, 3, 3, 3])
            $0.normalize(6)
            $0.add(.activation(.silu))
            $0.convolution([6, 1, 3, 3], groups: 6)
            $0.normalize(6)
            $0.add(.activation(.silu))
        },
        Case(name: "a normalisation that a depthwise and a 1×1 convolution finish") {
            $0.convolution([6, 3, 3, 3])
            $0.normalize(6)
            let normalized = $0.last
            $0.convolution([6, 1, 3, 3], groups: 6)
            $0.add(.concatenate, [normalized, $0.last])
            $0.convolution([5, 12, 1, 1], padding: .symmetric(0), bias: true)
            $0.add(.activation(.silu))
        },
        Case(name: "a sum and a product of two branches") {
            $0.convolution([4, 3, 3, 3])
            let first = $0.last
            $0.convolution([4, 4, 3, 3])
            let sum = $0.add(.add, [first, $0.last])
            $0.add(.activation(.sigmoid))
            $0.add(.multiply, [sum, $0.last])
        },
        Case(name: "channels joined, shuffled and cut") {
            $0.convolution([4, 3, 3, 3])
            let first = $0.last
            $0.convolution([4, 4, 1, 1], padding: .symmetric(0))
            $0.add(.concatenate, [first, $0.last, first])
            $0.add(.channelShuffle(groups: 3))
            $0.add(.slice(1..<7))
            $0.convolution([5, 6, 1, 1], padding: .symmetric(0))
        },
        Case(name: "average pool over a window") {
            $0.convolution([4, 3, 3, 3])
            $0.add(.pool(Pool(kind: .average(countsPadding: false), size: 3, stride: 2, padding: .symmetric(1))))
            $0.convolution([4, 4, 1, 1], padding: .symmetric(0))
        },
        Case(name: "scale and shift a channel") {
            $0.convolution([4, 3, 3, 3])
            let (scale, shift) = ($0.parameter([4]), $0.parameter([4]))
            $0.add(.affine(scale: scale, shift: shift))
            $0.add(.activation(.silu))
        },
    ]

    @Test("The gradient of every parameter is the slope of the loss", arguments: cases)
    func gradientsAreSlopes(_ test: Case) throws {
        var builder = NetBuilder()
        test.build(&builder)
        let shape: Shape = [5, 3, 7, 9]
        let channels = try builder.graph.shapes(inputShape: shape).last?[1] ?? 0
        builder.add(.globalAveragePool)
        let (weight, bias) = (builder.parameter([4, channels]), builder.parameter([4]))
        builder.add(.linear(weight: weight, bias: bias))
        let images = (0..<shape.elementCount).map { _ in Float(builder.generator.normal()) }
        let labels = [0, 3, 1, 2, 3]

        func loss(_ network: inout TrainingNetwork) throws -> Double {
            try images.withUnsafeBufferPointer { try network.forwardAndBackward(images: $0, labels: labels).loss }
        }
        var network = try TrainingNetwork(builder.graph, inputShape: shape)
        _ = try loss(&network)
        for (name, gradient) in network.parameterGradients {
            let original = try #require(builder.graph.parameter(named: name).map { builder.graph[$0] })
            let square = gradient.scalars.reduce(0) { $0 + Double($1) * Double($1) }
            // A convolution's bias before a normalisation has no gradient.
            guard square > 1e-10 else { continue }
            let step = min(1e-3 / square, 0.02 / square.squareRoot())
            func moved(_ sign: Double) -> Tensor {
                Tensor(
                    shape: original.shape,
                    scalars: zip(original.scalars, gradient.scalars).map {
                        Float(Double($0) + sign * step * Double($1))
                    })
            }
            network.setParameter(name, to: moved(1))
            let above = try loss(&network)
            network.setParameter(name, to: moved(-1))
            let below = try loss(&network)
            network.setParameter(name, to: original)
            let slope = (above - below) / (2 * step)
            #expect(abs(slope - square) < 0.02 * square, "\(name): \(slope), expected \(square)")
        }
    }

    @Test("The number of threads changes no bit")
    func threadsChangeNothing() throws {
        var builder = NetBuilder()
        Self.cases[4].build(&builder)
        builder.add(.globalAveragePool)
        let (weight, bias) = (builder.parameter([4, 6]), builder.parameter([4]))
        builder.add(.dropout(rate: 0.3))
        builder.add(.linear(weight: weight, bias: bias))
        let shape: Shape = [19, 3, 7, 9]
        let images = (0..<shape.elementCount).map { _ in Float(builder.generator.normal()) }
        let graphs = try [1, 2, 3].map { threads in
            var network = try TrainingNetwork(builder.graph, inputShape: shape, threads: threads)
            for step in 0..<3 {
                _ = try images.withUnsafeBufferPointer {
                    try network.step(
                        images: $0, labels: (0..<19).map { $0 % 4 }, rate: 0.1, optimizer: SGD(), seed: UInt64(step))
                }
            }
            return network.graph
        }
        #expect(graphs[0] != builder.graph)
        #expect(graphs[0] == graphs[1])
        #expect(graphs[0] == graphs[2])
    }

    @Test("A loss that is not finite names the layer and changes nothing")
    func notFiniteIsNamed() throws {
        var builder = NetBuilder()
        builder.convolution([4, 3, 3, 3])
        let name = builder.graph.nodes[builder.graph.nodes.count - 1].name
        builder.add(.globalAveragePool)
        let (weight, bias) = (builder.parameter([4, 4]), builder.parameter([4]))
        builder.add(.linear(weight: weight, bias: bias))
        let shape: Shape = [2, 3, 4, 4]
        var network = try TrainingNetwork(builder.graph, inputShape: shape)
        let images = [Float](repeating: 3e38, count: shape.elementCount)
        #expect {
            try images.withUnsafeBufferPointer {
                _ = try network.step(images: $0, labels: [0, 1], rate: 0.1, optimizer: SGD())
            }
        } throws: {
            "\($0)" == "layer '\(name)': numbers that are NaN or infinite; expected a finite loss. "
                + "Lower the learning rate or lengthen the warm-up."
        }
        #expect(network.graph == builder.graph)
    }
}
