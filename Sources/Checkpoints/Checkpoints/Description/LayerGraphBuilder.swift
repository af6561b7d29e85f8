/// Builds a ``LayerGraph`` from the operators of a file's graph, in the order in which they are computed.
///
/// What an operator reads and gives are ``GraphValue``s. A method gives nil where the operator has no counterpart; then
/// the caller adds an unsupported node in its place.
struct LayerGraphBuilder {
    private(set) var nodes: [LayerGraph.Node] = []
    /// The file's own word for a function of the whole result that is left out at the end; nil for none.
    var finalFunction: String?
    private var places: [String: Int] = [:]
    /// How many readers of the file's graph a node has that may not change it for themselves.
    private var symbolCount = 0
    /// Nodes whose results are never below 0.
    private var isNonNegative: Set<String> = []

    /// A name that no node has: the wished one, or that with a number.
    func freeName(_ preferred: String) -> String {
        let preferred = preferred.isEmpty ? "node" : preferred
        guard places[preferred] != nil else { return preferred }
        var number = 2
        while places["\(preferred)_\(number)"] != nil { number += 1 }
        return "\(preferred)_\(number)"
    }

    /// A length that nothing else is known to equal.
    mutating func freshLength() -> GraphLength {
        symbolCount += 1
        return .symbol(symbolCount)
    }

    /// The node called `name`, which is there.
    subscript(name: String) -> LayerGraph.Node? { places[name].map { nodes[$0] } }

    /// Changes a node that is there.
    mutating func change(_ name: String, _ body: (inout LayerGraph.Node) -> Void) {
        if let place = places[name] { body(&nodes[place]) }
    }

    /// Appends a node under a free name; returns the name.
    mutating func add(
        _ kind: LayerGraph.Kind, _ preferred: String, _ inputs: [String],
        _ set: (inout LayerGraph.Node) -> Void = { _ in }
    ) -> String {
        var node = LayerGraph.Node(kind, name: freeName(preferred), inputs: inputs)
        set(&node)
        places[node.name] = nodes.count
        nodes.append(node)
        let passing: Set<LayerGraph.Kind> = [
            .add, .multiply, .concatenate, .slice, .globalAveragePool, .averagePool, .maximumPool, .channelShuffle,
            .pad,
        ]
        let isPositive =
            node.kind == .activation
            ? ["relu", "relu6", "sigmoid", "hardSigmoid", "softplus", "exp", "sqrt"].contains(node.function)
            : passing.contains(node.kind) && !inputs.isEmpty && inputs.allSatisfy(isNonNegative.contains)
        if isPositive { isNonNegative.insert(node.name) }
        return node.name
    }

    /// The image, its axes in this order; lengths that are not numbers are free.
    mutating func input(_ name: String, _ order: [GraphValue.Axis], _ lengths: [Int?]) -> GraphValue? {
        guard order.count == 4, lengths.count == 4 else { return nil }
        let node = add(.input, name, [])
        var axes: [[GraphValue.Factor]] = []
        for (axis, length) in zip(order, lengths) {
            let known = length.flatMap { (1...1 << 31).contains($0) ? GraphLength.number($0) : nil } ?? freshLength()
            axes.append(axis == .batch ? [.init(axis: .batch, length: known)] : GraphValue.whole(axis, known))
        }
        return GraphValue(node: node, axes: axes)
    }

    /// An operator without counterpart; what it gives is not known. `isFunction` says whether it may be one of each
    /// number; nil where its word tells.
    mutating func unsupported(
        _ function: String, _ name: String, _ inputs: [GraphValue], isFunction: Bool? = nil
    ) -> GraphValue {
        // What a function of each number gives is arranged as what it takes.
        let isFunction = inputs.count == 1 && isFunction ?? LayerGraph.soundsLikeFunction(function)
        let node = add(.unsupported, name, inputs.map(\.node)) {
            $0.function = function
            $0.unknownFunction = isFunction ? function : nil
        }
        guard isFunction, var result = inputs.first else { return GraphValue(node: node, axes: nil) }
        result.node = node
        return result
    }

    /// Channels that a reshape and a transposition have put into another order become a channel shuffle.
    mutating func settled(_ value: GraphValue) -> GraphValue {
        guard let axes = value.axes, let channels = value.channels else { return value }
        for (place, factors) in axes.enumerated() {
            guard let index = factors.indices.dropLast().first(where: { factors[$0].axis == .channels }),
                factors[index + 1].axis == .channels, let count = factors[index].length.number,
                let groups = factors[index + 1].length.number, factors[index].inner == 1,
                factors[index + 1].inner == count, count * groups == channels
            else { continue }
            var result = value
            result.node = add(.channelShuffle, "\(value.node).shuffle", [value.node]) { $0.groups = groups }
            result.axes?[place].replaceSubrange(
                index...index + 1, with: GraphValue.whole(.channels, .number(channels)))
            return result
        }
        return value
    }

    // MARK: functions of each number

    /// A function of the engine's, of each number.
    mutating func activation(_ function: String, _ value: GraphValue, _ name: String) -> GraphValue {
        GraphValue(node: add(.activation, name, [value.node]) { $0.function = function }, axes: value.axes)
    }

    /// scale·x + shift, one number or one a channel.
    mutating func affine(_ value: GraphValue, _ scale: [Float], _ shift: [Float], _ name: String) -> GraphValue {
        if scale.allSatisfy({ $0 == 1 }), shift.allSatisfy({ $0 == 0 }) { return value }
        let node = add(.affine, name, [value.node]) {
            $0.scale = scale
            $0.shift = shift
        }
        return GraphValue(node: node, axes: value.axes)
    }

    /// The number or `low` where it is below it, `high` where it is above it: expressed by relu and relu6.
    mutating func clipped(_ value: GraphValue, _ low: Float, _ high: Float, _ name: String) -> GraphValue? {
        guard low < high else { return nil }
        switch (low == -.infinity, high == .infinity) {
        case (true, true): return value
        case (false, true):
            if low == 0, isNonNegative.contains(value.node) { return value }
        case (true, false):
            if high == 6, isNonNegative.contains(value.node) { return activation("relu6", value, name) }
        case (false, false):
            if low == 0, high == 1, let inner = self[value.node], inner.kind == .affine,
                Self.isNear(inner.scale, 1 / 6), Self.isNear(inner.shift, 0.5)
            {
                return activation("hardSigmoid", GraphValue(node: inner.inputs[0], axes: value.axes), name)
            }
        }
        return limited(value, low, high, name)
    }

    static func isNear(_ numbers: [Float]?, _ wanted: Float) -> Bool {
        guard let numbers, !numbers.isEmpty else { return false }
        return numbers.allSatisfy { abs($0 - wanted) <= abs(wanted) * 1e-5 }
    }

    // MARK: two inputs

    /// The sum or product of two results of one form, or the product with one value a channel.
    mutating func joined(_ kind: LayerGraph.Kind, _ a: GraphValue, _ b: GraphValue, _ name: String) -> GraphValue? {
        let (first, second) = (settled(a), settled(b))
        guard var own = first.axes, var other = second.axes else {
            return GraphValue(node: add(kind, name, [first.node, second.node]), axes: first.axes ?? second.axes)
        }
        let rank = max(own.count, other.count)
        own = Array(repeating: [], count: rank - own.count) + own
        other = Array(repeating: [], count: rank - other.count) + other
        if zip(own, other).allSatisfy(Self.isAlike) {
            return GraphValue(node: add(kind, name, [first.node, second.node]), axes: own)
        }
        guard kind == .multiply else { return nil }
        if zip(own, other).allSatisfy(Self.isScaled) {
            return GraphValue(node: add(kind, name, [first.node, second.node]), axes: own)
        }
        if zip(other, own).allSatisfy(Self.isScaled) {
            return GraphValue(node: add(kind, name, [second.node, first.node]), axes: other)
        }
        return nil
    }

    /// Equal lengths of equal axes; lengths that are not known may be equal.
    private static func isAlike(_ a: [GraphValue.Factor], _ b: [GraphValue.Factor]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy { x, y in
                guard x.axis == y.axis, x.inner == y.inner else { return false }
                guard let m = x.length.number, let n = y.length.number else { return true }
                return m == n
            }
    }

    /// As ``isAlike(_:_:)``, or rows and columns beside nothing.
    private static func isScaled(_ a: [GraphValue.Factor], _ b: [GraphValue.Factor]) -> Bool {
        isAlike(a, b) || b.isEmpty && a.allSatisfy { $0.axis == .rows || $0.axis == .columns }
    }

    /// Numbers of a constant as one, or one a channel; nil where they vary otherwise. `shape` is the constant's.
    func perChannel(_ numbers: [Float], _ shape: [Int], beside value: GraphValue) -> [Float]? {
        if numbers.count == 1, shape.count <= (value.axes?.count ?? 16) { return numbers }
        guard let axes = value.axes, shape.count <= axes.count, numbers.count == shape.reduce(1, *) else { return nil }
        for (place, length) in shape.enumerated() where length != 1 {
            guard value.isChannels(place + axes.count - shape.count), length == value.channels else { return nil }
        }
        return numbers
    }

    /// Results joined along an axis, which is that of channels in all of them.
    mutating func concatenated(_ values: [GraphValue], _ axis: Int, _ name: String) -> GraphValue? {
        let values = values.map { settled($0) }
        guard let first = values.first else { return nil }
        if values.count == 1 { return first }
        guard values.allSatisfy({ $0.axes != nil }), let own = first.axes else {
            return GraphValue(node: add(.concatenate, name, values.map(\.node)), axes: nil)
        }
        let place = axis < 0 ? axis + own.count : axis
        var channels = 0
        for value in values {
            guard let axes = value.axes, axes.count == own.count, value.isChannels(place), let own = value.channels,
                own < 1 << 31,
                zip(axes, first.axes ?? []).enumerated().allSatisfy({
                    $0.offset == place || Self.isAlike($0.element.0, $0.element.1)
                })
            else { return nil }
            channels += own
        }
        var axes = own
        // A channel axis of length 1 has no place in a map that lacks one.
        guard place >= 0, axes.joined().contains(where: { $0.axis == .batch }) else { return nil }
        axes[place] = GraphValue.whole(.channels, .number(channels))
        return GraphValue(node: add(.concatenate, name, values.map(\.node)), axes: axes)
    }

    // MARK: parts

    /// Places from `range` of an axis; nil unless it is that of channels or all of it is kept.
    mutating func sliced(_ value: GraphValue, _ axis: Int, _ range: Range<Int>, _ name: String) -> GraphValue? {
        let value = settled(value)
        guard let axes = value.axes else { return value }
        let place = axis < 0 ? axis + axes.count : axis
        guard axes.indices.contains(place), !range.isEmpty, range.lowerBound >= 0 else { return nil }
        if let length = value.length(of: place)?.number, range == 0..<length { return value }
        guard value.isChannels(place), let channels = value.channels, range.upperBound <= channels else { return nil }
        let node = add(.slice, name, [value.node]) { $0.range = [range.lowerBound, range.upperBound] }
        var result = axes
        result[place] = GraphValue.whole(.channels, .number(range.count))
        return GraphValue(node: node, axes: result)
    }

    /// Parts of these lengths of an axis, one after the other; nil where ``sliced(_:_:_:_:)`` has no such part.
    mutating func split(_ value: GraphValue, _ axis: Int, _ lengths: [Int], _ name: String) -> [GraphValue]? {
        var results: [GraphValue] = []
        var start = 0
        for (place, length) in lengths.enumerated() {
            guard let part = sliced(value, axis, start..<start + length, "\(name).\(place)") else { return nil }
            results.append(part)
            start += length
        }
        return results
    }

    /// One place of an axis, which is lost: of the batch's or another axis of length 1, or of a factor of the channels.
    mutating func taken(_ value: GraphValue, _ axis: Int, _ index: Int, _ name: String) -> GraphValue? {
        guard var axes = value.axes else { return value }
        let place = axis < 0 ? axis + axes.count : axis
        guard axes.indices.contains(place), let length = value.length(of: place)?.number else { return nil }
        let index = index < 0 ? index + length : index
        guard (0..<length).contains(index) else { return nil }
        if axes[place].isEmpty {
            axes.remove(at: place)
            return GraphValue(node: value.node, axes: axes)
        }
        guard axes[place].count == 1, axes[place][0].axis == .channels, let channels = value.channels, length > 0 else {
            return nil
        }
        let inner = axes[place][0].inner
        let rest = channels / length
        var source = value.node
        // Every `length`-th channel, or `rest` neighbours.
        guard inner == 1 || inner == rest else { return nil }
        if inner == 1, rest > 1 {
            source = add(.channelShuffle, "\(name).shuffle", [source]) { $0.groups = rest }
        }
        axes.remove(at: place)
        let others = axes.indices.filter { axes[$0].contains { $0.axis == .channels } }
        guard others.count <= 1, axes.joined().count(where: { $0.axis == .channels }) <= 1 else { return nil }
        if let other = others.first, let part = axes[other].firstIndex(where: { $0.axis == .channels }) {
            axes[other].replaceSubrange(part...part, with: GraphValue.whole(.channels, .number(rest)))
        }
        let node = add(.slice, name, [source]) { $0.range = [index * rest, (index + 1) * rest] }
        return GraphValue(node: node, axes: axes)
    }

    // MARK: maps

    /// The mean over the axes at `places`, which are rows and columns together.
    mutating func mean(_ value: GraphValue, _ places: [Int], keeps: Bool, _ name: String) -> GraphValue? {
        let value = settled(value)
        guard value.axes != nil else {
            return GraphValue(node: add(.globalAveragePool, name, [value.node]), axes: nil)
        }
        guard let (axes, reduced) = value.reduced(places, keeps: keeps) else { return nil }
        let node = reduced.isEmpty ? value.node : add(.globalAveragePool, name, [value.node])
        return GraphValue(node: node, axes: axes)
    }

    /// How a window moves over a map.
    struct Window {
        var size: [Int]
        var strides = [1, 1]
        var dilations = [1, 1]
        var padding = LayerGraph.Padding.none
        /// Whether the last window may hang over.
        var roundsUp = false

        /// The rows or columns of the result; nil where no window fits or numbers are unreasonable.
        func length(_ input: GraphLength, _ axis: Int) -> GraphLength?? {
            guard strides[axis] > 0, dilations[axis] > 0, size[axis] > 0, size[axis] < 1 << 20,
                dilations[axis] < 1 << 20
            else { return nil }
            let extent = (size[axis] - 1) * dilations[axis] + 1
            switch padding {
            case .same:
                if strides[axis] == 1 { return input }
                return .some(input.number.map { .number(($0 - 1) / strides[axis] + 1) })
            case .explicit(let pads):
                let sum = pads[axis] + pads[axis + 2]
                if strides[axis] == 1, sum == extent - 1 { return input }
                guard let number = input.number else { return .some(nil) }
                guard number + sum >= extent else { return nil }
                return .number((number + sum - extent) / strides[axis] + 1)
            }
        }
    }

    /// Whether four lengths are such as zeros around an image can have.
    static func arePads(_ pads: [Int]) -> Bool { pads.count == 4 && pads.allSatisfy { (0..<1 << 20).contains($0) } }

    /// The axes of a map in `order`, of lengths in the order batch, channels, rows, columns.
    private func mapAxes(_ order: [GraphValue.Axis], _ lengths: [GraphLength]) -> [[GraphValue.Factor]] {
        order.map { axis in
            let length = lengths[axis.rawValue]
            return axis == .batch ? [.init(axis: .batch, length: length)] : GraphValue.whole(axis, length)
        }
    }

    /// A convolution of a map whose axes lie in `order`, its result too. `weight` is O×I/groups×H×W.
    mutating func convolution(
        _ value: GraphValue, _ order: [GraphValue.Axis], weight: [Int], _ window: Window, groups: Int,
        kind: LayerGraph.Kind = .convolution, _ name: String, _ set: (inout LayerGraph.Node) -> Void
    ) -> GraphValue? {
        let value = settled(value)
        var axes: [[GraphValue.Factor]]?
        if value.axes != nil, kind == .convolution {
            let inputs = weight[1].multipliedReportingOverflow(by: groups)
            guard let map = value.map(order), !inputs.overflow, map.channels == inputs.partialValue,
                let rows = window.length(map.rows, 0), let columns = window.length(map.columns, 1)
            else { return nil }
            axes = mapAxes(order, [map.batch, .number(weight[0]), rows ?? freshLength(), columns ?? freshLength()])
        }
        let node = add(kind, name, [value.node]) { node in
            Self.set(window, &node, isPool: false)
            node.groups = groups == 1 ? nil : groups
            set(&node)
        }
        return GraphValue(node: node, axes: axes)
    }

    /// A pool over a map whose axes lie in `order`, its result too.
    mutating func pool(
        _ kind: LayerGraph.Kind, _ value: GraphValue, _ order: [GraphValue.Axis], _ window: Window, countsPadding: Bool,
        _ name: String
    ) -> GraphValue? {
        let value = settled(value)
        var window = window
        var axes: [[GraphValue.Factor]]?
        guard window.dilations == [1, 1] else { return nil }
        if value.axes != nil {
            guard let map = value.map(order) else { return nil }
            if window.roundsUp, !hangOver(map.rows, map.columns, &window, countsPadding && kind == .averagePool) {
                return nil
            }
            guard let rows = window.length(map.rows, 0), let columns = window.length(map.columns, 1) else { return nil }
            axes = mapAxes(order, [map.batch, .number(map.channels), rows ?? freshLength(), columns ?? freshLength()])
        }
        let node = add(kind, name, [value.node]) { node in
            Self.set(window, &node, isPool: true)
            if countsPadding, kind == .averagePool { node.countsPadding = true }
        }
        return GraphValue(node: node, axes: axes)
    }

    /// Turns "round up" into the padding below and to the right that has the same effect at this size.
    private func hangOver(
        _ rows: GraphLength, _ columns: GraphLength, _ window: inout Window, _ countsPadding: Bool
    ) -> Bool {
        guard case .explicit(var pads) = window.padding else { return true }
        for (axis, length) in [rows, columns].enumerated() {
            guard let number = length.number, window.strides[axis] > 0 else { return false }
            let free = number + pads[axis] + pads[axis + 2] - window.size[axis]
            guard free >= 0 else { return false }
            let missing = (window.strides[axis] - free % window.strides[axis]) % window.strides[axis]
            // A window that would begin behind the image and its border does not count.
            let starts = (free + missing) / window.strides[axis] * window.strides[axis]
            guard missing > 0, starts < number + pads[axis] else { continue }
            if countsPadding { return false }
            pads[axis + 2] += missing
        }
        window.padding = .explicit(pads)
        return true
    }

    private static func set(_ window: Window, _ node: inout LayerGraph.Node, isPool: Bool) {
        if isPool { node.window = window.size }
        if window.strides != [1, 1] { node.strides = window.strides }
        if window.dilations != [1, 1] { node.dilations = window.dilations }
        if window.padding != .none { node.padding = window.padding }
    }

    /// Zeros around a map whose axes are all there; `pads` are those before and behind each axis of the file.
    mutating func padded(_ value: GraphValue, _ pads: [(before: Int, behind: Int)], _ name: String) -> GraphValue? {
        if pads.allSatisfy({ $0 == (0, 0) }) { return value }
        let value = settled(value)
        guard var axes = value.axes else {
            return GraphValue(node: add(.pad, name, [value.node]), axes: nil)
        }
        guard axes.count == pads.count else { return nil }
        var lengths = [0, 0, 0, 0]
        for (place, pad) in pads.enumerated() where pad != (0, 0) {
            guard axes[place].count == 1, let axis = axes[place].first?.axis, axis == .rows || axis == .columns else {
                return nil
            }
            let index = axis == .rows ? 0 : 1
            (lengths[index], lengths[index + 2]) = pad
            let longer = axes[place][0].length.number.map { GraphLength.number($0 + pad.before + pad.behind) }
            axes[place][0].length = longer ?? freshLength()
        }
        guard Self.arePads(lengths) else { return nil }
        return GraphValue(node: add(.pad, name, [value.node]) { $0.padding = .explicit(lengths) }, axes: axes)
    }

    // MARK: matrices

    /// In which order a linear layer reads the numbers of a map.
    enum Flattening: Equatable {
        /// As they lie: channels, then rows, then columns.
        case direct
        /// Rows, columns, channels: the weight's inputs are to be put into the other order.
        case channelsLast(rows: Int, columns: Int, channels: Int)
    }

    /// How a value with one axis behind the batch's lies; nil where it is none or in another order.
    func flattening(_ value: GraphValue, inputs: Int) -> Flattening? {
        guard let axes = value.axes else { return .direct }
        guard axes.count == 2, axes[0].count == 1, axes[0][0].axis == .batch else { return nil }
        if let count = GraphValue.product(axes[1]), count != inputs { return nil }
        let kinds = axes[1].map(\.axis)
        if kinds == kinds.sorted(by: { $0.rawValue < $1.rawValue }), Set(kinds).count == kinds.count { return .direct }
        guard kinds == [.rows, .columns, .channels] || kinds == [.rows, .channels] || kinds == [.columns, .channels],
            let channels = value.channels, channels > 0, axes[1].last?.length.number == channels
        else { return nil }
        let rows = axes[1].first { $0.axis == .rows }.map { $0.length.number } ?? 1
        let columns = axes[1].first { $0.axis == .columns }.map { $0.length.number } ?? 1
        guard let rows, let columns else { return nil }
        return .channelsLast(rows: rows, columns: columns, channels: channels)
    }

    /// A linear layer of `outputs` numbers.
    mutating func linear(
        _ value: GraphValue, outputs: Int, _ name: String, _ set: (inout LayerGraph.Node) -> Void
    ) -> GraphValue {
        let node = add(.linear, name, [value.node], set)
        guard let batch = value.axes?.first?.first else { return GraphValue(node: node, axes: nil) }
        return GraphValue(node: node, axes: [[batch], GraphValue.whole(.channels, .number(outputs))])
    }

    /// The graph with `output` as its result.
    func graph(_ output: GraphValue?, origin: String) -> LayerGraph {
        var graph = LayerGraph(nodes: nodes, output: output?.node, origin: origin).simplified()
        graph.finalFunction = finalFunction
        return graph
    }
}
