import KernelMatching

/// Turns kernels into features, sixteen at a time: one kernel per SIMD lane, no allocation per kernel.
struct FeatureExtractor: Sendable {
    typealias Lanes = TemplateMatcher.Lanes
    typealias Indices = TemplateMatcher.Indices
    private typealias Row = TemplateMatcher.Row

    /// How many kernels are worked on together.
    static let width = 16

    private let cells: Int
    private let similarity: FunctionalSimilarity
    private let matching: TemplateMatcher
    private let families: TemplateFamilies
    /// Σ over all pairs of cells of C.
    private let ones: Float

    /// What the loops write.
    private struct Workspace: Sendable {
        /// Cell-major weights of the sixteen kernels, `block.count == cells`.
        var block: [Lanes] = []
        var rows: [Lanes] = []
        var places: [Indices] = []
    }

    private var work: Workspace
    /// The last kernels of a range with what is missing to sixteen as zeros.
    private var padded: [Float]
    /// The features of the kernels that were extracted last; as many as were asked for are valid.
    private(set) var features: [KernelFeatures]

    init(
        families: TemplateFamilies, similarity: FunctionalSimilarity, matching: TemplateMatcher = .fastest
    ) {
        self.families = families
        self.similarity = similarity
        self.matching = matching
        cells = similarity.size * similarity.size
        ones = similarity.correlate(Array(repeating: 1, count: cells)).reduce(0, +)
        work = Workspace(
            block: Array(repeating: .zero, count: cells), rows: Array(repeating: .zero, count: Row.count),
            places: Array(repeating: .zero, count: 7))
        padded = Array(repeating: 0, count: Self.width * cells)
        features = Array(repeating: KernelFeatures(), count: Self.width)
    }

    /// Extracts the features of `count` (1…16) kernels that start at element `start` of `values`.
    mutating func extract(_ values: [Float], start: Int, count: Int) {
        if count == Self.width {
            extract(values.span.extracting(start..<start + Self.width * cells))
        } else {
            // Out of this value while it is read, so that it is not copied.
            var padded: [Float] = []
            swap(&padded, &self.padded)
            for position in padded.indices {
                padded[position] = position < count * cells ? values[start + position] : 0
            }
            extract(padded.span)
            swap(&padded, &self.padded)
        }
    }

    private mutating func extract(_ values: Span<Float>) {
        var work = Workspace()
        swap(&work, &self.work)
        if let orbits = families.orbits {
            matching.orbits(
                values, powers: similarity.powers.span, orbits, block: &work.block, rows: &work.rows,
                places: &work.places)
            for lane in 0..<Self.width {
                features[lane] = Self.plainFeatures(work, lane)
                features[lane].blur = Self.match(orbits.blur, 0, work, lane)
                features[lane].first = Self.match(orbits.first, 1, work, lane)
                features[lane].second = Self.match(orbits.second, 2, work, lane)
            }
        } else {
            matching.plain(
                values, size: similarity.size, powers: similarity.powers.span, matrix: similarity.measured.span,
                block: &work.block, rows: &work.rows, places: &work.places)
            for lane in 0..<Self.width { features[lane] = Self.plainFeatures(work, lane) }
            matchAll(values, work)
        }
        swap(&work, &self.work)
    }

    private static func plainFeatures(_ work: Workspace, _ lane: Int) -> KernelFeatures {
        let (rows, places) = (work.rows, work.places)
        return KernelFeatures(
            scale: rows[Row.scale][lane], sum: rows[Row.sum][lane], absoluteSum: rows[Row.absoluteSum][lane],
            energy: rows[Row.energy][lane], peakIndex: Int(places[0][lane]),
            outputEnergy: rows[Row.outputEnergy][lane], outputOfOnes: rows[Row.outputOfOnes][lane],
            outputAtPeak: rows[Row.outputAtPeak][lane], horizontal: rows[Row.horizontal][lane],
            vertical: rows[Row.vertical][lane], checker: rows[Row.checker][lane])
    }

    private static func match(
        _ orbits: TemplateOrbits, _ family: Int, _ work: Workspace, _ lane: Int
    ) -> TemplateMatch {
        TemplateMatch(
            index: orbits.template(orbit: work.places[1 + family][lane], image: work.places[4 + family][lane]),
            weightFit: work.rows[Row.fits + family][lane],
            functionalFit: work.rows[Row.functional + family][lane])
    }

    // MARK: Sizes and priors without orbits

    /// Every template of every family, one by one.
    private mutating func matchAll(_ values: Span<Float>, _ work: Workspace) {
        let (energy, sum) = (work.rows[Row.energy], work.rows[Row.sum])
        let centred = energy - sum * sum / Float(cells)
        // Rounding leaves a flat kernel a centred energy of some 1e-7 of its energy: it has no shape to match.
        let hasShape = centred .> energy * 1e-5
        let shape = Lanes(repeating: .infinity).replacing(with: centred, where: hasShape)
        let blur = matching.best(work.block.span, among: families.blur.weights.span)
        let first = matching.best(work.block.span, among: families.first.weights.span)
        let second = matching.best(work.block.span, among: families.second.weights.span)
        for lane in 0..<Self.width {
            features[lane].blur = match(
                blur.index[lane], blur.score[lane] / (energy[lane] + 1e-20), families.blur, values, lane)
            features[lane].first = match(
                first.index[lane], first.score[lane] / shape[lane], families.first, values, lane, centred: true)
            features[lane].second = match(
                second.index[lane], second.score[lane] / shape[lane], families.second, values, lane, centred: true)
        }
    }

    private func match(
        _ index: Int32, _ fit: Float, _ family: TemplateFamily, _ values: Span<Float>, _ lane: Int,
        centred: Bool = false
    ) -> TemplateMatch {
        let kernel = features[lane]
        guard kernel.scale > 0 else { return TemplateMatch(index: Int(index), weightFit: min(1, fit)) }
        var cross: Float = 0
        let base = Int(index) * cells
        for cell in 0..<cells { cross += family.projected[base + cell] * values[lane * cells + cell] }
        cross /= kernel.scale
        var energy = kernel.outputEnergy
        if centred {
            let mean = kernel.sum / Float(cells)
            energy += mean * (mean * ones - 2 * kernel.outputOfOnes)
        }
        // What is left of a flat kernel without its mean is rounding.
        let functional = energy > kernel.outputEnergy * 1e-6 ? min(1, cross * cross / energy) : 0
        return TemplateMatch(index: Int(index), weightFit: min(1, fit), functionalFit: functional)
    }
}
