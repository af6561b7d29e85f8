import Tensors
import TestSupport
import Testing
import TrainingOperatorInterface
import TrainingOperatorsBaseline

@testable import Training

/// The loops exist once for each instruction set of x86; a training must not depend on which is chosen.
@Suite struct InstructionSetTests {
    #if arch(x86_64)
        @Test("The loops of every instruction set that this processor has give the same bits")
        func setsAgree() {
            let expected = outputs(of: OperatorSets.available[0])
            #expect(expected.allSatisfy { $0.isFinite })
            #expect(expected.contains { $0 != 0 })
            for table in OperatorSets.available {
                #expect(outputs(of: table).map(\.bitPattern) == expected.map(\.bitPattern))
            }
        }
    #endif

    @Test(
        "Weight gradients are sums over pixels, whatever the sizes",
        arguments: [(9, 5, 53), (70, 83, 300), (28, 56, 64)])
    func gradientsAreSums(rows: Int, depth: Int, columns: Int) {
        var generator = SeededGenerator(seed: 10)
        let pitch = columns + 16
        let left = (0..<rows * pitch).map { _ in Float(generator.normal()) }
        let right = (0..<depth * pitch).map { _ in Float(generator.normal()) }
        var expected = [Double](repeating: 1, count: rows * depth)
        for m in 0..<rows {
            for k in 0..<depth {
                for p in 0..<columns {
                    expected[m * depth + k] += Double(left[m * pitch + p]) * Double(right[k * pitch + p])
                }
            }
        }
        for operators in OperatorSets.available {
            let memory = LoopMemory()
            defer { memory.free() }
            let gradient = memory.copy([Float](repeating: 1, count: rows * depth))
            operators.gradientProduct(
                GradientProductCall(
                    size: ProductSize(rows: rows, depth: depth, columns: columns),
                    left: memory.rows(left, at: (0..<rows).map { $0 * pitch }),
                    right: memory.rows(right, at: (0..<depth).map { $0 * pitch }), gradient: gradient, pitch: depth,
                    scratch: memory.zeros(gradientScratchCount(rows: rows, depth: depth))))
            // Sums of up to 300 products of normal numbers, in 32 bits.
            #expect(relativeError(Array(rows * depth, at: gradient), expected) < 2e-6)
        }
    }

    /// What the matrix products, the activation and the moments make of seeded numbers.
    private func outputs(of operators: any OperatorSet.Type) -> [Float] {
        var generator = SeededGenerator(seed: 9)
        // 9 rows of weights on 5 rows of 53 pixels: full tiles, a part of one, and a tail of pixels.
        let (rows, depth, columns) = (9, 5, 53)
        let weights = (0..<rows * depth).map { _ in Float(generator.normal()) }
        let memory = LoopMemory()
        defer { memory.free() }
        let inputs = memory.rows(
            (0..<depth * 64).map { _ in Float(generator.normal()) } + Array(repeating: 0, count: 64),
            at: (0..<depth).map { $0 * 64 })
        let places = memory.copy((0..<rows).map { $0 * 64 })
        let (packed, outputs) = (memory.zeros(16 * depth), memory.zeros(rows * 64))
        operators.packTiles(
            PackTilesCall(
                memory.copy(weights), rows: rows, depth: depth, tile: 7, isTransposed: false, factors: nil,
                packed: packed))
        let size = ProductSize(rows: rows, depth: depth, columns: columns)
        operators.matrixProduct(
            MatrixProductCall(size: size, tile: 7, packed: packed, input: inputs, output: TargetRows(outputs, places)))
        let activated = memory.copy(Array(rows * 64, at: outputs))
        operators.activate(
            ActivationCall(
                function: .silu, channels: rows, columns: columns, input: SourceRows(outputs, places),
                output: TargetRows(activated, places)))
        let gradient = memory.zeros(rows * depth)
        operators.gradientProduct(
            GradientProductCall(
                size: size, left: SourceRows(activated, places), right: inputs, gradient: gradient, pitch: depth,
                scratch: memory.zeros(gradientScratchCount(rows: rows, depth: depth))))
        let means = memory.copy([Double](repeating: 0, count: rows))
        let squares = memory.copy([Double](repeating: 0, count: rows))
        operators.mergeMoments(
            MomentsCall(
                channels: rows, columns: columns, before: 0, input: SourceRows(activated, places), means: means,
                squares: squares))
        return Array(rows * 64, at: activated) + Array(rows * depth, at: gradient)
            + (Array(rows, at: means) + Array(rows, at: squares)).map { Float($0) }
    }
}
