import Tensors
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
            var gradient = [Float](repeating: 1, count: rows * depth)
            var scratch = [Float](repeating: 0, count: gradientScratchCount(rows: rows, depth: depth))
            operators.gradientProduct(
                rows: rows, depth: depth, columns: columns, left: left, leftRows: (0..<rows).map { $0 * pitch },
                right: right, rightRows: (0..<depth).map { $0 * pitch }, gradient: &gradient, pitch: depth,
                scratch: &scratch)
            // Sums of up to 300 products of normal numbers, in 32 bits.
            #expect(relativeError(gradient, expected) < 2e-6)
        }
    }

    /// What the matrix products, the activation and the moments make of seeded numbers.
    private func outputs(of operators: any OperatorSet.Type) -> [Float] {
        var generator = SeededGenerator(seed: 9)
        // 9 rows of weights on 5 rows of 53 pixels: full tiles, a part of one, and a tail of pixels.
        let (rows, depth, columns) = (9, 5, 53)
        let weights = (0..<rows * depth).map { _ in Float(generator.normal()) }
        let inputs = (0..<depth * 64).map { _ in Float(generator.normal()) } + Array(repeating: 0, count: 64)
        let inputRows = (0..<depth).map { $0 * 64 }
        let outputRows = (0..<rows).map { $0 * 64 }
        var packed = [Float](repeating: 0, count: 16 * depth)
        var outputs = [Float](repeating: 0, count: rows * 64)
        var gradient = [Float](repeating: 0, count: rows * depth)
        var scratch = [Float](repeating: 0, count: gradientScratchCount(rows: rows, depth: depth))
        operators.packTiles(
            weights, rows: rows, depth: depth, tile: 7, isTransposed: false, factors: nil, packed: &packed)
        operators.matrixProduct(
            tile: 7, rows: rows, depth: depth, columns: columns, packed: packed, input: inputs, inputRows: inputRows,
            output: &outputs, outputRows: outputRows, accumulates: nil, bias: nil, isRectified: false)
        var activated = outputs
        operators.activate(
            function: 2, channels: rows, columns: columns, input: outputs, inputRows: outputRows, output: &activated,
            outputRows: outputRows)
        operators.gradientProduct(
            rows: rows, depth: depth, columns: columns, left: activated, leftRows: outputRows, right: inputs,
            rightRows: inputRows, gradient: &gradient, pitch: depth, scratch: &scratch)
        var means = [Double](repeating: 0, count: rows)
        var squares = means
        operators.mergeMoments(
            channels: rows, columns: columns, before: 0, input: activated, rows: outputRows, means: &means,
            squares: &squares)
        return activated + gradient + means.map { Float($0) } + squares.map { Float($0) }
    }
}
