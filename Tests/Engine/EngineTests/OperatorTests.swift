import Engine
import Tensors
import Testing

/// Every operator against numbers from PyTorch; inputs are small multiples of 1/4, so sums are exact in any order.
///
/// Made by: torch.nn.functional on data(shape, a, b, m) = (((i·a + b) mod m) − m div 2) / 4 in row-major order.
@Suite struct OperatorTests {
    /// The numbers of the PyTorch script.
    static func data(_ shape: Shape, _ a: Int, _ b: Int, _ m: Int) -> Tensor {
        Tensor(shape: shape, scalars: (0..<shape.elementCount).map { Float((($0 * a + b) % m) - m / 2) / 4 })
    }

    /// One image of 4×5×4 or 7×2×2, with a batch axis.
    static func image(_ shape: Shape) -> Tensor { data(Shape([1] + shape.dimensions), 7, 3, 11) }

    static func run(
        _ input: Tensor, _ build: (inout Graph, Graph.NodeID) -> Void
    ) throws -> Tensor {
        var graph = Graph()
        let start = graph.add(.input, name: "input")
        build(&graph, start)
        return try ExecutionPlan(graph, inputShape: input.shape).run(input)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let input: Shape
        let weight: Shape
        let stride: Int
        let padding: Padding
        let groups: Int
        let hasBias: Bool
        let outputShape: Shape
        let expected: [Float]
    }

    @Test(arguments: [
        Case(
            testDescription: "a standard convolution with bias", input: [4, 5, 4], weight: [2, 4, 3, 3], stride: 1,
            padding: .symmetric(1), groups: 1, hasBias: true, outputShape: [2, 5, 4],
            expected: [
                2.25, -4.5625, -2.9375, 1.875, -2.875, 0.75, -2.1875, -1.0625, 1.1875, -1.375, 0.5, 1.9375, -4.375,
                -3.5, 4.5625, 0.125, 2.1875, -3.125, -1.4375, 2.5, 3, 1.9375, -0.8125, -1.375, 0.6875, -0.125, 5.3125,
                -0.4375, 1.5625, 1.6875, -1.125, 1.5625, 2.4375, -1.3125, -1.375, 3.5625, 0.9375, 4.25, -2.25, -1.875,
            ]),
        Case(
            testDescription: "stride 2", input: [4, 5, 4], weight: [2, 4, 3, 3], stride: 2,
            padding: .symmetric(1), groups: 1, hasBias: false, outputShape: [2, 3, 2],
            expected: [
                2.5, -2.6875, 1.4375, 0.75, 2.4375, -1.1875, 2.5, -1.3125, 1.0625, -1.625, 0.4375, -2.75,
            ]),
        Case(
            testDescription: "stride 3 with a 2×2 kernel", input: [4, 5, 4], weight: [2, 4, 2, 2], stride: 3,
            padding: .symmetric(0), groups: 1, hasBias: false, outputShape: [2, 2, 1],
            expected: [
                3.6875, -3.4375, -2.875, 2.625,
            ]),
        Case(
            testDescription: "two groups", input: [4, 5, 4], weight: [4, 2, 3, 3], stride: 2,
            padding: .symmetric(1), groups: 2, hasBias: false, outputShape: [4, 3, 2],
            expected: [
                0.5, -0.5, 0.25, 0.6875, 0.25, -0.5, -0.5, -0.5625, -1.5625, 1.6875, -0.8125, 1, -0.5, -2.3125, -0.25,
                3.125, 1.375, -2.3125, 0.5, -0.6875, -0.8125, 0.0625, -0.3125, -2.1875,
            ]),
        Case(
            testDescription: "TensorFlow's same padding", input: [4, 5, 4], weight: [2, 4, 3, 3], stride: 2,
            padding: .same, groups: 1, hasBias: false, outputShape: [2, 3, 2],
            expected: [
                -4.3125, 2.125, -1.125, 2.1875, -2.875, 2.75, 1.4375, -1.875, 1.1875, 1.0625, 3.75, -2.375,
            ]),
        Case(
            testDescription: "the same padding in numbers", input: [4, 5, 4], weight: [2, 4, 3, 3], stride: 2,
            padding: .explicit(top: 1, left: 0, bottom: 1, right: 1), groups: 1, hasBias: false,
            outputShape: [2, 3, 2],
            expected: [
                -4.3125, 2.125, -1.125, 2.1875, -2.875, 2.75, 1.4375, -1.875, 1.1875, 1.0625, 3.75, -2.375,
            ]),
        Case(
            testDescription: "depthwise 5×5", input: [4, 5, 4], weight: [4, 1, 5, 5], stride: 2,
            padding: .symmetric(2), groups: 4, hasBias: false, outputShape: [4, 3, 2],
            expected: [
                -1.75, 0.625, -3.0625, 5.6875, -1.125, 2.3125, -0.875, -0.25, -2.125, 0.625, -1.625, 2.5625, 1.1875,
                -2.875, -1.125, -2.5625, -2.0625, 0, 1.5625, -1.125, 0.75, -2.75, 0.0625, -1.0625,
            ]),
        Case(
            testDescription: "depthwise with two kernels a channel", input: [4, 5, 4], weight: [8, 1, 3, 3], stride: 2,
            padding: .symmetric(1), groups: 4, hasBias: false, outputShape: [8, 3, 2],
            expected: [
                0.5, 0.1875, -0.125, 0.25, 0.5, -0.875, -0.375, 0.5625, 0.625, -0.9375, 0, -0.875, -1.375, -0.875,
                -1.0625, -0.5, -0.0625, 0.25, 0.3125, -1.0625, -0.75, 0.3125, -1.1875, 0.5625, 0.3125, -1.0625,
                -0.4375, 1.5625, 0.875, -1.25, -1.375, 1.8125, 1.5, 0.125, -0.875, 0.8125, -0.375, -1.125, -0.5,
                -1.375, -0.125, 0.875, 0.5, 0.75, -0.3125, -1.6875, -1.1875, -1.5625,
            ]),
        Case(
            testDescription: "pointwise with bias", input: [7, 2, 2], weight: [3, 7, 1, 1], stride: 1,
            padding: .symmetric(0), groups: 1, hasBias: true, outputShape: [3, 2, 2],
            expected: [
                -0.25, -0.25, -1.625, 1.125, 0.5, 0.5, -0.875, 1.875, 0, 0, -1.375, 1.375,
            ]),
        Case(
            testDescription: "pointwise with stride 2", input: [4, 5, 4], weight: [2, 4, 1, 1], stride: 2,
            padding: .symmetric(0), groups: 1, hasBias: false, outputShape: [2, 3, 2],
            expected: [
                -0.5, -1, -0.4375, -0.9375, -0.375, -0.875, -0.25, -0.8125, -0.4375, -1, -0.625, -1.1875,
            ]),
    ])
    func convolutionsAreExact(example: Case) throws {
        let output = try Self.run(Self.image(example.input)) { graph, input in
            let weight = graph.addParameter("weight", Self.data(example.weight, 5, 1, 7))
            let bias = example.hasBias ? graph.addParameter("bias", Self.data([example.weight[0]], 3, 1, 5)) : nil
            graph.add(
                .convolution(
                    Convolution(
                        weight: weight, bias: bias, stride: example.stride, padding: example.padding,
                        groups: example.groups)),
                input, name: "conv")
        }
        #expect(output.shape.dimensions == [1] + example.outputShape.dimensions)
        #expect(output.scalars == example.expected)
    }

    @Test func sharedKernelsRepeatOverContiguousGroups() throws {
        let output = try Self.run(Self.image([4, 5, 4])) { graph, input in
            let weight = graph.addParameter("weight", Self.data([2, 1, 3, 3], 5, 1, 7))
            graph.add(.sharedDepthwise(SharedDepthwise(weight: weight)), input, name: "shared")
        }
        #expect(
            output.scalars == [
                0.5, -1.4375, 0.1875, 0.125, -1.625, 1.5, -0.125, -0.75, -0.125, -0.1875, 0.25, 0.8125, -2.0625,
                -0.5, 1.3125, -1.0625, 0.5, 0.5, -0.875, 1.125, 0, -0.625, -0.6875, 0.5, -0.125, -0.9375, -0.25,
                -0.4375, 0.375, -0.9375, 0.4375, 1.125, -0.5, -0.9375, 1.8125, 0.625, -0.25, -1.0625, 0.375, 0.25,
                0.5, -1.0625, 0.5625, 0.3125, 1, -2.3125, -0.5, 1.125, -1.625, 1.5, -0.125, -0.75, -0.125,
                -0.1875, 0.25, 0.8125, -1.3125, -1.5625, 1.875, -1.1875, 0.0625, -1.0625, -0.4375, 0.3125, 0.75,
                -0.9375, -0.9375, 0.75, -0.125, -0.9375, -0.25, -0.4375, 0.375, -0.9375, 0.4375, 1.125, -0.0625,
                -0.625, 0.8125, 0.875,
            ])
    }

    @Test func poolsAreExact() throws {
        let input = Tensor(shape: [1, 1, 5, 4], scalars: Array(Self.image([4, 5, 4]).scalars.prefix(20)))
        func pool(_ kind: Pool.Kind, _ size: Int) throws -> [Float] {
            try Self.run(input) { graph, input in
                let pool = Pool(kind: kind, size: size, stride: 2, padding: .symmetric(1))
                graph.add(.pool(pool), input, name: "pool")
            }.scalars
        }
        #expect(try pool(.maximum, 3) == [1.25, 1.25, 1.25, 1, 1.25, 1])
        #expect(
            try pool(.average(countsPadding: true), 2)
                == [-0.125, 0.375, -0.1875, 0.1875, -0.4375, 0.0625, 0.3125, -0.1875, 0.1875])
        #expect(
            try pool(.average(countsPadding: false), 2)
                == [-0.5, 0.75, -0.75, 0.375, -0.4375, 0.125, 0.625, -0.1875, 0.375])
    }

    @Test func aLinearLayerFlattensItsInput() throws {
        let output = try Self.run(Self.image([7, 2, 2])) { graph, input in
            let weight = graph.addParameter("weight", Self.data([2, 28], 5, 1, 7))
            let bias = graph.addParameter("bias", Self.data([2], 3, 1, 5))
            graph.add(.linear(weight: weight, bias: bias), input, name: "linear")
        }
        #expect(output.shape == [1, 2])
        #expect(output.scalars == [1.8125, 2.5625])
    }

    @Test(
        arguments: [
            (ActivationFunction.relu, [0, 0, 0, 0, 0, 0.5, 1, 3, 7]),
            (ActivationFunction.relu6, [0, 0, 0, 0, 0, 0.5, 1, 3, 6]),
            (
                ActivationFunction.silu,
                [
                    -0.0719448398, -0.14227762, -0.268941421, -0.188770334, 0, 0.311229666, 0.731058579, 2.85772238,
                    6.99362264,
                ]
            ),
            (ActivationFunction.hardSwish, [0, 0, -0.333333333, -0.208333333, 0, 0.291666667, 0.666666667, 3, 7]),
            (
                ActivationFunction.sigmoid,
                [
                    0.01798621, 0.0474258732, 0.268941421, 0.377540669, 0.5, 0.622459331, 0.731058579, 0.952574127,
                    0.999088949,
                ]
            ),
            (ActivationFunction.hardSigmoid, [0, 0, 0.333333333, 0.416666667, 0.5, 0.583333333, 0.666666667, 1, 1]),
            // torch.nn.functional's, as the rest, in 64 bits.
            (
                ActivationFunction.elu,
                [-0.981684361, -0.950212932, -0.632120559, -0.39346934, 0, 0.5, 1, 3, 7]
            ),
            (
                ActivationFunction.softplus,
                [
                    0.018149928, 0.048587352, 0.313261688, 0.474076984, 0.693147181, 0.974076984, 1.313261688,
                    3.048587352, 7.000911466,
                ]
            ),
            (
                ActivationFunction.mish,
                [
                    -0.072591741, -0.145647461, -0.303401461, -0.220743775, 0, 0.375245211, 0.865098388, 2.986535005,
                    6.99998838,
                ]
            ),
        ] as [(ActivationFunction, [Float])])
    func activationsAgree(function: ActivationFunction, expected: [Float]) throws {
        let input = Tensor(shape: [1, 1, 1, 9], scalars: [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 7])
        let output = try Self.run(input) { $0.add(.activation(function), $1, name: "act") }
        // expf may differ from the exact value in the last bit.
        for (found, expected) in zip(output.scalars, expected) { #expect(abs(found - expected) <= 1e-6) }
    }

    @Test func powersAndRootsAgree() throws {
        let input = Tensor(shape: [1, 1, 1, 4], scalars: [0, 0.25, 2, 7])
        let powers = try Self.run(input) { $0.add(.activation(.exponential), $1, name: "act") }.scalars
        for (found, expected) in zip(powers, [1, 1.284025417, 7.389056099, 1096.633158428] as [Float]) {
            #expect(abs(found - expected) <= 2e-7 * expected)
        }
        let roots = try Self.run(input) { $0.add(.activation(.squareRoot), $1, name: "act") }.scalars
        for (found, expected) in zip(roots, [0, 0.5, 1.414213562, 2.645751311] as [Float]) {
            #expect(abs(found - expected) <= 2e-7 * expected)
        }
    }

    @Test(arguments: ActivationFunction.allCases) func notANumberIsNeverHidden(function: ActivationFunction) throws {
        let input = Tensor(shape: [1, 1, 1, 2], scalars: [.nan, 1])
        let output = try Self.run(input) { $0.add(.activation(function), $1, name: "act") }
        #expect(output.scalars[0].isNaN && !output.scalars[1].isNaN)
    }

    @Test func channelsAreShuffledSlicedAndJoined() throws {
        let input = Tensor(shape: [1, 6, 1, 1], scalars: [0, 1, 2, 3, 4, 5])
        let shuffled = try Self.run(input) { $0.add(.channelShuffle(groups: 2), $1, name: "shuffle") }
        #expect(shuffled.scalars == [0, 3, 1, 4, 2, 5])
        let joined = try Self.run(input) { graph, input in
            let tail = graph.add(.slice(4..<6), input, name: "tail")
            let head = graph.add(.slice(0..<1), input, name: "head")
            graph.add(.concatenate, tail, head, tail, name: "joined")
        }
        #expect(joined.shape == [1, 5, 1, 1])
        #expect(joined.scalars == [4, 5, 0, 4, 5])
    }

    @Test func additionAndMultiplicationBroadcastOverPixelsOnly() throws {
        let input = Tensor(shape: [1, 2, 1, 2], scalars: [1, 2, 3, 5])
        let sum = try Self.run(input) { $0.add(.add, $1, $1, name: "sum") }
        #expect(sum.scalars == [2, 4, 6, 10])
        let square = try Self.run(input) { $0.add(.multiply, $1, $1, name: "square") }
        #expect(square.scalars == [1, 4, 9, 25])
        // Channel means are 1.5 and 4.
        let scaled = try Self.run(input) { graph, input in
            let mean = graph.add(.globalAveragePool, input, name: "mean")
            graph.add(.multiply, input, mean, name: "scaled")
        }
        #expect(scaled.scalars == [1.5, 3, 12, 20])
    }

    @Test func affineMapsAndBatchNormalisationUseTheirChannel() throws {
        let input = Tensor(shape: [1, 2, 1, 2], scalars: [1, 2, 3, 5])
        let affine = try Self.run(input) { graph, input in
            let scale = graph.addParameter("scale", Tensor(shape: [2], scalars: [2, -1]))
            let shift = graph.addParameter("shift", Tensor(shape: [2], scalars: [0.5, 1]))
            graph.add(.affine(scale: scale, shift: shift), input, name: "affine")
        }
        #expect(affine.scalars == [2.5, 4.5, -2, -4])
        // (x − mean)/√(variance + ε)·γ + β with √(3 + 1) = 2 and √(8 + 1) = 3.
        let norm = try Self.run(input) { graph, input in
            let values: [(String, [Float])] = [
                ("γ", [4, 3]), ("β", [1, 0]), ("mean", [1, 2]), ("variance", [3, 8]),
            ]
            let parts = values.map { graph.addParameter($0, Tensor(shape: [2], scalars: $1)) }
            let norm = BatchNormalization(
                weight: parts[0], bias: parts[1], runningMean: parts[2], runningVariance: parts[3], epsilon: 1)
            graph.add(.batchNormalization(norm), input, name: "norm")
        }
        #expect(norm.scalars == [1, 3, 1, 3])
    }
}
