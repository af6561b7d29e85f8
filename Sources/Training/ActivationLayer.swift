import EngineOperators

/// A function of each number. Where `isComputedBefore` the result is already there (a convolution's own ReLU) and only
/// the way back remains, on the gradient in place.
struct ActivationLayer: Layer {
    let name: String
    let function: ActivationFunction
    let isComputedBefore: Bool
    let input: Rows
    let output: Rows
    let outputGradient: Rows
    let inputGradient: GradientTarget?

    /// The number by which the loops know the function.
    private var code: Int {
        switch function {
        case .relu: 0
        case .relu6: 1
        case .silu: 2
        case .hardSwish: 3
        case .sigmoid: 4
        case .hardSigmoid: 5
        }
    }

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [input, outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        if isComputedBefore { return }
        pass.operators.activate(
            code, input.count, pass.columns(input), pass.base(input), pass.places(input), pass.base(output),
            pass.places(output))
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        pass.operators.activateBackward(
            code, input.count, pass.columns(input), pass.base(input), pass.places(input), pass.base(outputGradient),
            pass.places(outputGradient), pass.base(inputGradient.rows), pass.places(inputGradient.rows),
            inputGradient.accumulates)
    }
}
