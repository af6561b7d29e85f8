import Engine
import Evaluation
import Tensors

/// What replacing the kernels of each depthwise layer saves, read from the graph.
struct ReplacementCosts {
    /// Multiply-accumulates for an image, and stored numbers.
    struct Saving: Sendable, Equatable {
        var macs = 0
        var numbers = 0

        static func += (a: inout Saving, b: Saving) {
            a.macs += b.macs
            a.numbers += b.numbers
        }
    }

    /// One layer.
    struct Layer: Sendable {
        /// The layer, by the name of its weight in the file.
        let name: String
        /// Weights of a kernel.
        let taps: Int
        /// Pixels of its result.
        let pixels: Int
        /// The place of the weight under the result's pixel; nil where there is none.
        let passingCell: Int?
        /// What goes with each channel that becomes a constant; nil where it cannot go: behind a sum, and before a gate, which
        /// makes a map of it.
        let channels: [Saving?]
    }

    /// The layers of a substitution in its order; nil for those whose kernels cannot be replaced.
    let layers: [Layer?]

    /// Throws `engine.shape` where the graph does not fit its images.
    init(_ graph: Graph, inputShape: Shape, _ substitution: KernelSubstitution) throws {
        let shapes = try graph.shapes(inputShape: inputShape)
        let coupling = ChannelCoupling(graph, shapes: shapes, rigid: [])
        let savings = Self.savings(graph, shapes, coupling)
        let pinned = Self.pinned(graph, shapes, coupling)
        let readers = graph.readersOfParameters
        layers = substitution.inputs.indices.map { index in
            guard let node = graph.node(named: substitution.inputs[index].node),
                case .convolution(let convolution) = graph[node].operation, substitution.takesConstants(index)
            else { return nil }
            let weight = graph.parameter(convolution.weight)
            let output = shapes[node.position]
            guard graph.isPlainDepthwise(convolution, readers: readers) else { return nil }
            let cell = WindowCell(convolution, kernel: weight.tensor.shape)
            return Layer(
                name: graph.layerName(of: graph[node]) ?? graph[node].name,
                taps: weight.tensor.shape[2] * weight.tensor.shape[3], pixels: output[2] * output[3],
                passingCell: cell.cellUnderResult,
                channels: (0..<output[1]).map { channel in
                    let set = coupling.set(node.position, channel)
                    let isFree = coupling.couplings(of: set).isEmpty && !pinned.contains(set)
                    return isFree ? savings[set] : nil
                })
        }
    }

    /// What each set of channels costs in the layers that make and read it.
    private static func savings(
        _ graph: Graph, _ shapes: [Shape], _ coupling: ChannelCoupling
    ) -> [Int: Saving] {
        var savings: [Int: Saving] = [:]
        let isNeeded = graph.neededNodes
        for place in graph.nodes.indices where isNeeded[place] {
            let node = graph.nodes[place]
            guard let source = node.inputs.first?.position else { continue }
            let layer: (weight: Shape, groups: Int, hasBias: Bool)
            switch node.operation {
            case .convolution(let own): layer = (graph[own.weight].shape, own.groups, own.bias != nil)
            case .linear(let weight, let bias): layer = (graph[weight].shape, 1, bias != nil)
            default: continue
            }
            let pixels = shapes[place].rank == 4 ? shapes[place][2] * shapes[place][3] : 1
            let row = layer.weight.elementCount / layer.weight[0]
            let ofRow = Saving(macs: row * pixels, numbers: row + (layer.hasBias ? 1 : 0))
            for channel in 0..<shapes[place][1] { savings[coupling.set(place, channel), default: Saving()] += ofRow }
            // The columns of a depthwise layer are its rows.
            guard layer.groups == 1 else { continue }
            let column = layer.weight.elementCount / max(1, shapes[source][1])
            let ofColumn = Saving(macs: column * pixels, numbers: column)
            for channel in 0..<shapes[source][1] {
                savings[coupling.set(source, channel), default: Saving()] += ofColumn
            }
        }
        return savings
    }

    /// The sets of the image and of the network's result.
    private static func pinned(_ graph: Graph, _ shapes: [Shape], _ coupling: ChannelCoupling) -> Set<Int> {
        let ends = graph.nodes.indices.filter {
            graph.nodes[$0].operation == .input || graph.output?.position == $0
        }
        return Set(ends.flatMap { place in (0..<shapes[place][1]).map { coupling.set(place, $0) } })
    }
}
