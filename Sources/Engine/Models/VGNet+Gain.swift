import Engine
import Tensors

extension VGNet {
    /// The net with its learned depthwise kernels scaled to gain 1 under correlations that were measured.
    ///
    /// - Parameter correlation: Of a weight's input, by the distance of two pixels in rows and columns; nil where it was not
    ///   measured: those kernels stay.
    /// Returns the net and how many kernels were scaled.
    public func unitGain(
        by correlation: (_ weight: String) -> ((_ rows: Int, _ columns: Int) -> Double)?
    ) -> (net: VGNet, scaled: Int) {
        var graph = self.graph
        var scaled = 0
        for parameter in self.graph.parameters where parameter.kind == .learnable {
            let shape = parameter.tensor.shape
            guard shape.rank == 4, shape[1] == 1, shape[2] * shape[3] > 1,
                let place = graph.parameter(named: parameter.name), let measured = correlation(parameter.name)
            else { continue }
            graph[place] = KernelGain.unit(parameter.tensor, by: measured)
            scaled += shape[0]
        }
        return (VGNet(config: config, graph: graph), scaled)
    }
}
