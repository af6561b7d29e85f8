import Engine

extension LayerListBuilder {
    /// The layers with their gradients' rows. Gradient buffers follow the result buffers, one each; a shared one where a
    /// layer works in place.
    mutating func makeLayers() -> (layers: [any Layer], input: Rows, logits: Rows, logitsGradient: Rows) {
        guard let inputValue, let output = graph.output, let logits = values[output.position] else {
            preconditionFailure("a graph without input or output")
        }
        let count = buffers.count
        var gradientBuffer = Array(count..<2 * count)
        buffers += buffers
        // From the last to the first, so that chains of in-place layers share one buffer.
        for draft in drafts.reversed() where draft.isInPlace {
            if let from = wholeBuffer(draft.inputs[0]), let to = wholeBuffer(draft.output), from != to {
                gradientBuffer[from] = gradientBuffer[to]
            }
        }
        var written: Set<ChannelPlace> = []
        var layers: [any Layer] = []
        func gradients(_ value: Value) -> Value {
            var result = value
            result.channels = value.references.map {
                let reference = ChannelPlace(storage: gradientBuffer[$0.storage], channel: $0.channel)
                return Channel(reference: reference, source: reference)
            }
            return result
        }
        let logitsGradient = gradients(logits)
        written.formUnion(logits.references)
        for draft in drafts.reversed() {
            let zeroed =
                draft.output.needsGradient ? draft.output.channels.filter { !written.contains($0.reference) } : []
            var targets: [GradientTarget?] = []
            for input in draft.inputs {
                guard input.needsGradient else {
                    targets.append(nil)
                    continue
                }
                // A layer that rectifies in place rewrites the gradient of its own result.
                let isOwn = input.references == draft.output.references
                let flags = input.references.map { isOwn ? false : !written.insert($0).inserted }
                targets.append(GradientTarget(rows: rows(gradients(input)), accumulates: memory.list(flags)))
            }
            // In the backward pass this comes before the layer itself.
            if !zeroed.isEmpty {
                var part = draft.output
                part.channels = zeroed
                layers.append(ZeroGradientLayer(name: "unread channels", rows: rows(gradients(part))))
            }
            let upstream = rows(gradients(draft.output))
            let layer = draft.make(
                Ports(
                    inputs: draft.inputs.map { rows($0) }, output: rows(draft.output), outputGradient: upstream,
                    inputGradients: targets))
            layers.append(draft.output.needsGradient ? layer : ForwardOnlyLayer(layer: layer))
            scratchFloats = max(scratchFloats, scratchCount(layers[layers.count - 1]))
        }
        return (layers.reversed(), rows(inputValue), rows(logits), rows(logitsGradient))
    }

    func scratchCount(_ layer: any Layer) -> Int {
        switch layer {
        case let layer as ConvolutionLayer: layer.scratchCount
        case let layer as DepthwiseLayer: layer.scratchCount
        case let layer as ForwardOnlyLayer: scratchCount(layer.layer)
        default: 0
        }
    }

    /// The buffer that a value fills in order, or nil.
    func wholeBuffer(_ value: Value) -> Int? {
        guard let first = value.channels.first else { return nil }
        let buffer = first.reference.storage
        let whole = (0..<buffers[buffer].channels).map { ChannelPlace(storage: buffer, channel: $0) }
        return value.references == whole ? buffer : nil
    }

    mutating func rows(_ value: Value) -> Rows {
        let rows = memory.rows(value.channels.map(\.source), plane: value.plane)
        rowLists.append(rows)
        return rows
    }
}
