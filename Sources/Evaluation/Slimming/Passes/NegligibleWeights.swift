import Engine
import Tensors

/// Sets rows and columns of layers to zero that are smaller than what 32-bit floats resolve beside the layer's others.
///
/// Weight decay leaves such kernels in trained networks: 10⁻²⁰ instead of 0.
struct NegligibleWeights: Sendable {
    /// A row or column is negligible where its largest weight is below this part of the layer's largest: an eighth of a
    /// float's last place.
    static let share: Float = 0x1p-27

    /// The graph with zeros; the old one where there was nothing to set.
    let graph: Graph
    /// How many rows and columns were set that were not zero.
    let count: Int

    init(_ graph: Graph) {
        var changed = graph
        var count = 0
        let readers = graph.readersOfParameters
        for node in graph.nodes {
            let (identifier, groups): (Graph.ParameterID, Int)
            switch node.operation {
            case .convolution(let convolution): (identifier, groups) = (convolution.weight, convolution.groups)
            case .linear(let weight, _): (identifier, groups) = (weight, 1)
            default: continue
            }
            let parameter = graph.parameter(identifier)
            guard parameter.kind == .learnable, readers[parameter.key] == 1 else { continue }
            var sums = WeightTable(changed[identifier], hasColumns: groups == 1)
            let set = sums.clear(below: Self.share)
            if set > 0 { changed[identifier] = sums.tensor }
            count += set
        }
        self.count = count
        self.graph = count == 0 ? graph : changed
    }
}

/// The weights of a layer by rows and columns.
private struct WeightTable {
    private(set) var tensor: Tensor
    private let hasColumns: Bool

    init(_ tensor: Tensor, hasColumns: Bool) {
        self.tensor = tensor
        self.hasColumns = hasColumns
    }

    /// Sets negligible rows and columns to zero; gives how many.
    mutating func clear(below share: Float) -> Int {
        let rows = tensor.shape[0]
        let columns = hasColumns ? tensor.shape[1] : 1
        let taps = tensor.shape.elementCount / max(1, rows * columns)
        var (byRow, byColumn) = ([Float](repeating: 0, count: rows), [Float](repeating: 0, count: columns))
        for (place, weight) in tensor.scalars.enumerated() where weight != 0 {
            let (row, column) = (place / (columns * taps), place / taps % columns)
            byRow[row] = max(byRow[row], abs(weight))
            byColumn[column] = max(byColumn[column], abs(weight))
        }
        let limit = (byRow.max() ?? 0) * share
        func isNegligible(_ largest: Float) -> Bool { largest > 0 && largest < limit }
        let count = byRow.count(where: isNegligible) + (hasColumns ? byColumn.count(where: isNegligible) : 0)
        guard count > 0 else { return 0 }
        for place in tensor.scalars.indices
        where isNegligible(byRow[place / (columns * taps)])
            || hasColumns && isNegligible(byColumn[place / taps % columns])
        {
            tensor.scalars[place] = 0
        }
        return count
    }
}
