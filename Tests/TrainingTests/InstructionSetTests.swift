import Tensors
import Testing

@testable import Training

/// The loops exist once for each instruction set of x86; a training must not depend on which is chosen.
@Suite struct InstructionSetTests {
    #if arch(x86_64)
        @Test("The loops of every instruction set that this processor has give the same bits")
        func setsAgree() {
            // Every x86 processor of today's servers has AVX2; the widest set is compared with it and with the baseline.
            let results = [OperatorTable.baseline, .best].map { outputs(of: $0) }
            #expect(results[0].allSatisfy { $0.isFinite })
            #expect(results[0].contains { $0 != 0 })
            #expect(results[0].map(\.bitPattern) == results[1].map(\.bitPattern))
        }
    #endif

    /// What the matrix products, the activation and the moments make of seeded numbers.
    private func outputs(of operators: OperatorTable) -> [Float] {
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
        operators.packTiles(weights, rows, depth, 7, false, &packed)
        operators.matrixProduct(
            7, rows, depth, columns, packed, inputs, inputRows, &outputs, outputRows, nil, nil, false)
        var activated = outputs
        operators.activate(2, rows, columns, outputs, outputRows, &activated, outputRows)
        operators.gradientProduct(
            rows, depth, columns, activated, outputRows, inputs, inputRows, &gradient, depth)
        var means = [Double](repeating: 0, count: rows)
        var squares = means
        operators.mergeMoments(rows, columns, 0, activated, outputRows, &means, &squares)
        return activated + gradient + means.map { Float($0) } + squares.map { Float($0) }
    }
}
