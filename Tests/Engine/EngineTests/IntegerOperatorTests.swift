import OperatorDispatch
import OperatorInterface
import Tensors
import Testing

@testable import Engine

/// The integer loops of every instruction set against the plain definition, bit for bit, on lengths from a seed.
@Suite struct IntegerOperatorTests {
    private static let functions: [Epilogue.Function] = [
        .none, .none, .relu, .relu6, .silu, .hardSwish, .sigmoid, .hardSigmoid,
    ]
    private static let sets: [OperatorSet] = [
        .compiled(for: .baseline), .compiled(for: .avx2), .compiled(for: .avx512), .compiled(for: .avx512bf16),
    ].compactMap { $0 }

    /// Numbers from a seed.
    private struct Draw {
        var generator: SeededGenerator

        mutating func pick(_ range: ClosedRange<Int>) -> Int {
            range.lowerBound + Int(generator.uniform() * Double(range.count))
        }
        mutating func floats(_ count: Int, _ scale: Float) -> [Float] {
            (0..<count).map { _ in Float(generator.uniform() * 2 - 1) * scale }
        }
    }

    @Test(arguments: 0..<40) func matrixProductsHaveTheSameBits(index: Int) {
        var draw = Draw(generator: SeededGenerator(seed: UInt64(index) + 900))
        let (pixels, channels, depth) = (draw.pick(1...31), draw.pick(1...50), 2 * draw.pick(1...70))
        let padded = (channels + 15) / 16 * 16
        // The outermost bytes too: their products are where 16 bits saturate.
        let panel = (0..<pixels * depth).map { _ in Int16(index % 4 == 0 ? 255 : draw.pick(0...255)) }
        let weights = (0..<padded * depth).map { _ in
            Int8(index % 4 == 0 ? (index % 8 == 0 ? 127 : -127) : draw.pick(-127...127))
        }
        let bias = (0..<padded).map { _ in Int32(draw.pick(-60_000...60_000)) }
        let multiplier = draw.floats(padded, index % 3 == 0 ? 1 : 0.002)
        let (scale, shift) = (draw.floats(padded, 40), draw.floats(padded, 20))
        let residual = (0..<pixels * padded).map { _ in UInt8(draw.pick(0...255)) }
        let choices = (draw.pick(0...3), draw.pick(0...1), draw.pick(0...5), draw.pick(0...1))
        let constants = Constants(multiplier: multiplier, scale: scale, shift: shift)
        var epilogue = constants.epilogue
        epilogue.function = Self.functions[index % Self.functions.count]
        if choices.1 == 0 { epilogue.shift = nil }
        if choices.1 == 0, choices.0 < 2 { epilogue.scale = nil }
        (epilogue.zero, epilogue.low, epilogue.high) = (Int32(3 * index), 2, 251)
        (epilogue.residualZero, epilogue.residualFactor) = (101, 0.37)
        epilogue.addsResidualFirst = choices.3 == 0
        epilogue.writesFloats = choices.2 == 0
        let memory = (
            panel: ConstantMemory(panel), weights: ConstantMemory(weights), bias: ConstantMemory(bias),
            residual: ConstantMemory(residual)
        )
        func run(_ loop: (IntegerMatrixCall) -> Void) -> [UInt8] {
            Self.bytes(of: pixels * padded * 4) { output in
                loop(
                    IntegerMatrixCall(
                        panel: IntegerPanel(memory.panel.start, depth: depth, pixels: pixels),
                        weights: memory.weights.start, bias: memory.bias.start, channels: channels,
                        output: IntegerTarget(
                            output, stride: padded, residual: choices.0 % 2 == 0 ? memory.residual.start : nil,
                            residualStride: padded), epilogue: epilogue))
            }
        }
        withExtendedLifetime((memory, constants)) {
            let expected = run(IntegerReference.matrix)
            for set in Self.sets { #expect(run { set.loops.integerMatrix($0) } == expected, "\(set.name)") }
        }
    }

    @Test(arguments: 0..<40) func depthwiseConvolutionsHaveTheSameBits(index: Int) {
        var draw = Draw(generator: SeededGenerator(seed: UInt64(index) + 300))
        let window = Window(
            height: draw.pick(1...7), width: draw.pick(1...7), stride: draw.pick(1...3), paddingTop: draw.pick(0...3),
            paddingLeft: draw.pick(0...3))
        let (height, width, inputStride) = (draw.pick(7...19), draw.pick(7...19), 16 * draw.pick(1...3))
        let outputWidth = draw.pick(1...(width + 2 * window.paddingLeft - window.width) / window.stride + 1)
        let rows = draw.pick(0...2)..<draw.pick(3...6)
        let channels = draw.pick(1...16)
        let input = (0..<height * width * inputStride + 16).map { _ in
            UInt8(index % 4 == 0 ? 255 : draw.pick(0...255))
        }
        let weights = (0..<(window.height + 1) / 2 * window.width * 32).map { place in
            let isBeside = window.height % 2 == 1 && place % 2 == 1 && place / 32 / window.width == window.height / 2
            return Int16(isBeside ? 0 : index % 4 == 0 ? 127 : draw.pick(-127...127))
        }
        let bias = (0..<16).map { _ in Int32(draw.pick(-60_000...60_000)) }
        let multiplier = draw.floats(16, index % 3 == 0 ? 1 : 0.004)
        let (scale, shift) = (draw.floats(16, 30), draw.floats(16, 20))
        let constants = Constants(multiplier: multiplier, scale: scale, shift: shift)
        var epilogue = constants.epilogue
        epilogue.function = Self.functions[index % Self.functions.count]
        if index % 2 == 0 { (epilogue.scale, epilogue.shift) = (nil, nil) }
        (epilogue.zero, epilogue.low, epilogue.high) = (Int32(3 * index), 2, 251)
        let memory = (input: ConstantMemory(input), weights: ConstantMemory(weights), bias: ConstantMemory(bias))
        func run(_ loop: (IntegerDepthwiseCall) -> Void) -> [UInt8] {
            var scratch = [Int16](
                repeating: 0, count: IntegerDepthwiseCall.scratchCount(window: window, outputWidth: outputWidth))
            return Self.bytes(of: rows.count * outputWidth * 16) { output in
                scratch.withUnsafeMutableBufferPointer { scratch in
                    guard let scratch = scratch.baseAddress else { return }
                    loop(
                        IntegerDepthwiseCall(
                            input: IntegerImage(
                                memory.input.start, stride: inputStride, height: height, width: width,
                                zero: UInt8(index)), window: window, weights: memory.weights.start,
                            bias: memory.bias.start,
                            output: IntegerRows(
                                output, stride: 16, width: outputWidth, rows: rows, channels: channels),
                            scratch: scratch, epilogue: epilogue))
                }
            }
        }
        withExtendedLifetime((memory, constants)) {
            let expected = run(IntegerReference.depthwise)
            for set in Self.sets { #expect(run { set.loops.integerDepthwise($0) } == expected, "\(set.name)") }
        }
    }

    /// What is written into memory that was all sevens.
    private static func bytes(of count: Int, _ body: (UnsafeMutableRawPointer) -> Void) -> [UInt8] {
        var bytes = [UInt8](repeating: 7, count: count)
        bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { body(start) } }
        return bytes
    }

    /// The numbers of an epilogue, where they stay.
    private struct Constants {
        let multiplier: ConstantMemory<Float>
        let scale: ConstantMemory<Float>
        let shift: ConstantMemory<Float>

        init(multiplier: [Float], scale: [Float], shift: [Float]) {
            self.multiplier = ConstantMemory(multiplier)
            self.scale = ConstantMemory(scale)
            self.shift = ConstantMemory(shift)
        }

        var epilogue: IntegerEpilogue {
            var epilogue = IntegerEpilogue(multiplier: multiplier.start)
            (epilogue.scale, epilogue.shift) = (scale.start, shift.start)
            return epilogue
        }
    }
}
