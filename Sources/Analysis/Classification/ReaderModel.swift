import TemplateMatching

/// How probably a careful reader gives each label: a softmax over a kernel's features, fitted on kernels that people
/// labelled (`Tests/Analysis/StatisticsTests/Fixtures`), checked on networks that took no part in the fit.
///
/// The coefficients are those of `ReaderModel+Table.swift`, which `fit_labels.py` writes; `Notebooks-out/labels.md` tells
/// how far they hold. Nothing is asked about zero kernels: those are told by their layer.
struct ReaderModel: Sendable {
    /// From the smallest to the largest size that readers saw, which are 3, 5 and 7; those between are taken for alike.
    static let sizes = 3...7
    /// How many times as probable as the rubric's label another must be to take its place.
    static let leastOdds: Float = 2
    /// 3×3 kernels that no bump fits so well stay what the rubric calls them rather than become blurs.
    static let leastBumpFit = 0.74
    /// Kernels that no derivative fits so well become no edges.
    static func leastDerivativeFit(size: Int) -> Double { size == 3 ? 0.52 : 0.47 }
    /// Edges that a second derivative fits so well stay edges rather than become identities.
    static let clearDerivativeFit = 0.93
    /// From this probability on the second label is near.
    static let nearThousandths: Float = 200
    /// Below this probability a label is uncertain.
    static let uncertainProbability = 0.8

    /// Three coefficients a term (identity, blur, edge; other has none), the constant's first.
    private let coefficients: [Float]

    /// The model for N×N kernels; nil where no reader saw such.
    init?(size: Int) {
        guard Self.sizes.contains(size) else { return nil }
        coefficients = size == 3 ? Self.small : Self.large
    }

    /// The probability of each label, 0…1, together 1.
    struct Probabilities {
        var identity = Lanes.zero
        var blur = Lanes.zero
        var edge = Lanes.zero
        var other = Lanes.zero

        /// Those of the labels.
        @inline(__always)
        func of(_ names: Decision.Names) -> Lanes {
            other.replacing(with: identity, where: names.identity).replacing(with: blur, where: names.blur)
                .replacing(with: edge, where: names.edge)
        }
    }

    /// How probably a reader gives each label to each of sixteen kernels.
    @inline(__always)
    func probabilities(_ features: KernelFeatures) -> Probabilities {
        var sums = Sums(coefficients)
        Self.forEachTerm(features) { sums.add($0) }
        let (identity, blur, edge) = (exponential(sums.identity), exponential(sums.blur), exponential(sums.edge))
        let all = identity + blur + edge + 1
        return Probabilities(identity: identity / all, blur: blur / all, edge: edge / all, other: 1 / all)
    }

    /// The terms of the three sums, the constant left out, in the order of the coefficients.
    @inline(__always)
    static func forEachTerm(_ features: KernelFeatures, _ add: (Lanes) -> Void) {
        let (gain, peak, bump) = (features.dcGain, features.peakShare, features.blur.weightFit)
        let (first, second) = (features.first.weightFit, features.second.weightFit)
        let derivative = first.larger(second)
        add(bump)
        add(first)
        add(second)
        add(derivative)
        add(peak)
        add(gain)
        add(features.alternating)
        add(features.deltaFit)
        add(features.texture.roughness)
        add(features.texture.weakerSign)
        add(features.texture.secondCell)
        // What lies beyond the points where readers change their minds.
        add(Lanes.zero.larger(gain - 0.8))
        add(Lanes.zero.larger(0.4 - gain))
        add(Lanes.zero.larger(peak - 0.8))
        add(Lanes.zero.larger(0.7 - peak))
        add(Lanes.zero.larger(bump - 0.85))
        add(Lanes.zero.larger(derivative - 0.8))
        add(peak * gain)
        add(bump * gain)
        add(derivative * (1 - gain))
        let one = Lanes(repeating: 1)
        add(Lanes.zero.replacing(with: one, where: features.second.isKind(.saddle)))
        add(Lanes.zero.replacing(with: one, where: features.second.isKind(.line)))
        add(Lanes.zero.replacing(with: one, where: features.first.isKind(.oneSided)))
    }

    /// Three weighted sums that grow term by term.
    private struct Sums {
        private let coefficients: [Float]
        private var place = 3
        private(set) var identity: Lanes
        private(set) var blur: Lanes
        private(set) var edge: Lanes

        @inline(__always)
        init(_ coefficients: [Float]) {
            self.coefficients = coefficients
            identity = Lanes(repeating: coefficients[0])
            blur = Lanes(repeating: coefficients[1])
            edge = Lanes(repeating: coefficients[2])
        }

        @inline(__always)
        mutating func add(_ term: Lanes) {
            identity += term * coefficients[place]
            blur += term * coefficients[place + 1]
            edge += term * coefficients[place + 2]
            place += 3
        }
    }

    /// eˣ to some 10⁻⁶, x held to −40…40.
    ///
    /// The series of 2ˣ on −½…½ is that of the Cephes library (exp2f).
    @inline(__always)
    private func exponential(_ x: Lanes) -> Lanes {
        let held = Lanes(repeating: -40).larger(x).smaller(Lanes(repeating: 40))
        let power = held * 1.442_695_04
        // Adding and taking away 1.5 · 2²³ rounds to whole numbers, which then stand in the lowest bits.
        let shifted = power + 12_582_912
        let rest = power - (shifted - 12_582_912)
        var series = rest * 1.535_336_2e-4 + 1.339_887_4e-3
        series = series * rest + 9.618_437e-3
        series = series * rest + 5.550_332_5e-2
        series = series * rest + 0.240_226_48
        series = series * rest + 0.693_147_2
        series = series * rest + 1
        let whole = unsafe unsafeBitCast(shifted, to: Indices.self) &- Indices(repeating: 0x4B40_0000)
        let scale = (whole &+ Indices(repeating: 127)) &<< Indices(repeating: 23)
        return unsafe series * unsafeBitCast(scale, to: Lanes.self)
    }
}
