extension LayerGraph {
    /// How images are to be handed over where the network's first layers scale them: "x" for 0…255 as they are, "/255" for
    /// 0…1, as ``InputConvention/init(words:)`` reads it.
    ///
    /// Nil where it does not scale its images, where the numbers fit neither, and where the graph cannot run, since a
    /// family's own design, which scales nothing, would run instead.
    var inputWords: String? {
        guard let input = nodes.first(where: { $0.kind == .input })?.name,
            !nodes.contains(where: { $0.kind == .unsupported || $0.kind == .transposedConvolution })
        else { return nil }
        // The lowest and highest results for 0…1 and for 0…255.
        var (ones, bytes): ([Float], [Float]) = ([0, 1], [0, 255])
        var name = input
        var isScaled = false
        while true {
            let readers = nodes.filter { $0.inputs.contains(name) }
            guard let node = readers.first, readers.count == 1, node.kind == .affine || node.kind == .pad else { break }
            if node.kind == .affine {
                let scale = node.scale ?? [1]
                let shift = node.shift ?? [0]
                guard let scales = Self.ends(scale), let shifts = Self.ends(shift) else { return nil }
                func mapped(_ ends: [Float]) -> [Float] {
                    let all = ends.flatMap { end in scales.flatMap { factor in shifts.map { end * factor + $0 } } }
                    return Self.ends(all) ?? [0, 0]
                }
                (ones, bytes) = (mapped(ones), mapped(bytes))
                isScaled = true
            }
            name = node.name
        }
        guard isScaled else { return nil }
        // Networks are trained on numbers of a few units.
        func isUsual(_ ends: [Float]) -> Bool { ends.allSatisfy { abs($0) <= 20 } && ends[1] - ends[0] >= 0.5 }
        return isUsual(bytes) ? "x" : isUsual(ones) ? "/255" : nil
    }

    /// The lowest and the highest of some numbers; nil without any or where one is not finite.
    private static func ends(_ numbers: [Float]) -> [Float]? {
        guard let low = numbers.min(), let high = numbers.max(), numbers.allSatisfy(\.isFinite) else { return nil }
        return [low, high]
    }
}
