import OperatorDispatch

/// A function of each number. Where `isComputedBefore` the result is already there (a convolution's own ReLU) and only
/// the way back remains, on the gradient in place.
struct ActivationLayer: UnaryLayer {
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
        case .gelu: preconditionFailure("gelu is refused when a training is planned")
        }
    }

    var readsInputGoingBack: Bool { true }

    func forward(_ pass: Pass, stage: Int) {
        if isComputedBefore { return }
        pass.operators.activate(
            function: code, channels: input.count, columns: pass.columns(input), input: pass.base(input),
            inputRows: pass.places(input), output: pass.base(output), outputRows: pass.places(output))
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        pass.operators.activateBackward(
            function: code, channels: input.count, columns: pass.columns(input), input: pass.base(input),
            inputRows: pass.places(input), gradient: pass.base(outputGradient),
            gradientRows: pass.places(outputGradient), inputGradient: pass.base(inputGradient.rows),
            inputGradientRows: pass.places(inputGradient.rows), accumulates: inputGradient.accumulates)
    }
}
