import Checkpoints
import Files
import Tensors

extension ArchitectureFamily {
    /// "Efficient CNN Architecture Design Guided by Visualization" (arXiv 2207.10318), Table 1, under the names of the
    /// authors' code, of the paper's time and of the later release.
    static let vgNet = ArchitectureFamily(
        kind: .vgNet,
        dialects: [
            Dialect(
                name: "cv-models", stem: "features.stem.0", classifiers: ["classifier", "classifier.1"],
                blueprints: VGNet.blueprints)
        ], checkSettings: VGNet.checkSettings)
}

extension Checkpoint {
    /// Where the config of a VGNet lies that its weights do not hold: beside them, under their name or the one that
    /// training gives it. The first of them that is there counts.
    package var configsBeside: [String] {
        let folder = FilePaths.folder(of: path)
        let name = path.split(separator: "/").last ?? ""
        let own = name.lastIndex(of: ".").map { "\(folder)/\(name[..<$0]).config.yaml" }
        return (own.map { [$0] } ?? []) + ["\(folder)/config.yaml", "\(folder)/config.json"]
    }
}

private enum VGNet {
    /// Stage widths of the published sizes.
    static let sizes: [(name: String, channels: [Int])] = [
        ("1.0MP", [28, 56, 112, 224, 368]), ("1.5MP", [32, 64, 128, 256, 512]), ("2.0MP", [32, 72, 168, 376, 512]),
        ("2.5MP", [32, 80, 192, 400, 544]), ("5.0MP", [32, 88, 216, 456, 856]),
    ]

    @Sendable static func blueprints(_ table: ModuleTable) -> [Blueprint] {
        // The last unit of stage 4 stands two places behind the last block: a concatenation lies between.
        let counts = (1...4).map { table.count(after: "features.stage\($0).") }
        let depths = [counts[0], counts[1], counts[2], counts[3] - 2]
        guard depths.allSatisfy({ $0 > 0 }) else { return [] }
        let isThumbnail = isThumbnail(table)
        var convs = [
            ExpectedConv("features.stem.0", norm: "features.stem.2", .standard, size: 3, stride: isThumbnail ? 1 : 2)
        ]
        for block in StageBlock.all(depths) {
            let path = "features.stage\(block.stage + 1).\(block.index)"
            let isStrided = block.index == 0 && !(block.stage == 0 && isThumbnail)
            convs += spatial(table, path, isDown: block.index == 0, stride: isStrided ? 2 : 1, block.number)
            convs += pointwise(table, "\(path).conv1x1", block.number)
        }
        convs += lastUnit(table, "features.stage4.\(counts[3] - 1)", depths.reduce(1, +))
        return [Blueprint(convs: convs, title: { title($0, depths: depths) })]
    }

    /// The depthwise convolution of a Down or Half unit, two where a Down unit fixes a part of its kernels. Fixed banks of a
    /// Half unit have a norm behind them, and so have learned kernels in the forms that fold it into them.
    static func spatial(
        _ table: ModuleTable, _ path: String, isDown: Bool, stride: Int, _ block: Int
    ) -> [ExpectedConv] {
        let modules =
            !isDown
            ? ["half3x3"] : isHybrid(table, path) ? ["downsample.fixed", "downsample.learned"] : ["downsample"]
        return modules.map { module in
            let place = place(table, "\(path).\(module)")
            var conv = ExpectedConv(
                place.kernel, norm: place.norm, .depthwise, size: isDown ? 3 : size(table, place.kernel),
                stride: stride, block: block)
            conv.isFixed =
                isDown
                ? module.hasSuffix(".fixed") || hasOneKernel(table, place.kernel)
                : place.norm != nil && isBank(table, place.kernel)
            return conv
        }
    }

    /// Rows and columns of a half block's kernels: 3 in the published nets, 5 or 7 where the design says so.
    private static func size(_ table: ModuleTable, _ module: String) -> Int {
        guard let entry = table.weight(module), let shape = entry.axes.outputFirst(entry.shape), shape.rank == 4,
            [5, 7].contains(shape[2]), shape[2] == shape[3]
        else { return 3 }
        return shape[2]
    }

    /// Where a depthwise convolution stands: the module itself, or the first part of it with a norm as the second.
    private static func place(_ table: ModuleTable, _ path: String) -> (kernel: String, norm: String?) {
        table.weight("\(path).0") == nil ? (path, nil) : ("\(path).0", "\(path).1")
    }

    /// Whether kernels with a norm behind them are a fixed bank: they repeat, or the config normalises no learned ones.
    private static func isBank(_ table: ModuleTable, _ module: String) -> Bool {
        if period(table, module, among: 1...64) != nil { return true }
        guard setting("channels", table.checkpoint) != nil else { return false }
        return !["normalized", "branched"].contains(setting("depthwise", table.checkpoint) ?? "plain")
    }

    /// Whether a Down unit fixes the kernels of some channels and trains those of the others.
    static func isHybrid(_ table: ModuleTable, _ path: String) -> Bool {
        table.weight("\(path).downsample.fixed") != nil
    }

    /// The 1×1 convolution, with squeeze-excite one level deeper.
    static func pointwise(_ table: ModuleTable, _ path: String, _ block: Int) -> [ExpectedConv] {
        guard table.weight("\(path).0.0") != nil else {
            return [ExpectedConv("\(path).0", norm: "\(path).2", .pointwise, block: block)]
        }
        return [
            ExpectedConv("\(path).0.0", norm: "\(path).0.2", .pointwise, block: block),
            ExpectedConv("\(path).1.reduce", norm: nil, .pointwise, block: block, isOptional: true),
            ExpectedConv("\(path).1.expand", norm: nil, .pointwise, block: block, isOptional: true),
        ]
    }

    /// Shared kernels ("0.mux"), fixed ones with a norm ("0", "1"), or plain ones ("0").
    static func lastUnit(_ table: ModuleTable, _ path: String, _ block: Int) -> [ExpectedConv] {
        let isShared = table.weight("\(path).0.mux") != nil
        let hasNorm = table.entry("\(path).1", "running_var") != nil
        let second = "\(path).\(hasNorm ? 2 : 1)"
        let learned = place(table, "\(path).0")
        var conv = ExpectedConv(
            isShared ? "\(path).0.mux" : learned.kernel, norm: hasNorm ? "\(path).1" : learned.norm, .depthwise,
            size: 3, block: block)
        // Kernels that the design fixes have a normalisation behind them, learned ones share that of their unit.
        conv.isFixed = hasNorm
        return [
            conv,
            ExpectedConv("\(second).0", norm: "\(second).2", .pointwise, block: block),
        ]
    }

    /// Thumbnail networks keep the resolution in stem and stage 1. The config in the file or beside it says so, or its
    /// kernels do: with fixed downsampling kernels, a first stage that learned its own is one of stride 1.
    static func isThumbnail(_ table: ModuleTable) -> Bool {
        if let text = setting("thumbnail", table.checkpoint) { return text == "true" }
        return !hasOneKernel(table, "features.stage1.0.downsample")
            && hasOneKernel(table, "features.stage2.0.downsample")
    }

    /// What the network's config, YAML or JSON, gives a key: in the file's attributes, else in a file beside it.
    static func setting(_ key: String, _ checkpoint: Checkpoint) -> String? {
        // What cannot be read is told by `checkSettings` before anything rests on it.
        guard let text = try? config(checkpoint) else { return nil }
        let fields = text.split { $0.isNewline || $0 == "," || $0 == "{" || $0 == "}" }
        for field in fields {
            let parts = field.split(separator: ":", maxSplits: 1).map { part in
                part.filter { $0 != "\"" && $0 != "'" && !$0.isWhitespace }
            }
            if parts.count == 2, parts[0] == key { return parts[1] }
        }
        return nil
    }

    /// A config that is there and cannot be read is no reason to guess.
    @Sendable static func checkSettings(_ checkpoint: Checkpoint) throws { _ = try config(checkpoint) }

    private static func config(_ checkpoint: Checkpoint) throws -> String? {
        if let own = checkpoint.attributes["config"] { return own }
        return try checkpoint.configsBeside.first(where: InputFile.isThere).map {
            try InputFile.text($0, limitBytes: 1 << 20, expected: "the network's config")
        }
    }

    static func title(_ table: ModuleTable, depths: [Int]) -> String {
        let channels =
            [table.outputs("features.stem.0")]
            + (1...3).map { stage in
                table.outputs(place(table, "features.stage\(stage + 1).0.downsample").kernel)
            }
            + [table.outputs(place(table, "features.stage4.1.half3x3").kernel).map { $0 * 2 }]
        let size = sizes.first { $0.channels.map(Optional.some) == channels }
        let hasSqueeze = table.weight("features.stage1.0.conv1x1.1.reduce") != nil
        return "VGNet" + letter(table) + (size.map { "-\($0.name)" } ?? "") + (hasSqueeze ? "+SE" : "") + era(table)
    }

    /// What tells the releases of the authors' code apart. The paper's nets share the last unit's kernels or fix them, and
    /// change the sign of the fixed Gaussians from channel to channel; the later release has a plain last unit, and no
    /// negative Gaussians; one between them has shared kernels and no negative Gaussians.
    static func era(_ table: ModuleTable) -> String {
        let last = "features.stage4.\(table.count(after: "features.stage4.") - 1)"
        let isShared = table.weight("\(last).0.mux") != nil
        let isFixed = table.entry("\(last).1", "running_var") != nil
        if !isShared && !isFixed { return " (re-release)" }
        let down = "features.stage2.0.downsample"
        guard isShared, hasOneKernel(table, down), let kernels = kernels(table, down) else { return "" }
        return kernels.allSatisfy { $0 == kernels[0] } ? " (January 2022)" : ""
    }

    /// "C" where downsampling kernels are learned, "G" where they are fixed, "F1" to "F4" with fixed kernels elsewhere;
    /// empty where only some of the downsampling kernels are fixed.
    static func letter(_ table: ModuleTable) -> String {
        if (1...4).contains(where: { isHybrid(table, "features.stage\($0).0") }) { return "" }
        guard hasOneKernel(table, "features.stage2.0.downsample") else { return "C" }
        guard let bank = period(table, "features.stage2.1.half3x3.0", among: 1...64) else { return "G" }
        let hasSharedLast = table.weight("features.stage4.\(table.count(after: "features.stage4.") - 1).0.mux") != nil
        return switch (bank, hasSharedLast) {
        case (8, true): "F1"
        case (8, false): "F2"
        case (4, true): "F3"
        case (4, false): "F4"
        default: "F"
        }
    }

    /// Whether all kernels of a layer are the first one or its negative.
    static func hasOneKernel(_ table: ModuleTable, _ module: String) -> Bool {
        guard let kernels = kernels(table, module), let first = kernels.first, kernels.count > 1 else { return false }
        return kernels.allSatisfy { $0 == first || $0 == first.map { -$0 } }
    }

    /// The smallest number by which the kernels of a bank repeat exactly; learned ones do not.
    static func period(_ table: ModuleTable, _ module: String, among periods: ClosedRange<Int>) -> Int? {
        guard let kernels = kernels(table, module) else { return nil }
        return periods.first { period in
            kernels.count > period && kernels.indices.allSatisfy { kernels[$0] == kernels[$0 % period] }
        }
    }

    private static func kernels(_ table: ModuleTable, _ module: String) -> [[Float]]? {
        guard let entry = table.weight(module), let shape = entry.axes.outputFirst(entry.shape),
            let tensor = try? table.checkpoint.tensor(named: entry.name)
        else { return nil }
        let area = shape[2] * shape[3]
        return stride(from: 0, to: tensor.scalars.count, by: area).map { Array(tensor.scalars[$0..<$0 + area]) }
    }
}
