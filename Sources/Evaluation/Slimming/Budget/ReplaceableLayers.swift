import Engine
import Evaluation
import Tensors

/// Which depthwise layers' kernels can be replaced and where a channel may become a constant, read from the graph.
struct ReplaceableLayers {
    /// One layer.
    struct Layer: Sendable {
        /// The layer, by the name of its weight in the file.
        let name: String
        /// Weights of a kernel.
        let taps: Int
        /// The place of the weight under the result's pixel; nil where there is none.
        let passingCell: Int?
        /// Which channels may become constants: not behind a sum, nor before a gate, which makes a map of it.
        let mayBeConstant: [Bool]
    }

    /// The layers of a substitution in its order; nil for those whose kernels cannot be replaced.
    let layers: [Layer?]
    /// The layers that cannot be taken apart, with the reason.
    let excluded: [BudgetOutcome.Excluded]

    /// Throws `engine.shape` where the graph does not fit its images.
    init(_ graph: Graph, inputShape: Shape, _ substitution: KernelSubstitution) throws {
        let shapes = try graph.shapes(inputShape: inputShape)
        let coupling = ChannelCoupling(graph, shapes: shapes, rigid: [])
        let pinned = Self.pinned(graph, shapes, coupling)
        let readers = graph.readersOfParameters
        var excluded: [BudgetOutcome.Excluded] = []
        layers = substitution.inputs.indices.map { index in
            guard let node = graph.node(named: substitution.inputs[index].node),
                case .convolution(let convolution) = graph[node].operation
            else { return nil }
            let name = graph.layerName(of: graph[node]) ?? graph[node].name
            if let reason = Self.reason(convolution, in: graph, readers) {
                let kernels = graph[convolution.weight].shape[0]
                excluded.append(BudgetOutcome.Excluded(layer: name, kernels: kernels, reason: reason))
                return nil
            }
            let kernel = graph[convolution.weight].shape
            return Layer(
                name: name, taps: kernel[2] * kernel[3],
                passingCell: WindowCell(convolution, kernel: kernel).cellUnderResult,
                mayBeConstant: (0..<shapes[node.position][1]).map { channel in
                    let set = coupling.set(node.position, channel)
                    return coupling.couplings(of: set).isEmpty && !pinned.contains(set)
                })
        }
        self.excluded = excluded
    }

    /// Why a depthwise layer cannot be taken apart; nil where it can.
    static func reason(
        _ convolution: Convolution, in graph: Graph, _ readers: [String: Int]
    ) -> BudgetOutcome.Excluded.Reason? {
        if graph.isPlainDepthwise(convolution, readers: readers) { return nil }
        let weight = graph.parameter(convolution.weight)
        if (readers[weight.key] ?? 1) > 1 { return .sharedWeights }
        return weight.form.dilations == [1, 1] ? .severalKernels : .dilated
    }

    /// The sets of the image and of the network's result.
    private static func pinned(_ graph: Graph, _ shapes: [Shape], _ coupling: ChannelCoupling) -> Set<Int> {
        let ends = graph.nodes.indices.filter {
            graph.nodes[$0].operation == .input || graph.output?.position == $0
        }
        return Set(ends.flatMap { place in (0..<shapes[place][1]).map { coupling.set(place, $0) } })
    }
}
