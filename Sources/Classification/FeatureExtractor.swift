import KernelMatching

/// Turns kernels into features, sixteen at a time: one kernel per SIMD lane, no allocation per kernel.
struct FeatureExtractor: Sendable {
    typealias Lanes = TemplateMatcher.Lanes
    typealias Indices = TemplateMatcher.Indices

    /// How many kernels are worked on together.
    static let width = 16

    private let size: Int
    private let cells: Int
    private let similarity: FunctionalSimilarity
    private let matching: TemplateMatcher
    private let families: TemplateFamilies
    /// Σ over all pairs of cells of C.
    let ones: Float

    /// Cell-major weights of the sixteen kernels, `block.count == cells`.
    private var block: [Lanes]
    private var rows: [Lanes]
    private var sums = Lanes.zero
    private var beta = [Double](repeating: 0, count: 96)
    private var pivots = [Double](repeating: 0, count: 16)
    private var scales: [Float]
    /// The features of the kernels that were extracted last; as many as were asked for are valid.
    private(set) var features: [KernelFeatures]

    init(
        families: TemplateFamilies, similarity: FunctionalSimilarity, matching: TemplateMatcher = .fastest
    ) {
        self.families = families
        self.similarity = similarity
        self.matching = matching
        size = similarity.size
        cells = size * size
        ones = similarity.correlate(Array(repeating: 1, count: cells)).reduce(0, +)
        block = Array(repeating: .zero, count: cells)
        rows = Array(repeating: .zero, count: cells)
        scales = Array(repeating: 0, count: Self.width)
        features = Array(repeating: KernelFeatures(), count: Self.width)
    }

    /// Extracts the features of `count` (1…16) kernels that start at element `start` of `values`.
    mutating func extract(_ values: [Float], start: Int, count: Int) {
        load(values, start: start, count: count)
        var sum = Lanes.zero
        var absolute = Lanes.zero
        var energy = Lanes.zero
        var peak = Lanes(repeating: -1)
        var peakIndex = Indices.zero
        var horizontal = Lanes.zero
        var vertical = Lanes.zero
        var checker = Lanes.zero
        for y in 0..<size {
            for x in 0..<size {
                let cell = y * size + x
                let w = block[cell]
                let magnitude = w.replacing(with: -w, where: w .< 0)
                sum += w
                absolute += magnitude
                energy += w * w
                let isLarger = magnitude .> peak
                peak.replace(with: magnitude, where: isLarger)
                peakIndex.replace(with: Indices(repeating: Int32(cell)), where: isLarger)
                horizontal += x & 1 == 0 ? w : -w
                vertical += y & 1 == 0 ? w : -w
                checker += (x + y) & 1 == 0 ? w : -w
            }
        }
        sums = sum
        let (outputEnergy, outputOfOnes, outputAtPeak) = correlate(peakIndex)
        let floor = Lanes(repeating: 1e-20)
        let centred = energy - sum * sum / Float(cells)
        // Rounding leaves a flat kernel a centred energy of some 1e-7 of its energy: it has no shape to match.
        let hasShape = centred .> energy * 1e-5
        let shape = Lanes(repeating: 1).replacing(with: centred, where: hasShape)
        var (blur, blurIndex) = matching.best(block.span, among: families.blur.weights.span)
        var (first, firstIndex) = matching.best(block.span, among: families.first.weights.span)
        var (second, secondIndex) = matching.best(block.span, among: families.second.weights.span)
        blur /= energy + floor
        first = Lanes.zero.replacing(with: first / shape, where: hasShape)
        second = Lanes.zero.replacing(with: second / shape, where: hasShape)
        for lane in 0..<Self.width {
            features[lane] = KernelFeatures(
                scale: scales[lane], sum: sum[lane], absoluteSum: absolute[lane], energy: energy[lane],
                peakIndex: Int(peakIndex[lane]), outputEnergy: outputEnergy[lane], outputOfOnes: outputOfOnes[lane],
                outputAtPeak: outputAtPeak[lane], horizontal: horizontal[lane], vertical: vertical[lane],
                checker: checker[lane],
                blur: TemplateMatch(index: Int(blurIndex[lane]), weightFit: min(1, blur[lane])),
                first: TemplateMatch(index: Int(firstIndex[lane]), weightFit: min(1, first[lane])),
                second: TemplateMatch(index: Int(secondIndex[lane]), weightFit: min(1, second[lane])))
        }
    }

    /// Brings sixteen kernels into lanes, each divided by its largest absolute value; missing ones become zeros.
    private mutating func load(_ values: [Float], start: Int, count: Int) {
        var inverse = Lanes.zero
        for lane in 0..<Self.width {
            var largest: Float = 0
            var probe: Float = 0
            if lane < count {
                let first = start + lane * cells
                for position in first..<first + cells {
                    largest = max(largest, abs(values[position]))
                    probe += values[position] * 0
                }
            }
            // Subnormal weights do nothing in any network, and 1/max would overflow.
            let isUsable = probe == 0 && largest >= .leastNormalMagnitude * 4
            scales[lane] = probe != 0 ? .nan : isUsable ? largest : 0
            inverse[lane] = isUsable ? 1 / largest : 0
        }
        let last = start + (count - 1) * cells
        for cell in 0..<cells {
            let p = start + cell
            func at(_ lane: Int) -> Float { values[min(p + lane * cells, last + cell)] }
            let w = Lanes(
                at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10), at(11), at(12), at(13),
                at(14), at(15))
            // A kernel that is not finite has the factor 0, and 0·NaN is NaN: its lane is cleared instead.
            block[cell] = Lanes.zero.replacing(with: w * inverse, where: inverse .> 0)
        }
    }

    /// Adds to the features what only blurs are asked for: the width and the free Gaussian.
    mutating func fitBumps(_ fit: BlurFit) {
        let (_, step) = matching.best(block.span, among: fit.templates.span)
        let sign = Lanes(repeating: 1).replacing(with: -1, where: sums .<= 0)
        // Out of this value while the block is read, so that neither is copied.
        var (beta, pivots): ([Double], [Double]) = ([], [])
        swap(&beta, &self.beta)
        swap(&pivots, &self.pivots)
        matching.bumps(block.span, size: size, sign: sign, beta: &beta, pivots: &pivots)
        for lane in 0..<Self.width {
            features[lane].sigmaStep = Int(step[lane])
            features[lane].bump = SIMD8(
                beta[lane], beta[16 + lane], beta[32 + lane], beta[48 + lane], beta[64 + lane], beta[80 + lane],
                pivots[lane], 0)
        }
        swap(&beta, &self.beta)
        swap(&pivots, &self.pivots)
    }

    /// wᵀCw, 1ᵀCw, and Cw at one cell of each kernel.
    private mutating func correlate(_ cell: Indices) -> (energy: Lanes, sum: Lanes, atCell: Lanes) {
        guard similarity.measured.isEmpty else { return correlateMeasured(cell) }
        let powers = similarity.powers
        for y in 0..<size {
            for x in 0..<size {
                var sum = Lanes.zero
                for other in 0..<size { sum += block[y * size + other] * powers[abs(x - other)] }
                rows[y * size + x] = sum
            }
        }
        var energy = Lanes.zero
        var total = Lanes.zero
        var there = Lanes.zero
        for y in 0..<size {
            for x in 0..<size {
                var sum = Lanes.zero
                for other in 0..<size { sum += rows[other * size + x] * powers[abs(y - other)] }
                energy += sum * block[y * size + x]
                total += sum
                there.replace(with: sum, where: cell .== Indices(repeating: Int32(y * size + x)))
            }
        }
        return (energy, total, there)
    }

    /// The same with a measured C.
    private func correlateMeasured(_ wanted: Indices) -> (energy: Lanes, sum: Lanes, atCell: Lanes) {
        var energy = Lanes.zero
        var total = Lanes.zero
        var there = Lanes.zero
        for cell in 0..<cells {
            var sum = Lanes.zero
            for other in 0..<cells { sum += block[other] * similarity.measured[cell * cells + other] }
            energy += sum * block[cell]
            total += sum
            there.replace(with: sum, where: wanted .== Indices(repeating: Int32(cell)))
        }
        return (energy, total, there)
    }
}
