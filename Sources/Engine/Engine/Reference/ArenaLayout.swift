import Tensors

/// Where a result lies in the arena: images of `channels` planes, `imageStride` numbers apart.
struct ArenaView: Sendable, Equatable {
    var offset: Int
    var imageStride: Int
    var channels: Int
    var height: Int
    var width: Int

    var plane: Int { height * width }
    var imageCount: Int { channels * height * width }
}

/// A part of the arena and the steps during which it is in use.
package struct ArenaSlot: Sendable, Equatable {
    /// The numbers it holds.
    package var range: Range<Int>
    /// The first and the last step that touch it.
    package var steps: ClosedRange<Int>
}

/// Gives every result a place so that no two live ones overlap: slices are views of their source, elementwise steps
/// overwrite an input that nobody reads afterwards.
struct ArenaLayout {
    /// One view per node; nil for a node that is not needed.
    private(set) var views: [ArenaView?]
    /// The slots behind the views.
    private(set) var slots: [ArenaSlot] = []
    /// How many numbers the arena holds.
    private(set) var floatCount = 0

    /// Slots start at multiples of this many numbers: one cache line.
    static let alignment = 16

    /// Nodes that share a slot, in their order; at least one.
    private struct Group {
        var members: [Int]
        var floatCount: Int
    }

    init(graph: Graph, shapes: [Shape], isNeeded: [Bool], output: Int) {
        views = Array(repeating: nil, count: graph.nodes.count)
        let lastUses = Self.lastUses(graph, isNeeded, output)
        var groups: [Group] = []
        var groupOf = Array(repeating: -1, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
            let shape = shapes[index].dimensions + (shapes[index].rank == 2 ? [1, 1] : [])
            let input = node.inputs.first?.index
            if let input, let view = views[input],
                Self.isView(node.operation)
                    || Self.isOverwriting(node.operation, view, groups[groupOf[input]], lastUses, index)
            {
                var alias = view
                if case .slice(let range) = node.operation { alias.offset += range.lowerBound * view.plane }
                alias.channels = shape[1]
                views[index] = alias
                groupOf[index] = groupOf[input]
                groups[groupOf[index]].members.append(index)
            } else {
                let image = shape[1] * shape[2] * shape[3]
                views[index] = ArenaView(
                    offset: 0, imageStride: image, channels: shape[1], height: shape[2], width: shape[3])
                groupOf[index] = groups.count
                groups.append(Group(members: [index], floatCount: shape[0] * image))
            }
        }
        place(groups, lastUses)
    }

    /// The last node that reads each node's result; the graph's output lives to the end.
    private static func lastUses(_ graph: Graph, _ isNeeded: [Bool], _ output: Int) -> [Int] {
        var lastUses = Array(graph.nodes.indices)
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
            for input in node.inputs { lastUses[input.index] = index }
        }
        lastUses[output] = graph.nodes.count
        return lastUses
    }

    private static func isView(_ operation: GraphOperation) -> Bool {
        switch operation {
        case .slice, .dropout: true
        default: false
        }
    }

    /// Whether a step may write over its input: elementwise, on the whole of a slot, nothing in it read afterwards.
    private static func isOverwriting(
        _ operation: GraphOperation, _ input: ArenaView, _ group: Group, _ lastUses: [Int], _ step: Int
    ) -> Bool {
        switch operation {
        case .activation, .affine, .batchNormalization:
            input.imageCount == input.imageStride && group.members.allSatisfy { lastUses[$0] <= step }
        default: false
        }
    }

    private mutating func place(_ groups: [Group], _ lastUses: [Int]) {
        let requests = groups.map { group in
            let birth = group.members[0]
            return ArenaPlanner.Request(
                size: (group.floatCount + Self.alignment - 1) / Self.alignment * Self.alignment,
                life: birth...group.members.reduce(birth) { max($0, lastUses[$1]) })
        }
        let plan = ArenaPlanner.place(requests, order: .birth)
        for (index, group) in groups.enumerated() {
            let start = plan.offsets[index]
            slots.append(ArenaSlot(range: start..<start + requests[index].size, steps: requests[index].life))
            for member in group.members { views[member]?.offset += start }
        }
        floatCount = plan.size
    }
}
