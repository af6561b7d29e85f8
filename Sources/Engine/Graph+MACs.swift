import Tensors

extension Graph {
    /// Multiply-accumulates of a convolution or linear layer on all images; 0 for other nodes.
    func macs(of node: Node, output: Shape) -> Int {
        switch node.operation {
        case .convolution(let convolution):
            let weight = self[convolution.weight].shape
            return output.elementCount * weight[1] * weight[2] * weight[3]
        case .sharedDepthwise(let shared):
            let weight = self[shared.weight].shape
            return output.elementCount * weight[2] * weight[3]
        case .linear(let weight, _): return output[0] * self[weight].shape.elementCount
        default: return 0
        }
    }
}
