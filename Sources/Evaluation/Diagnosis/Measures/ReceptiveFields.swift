import Engine
import Evaluation

/// Rows of the image that each node sees, behind as many strides.
struct ReceptiveFields {
    /// Of one node.
    struct Field: Equatable {
        /// Rows and columns of the image that one number rests on.
        var size: Int
        /// Pixels of the image between neighbouring numbers.
        var step: Int
    }

    /// By the place of the node.
    let nodes: [Field]

    /// Follows convolutions and pools; gates that scale whole channels are not followed, as they say nothing of a place.
    init(_ graph: Graph) {
        var nodes: [Field] = []
        nodes.reserveCapacity(graph.nodes.count)
        for node in graph.nodes {
            let inputs = node.inputs.map { nodes[$0.position] }
            guard let first = inputs.first else {
                nodes.append(Field(size: 1, step: 1))
                continue
            }
            var field = first
            switch node.operation {
            case .convolution(let convolution):
                field = Self.through(first, kernel: graph[convolution.weight].shape[2], stride: convolution.stride)
            case .sharedDepthwise(let shared):
                field = Self.through(first, kernel: graph[shared.weight].shape[2], stride: shared.stride)
            case .pool(let pool): field = Self.through(first, kernel: pool.size, stride: pool.stride)
            case .add, .concatenate:
                field = Field(
                    size: inputs.map(\.size).max() ?? first.size, step: inputs.map(\.step).max() ?? first.step)
            default: break
            }
            nodes.append(field)
        }
        self.nodes = nodes
    }

    private static func through(_ field: Field, kernel: Int, stride: Int) -> Field {
        let (reach, isHuge) = (kernel - 1).multipliedReportingOverflow(by: field.step)
        let (step, isLong) = field.step.multipliedReportingOverflow(by: max(1, stride))
        return Field(
            size: isHuge ? 1 << 40 : min(1 << 40, field.size + reach), step: isLong ? 1 << 40 : min(1 << 40, step))
    }
}
