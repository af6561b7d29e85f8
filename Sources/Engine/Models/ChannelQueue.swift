import Engine

/// The channels that travel from block to block of a stage, oldest first, as parts of results; nothing is copied.
struct ChannelQueue {
    /// Results and how many channels each has, none empty.
    let parts: [(node: Graph.NodeID, channels: Int)]

    init(_ parts: [(node: Graph.NodeID, channels: Int)]) { self.parts = parts.filter { $0.channels > 0 } }

    /// Some of the channels: whole parts as they are, the others as slices called `name`.0, `name`.1 …
    func range(_ range: Range<Int>, _ graph: inout Graph, name: String) -> ChannelQueue {
        var found: [(node: Graph.NodeID, channels: Int)] = []
        var start = 0
        for (index, part) in parts.enumerated() {
            let cut = range.clamped(to: start..<start + part.channels)
            if cut.count == part.channels {
                found.append(part)
            } else if !cut.isEmpty {
                let inner = cut.lowerBound - start..<cut.upperBound - start
                found.append((graph.add(.slice(inner), part.node, name: "\(name).\(index)"), inner.count))
            }
            start += part.channels
        }
        return ChannelQueue(found)
    }
}
