import Glibc
import Numerics
import Tensors

/// What becomes of the labels of layers that may be no more than chance.
extension KernelClassifier {
    /// Takes the names back from the kernels of a layer that is no more than its shuffled self.
    ///
    /// A layer where more than three quarters of the live kernels have a name of their own is left with those: chance
    /// never names so many.
    package static func withdrawing(_ classifications: [KernelClassification]) -> [KernelClassification] {
        let live = classifications.count { $0.label != .zero }
        let named = classifications.count { $0.label != .zero && $0.isBeyondChance }
        let isNamed = Double(named) > 0.75 * Double(live)
        return withdrawing(classifications) { !isNamed || !$0.isBeyondChance }
    }

    /// Takes back the names that chance gives as well: what a layer that is too small to speak for itself keeps.
    package static func withdrawingLookalikes(_ classifications: [KernelClassification]) -> [KernelClassification] {
        withdrawing(classifications) { !$0.isBeyondChance }
    }

    private static func withdrawing(
        _ classifications: [KernelClassification], where isDoubtful: (KernelClassification) -> Bool
    ) -> [KernelClassification] {
        classifications.map { kernel in
            guard kernel.label != .zero, kernel.label != .other, isDoubtful(kernel) else { return kernel }
            var demoted = kernel
            demoted.nearest = kernel.label
            demoted.label = .other
            demoted.shape = KernelShape(kernel.spectralClass)
            demoted.sigmaPixels = nil
            demoted.axes = nil
            demoted.angleDegrees = nil
            demoted.offset = nil
            demoted.nullProbability = 1
            demoted.isBeyondChance = false
            return demoted
        }
    }

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
            return Self.binomialTail(
                live.count { classifications[$0].label == label }, of: live.count, rate: rate)
        }
        let identities = live.filter { classifications[$0].label == .identity }
        let centred = identities.count { classifications[$0].offset.map { $0 == .zero } ?? false }
        let centre = Self.binomialTail(centred, of: identities.count, rate: 1 / Double(cells))
        return min(1, 3 * min(tail(.blur, counts.blur), tail(.edge, counts.edge), centre))
    }

    /// P(X ≥ k) for X ~ B(n, p).
    static func binomialTail(_ k: Int, of n: Int, rate p: Double) -> Double {
        guard k > 0 else { return 1 }
        guard p > 0, p < 1 else { return p > 0 ? 1 : 0 }
        func term(_ i: Int) -> Double {
            exp(Binomial.logChoose(n, i) + Double(i) * log(p) + Double(n - i) * log(1 - p))
        }
        return min(1, (k...n).reduce(0) { $0 + term($1) })
    }
}
