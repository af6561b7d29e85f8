import Checkpoints
import Tensors

/// Finds the family of a network whose tensors have other names than any library gives them, by the order and the shapes
/// of its convolutions alone.
///
/// The whole sequence must be the family's: kinds and sizes of all layers, channels that follow from each other, widths
/// that one published multiplier explains. Of most networks that is true of one family only.
enum ShapeRecogniser {
    /// Shorter sequences say too little.
    private static let counts = 8...2_000

    /// What the shapes say.
    struct Outcome {
        /// Nil where no family's sequence is the file's.
        var match: FamilyRecogniser.Match?
        /// A family whose sequence it is but for a tensor, and that tensor, in words.
        var nearest: String?
        /// Whether no other family needs to be looked at.
        var isFinal = false
    }

    static func outcome(_ checkpoint: Checkpoint, _ survey: KernelSurvey, _ order: LayerOrder) -> Outcome {
        let files = order.entries.compactMap(Candidate.init)
        guard counts.contains(files.count), files.count == order.entries.count else { return Outcome() }
        let search = Search(checkpoint, survey, order, files)
        var outcome = Outcome()
        // Whole sequences first, then those with a classifier that is a convolution.
        for isWhole in [true, false] {
            for family in ArchitectureFamily.all where ChannelChain.families.contains(family.kind) {
                // Libraries that keep weights as the file does come first: their padding and ε are the likelier ones.
                let dialects =
                    family.dialects.filter { ($0.padding == .tensorFlowSame) == search.isKeras }
                    + family.dialects.filter { ($0.padding == .tensorFlowSame) != search.isKeras }
                for dialect in dialects {
                    for draft in drafts(dialect, checkpoint, isKeras: search.isKeras, survey.spatialCount) {
                        guard let (convs, places) = draft.aligned(files, isOrdered: order.isKnown),
                            search.isWhole(convs, places) == isWhole
                        else { continue }
                        let found = search.judge(draft, convs, places, family, dialect)
                        if found.match != nil || found.isFinal { return found }
                        outcome.nearest = outcome.nearest ?? found.nearest
                    }
                }
            }
        }
        return outcome
    }

    /// A file's layers with what surrounds them.
    private struct Search {
        let checkpoint: Checkpoint
        let spatialCount: Int
        let files: [Candidate]
        let norms: NormPairing
        let parameters: [String: [Checkpoint.Entry]]
        let isKeras: Bool
        /// A kernel that no family has among the layers, in words.
        let foreign: String?
        /// Whether the last layer is a classifier: a 1×1 convolution without a normalisation where others have one, behind
        /// which no linear layer stands.
        let endsWithClassifier: Bool

        init(_ checkpoint: Checkpoint, _ survey: KernelSurvey, _ order: LayerOrder, _ files: [Candidate]) {
            self.checkpoint = checkpoint
            self.files = files
            spatialCount = survey.spatialCount
            norms = NormPairing(checkpoint, files.map { ($0.entry, $0.shape[0]) })
            parameters = Dictionary(grouping: checkpoint.entries, by: \.module)
            isKeras = files.contains { $0.entry.axes.unturned != .outputInputRowsColumns }
            foreign = ShapeRecogniser.foreignKernel(checkpoint, survey, order)
            let (owners, outputs) = (norms.moduleOf, files.last?.shape[0] ?? 0)
            let isBare = files.last.map { $0.shape[2] == 1 && owners[$0.entry.name] == nil } == true
            endsWithClassifier =
                isBare
                && !checkpoint.entries.contains {
                    $0.shape.rank == 2 && ["weight", "kernel"].contains($0.parameter)
                        && $0.shape.dimensions.contains(outputs)
                }
        }

        /// Whether every layer of the file has its place, none of them a classifier in the place of a head.
        func isWhole(_ convs: [ExpectedConv], _ places: [Int?]) -> Bool {
            let placed = places.compactMap { $0 }
            guard placed.count == files.count else { return false }
            guard endsWithClassifier, let head = places.firstIndex(of: files.count - 1) else { return true }
            return !(convs[head].isOptional && convs[head].block == 0 && convs[head].norm != nil)
        }

        /// What a blueprint whose layers lie beside the file's makes of it.
        func judge(
            _ draft: Draft, _ convs: [ExpectedConv], _ places: [Int?], _ family: ArchitectureFamily, _ dialect: Dialect
        ) -> Outcome {
            let table = ShapeRecogniser.renamed(
                checkpoint, files, places, convs, norms, parameters, classifier: dialect.classifiers.first)
            if let conflict = draft.conflict(table, convs, places, files, norms) {
                return Outcome(nearest: draft.skeleton == nil ? nil : "\(family.name), but \(conflict)")
            }
            // What depends on the file's tensors (squeeze-and-excite, functions) is decided anew.
            let modules = draft.blueprint.convs.map(\.module)
            let own = dialect.blueprints(table).first { $0.convs.map(\.module) == modules } ?? draft.blueprint
            let match = FamilyRecogniser.match(own, against: table, family, dialect, spatialCount, isByShapes: true)
            guard match.missing.isEmpty, match.unexplainedCount == 0 else { return Outcome() }
            if match.conflict == nil, let name = family.lookalike(in: checkpoint) {
                return Outcome(nearest: "\(family.name), but \(name)", isFinal: true)
            }
            if let conflict = match.conflict ?? foreign {
                return Outcome(nearest: "\(family.name), but \(conflict)")
            }
            return Outcome(match: match)
        }
    }

    /// Kernels that no family here has (1-D ones, as of some attention, 3-D and k×1 ones) among the layers, in words; nil
    /// where there are none, or only before or behind all layers, as parts of something else.
    private static func foreignKernel(
        _ checkpoint: Checkpoint, _ survey: KernelSurvey, _ order: LayerOrder
    ) -> String? {
        let others = survey.leftOut.filter {
            [.oneDimensional, .threeDimensional, .rectangular, .tooLarge].contains($0.reason)
                && checkpoint.entry(named: $0.name) != nil
        }
        guard !others.isEmpty, let first = order.entries.first, let last = order.entries.last else { return nil }
        func words(_ tensor: LeftOutTensor) -> String {
            "tensor '\(tensor.name)' (\(tensor.shape)) lies among its layers"
        }
        if order.source == .file {
            let places = Dictionary(
                checkpoint.entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
            let range = (places[first.name] ?? 0)...max(places[first.name] ?? 0, places[last.name] ?? 0)
            return others.first { places[$0.name].map(range.contains) == true }.map(words)
        }
        // By the numbers of their names, or, where these tell nothing, anywhere.
        guard order.source == .numbers else { return words(others[0]) }
        let (start, end) = (LayerOrder.tokens(first.module), LayerOrder.tokens(last.module))
        return others.first { tensor in
            guard let entry = checkpoint.entry(named: tensor.name) else { return false }
            let key = LayerOrder.tokens(entry.module)
            return LayerOrder.compare(key, start) >= 0 && LayerOrder.compare(key, end) <= 0
        }.map(words)
    }

    /// The blueprints that a dialect draws without a file, those of published networks included.
    private static func drafts(
        _ dialect: Dialect, _ checkpoint: Checkpoint, isKeras: Bool, _ spatialCount: Int
    ) -> [Draft] {
        let own = dialect.blueprints(ModuleTable(checkpoint, renamed: [:])).filter { !$0.widths.isEmpty }
        let published = isKeras ? [] : dialect.skeletons
        return own.map { Draft(blueprint: $0, skeleton: nil) }
            + published.flatMap { skeleton in
                dialect.blueprints(skeleton.table(checkpoint))
                    .filter { $0.convs.count(where: \.isSpatial) == spatialCount }
                    // With all that blocks may have it says what stands where a file has too much.
                    .map { $0.without(skeleton.without) }
                    .flatMap { skeleton.hasNoSqueeze ? [$0.withoutOptionalLayers, $0] : [$0] }
                    .map { Draft(blueprint: $0, skeleton: skeleton) }
            }
    }

    /// A blueprint that the file's shapes may fill.
    private struct Draft {
        let blueprint: Blueprint
        let skeleton: Skeleton?

        /// The layers in an order in which the file's fit them, each with its place in the file.
        func aligned(_ files: [Candidate], isOrdered: Bool) -> (convs: [ExpectedConv], places: [Int?])? {
            let own = blueprint.convs
            if let places = ShapeAlignment(files, own).places(isOrdered: isOrdered) { return (own, places) }
            guard own.contains(where: \.isShortcut) else { return nil }
            // Libraries list a block's shortcut before its other layers, or behind them.
            for isFirst in [true, false] {
                let blocks = own.chunked(by: { $0.block == $1.block })
                let convs = blocks.flatMap { block in
                    let (shortcuts, others) = (block.filter(\.isShortcut), block.filter { !$0.isShortcut })
                    return isFirst ? shortcuts + others : others + shortcuts
                }
                guard convs != own else { continue }
                if let places = ShapeAlignment(files, convs).places(isOrdered: isOrdered) { return (convs, places) }
            }
            return nil
        }

        /// What contradicts that the file is this network, in words; nil where nothing does.
        func conflict(
            _ table: ModuleTable, _ convs: [ExpectedConv], _ places: [Int?], _ files: [Candidate], _ norms: NormPairing
        ) -> String? {
            guard let skeleton else {
                return ShapeRecogniser.isPublishedWidth(blueprint, table) ? nil : "no published width is its"
            }
            // Squeeze-and-excite is in all blocks or in none.
            if !skeleton.present.isEmpty,
                let (conv, _) = zip(convs, places).first(where: { $0.module.contains(".se.") && $1 == nil })
            {
                return "no tensor is its '\(conv.module)'"
            }
            return skeleton.conflict(table) ?? residualConflict(convs, places, files)
                ?? normConflict(convs, places, files, norms) ?? skeleton.ambiguity
        }

        /// A shortcut that does not lead from what its block reads to what the block gives, or one that is not there.
        private func residualConflict(
            _ convs: [ExpectedConv], _ places: [Int?], _ files: [Candidate]
        ) -> String? {
            guard convs.contains(where: \.isShortcut) else { return nil }
            let links = zip(convs, places).compactMap { conv, place in place.map { (conv, files[$0]) } }
            for block in links.chunked(by: { $0.0.block == $1.0.block }) where (block.first?.0.block ?? 0) > 0 {
                let own = block.filter { !$0.0.isOptional && !$0.0.isShortcut }
                guard let first = own.first, let last = own.last else { continue }
                let (reads, gives) = (first.1.shape[1], last.1.shape[0])
                let shortcuts = block.filter(\.0.isShortcut)
                if let (_, file) = shortcuts.first(where: { $0.1.shape != [gives, reads, 1, 1] }) {
                    return "tensor '\(file.entry.name)' is \(file.entry.shape), where a shortcut is "
                        + "\(Shape([gives, reads, 1, 1]))"
                }
                let isEven = reads == gives && own.allSatisfy { $0.0.stride == 1 }
                if shortcuts.count > 1 || shortcuts.isEmpty && !isEven {
                    return "tensor '\(first.1.entry.name)' begins a block of \(reads) to \(gives) channels with "
                        + "\(shortcuts.count) shortcuts"
                }
            }
            return nil
        }

        /// A layer without its batch normalisation where the file has any, or one that normalises something else.
        private func normConflict(
            _ convs: [ExpectedConv], _ places: [Int?], _ files: [Candidate], _ norms: NormPairing
        ) -> String? {
            guard !norms.moduleOf.isEmpty || !norms.unpaired.isEmpty else { return nil }
            for (conv, place) in zip(convs, places) where conv.norm != nil {
                guard let place, norms.moduleOf[files[place].entry.name] == nil else { continue }
                return "tensor '\(files[place].entry.name)' has no batch normalisation"
            }
            return norms.unpaired.first.map { "batch normalisation '\($0)' is none of its" }
        }
    }

    /// The file's tensors under the blueprint's names.
    private static func renamed(
        _ checkpoint: Checkpoint, _ files: [Candidate], _ places: [Int?], _ convs: [ExpectedConv], _ norms: NormPairing,
        _ parameters: [String: [Checkpoint.Entry]], classifier: String?
    ) -> ModuleTable {
        var modules: [String: [String: Checkpoint.Entry]] = [:]
        func all(_ module: String) -> [String: Checkpoint.Entry] {
            Dictionary(
                (parameters[module] ?? []).map { ($0.parameter, $0) }, uniquingKeysWith: { first, _ in first })
        }
        for (conv, place) in zip(convs, places) {
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
        // Or it is a 1×1 convolution, the one layer without a place.
        let placed = Set(places.compactMap { $0 })
        if let classifier, !classifier.hasPrefix("*"), modules[classifier] == nil,
            let rest = files.indices.first(where: { !placed.contains($0) })
        {
            modules[classifier] = all(files[rest].entry.module)
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

extension Array {
    /// Neighbours that belong together.
    func chunked(by belong: (Element, Element) -> Bool) -> [[Element]] {
        var result: [[Element]] = []
        for element in self {
            if let last = result.last?.last, belong(last, element) {
                result[result.count - 1].append(element)
            } else {
                result.append([element])
            }
        }
        return result
    }
}
