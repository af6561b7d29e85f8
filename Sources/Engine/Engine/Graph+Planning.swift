import OperatorDispatch
import Tensors

// What the planner of training needs to know of a graph beyond its public face.

extension Graph.NodeID {
    /// The place of the node in ``Graph/nodes``.
    package var position: Int { index }
}

extension Graph.ParameterID {
    /// The place of the parameter in ``Graph/parameters``.
    package var position: Int { index }
}

extension Graph {
    /// The lengths of a convolution, shared depthwise convolution or pool on an input of this shape; throws
    /// `engine.shape`.
    package func windowGeometry(of node: Node, input: Shape) throws -> ConvolutionGeometry {
        try convolutionGeometry(node, input: input)
    }

    /// Which nodes the output needs, by their places.
    package var neededNodes: [Bool] { output.map { needed(by: [$0]) } ?? [] }
}
