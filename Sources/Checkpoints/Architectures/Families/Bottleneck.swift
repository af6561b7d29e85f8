/// One inverted residual block of MobileNetV2, V3, MnasNet or EfficientNet: expand, depthwise, squeeze-excite, project.
struct Bottleneck: Sendable, Equatable {
    /// A row of a paper's architecture table.
    struct Row: Sendable {
        let kernel: Int
        /// Whether a 1×1 convolution widens the input first.
        let expands: Bool
        /// Output channels at width 1.
        let channels: Int
        var repeats: Int
        /// Stride of the first block; the others have 1.
        let stride: Int
        var squeezes = false
    }

    /// A convolution and its batch normalisation.
    typealias Pair = (conv: String, norm: String?)

    /// The modules of one block in one naming scheme.
    struct Names {
        let expand: Pair?
        let depthwise: Pair
        var squeeze: [String] = []
        let project: Pair
    }

    /// The functions of a network, in the engine's words.
    struct Functions: Sendable {
        /// Behind the stem and the heads.
        let ends: String
        /// Behind the expansion and the depthwise convolution of a block.
        let block: @Sendable (Bottleneck) -> String
        /// Inside squeeze-and-excite, and of its gate.
        var squeeze = (inner: "relu", gate: "sigmoid")
        /// Whether the inner one is that of the block instead.
        var squeezesWithBlocks = false

        /// One function everywhere.
        static func all(_ name: String) -> Functions { Functions(ends: name, block: { _ in name }) }
    }

    let kernel: Int
    let stride: Int
    let expands: Bool
    let channels: Int
    let squeezes: Bool
    /// The row, from 0, and the place in it, from 0.
    let stage: Int
    let index: Int
    /// The place among all blocks, from 1.
    let ordinal: Int

    /// The blocks of a table in order.
    static func blocks(_ rows: [Row]) -> [Bottleneck] {
        var result: [Bottleneck] = []
        for (stage, row) in rows.enumerated() {
            for index in 0..<row.repeats {
                result.append(
                    Bottleneck(
                        kernel: row.kernel, stride: index == 0 ? row.stride : 1, expands: row.expands,
                        channels: row.channels, squeezes: row.squeezes, stage: stage, index: index,
                        ordinal: result.count + 1))
            }
        }
        return result
    }

    /// The convolutions of the block under the given names.
    func convs(_ names: Names, _ functions: Functions) -> [ExpectedConv] {
        var result: [ExpectedConv] = []
        let function = functions.block(self)
        if let expand = names.expand {
            result.append(
                ExpectedConv(expand.conv, norm: expand.norm, .pointwise, block: ordinal, activation: function))
        }
        result.append(
            ExpectedConv(
                names.depthwise.conv, norm: names.depthwise.norm, .depthwise, size: kernel, stride: stride,
                block: ordinal, activation: function))
        for (place, module) in names.squeeze.enumerated() {
            result.append(
                ExpectedConv(
                    module, norm: nil, .pointwise, block: ordinal, isOptional: true,
                    activation: place > 0
                        ? functions.squeeze.gate : functions.squeezesWithBlocks ? function : functions.squeeze.inner))
        }
        result.append(ExpectedConv(names.project.conv, norm: names.project.norm, .pointwise, block: ordinal))
        return result
    }

    /// A network of a 3×3 stem of stride 2, the blocks of `rows` and pointwise heads, which may be absent.
    ///
    /// Without a `title` of its own the network is called `name` and its width multiplier ("MobileNetV2 0.35"); where it
    /// may have a reduced tail, the last row has half its width in such a one.
    static func blueprint(
        _ name: String, _ rows: [Row], stem: Pair, head: [Pair], functions: Functions,
        mayHaveReducedTail: Bool = false, names: (Bottleneck) -> Names,
        title: (@Sendable (ModuleTable) -> String)? = nil
    ) -> Blueprint {
        let blocks = blocks(rows)
        let projections = blocks.map { names($0).project.conv }
        let convs =
            [ExpectedConv(stem.conv, norm: stem.norm, .standard, size: 3, stride: 2, activation: functions.ends)]
            + blocks.flatMap { $0.convs(names($0), functions) }
            + head.map {
                ExpectedConv($0.conv, norm: $0.norm, .pointwise, isOptional: true, activation: functions.ends)
            }
        let widths = zip(projections, blocks).map { (module: $0, channels: $1.channels) }
        return Blueprint(convs: convs, widths: widths) { table in
            if let title { return title(table) }
            let (base, found) = (blocks.map(\.channels), projections.map(table.outputs))
            let rounding = WidthMultiplier.nearestMultipleOf8
            if mayHaveReducedTail, WidthMultiplier.published(base: base, found: found, rounding: rounding) == nil {
                let tail = blocks.map { $0.stage == rows.count - 1 ? $0.channels / 2 : $0.channels }
                if let width = WidthMultiplier.published(base: tail, found: found, rounding: rounding) {
                    return "\(name) \(width) reduced tail"
                }
            }
            let width = WidthMultiplier.infer(base: base, found: found, rounding: rounding)
            return name + (width.map { " \($0)" } ?? "")
        }
    }
}

extension [Bottleneck.Row] {
    /// The rows with as many blocks as the file has behind the stems that `stem` names; as published where one has none.
    func repeated(as table: ModuleTable, _ stem: (_ stage: Int) -> String) -> [Bottleneck.Row] {
        repeated(indices.map { table.count(after: stem($0)) })
    }

    /// The rows with other numbers of blocks; as published where one is not from 1 to 64.
    func repeated(_ counts: [Int]) -> [Bottleneck.Row] {
        guard counts.allSatisfy({ (1...64).contains($0) }) else { return self }
        return zip(self, counts).map { row, count in
            var row = row
            row.repeats = count
            return row
        }
    }
}

/// The factor by which a network's widths differ from the published ones.
enum WidthMultiplier {
    /// The published multiplier that explains all `found` widths, else the last ratio to two digits; nil without widths.
    static func infer(base: [Int], found: [Int?], rounding: (Double) -> Int) -> String? {
        let pairs = zip(base, found).compactMap { base, found in found.map { (base, $0) } }
        guard let last = pairs.last else { return nil }
        if let exact = published(base: base, found: found, rounding: rounding) { return "\(exact)" }
        return "\((Double(last.1) / Double(last.0) * 100).rounded() / 100)"
    }

    /// The published multiplier that explains all `found` widths; nil where none does.
    static func published(base: [Int], found: [Int?], rounding: (Double) -> Int) -> Double? {
        let pairs = zip(base, found).compactMap { base, found in found.map { (base, $0) } }
        let factors = [1.0, 0.25, 0.35, 0.5, 0.75, 1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 2.0]
        return factors.first { factor in pairs.allSatisfy { rounding(Double($0.0) * factor) == $0.1 } }
    }

    /// The nearest multiple of 8 that is at least 8 and not below 0.9 of `width` (the MobileNet authors' rule).
    static func nearestMultipleOf8(_ width: Double) -> Int {
        let rounded = max(8, Int(width + 4) / 8 * 8)
        return Double(rounded) < 0.9 * width ? rounded + 8 : rounded
    }
}
