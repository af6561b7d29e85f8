import TemplateMatching

/// Turns the features of sixteen kernels into their classifications: label, sub-label, parameters, evidence.
///
/// Each number is found for all sixteen and kept where it belongs.
struct Description: Sendable {
    private typealias Word = KernelClassification.Word
    private typealias Field = KernelClassification.Field
    private typealias Shape = MatchingLanes.Shape

    private let decision: Decision
    private let null: ScoreTables
    private let thresholds: Thresholds
    private let rubric: ClassifierSettings.Rubric
    private let size: Int
    private let matching: TemplateMatcher
    /// What sixteen kernels get, one ``KernelClassification/Word`` a row, as ``describe(_:_:)`` left them.
    private(set) var rows = [Lanes](repeating: .zero, count: 16)

    init(classifier: LayerClassifier, matching: TemplateMatcher = .fastest) {
        decision = classifier.decision
        null = classifier.null.tables
        thresholds = classifier.rubricThresholds
        rubric = classifier.settings.rubric
        size = classifier.size
        self.matching = matching
    }

    /// Describes sixteen kernels in the ``rows``, all but the widths of blurs (``BlurQueue``); returns where those are.
    ///
    /// - Parameter lanes: features and shapes.
    mutating func describe(_ lanes: MatchingLanes) -> Mask {
        let features = KernelFeatures(lanes)
        let shapes = lanes.shapes
        let verdict = decision.verdict(features)
        let names = verdict.names
        let none = Lanes(repeating: KernelClassification.none)
        // What every kernel has, and what an unnamed one keeps.
        let spectral = spectralClass(features)
        var shape = spectral + Float(KernelShape.lowPass.code)
        let nearest = nearest(features)
        var (polarity, angle) = (Lanes.zero, none)
        describeIdentities(names.identity, features, shapes, &shape, &polarity)
        describeBlurs(names.blur, features, shapes, &shape, &polarity)
        let kinds = Kinds(names: names, isFirst: describeEdges(names.edge, features, shapes, &shape, &polarity, &angle))
        let evidence = evidence(features, kinds, nearest)

        // A kernel of zeros, or one with weights that are not finite, has nothing but its label.
        let isKernel = features.isKernel
        let isFinite = features.scale .== features.scale
        let empty = Lanes(repeating: Self.code(.other, .nonFinite)).replacing(
            with: Self.code(.zero, .dead), where: isFinite)
        let noNumber = Lanes.zero
        let sum = Lanes(repeating: 1).replacing(with: features.sum, where: names.blur)
        let probability = matching.shares(evidence.weightFit, families: evidence.family, null)
        var rows = rows.mutableSpan
        rows[Word.names] = empty.replacing(with: Self.codes(verdict, shape, spectral, nearest), where: isKernel)
        rows[Word.fit] = noNumber.replacing(with: evidence.fit, where: isKernel)
        rows[Word.weightFit] = noNumber.replacing(with: evidence.weightFit, where: isKernel)
        rows[Word.margin] = noNumber.replacing(with: evidence.fit - evidence.rival, where: isKernel)
        rows[Word.nullProbability] = probability
        rows[Word.stability] = none
        rows[Word.sigma] = none
        rows[Word.major] = none
        rows[Word.minor] = none
        rows[Word.dcGain] = features.dcGain
        rows[Word.angle] = angle
        rows[Word.offsetX] = none.replacing(with: shapes[Shape.peakX], where: names.identity)
            .replacing(with: shapes[Shape.momentX] / sum, where: names.blur)
        rows[Word.offsetY] = none.replacing(with: shapes[Shape.peakY], where: names.identity)
            .replacing(with: shapes[Shape.momentY] / sum, where: names.blur)
        rows[Word.polarity] = polarity
        rows[Word.reading] = none
        if let likely = verdict.probabilities {
            rows[Word.reading].replace(with: Self.reading(verdict, likely), where: isKernel)
        }
        return names.blur
    }

    /// Where each label holds, edges as first and second derivatives.
    private struct Kinds {
        let names: Decision.Names
        let isFirst: Mask

        var isSecond: Mask {
            @inline(__always) get { names.edge .& .!isFirst }
        }

        /// The number of each kernel's own kind.
        @inline(__always)
        func choose(identity: Lanes, blur: Lanes, first: Lanes, second: Lanes, other: Lanes) -> Lanes {
            other.replacing(with: identity, where: names.identity).replacing(with: blur, where: names.blur)
                .replacing(with: first, where: isFirst).replacing(with: second, where: isSecond)
        }
    }

    /// How well each kernel's label fits; how well the best other one; and which null model the fit is looked up in.
    private struct Evidence {
        let fit: Lanes
        let weightFit: Lanes
        let rival: Lanes
        let family: Indices
    }

    @inline(__always)
    private func evidence(
        _ features: KernelFeatures, _ kinds: Kinds, _ nearest: (near: Candidate, next: Candidate)
    ) -> Evidence {
        let names = kinds.names
        let (delta, blur) = (features.deltaFit, features.blur.functionalFit)
        let edge = features.first.functionalFit.larger(features.second.functionalFit)
        typealias Family = NullCalibration.Family
        return Evidence(
            fit: kinds.choose(
                identity: delta, blur: blur, first: features.first.functionalFit,
                second: features.second.functionalFit, other: nearest.near.fit),
            weightFit: kinds.choose(
                identity: features.peakShare, blur: features.blur.weightFit, first: features.first.weightFit,
                second: features.second.weightFit, other: nearest.near.weightFit),
            // Of the second nearest where a kernel has no label.
            rival: nearest.next.fit.replacing(with: blur.larger(edge), where: names.identity)
                .replacing(with: delta.larger(edge), where: names.blur)
                .replacing(with: delta.larger(blur), where: names.edge),
            family: Indices(repeating: -1).replacing(with: Family.identity, where: names.identity)
                .replacing(with: Family.blur, where: names.blur).replacing(with: Family.first, where: kinds.isFirst)
                .replacing(with: Family.second, where: kinds.isSecond))
    }

    /// All names of a kernel in one number (``KernelClassification/Names``).
    @inline(__always)
    private static func codes(
        _ verdict: Decision.Verdict, _ shape: Lanes, _ spectral: Lanes, _ nearest: (near: Candidate, next: Candidate)
    ) -> Lanes {
        let (names, strict) = (verdict.names, verdict.strict)
        var codes = shape * Float(Field.shape.unit) + spectral * Float(Field.spectral.unit)
        codes += Lanes(repeating: Float(KernelLabel.other.code)).replacing(with: label(names), where: names.any)
        let isBeyondChance =
            (strict.identity .& names.identity) .| (strict.blur .& names.blur) .| (strict.edge .& names.edge)
        codes += Lanes.zero.replacing(with: Lanes(repeating: Float(Field.chance.unit)), where: isBeyondChance)
        let noLabel = Lanes(repeating: Float(KernelClassification.Names.none))
        codes += nearest.near.label.replacing(with: noLabel, where: names.any) * Float(Field.nearest.unit)
        codes += nearest.next.label.replacing(with: noLabel, where: names.any) * Float(Field.second.unit)
        return codes
    }

    /// How probable each label is, and the label that comes next, in one number (``KernelClassification/Reading``).
    @inline(__always)
    private static func reading(_ verdict: Decision.Verdict, _ likely: ReaderModel.Probabilities) -> Lanes {
        let names = verdict.names
        let nothing = Lanes(repeating: -1)
        var second = likely.identity.replacing(with: nothing, where: names.identity)
        var label = Lanes(repeating: Float(KernelLabel.identity.code))
        func take(_ probability: Lanes, _ isOwn: Mask, _ code: Int) {
            let isMore = probability.replacing(with: nothing, where: isOwn) .> second
            second.replace(with: probability, where: isMore)
            label.set(Float(code), where: isMore)
        }
        take(likely.blur, names.blur, KernelLabel.blur.code)
        take(likely.edge, names.edge, KernelLabel.edge.code)
        take(likely.other, .!names.any, KernelLabel.other.code)
        typealias Reading = KernelClassification.Reading
        // Where readers and rubric lead to the same label it is right more often than the readers' part alone tells.
        let plain = likely.of(names)
        let factor = Lanes(repeating: 1).replacing(
            with: Lanes(repeating: ReaderModel.agreement), where: verdict.isRubrics)
        let all = 1 + plain * (factor - 1)
        let own = thousandths(plain * factor / all) * Float(Reading.probability.unit)
        let near = thousandths(second / all)
        let isFar = near .< ReaderModel.nearThousandths
        label.replace(with: Lanes(repeating: Float(KernelLabel.other.code)), where: isFar)
        return own + near.replacing(with: Lanes(repeating: 0), where: isFar) * Float(Reading.second.unit) + label
    }

    /// A share in thousandths, rounded: adding and taking away 2²³ leaves whole numbers.
    @inline(__always)
    private static func thousandths(_ share: Lanes) -> Lanes { (share * 1000 + 8_388_608) - 8_388_608 }

    /// The code of each name; only where there is one.
    @inline(__always)
    private static func label(_ names: Decision.Names) -> Lanes {
        Lanes(repeating: Float(KernelLabel.identity.code))
            .replacing(with: Lanes(repeating: Float(KernelLabel.blur.code)), where: names.blur)
            .replacing(with: Lanes(repeating: Float(KernelLabel.edge.code)), where: names.edge)
    }

    /// The names of a kernel that has only these.
    private static func code(_ label: KernelLabel, _ shape: KernelShape) -> Float {
        var names = KernelClassification.Names(sum: 0)
        names[Field.label] = label.code
        names[Field.shape] = shape.code
        names[Field.spectral] = SpectralClass.allPass.code
        names[Field.nearest] = KernelClassification.Names.none
        names[Field.second] = KernelClassification.Names.none
        return Float(names.sum)
    }

    /// The code of each ``SpectralClass``.
    @inline(__always)
    private func spectralClass(_ features: KernelFeatures) -> Lanes {
        SpectralClass.codes(constant: features.dcGain, alternating: features.alternating)
    }

    @inline(__always)
    private func describeIdentities(
        _ holds: Mask, _ features: KernelFeatures, _ shapes: [Lanes], _ shape: inout Lanes, _ polarity: inout Lanes
    ) {
        // The rest of the weights, relative to the peak: below zero it sharpens.
        let peak = shapes[Shape.peak]
        let rest = features.sum * peak - 1
        let centre = Int32(size * size / 2)
        let isCentred = size % 2 == 0 ? Mask(repeating: true) : features.peakIndex .== Indices(repeating: centre)
        shape.set(Float(KernelShape.delta.code), where: holds)
        shape.set(Float(KernelShape.sharpen.code), where: holds .& (rest .<= ShapeRules.sharpenRest))
        shape.set(Float(KernelShape.shifted.code), where: holds .& .!isCentred)
        polarity.replace(with: peak, where: holds)
    }

    @inline(__always)
    private func describeBlurs(
        _ holds: Mask, _ features: KernelFeatures, _ shapes: [Lanes], _ shape: inout Lanes, _ polarity: inout Lanes
    ) {
        let sign = Lanes(repeating: -1).replacing(with: Lanes(repeating: Float(1)), where: features.sum .> 0.0)
        // `sides` is the sum of the four neighbours. The other shapes follow from the widths.
        let isRing = shapes[Shape.centre] * sign .< shapes[Shape.sides] * sign * Float(ShapeRules.ringCentre / 4)
        shape.set(Float(KernelShape.gaussian.code), where: holds)
        if size % 2 == 1 { shape.set(Float(KernelShape.ring.code), where: holds .& isRing) }
        polarity.replace(with: sign, where: holds)
    }

    /// Returns where a first derivative fits better than a second.
    @inline(__always)
    private func describeEdges(
        _ holds: Mask, _ features: KernelFeatures, _ shapes: [Lanes], _ shape: inout Lanes, _ polarity: inout Lanes,
        _ angle: inout Lanes
    ) -> Mask {
        let handicap = Float(thresholds.firstFit / thresholds.secondFit)
        let isFirst = holds .& (features.first.weightFit .>= features.second.weightFit * handicap)
        let isSecond = holds .& .!isFirst
        let gradient = shapes[Shape.gradient]
        // The nearest of the four axes, by the distance from 180°.
        let turned = (gradient - 180).magnitudes
        let near = ShapeRules.axisDegrees
        let isAlongX = (turned .< near) .| (turned .> 180 - near)
        let isAlongY = (turned .> 90 - near) .& (turned .< 90 + near)
        shape.set(Float(KernelShape.diagonal.code), where: isFirst)
        shape.set(Float(KernelShape.sobelX.code), where: isFirst .& isAlongX)
        shape.set(Float(KernelShape.sobelY.code), where: isFirst .& isAlongY)
        shape.set(Float(KernelShape.oneSided.code), where: isFirst .& features.first.isKind(.oneSided))
        angle.replace(with: gradient, where: isFirst)
        let isLine = isSecond .& features.second.isKind(.line)
        shape.set(Float(KernelShape.laplacian.code), where: isSecond)
        shape.set(Float(KernelShape.line.code), where: isLine)
        shape.set(Float(KernelShape.saddle.code), where: isSecond .& features.second.isKind(.saddle))
        angle.replace(with: shapes[Shape.axis], where: isLine)
        let centre = shapes[Shape.centre]
        polarity.set(Float(1), where: isSecond .& (centre .> 0.0))
        polarity.set(Float(-1), where: isSecond .& (centre .< 0.0))
        return isFirst
    }

    /// A label that kernels without one might have had; its score reaches 1 where the label begins.
    private struct Candidate {
        var label: Lanes
        var score: Lanes
        var fit: Lanes
        var weightFit: Lanes

        @inline(__always)
        init(_ label: KernelLabel, score: Lanes, fit: Lanes, weightFit: Lanes) {
            self.label = Lanes(repeating: Float(label.code))
            (self.score, self.fit, self.weightFit) = (score, fit, weightFit)
        }

        @inline(__always)
        mutating func replace(with other: Candidate, where isOther: Mask) {
            label.replace(with: other.label, where: isOther)
            score.replace(with: other.score, where: isOther)
            fit.replace(with: other.fit, where: isOther)
            weightFit.replace(with: other.weightFit, where: isOther)
        }
    }

    /// The two labels that come nearest to each kernel.
    @inline(__always)
    private func nearest(_ features: KernelFeatures) -> (near: Candidate, next: Candidate) {
        let one = Lanes(repeating: 1)
        let gain = features.dcGain
        let blurGate = (gain * Float(1 / rubric.blurDCGain)).smaller(one)
        let over = Lanes.zero.larger(gain - Float(rubric.edgeDCGain))
        let edgeGate = Lanes.zero.larger(1 - over)
        let edgeScore = (features.first.weightFit * Float(1 / thresholds.firstFit))
            .larger(features.second.weightFit * Float(1 / thresholds.secondFit))
        let identity = Candidate(
            .identity, score: features.peakShare * Float(1 / thresholds.identityPeak), fit: features.deltaFit,
            weightFit: features.peakShare)
        let blur = Candidate(
            .blur, score: blurGate * features.blur.weightFit * Float(1 / thresholds.blurFit),
            fit: features.blur.functionalFit, weightFit: features.blur.weightFit)
        let edge = Candidate(
            .edge, score: edgeGate * edgeScore,
            fit: features.first.functionalFit.larger(features.second.functionalFit),
            weightFit: features.first.weightFit.larger(features.second.weightFit))
        // The better of the first two, then where the third comes in.
        let isBlur = blur.score .> identity.score
        var (near, next) = (identity, blur)
        near.replace(with: blur, where: isBlur)
        next.replace(with: identity, where: isBlur)
        let (isFirst, isSecond) = (edge.score .> near.score, edge.score .> next.score)
        next.replace(with: edge, where: isSecond)
        next.replace(with: near, where: isFirst)
        near.replace(with: edge, where: isFirst)
        return (near, next)
    }
}
