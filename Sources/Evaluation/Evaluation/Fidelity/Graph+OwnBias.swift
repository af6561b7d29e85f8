import Engine
import Tensors

extension Graph {
    /// The bias of a convolution, one that no other node reads; zeros are added where there is none. nil for other nodes.
    package mutating func ownBias(of node: NodeID) -> ParameterID? {
        guard case .convolution(var convolution) = self[node].operation else { return nil }
        let count = self[convolution.weight].shape[0]
        let old = convolution.bias
        if let old, nodes.count(where: { $0.operation.reads(bias: old) }) == 1 { return old }
        let numbers = old.map { self[$0] } ?? Tensor(shape: [count], repeating: 0)
        let bias = addParameter(freeBiasName(beside: convolution.weight), numbers)
        convolution.bias = bias
        let name = self[node].name
        self = mappingNodes { other in
            (other.name == name ? .convolution(convolution) : other.operation, other.inputs)
        }
        return bias
    }

    /// "conv.bias" beside "conv.weight", or the first of "conv.bias_2", "conv.bias_3" … that no parameter has.
    private func freeBiasName(beside weight: ParameterID) -> String {
        let own = parameter(weight)
        let name = own.form.key ?? own.name
        let stem = name.hasSuffix("weight") ? String(name.dropLast("weight".count)) + "bias" : name + ".bias"
        let taken = Set(parameters.flatMap { [$0.name, $0.key] })
        func isFree(_ name: String) -> Bool { !taken.contains(name) && !taken.contains(name.replacing("/", with: ".")) }
        return isFree(stem) ? stem : (2...).lazy.map { "\(stem)_\($0)" }.first(where: isFree) ?? stem
    }
}

extension GraphOperation {
    /// Whether a convolution or linear layer adds this parameter to its result.
    fileprivate func reads(bias: Graph.ParameterID) -> Bool {
        switch self {
        case .convolution(let convolution): return convolution.bias == bias
        case .linear(_, let own): return own == bias
        default: return false
        }
    }
}
