import OperatorDispatch
import OperatorInterface
import Tensors

/// A convolution or linear layer with what follows it: normalisation, function, affine map, sum with another result.
///
/// Normalisation before the function is folded into weight and bias; behind it, it is the epilogue's affine map.
struct FusedNode {
    /// The convolution, shared depthwise convolution or linear layer.
    let head: Int
    /// The last node that is computed with it; its result is the step's.
    private(set) var tail: Int
    /// The function, nil for none.
    private(set) var function: ActivationFunction?
    /// One factor and summand a channel behind the function.
    private(set) var affine: Affine?
    /// One factor and summand a channel before the function.
    private(set) var folded: Affine?
    /// The result that is added.
    private(set) var residual: Int?
    /// Whether the function follows the sum.
    private(set) var addsResidualFirst = false

    /// v·scale + shift, one value a channel.
    struct Affine {
        var scale: [Float]
        var shift: [Float]

        /// The map `other` after this one.
        func followed(by other: Affine) -> Affine {
            Affine(
                scale: zip(scale, other.scale).map { $0 * $1 },
                shift: zip(shift, zip(other.scale, other.shift)).map { $1.0 * $0 + $1.1 })
        }
    }

    init(head: Int) {
        self.head = head
        tail = head
    }

    /// Takes in the node, the only one that reads the result so far; false where it cannot be a part of the step.
    mutating func absorb(_ index: Int, of graph: Graph, canAdd: Bool) -> Bool {
        let node = graph.nodes[index]
        switch node.operation {
        case .dropout: break
        case .batchNormalization(let norm): if !absorb(graph.affine(norm)) { return false }
        case .affine(let scale, let shift):
            if !absorb(Affine(scale: graph[scale].scalars, shift: graph[shift].scalars)) { return false }
        case .activation(let activation):
            guard !activation.isStepOfItsOwn, function == nil, affine == nil else { return false }
            function = activation
            addsResidualFirst = residual != nil
        case .add:
            guard canAdd, residual == nil else { return false }
            guard let other = node.inputs.first(where: { $0.index != tail }) else { return false }
            residual = other.index
        default: return false
        }
        tail = index
        return true
    }

    private mutating func absorb(_ map: Affine) -> Bool {
        guard residual == nil else { return false }
        if function == nil {
            folded = folded?.followed(by: map) ?? map
        } else {
            affine = affine?.followed(by: map) ?? map
        }
        return true
    }
}

extension Graph {
    /// scale = γ/√(variance + ε), shift = β − mean·scale, in 64-bit floats.
    func affine(_ norm: BatchNormalization) -> FusedNode.Affine {
        let (weight, bias) = (self[norm.weight].scalars, self[norm.bias].scalars)
        let (mean, variance) = (self[norm.runningMean].scalars, self[norm.runningVariance].scalars)
        var affine = FusedNode.Affine(scale: [], shift: [])
        for channel in weight.indices {
            let factor = Double(weight[channel]) / (Double(variance[channel]) + Double(norm.epsilon)).squareRoot()
            affine.scale.append(Float(factor))
            affine.shift.append(Float(Double(bias[channel]) - Double(mean[channel]) * factor))
        }
        return affine
    }
}

extension ActivationFunction {
    /// The function as operators know it.
    var epilogue: Epilogue.Function {
        switch self {
        case .relu: .relu
        case .relu6: .relu6
        case .silu: .silu
        case .hardSwish: .hardSwish
        case .sigmoid: .sigmoid
        case .hardSigmoid: .hardSigmoid
        case .gelu, .elu, .softplus, .mish, .exponential, .squareRoot:
            preconditionFailure("\(rawValue) is a step of its own")
        }
    }
}
