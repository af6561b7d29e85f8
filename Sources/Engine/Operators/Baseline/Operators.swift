import OperatorInterface

/// The operators as this module's instructions make them.
///
/// One source, several modules: each is compiled for its own instruction set, chosen when the program runs. The sources
/// use pointers, SIMD and InlineArray only: an Array or String would emit copies of library code that the linker may
/// pick for the whole program, with instructions that an older processor lacks.
package enum Operators: OperatorLoops {
    package static func matrix(_ call: MatrixCall) { MatrixOperator.run(call) }
    package static func depthwise(_ call: DepthwiseCall) { DepthwiseOperator.run(call) }
    package static func integerMatrix(_ call: IntegerMatrixCall) { IntegerMatrixOperator.run(call) }
    package static func integerDepthwise(_ call: IntegerDepthwiseCall) { IntegerDepthwiseOperator.run(call) }
    package static func elementwise(_ call: ElementwiseCall) { ElementwiseOperator.run(call) }
    package static func pool(_ call: PoolCall) { PoolOperator.run(call) }
    package static func mean(
        _ input: UnsafePointer<Float>, _ pixels: Int, _ output: UnsafeMutablePointer<Float>, _ format: ElementFormat
    ) {
        if format.isFloat {
            ElementwiseOperator.mean(Singles.self, input, pixels, output)
        } else {
            ElementwiseOperator.mean(Pairs.self, input, pixels, output)
        }
    }
    package static func multiplyAdds(_ rounds: Int) -> Float { ElementwiseOperator.multiplyAdds(rounds) }
}
