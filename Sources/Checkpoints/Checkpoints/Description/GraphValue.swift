/// A length that is known, or one that is known only when the network runs; equal symbols are equal lengths.
enum GraphLength: Hashable, Sendable {
    case number(Int)
    case symbol(Int)

    /// The number; nil for a symbol.
    var number: Int? { if case .number(let value) = self { value } else { nil } }
}

/// The result of a node as a file's graph sees it: through transpositions, reshapes and lost axes, the numbers untouched.
///
/// Each axis of the file is a product of the axes of the N×C×H×W result. So a flattened map is [N][C·H·W], a TensorFlow
/// map [N][H][W][C], and a channel shuffle half done [N][c][g][H][W].
struct GraphValue: Equatable, Sendable {
    /// An axis of the node's result.
    enum Axis: Int, Sendable { case batch, channels, rows, columns }

    /// A part of an axis: all of it, or of the channels a factor.
    struct Factor: Equatable, Sendable {
        var axis: Axis
        var length: GraphLength
        /// How many neighbouring channels lie between two places of this factor; 1 for other axes.
        var inner = 1
    }

    /// The node whose result it is.
    var node: String
    /// The file's axes, outermost first, each a product of factors, lengths of 1 left out (but for the batch's); nil where
    /// nothing is known, as behind an operator without counterpart.
    var axes: [[Factor]]?

    /// A map as N×C×H×W.
    init(node: String, batch: GraphLength, channels: Int, rows: GraphLength, columns: GraphLength) {
        self.node = node
        axes = [
            [Factor(axis: .batch, length: batch)], Self.whole(.channels, .number(channels)), Self.whole(.rows, rows),
            Self.whole(.columns, columns),
        ]
    }

    /// A result with these axes.
    init(node: String, axes: [[Factor]]?) {
        self.node = node
        self.axes = axes
    }

    /// A whole axis; nothing where its length is 1.
    static func whole(_ axis: Axis, _ length: GraphLength) -> [Factor] {
        length == .number(1) ? [] : [Factor(axis: axis, length: length)]
    }

    /// The length of an axis that is one factor or known in all of them; nil otherwise.
    func length(of axis: Int) -> GraphLength? {
        guard let axes, axes.indices.contains(axis) else { return nil }
        if axes[axis].count == 1 { return axes[axis][0].length }
        return Self.product(axes[axis]).map(GraphLength.number)
    }

    /// The product of known lengths; nil beside a symbol or beyond all numbers.
    static func product(_ factors: [Factor]) -> Int? {
        factors.reduce(1) { product, factor in
            guard let product, let number = factor.length.number else { return nil }
            let (result, overflow) = product.multipliedReportingOverflow(by: number)
            return overflow ? nil : result
        }
    }

    /// All channels of the node's result, 1 where they are left out; nil where unknown.
    var channels: Int? {
        guard let axes else { return nil }
        return Self.product(axes.joined().filter { $0.axis == .channels })
    }

    /// Whether an axis holds all channels and nothing else.
    func isChannels(_ axis: Int) -> Bool {
        guard let axes, axes.indices.contains(axis) else { return false }
        return axes[axis].count <= 1 && axes[axis].allSatisfy { $0.axis == .channels }
            && axes[axis].first?.length.number ?? 1 == channels
    }

    /// The lengths of rows and columns where this is a map whose axes lie in this order; nil otherwise.
    func map(_ order: [Axis]) -> (batch: GraphLength, channels: Int, rows: GraphLength, columns: GraphLength)? {
        guard let axes, axes.count == 4, let channels else { return nil }
        var lengths = Array(repeating: GraphLength.number(1), count: 4)
        for (axis, factors) in zip(order, axes) {
            guard factors.count <= 1, factors.first.map({ $0.axis == axis }) ?? (axis != .batch) else { return nil }
            if let factor = factors.first { lengths[axis.rawValue] = factor.length }
        }
        guard lengths[Axis.channels.rawValue] == .number(channels) else { return nil }
        return (lengths[0], channels, lengths[2], lengths[3])
    }

    /// The axes in another order; nil where `order` is none.
    func transposed(_ order: [Int]) -> GraphValue? {
        guard let axes else { return self }
        guard order.sorted() == Array(axes.indices) else { return nil }
        return GraphValue(node: node, axes: order.map { axes[$0] })
    }

    /// The axes that are left without those of length 1 at `places`, or without all of them.
    func squeezed(_ places: [Int]?) -> GraphValue? {
        guard let axes else { return self }
        let wanted = places ?? axes.indices.filter { axes[$0].isEmpty }
        let removed = Set(wanted.map { $0 < 0 ? $0 + axes.count : $0 })
        guard removed.allSatisfy({ axes.indices.contains($0) && axes[$0].isEmpty }) else { return nil }
        return GraphValue(node: node, axes: axes.indices.filter { !removed.contains($0) }.map { axes[$0] })
    }

    /// Axes of length 1 put in so that they lie at `places` of the result.
    func unsqueezed(_ places: [Int]) -> GraphValue? {
        guard let axes else { return self }
        let rank = axes.count + places.count
        let added = Set(places.map { $0 < 0 ? $0 + rank : $0 })
        guard rank <= 16, added.count == places.count, added.allSatisfy({ (0..<rank).contains($0) }) else { return nil }
        var rest = axes[...]
        return GraphValue(node: node, axes: (0..<rank).map { added.contains($0) ? [] : rest.removeFirst() })
    }

    /// Axes before `place` as one, and those from it on as one.
    func flattened(at place: Int) -> GraphValue? {
        guard let axes else { return self }
        let place = place < 0 ? place + axes.count : place
        guard (0...axes.count).contains(place) else { return nil }
        return GraphValue(
            node: node,
            axes: [Self.merged(Array(axes[..<place].joined())), Self.merged(Array(axes[place...].joined()))])
    }

    /// The same numbers on axes of other lengths: -1 stands for what the others leave; nil where they do not follow from
    /// the axes that are there.
    func reshaped(_ lengths: [GraphLength]) -> GraphValue? {
        guard let axes else { return self }
        let anyPlace = lengths.firstIndex(of: .number(-1))
        guard lengths.count <= 16, lengths.count(where: { $0 == .number(-1) }) <= 1 else { return nil }
        var rest = Array(axes.joined())
        var result = Array(repeating: [Factor](), count: lengths.count)
        for place in 0..<(anyPlace ?? lengths.count) {
            if place == 0, lengths[0] == .number(1), rest.first?.axis == .batch, rest[0].length == .number(1) {
                result[0] = [rest.removeFirst()]
                continue
            }
            guard let taken = Self.take(lengths[place], from: &rest, atEnd: false) else { return nil }
            result[place] = taken
        }
        if let anyPlace {
            for place in lengths.indices.dropFirst(anyPlace + 1).reversed() {
                guard let taken = Self.take(lengths[place], from: &rest, atEnd: true) else { return nil }
                result[place] = taken
            }
            result[anyPlace] = rest
        } else if !rest.isEmpty {
            guard rest.allSatisfy({ $0.length == .number(1) }), !result.isEmpty else { return nil }
            result[0] += rest
        }
        return GraphValue(node: node, axes: result.map(Self.merged))
    }

    /// Factors from one end whose product is `length`; a factor of channels may be cut for it.
    private static func take(_ length: GraphLength, from rest: inout [Factor], atEnd: Bool) -> [Factor]? {
        guard case .number(let wanted) = length else {
            guard let next = atEnd ? rest.last : rest.first, next.length == length else { return nil }
            return [atEnd ? rest.removeLast() : rest.removeFirst()]
        }
        guard wanted > 0 else { return nil }
        var taken: [Factor] = []
        var missing = wanted
        while missing > 1 {
            guard let next = atEnd ? rest.popLast() : (rest.isEmpty ? nil : rest.removeFirst()),
                let number = next.length.number, number > 0
            else { return nil }
            var part = next
            if missing % number == 0 {
                missing /= number
            } else {
                guard next.axis == .channels, number % missing == 0 else { return nil }
                // The outer part comes first, in steps of the inner one.
                let other = number / missing
                var left = next
                part.length = .number(missing)
                left.length = .number(other)
                if atEnd { left.inner *= missing } else { part.inner *= other }
                rest.insert(left, at: atEnd ? rest.count : 0)
                missing = 1
            }
            taken.insert(part, at: atEnd ? 0 : taken.count)
        }
        return taken
    }

    /// Factors of channels that lie beside each other as they were cut, joined again.
    private static func merged(_ factors: [Factor]) -> [Factor] {
        var result: [Factor] = []
        for factor in factors {
            if let last = result.last, last.axis == .channels, factor.axis == .channels,
                let outer = last.length.number, let inner = factor.length.number, last.inner == factor.inner * inner
            {
                result[result.count - 1] = Factor(
                    axis: .channels, length: .number(outer * inner), inner: factor.inner)
            } else {
                result.append(factor)
            }
        }
        return result
    }
}
