import Tensors
import TestSupport
import Testing
import TrainingOperatorInterface
import TrainingOperatorsBaseline

@testable import Training

/// The depthwise loops against sums written out, for planes that take each of their three ways.
@Suite struct DepthwiseOperatorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let height: Int
        let width: Int
        var stride = 1
        /// Rows and columns of zeros before the plane: 1, or 0 as TensorFlow pads even planes at stride 2.
        var padding = 1
        var accumulates = false
        var testDescription: String {
            "\(height)×\(width), stride \(stride), padding \(padding)\(accumulates ? ", added" : "")"
        }
    }

    static let cases: [Case] = [
        // Columns of registers: one, two and three of them, whole or in part.
        Case(height: 16, width: 16), Case(height: 5, width: 32, accumulates: true), Case(height: 3, width: 48),
        Case(height: 7, width: 12, accumulates: true), Case(height: 9, width: 24), Case(height: 2, width: 37),
        Case(height: 1, width: 16),
        // Whole rows in a register.
        Case(height: 8, width: 8), Case(height: 4, width: 4, accumulates: true),
        Case(height: 6, width: 8, accumulates: true), Case(height: 8, width: 4),
        // A line.
        Case(height: 7, width: 7), Case(height: 3, width: 3, accumulates: true), Case(height: 5, width: 8),
        Case(height: 1, width: 1),
        // Strides.
        Case(height: 24, width: 24, stride: 2), Case(height: 8, width: 8, stride: 2),
        Case(height: 7, width: 7, stride: 2), Case(height: 16, width: 16, stride: 2, padding: 0),
    ]

    @Test("Outputs and both gradients are the sums of the definition", arguments: cases)
    func equalsDefinition(_ test: Case) {
        let numbers = Numbers(test)
        let expected = numbers.expected()
        var bits: [[UInt32]] = []
        for operators in OperatorSets.available {
            let found = numbers.found(operators)
            // Nine products in 32 bits; kernel gradients have up to 2·24·24 products.
            #expect(relativeError(found.output, expected.output) < 1e-6)
            #expect(relativeError(found.inputGradient, expected.inputGradient) < 1e-6)
            #expect(relativeError(found.kernelGradient, expected.kernelGradient) < 3e-6)
            bits.append((found.output + found.inputGradient + found.kernelGradient).map(\.bitPattern))
        }
        #expect(bits.allSatisfy { $0 == bits[0] }, "all instruction sets give the same bits")
    }

    /// Seeded images, kernels and gradients: two images, three channels, of which the third has the first one's kernel.
    private struct Numbers {
        let test: Case
        let images = 2
        let channels = 3
        let kernelCount = 2
        let outputHeight: Int
        let outputWidth: Int
        let input: [Float]
        /// What the input is multiplied with and what is added as it is loaded.
        let scales: [Float] = [1.5, -0.5, 1]
        let shifts: [Float] = [0.25, 2, 0]
        let kernels: [Float]
        let gradient: [Float]
        let present: [Float]

        var plane: Int { test.height * test.width }
        var outputPlane: Int { outputHeight * outputWidth }

        init(_ test: Case) {
            self.test = test
            // Padding behind makes up for padding that is missing before.
            outputHeight = (test.height - 1) / test.stride + 1
            outputWidth = (test.width - 1) / test.stride + 1
            var generator = SeededGenerator(seed: 12)
            func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(generator.normal()) } }
            input = numbers(images * channels * test.height * test.width)
            kernels = numbers(9 * kernelCount)
            gradient = numbers(images * channels * outputHeight * outputWidth)
            present = numbers(images * channels * test.height * test.width)
        }

        /// Rows of a channel hold its images one after another; loops may read a register beyond the last.
        private func rows(_ plane: Int) -> [Int] { (0..<channels).map { 32 + $0 * (images * plane + 16) } }
        private func spread(_ numbers: [Float], _ plane: Int) -> [Float] {
            var result = [Float](repeating: 7, count: 64 + channels * (images * plane + 16))
            for (channel, row) in rows(plane).enumerated() {
                for p in 0..<images * plane { result[row + p] = numbers[channel * images * plane + p] }
            }
            return result
        }
        private func gathered(_ spread: [Float], _ plane: Int) -> [Float] {
            rows(plane).flatMap { spread[$0..<$0 + images * plane] }
        }

        func found(
            _ operators: any OperatorSet.Type
        ) -> (output: [Float], inputGradient: [Float], kernelGradient: [Float]) {
            let memory = LoopMemory()
            defer { memory.free() }
            let columns = (0..<plane + 16).map { $0 % test.width }
            let source = DepthwiseSource(
                DepthwiseGeometry(
                    channels: channels, images: images, input: PlaneSize(height: test.height, width: test.width),
                    output: PlaneSize(height: outputHeight, width: outputWidth), stride: test.stride,
                    offsetY: 1 - test.padding, offsetX: 1 - test.padding),
                input: memory.rows(spread(input, plane), at: rows(plane)), scales: memory.copy(scales),
                shifts: memory.copy(shifts), kernels: DepthwiseKernels(memory.copy(kernels), count: kernelCount),
                leftEdge: memory.copy(columns.map { $0 == 0 ? Float(0) : 1 }),
                rightEdge: memory.copy(columns.map { $0 == test.width - 1 ? Float(0) : 1 }),
                scratch: memory.zeros(depthwiseScratchCount(height: test.height, width: test.width)))
            let noOutput = spread([Float](repeating: 0, count: images * channels * outputPlane), outputPlane)
            let outputs = TargetRows(memory.copy(noOutput), memory.copy(rows(outputPlane)))
            operators.depthwise(DepthwiseCall(source, bias: nil, output: outputs, isRectified: false))
            let given = spread(present, plane)
            let inputGradients = TargetRows(memory.copy(given), memory.copy(rows(plane)))
            let kernelGradients = memory.zeros(9 * kernelCount)
            operators.depthwiseBackward(
                DepthwiseBackwardCall(
                    source, outputGradient: memory.rows(spread(gradient, outputPlane), at: rows(outputPlane)),
                    inputGradient: GradientRows(
                        inputGradients,
                        accumulates: memory.copy([Bool](repeating: test.accumulates, count: channels))),
                    kernelGradient: kernelGradients))
            let output = Array(noOutput.count, at: outputs.base)
            let inputGradient = Array(given.count, at: inputGradients.base)
            let kernelGradient = Array(9 * kernelCount, at: kernelGradients)
            #expect(
                inputGradient.enumerated().allSatisfy { index, number in
                    number == 7 || rows(plane).contains { ($0..<$0 + images * plane).contains(index) }
                }, "nothing is written outside of the planes")
            return (gathered(output, outputPlane), gathered(inputGradient, plane), kernelGradient)
        }

        func expected() -> (output: [Double], inputGradient: [Double], kernelGradient: [Double]) {
            var output = [Double](repeating: 0, count: gradient.count)
            var inputGradient = test.accumulates ? present.map { Double($0) } : present.map { _ in 0 }
            var kernelGradient = [Double](repeating: 0, count: 9 * kernelCount)
            for channel in 0..<channels {
                for image in 0..<images {
                    for y in 0..<outputHeight {
                        for x in 0..<outputWidth {
                            let to = (channel * images + image) * outputPlane + y * outputWidth + x
                            for tap in 0..<9 {
                                let fromY = y * test.stride + tap / 3 - test.padding
                                let fromX = x * test.stride + tap % 3 - test.padding
                                guard (0..<test.height).contains(fromY), (0..<test.width).contains(fromX) else {
                                    continue
                                }
                                let from = (channel * images + image) * plane + fromY * test.width + fromX
                                let kernel = channel % kernelCount * 9 + tap
                                let value =
                                    Double(scales[channel]) * Double(input[from]) + Double(shifts[channel])
                                output[to] += Double(kernels[kernel]) * value
                                inputGradient[from] += Double(kernels[kernel]) * Double(gradient[to])
                                kernelGradient[kernel] += value * Double(gradient[to])
                            }
                        }
                    }
                }
            }
            return (output, inputGradient, kernelGradient)
        }
    }
}
