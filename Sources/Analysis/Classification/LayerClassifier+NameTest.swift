import Numerics
import Tensors

/// Whether the names of a layer are more than those of its shuffled self.
extension LayerClassifier {
    /// The chance that the layer's names come from shuffled weights: the smallest of three tails, times three.
    ///
    /// Blurs and, apart from them, edges against how many there are when the cells of every kernel change places;
    /// identities at the centre against the one in N² that chance puts there. Heavy tails raise neither.
    func nameProbability(
        _ classifications: [KernelClassification], values: [Float], extractor: inout FeatureExtractor
    ) -> Double {
        let cells = size * size
        let step = max(1, classifications.count / LayerStructure.maximumKernels)
        let live = stride(from: 0, to: classifications.count, by: step).filter {
            classifications[$0].label != .zero && classifications[$0].shape != .nonFinite
        }
        guard !live.isEmpty else { return 1 }
        var shuffled = live.flatMap { values[$0 * cells..<($0 + 1) * cells] }
        var generator = SeededGenerator(seed: settings.seed ^ 0x7E57_C0DE)
        let decision = decision
        var counts = NameCounts()
        let copies = 8
        for _ in 0..<copies {
            for kernel in live.indices {
                LayerStructure.shuffle(&shuffled, start: kernel * cells, cells: cells, using: &generator)
            }
            for start in stride(from: 0, to: live.count, by: FeatureExtractor.width) {
                let lanes = min(FeatureExtractor.width, live.count - start)
                counts.add(
                    decision.names(extractor.features(shuffled, start: start * cells, count: lanes)), lanes)
            }
        }
        func tail(_ label: KernelLabel, _ chance: Int) -> Double {
            let rate = Double(chance + copies) / Double(live.count * copies + copies)
            return Binomial.tail(
                atLeast: live.count { classifications[$0].label == label }, of: live.count, rate: rate)
        }
        let identities = live.filter { classifications[$0].label == .identity }
        let centred = identities.count { classifications[$0].offset.map { $0 == .zero } ?? false }
        let centre = Binomial.tail(atLeast: centred, of: identities.count, rate: 1 / Double(cells))
        return min(1, 3 * min(tail(.blur, counts.blur), tail(.edge, counts.edge), centre))
    }
}
