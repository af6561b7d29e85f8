import Checkpoints
import Classification
import Kernels
import Parallel

extension CollectionStatistics {
    /// How many kernels are looked at together where the file tells no layers, and at most where it does.
    public static let pieceLength = 65_536

    /// Reads and labels every kernel, a few pieces at a time.
    ///
    /// Where the file tells the kernels' layers, each layer is a piece of its own (cut where it is larger than
    /// ``pieceLength``); else pieces are as long as that. Zero kernels and chance are judged within a piece.
    ///
    /// - Parameters:
    ///   - kernels: the data set.
    ///   - settings: what the labels follow; no noisy copies are made, so the stability stays unknown.
    ///   - threads: how many pieces are worked on at once; the result does not depend on it.
    ///   - progress: called with how many kernels are done; may throw to stop.
    /// Throws what reading and `progress` throw. Memory: some 20 MB a thread, however many kernels there are.
    public static func analyse(
        _ kernels: KernelDataset, settings: ClassifierSettings = ClassifierSettings(), threads: Int = 1,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> CollectionStatistics {
        var settings = settings
        settings.perturbations = 0
        let classifier = LayerClassifier(settings: settings, size: kernels.size)
        var all = CollectionStatistics(kernels, classifier)
        var start = 0
        var nextLayer = 0
        while start < kernels.count {
            var batches: [Batch] = []
            for _ in 0..<max(1, threads) where start < kernels.count {
                let batch = Batch.next(kernels, from: start, layer: &nextLayer)
                batches.append(batch)
                start = batch.range.upperBound
            }
            let weights = try batches.map { try kernels.weights($0.range) }
            let (given, empty) = (batches, CollectionStatistics(kernels, classifier))
            let parts = Parallel(threads: threads).map(pieces: batches.count) { index in
                var part = empty
                part.add(given[index], weights[index], classifier)
                return part
            }
            for part in parts { all.merge(part) }
            try progress(start, kernels.count)
        }
        return all
    }

    /// Whole pieces that are read together.
    struct Batch: Sendable {
        let range: Range<Int>
        /// The pieces of the range, one after another.
        let pieces: [Range<Int>]

        /// The pieces that begin at `start`, until there are enough kernels; `layer` is the first that ends behind it.
        static func next(_ kernels: KernelDataset, from start: Int, layer: inout Int) -> Batch {
            let limit = CollectionStatistics.pieceLength
            guard !kernels.layers.isEmpty else {
                let range = start..<min(kernels.count, start + limit)
                return Batch(range: range, pieces: [range])
            }
            var pieces: [Range<Int>] = []
            var end = start
            while end - start < limit, layer < kernels.layers.count {
                let upper = kernels.layers[layer].upperBound
                let stop = min(upper, end + limit)
                pieces.append(end..<stop)
                end = stop
                if stop == upper { layer += 1 }
            }
            return Batch(range: start..<end, pieces: pieces)
        }
    }

    private mutating func add(_ batch: Batch, _ weights: [Float], _ classifier: LayerClassifier) {
        let cells = source.size * source.size
        for piece in batch.pieces {
            let first = (piece.lowerBound - batch.range.lowerBound) * cells
            let values = Array(weights[first..<first + piece.count * cells])
            let found = classifier.label(values)
            if let structure = found.structure {
                testedPieces += 1
                if structure.isStructured { structuredPieces += 1 }
            }
            count(found.classifications, values)
        }
    }

    private mutating func count(_ found: [KernelClassification], _ values: [Float]) {
        let (size, cells) = (source.size, source.size * source.size)
        let largest = values.reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
        let limit = largest > 0 ? largest * 0.01 : 1
        for (index, kernel) in found.enumerated() {
            counts[kernel.label] += 1
            shapes[kernel.shape, default: 0] += 1
            guard kernel.shape != .nonFinite else {
                nonFinite += 1
                continue
            }
            let own = values[index * cells..<(index + 1) * cells]
            if own.allSatisfy({ abs($0) < limit }) { sparse += 1 }
            finite += 1
            for a in 0..<cells {
                let w = Double(own[own.startIndex + a])
                sums[a] += w
                for b in a..<cells { products[a * cells + b] += w * Double(own[own.startIndex + b]) }
            }
            guard kernel.label != .zero else { continue }
            spectrum[kernel.spectralClass, default: 0] += 1
            if kernel.isBeyondChance { beyondChance += 1 }
            dcGain.add(kernel.dcGain)
            if let sigma = kernel.sigmaPixels { sigmaPixels.add(sigma) }
            if kernel.sigmaBoundPixels != nil { blursAtBound += 1 }
            for (type, share) in SymmetryEnergies(own, size: size).all.enumerated() { symmetrySums[type] += share }
        }
    }

    private mutating func merge(_ other: CollectionStatistics) {
        counts = counts + other.counts
        shapes.merge(other.shapes, uniquingKeysWith: +)
        spectrum.merge(other.spectrum, uniquingKeysWith: +)
        beyondChance += other.beyondChance
        nonFinite += other.nonFinite
        dcGain.add(other.dcGain)
        sigmaPixels.add(other.sigmaPixels)
        blursAtBound += other.blursAtBound
        testedPieces += other.testedPieces
        structuredPieces += other.structuredPieces
        sparse += other.sparse
        finite += other.finite
        for index in symmetrySums.indices { symmetrySums[index] += other.symmetrySums[index] }
        for index in sums.indices { sums[index] += other.sums[index] }
        for index in products.indices { products[index] += other.products[index] }
    }
}
