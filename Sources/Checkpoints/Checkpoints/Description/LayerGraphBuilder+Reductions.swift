// The largest and the sum of each channel's numbers, and the larger of two results.
extension LayerGraphBuilder {
    /// The largest number over the axes at `places`, which are rows and columns together, as many and known; nil otherwise.
    mutating func maximum(_ value: GraphValue, _ places: [Int], keeps: Bool, _ name: String) -> GraphValue? {
        let value = settled(value)
        guard let (axes, reduced) = value.reduced(places, keeps: keeps) else { return nil }
        guard !reduced.isEmpty else { return GraphValue(node: value.node, axes: axes) }
        func length(_ axis: GraphValue.Axis) -> Int? {
            guard let factor = reduced.first(where: { $0.axis == axis }) else { return 1 }
            return factor.length.number
        }
        guard let rows = length(.rows), length(.columns) == rows else { return nil }
        let node = add(.maximumPool, name, [value.node]) { ($0.window, $0.strides) = ([rows, rows], [rows, rows]) }
        return GraphValue(node: node, axes: axes)
    }

    /// The sum over the axes at `places`, which are rows and columns together of known lengths: the mean so many times; nil
    /// otherwise.
    mutating func sum(_ value: GraphValue, _ places: [Int], keeps: Bool, _ name: String) -> GraphValue? {
        let value = settled(value)
        guard let (_, reduced) = value.reduced(places, keeps: keeps), let count = GraphValue.product(reduced),
            let mean = mean(value, places, keeps: keeps, "\(name).mean")
        else { return nil }
        return affine(mean, [Float(count)], [0], name)
    }

    /// The larger of two results of one form at each place, a + relu(b − a), or the smaller, a − relu(a − b); nil for
    /// results of two forms.
    mutating func extreme(
        _ a: GraphValue, _ b: GraphValue, isLarger: Bool, _ name: String
    ) -> GraphValue? {
        let (a, b) = (settled(a), settled(b))
        let negative = affine(isLarger ? a : b, [-1], [0], "\(name).negative")
        guard let difference = joined(.add, isLarger ? b : a, negative, "\(name).difference") else { return nil }
        let above = activation("relu", difference, "\(name).above")
        return joined(.add, a, isLarger ? above : affine(above, [-1], [0], "\(name).below"), name)
    }
}

extension GraphValue {
    /// The axes that are left, and what of rows and columns is gone, where the axes at `places` are reduced to one place
    /// each (kept, or lost); nil unless these are all rows and columns and nothing else.
    func reduced(_ places: [Int], keeps: Bool) -> (axes: [[Factor]], reduced: [Factor])? {
        guard var axes else { return nil }
        let places = Set(places.map { $0 < 0 ? $0 + axes.count : $0 })
        guard places.allSatisfy(axes.indices.contains) else { return nil }
        let reduced = places.sorted().flatMap { axes[$0] }
        let kept = axes.indices.filter { !places.contains($0) }.flatMap { axes[$0] }
        let isOfMap: (Factor) -> Bool = { $0.axis == .rows || $0.axis == .columns }
        guard reduced.allSatisfy(isOfMap), !kept.contains(where: isOfMap) else { return nil }
        for place in places { axes[place] = [] }
        if !keeps { axes = axes.indices.filter { !places.contains($0) }.map { axes[$0] } }
        return (axes, reduced)
    }
}
