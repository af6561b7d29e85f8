import Tensors

/// Finds the family of a network whose tensors have other names than any library gives them, by the order and the shapes
/// of its convolutions alone.
///
/// The whole sequence must be the family's: kinds and sizes of all layers, channels that follow from each other, widths
/// that one published multiplier explains. Of most networks that is true of one family only.
enum ShapeRecogniser {
    /// Shorter sequences say too little.
    private static let counts = 8...2_000

    /// Nil where no family's sequence is the file's.
    static func match(
        _ checkpoint: Checkpoint, _ survey: KernelSurvey, _ order: LayerOrder
    ) -> FamilyRecogniser.Match? {
        let files = order.entries.compactMap(Candidate.init)
        guard counts.contains(files.count), files.count == order.entries.count else { return nil }
        let norms = NormPairing(checkpoint, files.map { ($0.entry, $0.shape[0]) })
        let isKeras = files.contains { $0.entry.axes.unturned != .outputInputRowsColumns }
        let empty = ModuleTable(checkpoint, renamed: [:])
        let parameters = Dictionary(grouping: checkpoint.entries, by: \.module)
        for family in ArchitectureFamily.all where ChannelChain.families.contains(family.name) {
            // Libraries that keep weights as the file does come first: their padding and ε are the likelier ones.
            let dialects =
                family.dialects.filter { ($0.padding == .tensorFlowSame) == isKeras }
                + family.dialects.filter { ($0.padding == .tensorFlowSame) != isKeras }
            for dialect in dialects {
                for blueprint in dialect.blueprints(empty) where !blueprint.widths.isEmpty {
                    guard let places = Alignment(files, blueprint.convs).places(isOrdered: order.isKnown) else {
                        continue
                    }
                    let table = renamed(
                        checkpoint, files, places, blueprint, norms, parameters, classifier: dialect.classifiers.first)
                    guard isPublishedWidth(blueprint, table) else { continue }
                    // What depends on the file's tensors (squeeze-and-excite, functions) is decided anew.
                    let modules = blueprint.convs.map(\.module)
                    let own =
                        dialect.blueprints(table).first { $0.convs.map(\.module) == modules } ?? blueprint
                    let match = FamilyRecogniser.match(
                        own, against: table, family, dialect, survey.spatialCount, isByShapes: true)
                    if match.missing.isEmpty, match.unexplainedCount == 0, match.conflict == nil { return match }
                }
            }
        }
        return nil
    }

    /// The file's tensors under the blueprint's names.
    private static func renamed(
        _ checkpoint: Checkpoint, _ files: [Candidate], _ places: [Int?], _ blueprint: Blueprint, _ norms: NormPairing,
        _ parameters: [String: [Checkpoint.Entry]], classifier: String?
    ) -> ModuleTable {
        var modules: [String: [String: Checkpoint.Entry]] = [:]
        func all(_ module: String) -> [String: Checkpoint.Entry] {
            Dictionary(
                (parameters[module] ?? []).map { ($0.parameter, $0) }, uniquingKeysWith: { first, _ in first })
        }
        for (conv, place) in zip(blueprint.convs, places) {
            guard let place else { continue }
            let entry = files[place].entry
            modules[conv.module] = ["weight": entry]
            if let norm = conv.norm, let own = norms.moduleOf[entry.name] { modules[norm] = all(own) }
        }
        let features = files.last.map { $0.shape[0] } ?? 0
        let last = checkpoint.entries.last { entry in
            entry.shape.rank == 2 && ["weight", "kernel"].contains(entry.parameter)
                && entry.shape.dimensions.contains(features)
        }
        if let classifier, !classifier.hasPrefix("*"), let last, modules[classifier] == nil {
            modules[classifier] = all(last.module)
        }
        return ModuleTable(checkpoint, renamed: modules)
    }

    /// Whether one multiplier that was published explains every width.
    private static func isPublishedWidth(_ blueprint: Blueprint, _ table: ModuleTable) -> Bool {
        let factors = [
            1.0, 0.25, 0.35, 0.5, 0.75, 1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.2, 4.3,
        ]
        return factors.contains { factor in
            blueprint.widths.allSatisfy { module, channels in
                guard let found = table.outputs(module) else { return false }
                let width = Double(channels) * factor
                return found == Int(width) || found == WidthMultiplier.nearestMultipleOf8(width)
            }
        }
    }

    /// A convolution of the file.
    struct Candidate {
        let entry: Checkpoint.Entry
        let shape: Shape
        /// Whether each of its kernels reads one channel alone.
        let isDepthwise: Bool

        init?(_ entry: Checkpoint.Entry) {
            guard var shape = entry.axes.outputFirst(entry.shape) else { return nil }
            // Keras 3 calls a depthwise weight "kernel" as well: H×W×C×1.
            let isNarrow = shape[0] == 1 && shape[1] > 1 && shape[2] > 1
            if isNarrow, let depthwise = entry.axes.forLayer(isDepthwise: true).outputFirst(entry.shape) {
                shape = depthwise
            }
            self.entry = entry
            self.shape = shape
            isDepthwise = shape[1] == 1 && shape[0] > 1 && shape[2] > 1
        }
    }
}

/// Lays the convolutions of a file beside those of a blueprint.
private struct Alignment {
    private let files: [ShapeRecogniser.Candidate]
    private let convs: [ExpectedConv]
    /// For each place of the file, the channels of the last N×N layer before it.
    private let spatialBefore: [Int]

    init(_ files: [ShapeRecogniser.Candidate], _ convs: [ExpectedConv]) {
        self.files = files
        self.convs = convs
        var last = 0
        spatialBefore = files.map { file in
            defer { if file.shape[2] > 1 { last = file.shape[0] } }
            return last
        }
    }

    /// For each layer of the blueprint its place in the file, nil for one that the file leaves out.
    ///
    /// Where the order of the file is not the network's, depthwise layers and the others are each in their own order, as
    /// Keras numbers them.
    func places(isOrdered: Bool) -> [Int?]? {
        let required = convs.count { !$0.isOptional }
        guard files.count >= required, files.count <= convs.count + 1 else { return nil }
        if let places = inOrder() { return places }
        return isOrdered ? nil : byKind()
    }

    private func fits(_ place: Int, _ index: Int) -> Bool {
        let (file, conv) = (files[place], convs[index])
        guard conv.fittingShape(file.entry) != nil, (conv.kind == .depthwise) == file.isDepthwise else { return false }
        guard conv.isOptional, conv.block > 0 else { return true }
        // Squeeze-and-excite reads and gives the channels of the N×N layer before it.
        return file.shape[0] == spatialBefore[place] || file.shape[1] == spatialBefore[place]
    }

    private func inOrder() -> [Int?]? {
        var dead: Set<Int> = []
        var result = [Int?](repeating: nil, count: convs.count)
        func step(_ place: Int, _ index: Int) -> Bool {
            guard index < convs.count else {
                // The classifier may be one more 1×1 convolution.
                return place == files.count || (place == files.count - 1 && files[place].shape[2] == 1)
            }
            let key = place * (convs.count + 1) + index
            if dead.contains(key) { return false }
            if place < files.count, fits(place, index) {
                result[index] = place
                if step(place + 1, index + 1) { return true }
                result[index] = nil
            }
            if convs[index].isOptional, step(place, index + 1) { return true }
            dead.insert(key)
            return false
        }
        return step(0, 0) ? result : nil
    }

    private func byKind() -> [Int?]? {
        let depthwise = files.indices.filter { files[$0].isDepthwise }
        let others = files.indices.filter { !files[$0].isDepthwise }
        // All that is optional, none of it, or the heads alone.
        let choices: [(ExpectedConv) -> Bool] = [
            { _ in true }, { !$0.isOptional }, { !$0.isOptional || $0.block == 0 },
        ]
        for isTaken in choices {
            var (nextDepthwise, nextOther) = (depthwise[...], others[...])
            var result = [Int?](repeating: nil, count: convs.count)
            let isWhole = convs.indices.allSatisfy { index in
                let conv = convs[index]
                guard isTaken(conv) else { return true }
                guard let place = conv.kind == .depthwise ? nextDepthwise.popFirst() : nextOther.popFirst(),
                    conv.fittingShape(files[place].entry) != nil
                else { return false }
                result[index] = place
                return true
            }
            if isWhole, nextDepthwise.isEmpty, nextOther.count <= 1 { return result }
        }
        return nil
    }
}
