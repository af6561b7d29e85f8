import Engine
import Tensors

/// The convolutions of a graph by their weights.
///
/// They are found by their numbers, which the graph has unchanged whatever it calls them; of equal ones the first that is
/// free.
package struct ConvolutionPlaces {
    private var free: [UInt64: [Int]] = [:]

    /// Gathers the convolutions that the output of `graph` needs.
    package init(_ graph: Graph) {
        let needed = graph.neededNodes
        for (index, node) in graph.nodes.enumerated() where needed[index] {
            let weight: Graph.ParameterID
            switch node.operation {
            case .convolution(let convolution): weight = convolution.weight
            case .sharedDepthwise(let shared): weight = shared.weight
            default: continue
            }
            free[Self.digest(graph[weight]), default: []].append(index)
        }
    }

    /// The place among the nodes of the convolution with this weight, which is no longer free; nil for none.
    package mutating func take(_ weight: Tensor) -> Int? {
        let digest = Self.digest(weight)
        guard let place = free[digest]?.first else { return nil }
        free[digest]?.removeFirst()
        return place
    }

    /// FNV-1a over shape and numbers.
    private static func digest(_ tensor: Tensor) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for length in tensor.shape.dimensions { hash = (hash ^ UInt64(length)) &* 0x100_0000_01B3 }
        for scalar in tensor.scalars { hash = (hash ^ UInt64(scalar.bitPattern)) &* 0x100_0000_01B3 }
        return hash
    }
}
