import OperatorDispatch
import TrainingOperatorInterface

/// A function of each number. Where `isComputedBefore` the result is already there (a convolution's own ReLU) and only
/// the backward pass remains, on the gradient in place.
struct ActivationLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts
    let function: ActivationFunction
    let isComputedBefore: Bool

    /// The function as the loops know it.
    private var loop: RowFunction {
        switch function {
        case .relu: .relu
        case .relu6: .relu6
        case .silu: .silu
        case .hardSwish: .hardSwish
        case .sigmoid: .sigmoid
        case .hardSigmoid: .hardSigmoid
        case .gelu, .elu, .softplus, .mish, .exponential, .squareRoot:
            preconditionFailure("\(function.rawValue) is refused when a training is planned")
        }
    }

    var backwardReadsInput: Bool { true }

    func forward(_ pass: Pass, stage: Int) {
        if isComputedBefore { return }
        pass.operators.activate(
            ActivationCall(
                function: loop, channels: input.count, columns: pass.columns(input), input: pass.source(input),
                output: pass.target(output)))
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        pass.operators.activateBackward(
            ActivationBackwardCall(
                function: loop, channels: input.count, columns: pass.columns(input), input: pass.source(input),
                gradient: pass.source(outputGradient), inputGradient: pass.target(inputGradient)))
    }
}
