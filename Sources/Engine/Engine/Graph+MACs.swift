import Tensors

extension Graph {
    /// Multiply-accumulates of a convolution or linear layer on all images; 0 for other nodes.
    func macs(of node: Node, output: Shape) -> Int {
        switch node.operation {
        case .convolution(let convolution):
            let kernel = kernelLengths(convolution.weight)
            return output.elementCount * self[convolution.weight].shape[1] * kernel[0] * kernel[1]
        case .sharedDepthwise(let shared):
            let kernel = kernelLengths(shared.weight)
            return output.elementCount * kernel[0] * kernel[1]
        case .linear(let weight, _): return output[0] * self[weight].shape.elementCount
        default: return 0
        }
    }
}
