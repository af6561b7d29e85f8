// What works on the channels of each pixel, wherever the file has their axis: normalisations, matrices.
extension LayerGraphBuilder {
    /// The normalisation of each pixel's channels, which are all numbers of the axes from `place` on; nil where those are
    /// others. `kind` says with the mean or without; its numbers are set by `set`.
    mutating func layerNormalisation(
        _ kind: LayerGraph.Kind, _ value: GraphValue, from place: Int, _ name: String,
        _ set: (inout LayerGraph.Node) -> Void
    ) -> GraphValue? {
        let value = settled(value)
        if let axes = value.axes {
            let place = place < 0 ? place + axes.count : place
            guard axes.indices.contains(place), let own = axes[place...].firstIndex(where: { !$0.isEmpty }),
                value.isChannels(own), axes[(own + 1)...].allSatisfy(\.isEmpty)
            else { return nil }
        }
        return GraphValue(node: add(kind, name, [value.node], set), axes: value.axes)
    }

    /// A matrix of `outputs` columns on the channels of each pixel, which is a 1×1 convolution; nil where the last axis is
    /// not that of all channels.
    mutating func perPixel(
        _ value: GraphValue, inputs: Int, outputs: Int, _ name: String, _ set: (inout LayerGraph.Node) -> Void
    ) -> GraphValue? {
        let value = settled(value)
        guard var axes = value.axes, axes.count > 1, value.isChannels(axes.count - 1), value.channels == inputs else {
            return nil
        }
        axes[axes.count - 1] = GraphValue.whole(.channels, .number(outputs))
        return GraphValue(node: add(.convolution, name, [value.node], set), axes: axes)
    }

    /// Whether a node is the image, maybe scaled or with a border.
    func isImage(_ name: String) -> Bool {
        var name = name
        while let node = self[name] {
            if node.kind == .input { return true }
            guard [.affine, .pad].contains(node.kind), let input = node.inputs.first else { return false }
            name = input
        }
        return false
    }

    /// The largest number of each channel, whose rows and columns are as many and known; nil for other maps.
    mutating func globalMaximum(_ value: GraphValue, _ order: [GraphValue.Axis], _ name: String) -> GraphValue? {
        guard let map = settled(value).map(order), let rows = map.rows.number, map.columns.number == rows else {
            return nil
        }
        var window = Window(size: [rows, rows])
        window.strides = [rows, rows]
        return pool(.maximumPool, value, order, window, countsPadding: false, name)
    }
}
