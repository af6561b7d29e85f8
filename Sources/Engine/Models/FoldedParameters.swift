import Engine
import Tensors
import VGNets

/// The parameters of a trained net for its folded form: what stands around a depthwise kernel becomes kernel and bias.
///
/// With s = γ/√(σ² + ε) the folded kernel is s·k, the bias β − s·μ; the branch that passes the input on adds its s to the
/// kernel's centre and its shift to the bias. Exact at the borders too: both act behind the padded convolution.
struct FoldedParameters: ParameterProvider {
    private let graph: Graph

    init(_ graph: Graph) { self.graph = graph }

    func check(_ name: String, fixed: Tensor) {}

    func tensor(_ name: String, _ shape: Shape, _ initial: InitialValue) throws -> Tensor {
        if let found = graph.parameter(named: name), graph[found].shape == shape { return graph[found] }
        guard let cut = name.lastIndex(of: "/") else { preconditionFailure("\(name) is not in the net") }
        let path = String(name[..<cut])
        let names = DepthwiseNames(path: path, form: .branched)
        guard let norm = names.norm, let kernel = values("\(names.kernel)/weight"), let own = factors(norm) else {
            preconditionFailure("\(name) is not in the net")
        }
        let skip = factors(names.skip)
        if name.hasSuffix("/bias") {
            return Tensor(shape: shape, scalars: own.indices.map { Float(own[$0].shift + (skip?[$0].shift ?? 0)) })
        }
        let size = kernel.count / own.count
        return Tensor(
            shape: shape,
            scalars: kernel.indices.map { index in
                let channel = index / size
                let centre = index % size == size / 2 ? skip?[channel].scale ?? 0 : 0
                return Float(Double(kernel[index]) * own[channel].scale + centre)
            })
    }

    private func values(_ name: String) -> [Float]? { graph.parameter(named: name).map { graph[$0].scalars } }

    /// scale·x + shift of a batch normalisation with its running statistics.
    private func factors(_ norm: String) -> [(scale: Double, shift: Double)]? {
        guard let weight = values("\(norm)/weight"), let bias = values("\(norm)/bias"),
            let mean = values("\(norm)/running_mean"), let variance = values("\(norm)/running_var")
        else { return nil }
        return weight.indices.map { channel in
            let scale =
                Double(weight[channel]) / (Double(variance[channel]) + Double(VGNet.batchNormEpsilon)).squareRoot()
            return (scale, Double(bias[channel]) - scale * Double(mean[channel]))
        }
    }
}
