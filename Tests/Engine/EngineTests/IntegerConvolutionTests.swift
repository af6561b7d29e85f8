import Tensors
import Testing

@testable import Engine

/// Convolutions in bytes against ONNX Runtime's QLinearConv: Scripts/integer_convolutions.py.
@Suite struct IntegerConvolutionTests {
    /// Lengths, zeros and the exponent of the output's quantum, as the script has them, with ONNX Runtime's result: the
    /// sum of each byte times its place mod 251, from 1, and the first bytes.
    struct Case: Sendable, CustomStringConvertible {
        let lengths: [Int]
        let sum: Int
        let first: [Int]

        init(_ lengths: [Int], sum: Int, first: [Int]) {
            self.lengths = lengths
            self.sum = sum
            self.first = first
        }

        var description: String { "\(lengths)" }
    }

    static let cases = [
        Case([16, 16, 5, 7, 1, 1, 0, 1, 0, 0, -2], sum: 589027, first: [2, 1, 0, 2, 0, 9]),
        Case([24, 40, 6, 6, 1, 1, 0, 1, 77, 128, -1], sum: 22_551_688, first: [154, 130, 127, 116, 117, 126]),
        Case([7, 9, 5, 5, 1, 2, 0, 1, 128, 100, -3], sum: 322075, first: [93, 98, 93, 115, 97, 93]),
        Case([3, 20, 11, 13, 3, 2, 1, 1, 114, 0, -3], sum: 980625, first: [11, 0, 0, 28, 0, 0]),
        Case([12, 18, 7, 9, 3, 1, 1, 1, 5, 90, -1], sum: 12_767_927, first: [87, 84, 71, 82, 87, 91]),
        Case([8, 8, 9, 9, 3, 1, 1, 8, 0, 120, -3], sum: 9_568_903, first: [120, 116, 116, 117, 105, 106]),
        Case([40, 40, 15, 12, 3, 2, 1, 40, 131, 127, -3], sum: 29_661_626, first: [128, 110, 125, 153, 108, 124]),
        Case([20, 20, 9, 10, 5, 1, 2, 20, 60, 128, -2], sum: 29_021_662, first: [141, 142, 127, 128, 126, 116]),
        Case([33, 33, 8, 17, 7, 2, 3, 33, 200, 110, -2], sum: 15_498_511, first: [134, 118, 92, 139, 133, 91]),
        Case([12, 24, 6, 7, 3, 1, 1, 3, 40, 128, -2], sum: 16_756_206, first: [126, 128, 126, 124, 121, 112]),
        Case([6, 12, 5, 6, 3, 1, 1, 6, 9, 128, -3], sum: 5_130_601, first: [121, 111, 126, 126, 126, 142]),
    ]

    @Test(arguments: BlockedOperatorTests.families, cases) func bytesAreThoseOfONNXRuntime(
        family: ExecutionOptions.Operators, example: Case
    ) throws {
        let (graph, input, quantization) = Self.network(example)
        for threads in 1...2 {
            let plan = try ExecutionPlan(
                graph, inputShape: input.shape,
                options: ExecutionOptions(operators: family, threads: threads, precision: .int8),
                quantization: quantization)
            let quantum = Self.power(example.lengths[10])
            let bytes = try plan.run(input).scalars.map { Int(($0 / quantum).rounded()) + example.lengths[9] }
            #expect(Array(bytes.prefix(6)) == example.first)
            #expect(bytes.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 251 + 1) } == example.sum)
            #expect(plan.quantizationSummary?.layersInBytes == 1)
            #expect(plan.quantizationSummary?.nodesInFloats == [])
        }
    }

    private static func power(_ exponent: Int) -> Float { Float(sign: .plus, exponent: exponent, significand: 1) }

    /// A convolution whose floats are whole numbers of the script's quanta.
    private static func network(_ example: Case) -> (Graph, Tensor, Quantization) {
        let numbers = example.lengths
        let (channels, outputs, height, width) = (numbers[0], numbers[1], numbers[2], numbers[3])
        let (kernel, groups, zero) = (numbers[4], numbers[7], numbers[8])
        let shape: Shape = [outputs, channels / groups, kernel, kernel]
        let perOutput = shape.elementCount / outputs
        let weights = (0..<shape.elementCount).map { index in
            index % perOutput == 0 ? 127 : (53 * index + 7) % 255 - 127
        }
        let bias = (0..<outputs).map { (211 * $0) % 4001 - 2000 }
        let input = (0..<channels * height * width).map { (37 * $0 + 11) % 256 - zero }
        var graph = Graph()
        let image = graph.add(.input, name: "input")
        let convolution = Convolution(
            weight: graph.addParameter("weight", Tensor(shape: shape, scalars: weights.map { Float($0) * power(-7) })),
            bias: graph.addParameter("bias", Tensor(shape: [outputs], scalars: bias.map { Float($0) * power(-13) })),
            stride: numbers[5], padding: .symmetric(numbers[6]), groups: groups)
        graph.add(.convolution(convolution), image, name: "convolution")
        func range(_ zero: Int, _ quantum: Float) -> Quantization.Range {
            Quantization.Range(lower: Float(-zero) * quantum, upper: Float(255 - zero) * quantum)
        }
        let ranges = ["input": range(zero, power(-6)), "convolution": range(numbers[9], power(numbers[10]))]
        return (
            graph, Tensor(shape: [1, channels, height, width], scalars: input.map { Float($0) * power(-6) }),
            Quantization(method: .minMax, images: 1, source: "the script", ranges: ranges)
        )
    }
}
