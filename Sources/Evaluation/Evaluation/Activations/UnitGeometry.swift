import Engine

/// Where a node's units lie on the picture, along one axis.
///
/// A window of k pixels with stride s and padding p: r' = r + (k − 1)·j, start' = start + ((k − 1)/2 − p)·j, j' = j·s.
package struct UnitGeometry: Equatable, Sendable {
    /// What is measured along.
    package enum Axis: Sendable {
        case rows, columns
    }

    /// Pixels that can reach a unit.
    package var reach: Int
    /// Pixels between neighbouring units.
    package var step: Int
    /// The place of the first unit's middle, in pixels from the middle of the first pixel.
    package var start: Double
    /// Units in a row.
    package var count: Int
    /// Whether a gate reads the whole picture.
    package var isGlobal = false

    /// The picture itself.
    package init(pixels: Int) { (reach, step, start, count) = (1, 1, 0, pixels) }

    /// The units behind a window; nil where none fits.
    package func behind(kernel: Int, stride: Int, padding: Padding, along axis: Axis = .rows) -> UnitGeometry? {
        let (before, after): (Int, Int)
        switch padding {
        case .explicit(let top, let left, let bottom, let right):
            (before, after) = axis == .rows ? (top, bottom) : (left, right)
        case .same:
            let all = max(0, ((count + stride - 1) / stride - 1) * stride + kernel - count)
            (before, after) = (all / 2, all - all / 2)
        }
        guard stride > 0, count + before + after >= kernel else { return nil }
        var next = self
        next.reach = reach + (kernel - 1) * step
        next.start = start + (Double(kernel - 1) / 2 - Double(before)) * Double(step)
        next.step = step * stride
        next.count = (count + before + after - kernel) / stride + 1
        return next
    }

    /// The geometry of every node of a graph by its name, for pictures of so many rows or columns; nodes without a place
    /// have none.
    package static func all(of graph: Graph, pixels: Int, along axis: Axis = .rows) -> [String: UnitGeometry] {
        var found: [String: UnitGeometry] = [:]
        let side = axis == .rows ? 2 : 3
        for node in graph.nodes {
            let inputs = node.inputs.compactMap { found[graph[$0].name] }
            let widest = inputs.max { $0.reach < $1.reach }
            let geometry: UnitGeometry? =
                switch node.operation {
                case .input: UnitGeometry(pixels: pixels)
                case .convolution(let convolution):
                    widest?.behind(
                        kernel: graph[convolution.weight].shape.dimensions[side], stride: convolution.stride,
                        padding: convolution.padding, along: axis)
                case .sharedDepthwise(let shared):
                    widest?.behind(
                        kernel: graph[shared.weight].shape.dimensions[side], stride: shared.stride,
                        padding: shared.padding, along: axis)
                case .pool(let pool):
                    widest?.behind(kernel: pool.size, stride: pool.stride, padding: pool.padding, along: axis)
                case .globalAveragePool, .linear: nil
                default: widest
                }
            guard var geometry else { continue }
            // What has no place of its own has read all of the picture: the gate of a squeeze-and-excite.
            if inputs.count < node.inputs.count || inputs.contains(where: \.isGlobal) { geometry.isGlobal = true }
            if case .responseNormalization = node.operation { geometry.isGlobal = true }
            found[node.name] = geometry
        }
        return found
    }
}
