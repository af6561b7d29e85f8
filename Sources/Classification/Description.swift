import Glibc

/// Turns the features of one kernel into its classification: label, sub-label, parameters, evidence.
struct Description: Sendable {
    private let decision: Decision
    private let families: TemplateFamilies
    private let blurFit: BlurFit
    private let null: NullCalibration
    private let thresholds: Thresholds
    private let rubric: ClassifierSettings.Rubric
    private let size: Int
    private let cells: Int

    init(classifier: KernelClassifier) {
        decision = classifier.decision
        families = classifier.families
        blurFit = classifier.blurFit
        null = classifier.null
        thresholds = classifier.rubricThresholds
        rubric = classifier.settings.rubric
        size = classifier.size
        cells = size * size
    }

    /// The functional R² of the best template of each family.
    private struct Fits {
        var delta: Double
        var blur: Double
        var first: Double
        var second: Double
        var edge: Double { max(first, second) }

        /// The best fit of any label but `label`.
        func best(besides label: KernelLabel) -> Double {
            max(label == .identity ? 0 : delta, label == .blur ? 0 : blur, label == .edge ? 0 : edge)
        }
    }

    /// All of it but the widths of blurs (``finishBlur(_:_:_:_:)``).
    func classification(_ features: KernelFeatures, values: [Float], start: Int) -> KernelClassification {
        guard features.scale > 0 else { return empty(features) }
        let deltaFit = decision.deltaFit(features)
        let label = decision.label(features, deltaFit: deltaFit)
        let fits = Fits(
            delta: Double(deltaFit), blur: Double(features.blur.functionalFit),
            first: Double(features.first.functionalFit), second: Double(features.second.functionalFit))
        var result = KernelClassification(
            label: label, shape: .unnamed, fit: 0, margin: 0, sigmaPixels: nil, dcGain: Double(features.dcGain))
        result.spectralClass = features.spectralClass
        switch label {
        case .identity: describeIdentity(&result, features, fits, values, start)
        case .blur: describeBlur(&result, features, fits, values, start)
        case .edge: describeEdge(&result, features, fits, values, start)
        case .zero, .other: describeOther(&result, features, fits)
        }
        result.isBeyondChance = label != .other && decision.strictLabel(features, deltaFit: deltaFit) == label
        if label != .other { result.margin = result.fit - fits.best(besides: label) }
        return result
    }

    /// A kernel of zeros, or one with weights that are not finite.
    private func empty(_ features: KernelFeatures) -> KernelClassification {
        KernelClassification(
            label: features.isFinite ? .zero : .other, shape: features.isFinite ? .dead : .nonFinite, fit: 0, margin: 0,
            sigmaPixels: nil, dcGain: 0)
    }

    private func describeIdentity(
        _ result: inout KernelClassification, _ features: KernelFeatures, _ fits: Fits, _ values: [Float], _ start: Int
    ) {
        let peak = values[start + features.peakIndex]
        let middle = Float(size - 1) / 2
        let (row, column) = features.peakIndex.quotientAndRemainder(dividingBy: size)
        result.offset = SIMD2(Float(column) - middle, Float(row) - middle)
        result.polarity = peak > 0 ? 1 : -1
        result.fit = fits.delta
        result.weightFit = Double(features.peakShare)
        result.nullProbability = null.identity.probability(of: features.peakShare)
        // The rest of the weights, relative to the peak: −0.2 and below sharpens.
        let rest = features.sum * (peak > 0 ? 1 : -1) - 1
        let isCentred = size % 2 == 0 || features.peakIndex == cells / 2
        result.shape = !isCentred ? .shifted : rest <= -0.2 ? .sharpen : .delta
    }

    private func describeBlur(
        _ result: inout KernelClassification, _ features: KernelFeatures, _ fits: Fits, _ values: [Float], _ start: Int
    ) {
        result.polarity = features.sum > 0 ? 1 : -1
        result.fit = fits.blur
        result.weightFit = Double(features.blur.weightFit)
        result.nullProbability = null.blur.probability(of: features.blur.weightFit)
        result.offset = centroid(values, start)
    }

    /// Adds the widths to a blur, and the shape that follows from them.
    func finishBlur(_ result: inout KernelClassification, _ values: [Float], _ start: Int, _ fitted: BlurFit.Found) {
        let sigma = blurFit.sigma(values, start: start, best: fitted.step)
        result.sigmaPixels = sigma
        if isRing(values, start, sign: Float(result.polarity)) {
            result.shape = .ring
        } else if sigma > 2.5 * Double(size - 1) / 2 {
            result.shape = .box
        } else {
            let free = blurFit.axes(fitted.bump)
            result.axes = free
            let ratio = free.map { $0.major / $0.minor } ?? 1
            result.shape = ratio > 1.5 ? .directional : .gaussian
            if ratio > 1.5 { result.angleDegrees = blurFit.angleDegrees(fitted.bump) }
        }
    }

    /// Whether the centre carries less than 0.8 of the mean of its four neighbours.
    private func isRing(_ values: [Float], _ start: Int, sign: Float) -> Bool {
        guard size % 2 == 1 else { return false }
        let centre = start + cells / 2
        let sides = values[centre - 1] + values[centre + 1] + values[centre - size] + values[centre + size]
        return values[centre] * sign < 0.8 * sides * sign / 4
    }

    private func centroid(_ values: [Float], _ start: Int) -> SIMD2<Float> {
        let middle = Float(size - 1) / 2
        var moment = SIMD2<Float>.zero
        var sum: Float = 0
        for y in 0..<size {
            for x in 0..<size {
                let w = values[start + y * size + x]
                moment += SIMD2(Float(x) - middle, Float(y) - middle) * w
                sum += w
            }
        }
        return sum == 0 ? .zero : moment / sum
    }

    private func describeEdge(
        _ result: inout KernelClassification, _ features: KernelFeatures, _ fits: Fits, _ values: [Float], _ start: Int
    ) {
        let isFirst =
            Double(features.first.weightFit) / thresholds.firstFit
            >= Double(features.second.weightFit) / thresholds.secondFit
        let moments = Moments(values, start: start, size: size)
        if isFirst {
            result.fit = fits.first
            result.weightFit = Double(features.first.weightFit)
            result.nullProbability = null.first.probability(of: features.first.weightFit)
            let angle = moments.gradientDegrees
            result.angleDegrees = angle
            result.polarity = 0
            let isOneSided = families.first.kinds[features.first.index] == .oneSided
            result.shape = isOneSided ? .oneSided : Self.directionName(angle)
        } else {
            result.fit = fits.second
            result.weightFit = Double(features.second.weightFit)
            result.nullProbability = null.second.probability(of: features.second.weightFit)
            let centre = values[start + cells / 2]
            result.polarity = centre > 0 ? 1 : centre < 0 ? -1 : 0
            switch families.second.kinds[features.second.index] {
            case .line:
                result.shape = .line
                result.angleDegrees = moments.axisDegrees(sign: centre < 0 ? -1 : 1)
            case .saddle:
                result.shape = .saddle
            default:
                result.shape = .laplacian
            }
        }
    }

    /// The nearest of the four axes of a first derivative.
    private static func directionName(_ angle: Double) -> KernelShape {
        switch Int((angle / 45).rounded()) % 4 {
        case 0: .sobelX
        case 2: .sobelY
        default: .diagonal
        }
    }

    /// A label that a kernel without one might have had; its score reaches 1 where the label begins.
    private struct Candidate {
        var label: KernelLabel
        var score: Double
        var fit: Double
        var weightFit: Float
    }

    private func describeOther(_ result: inout KernelClassification, _ features: KernelFeatures, _ fits: Fits) {
        let gain = Double(features.dcGain)
        let blurGate = min(1, gain / rubric.blurDCGain)
        let edgeGate = gain <= rubric.edgeDCGain ? 1 : max(0, 1 - (gain - rubric.edgeDCGain))
        let edgeFit = max(
            Double(features.first.weightFit) / thresholds.firstFit,
            Double(features.second.weightFit) / thresholds.secondFit)
        var near = Candidate(
            label: .identity, score: Double(features.peakShare) / thresholds.identityPeak, fit: fits.delta,
            weightFit: features.peakShare)
        var next = Candidate(
            label: .blur, score: blurGate * Double(features.blur.weightFit) / thresholds.blurFit, fit: fits.blur,
            weightFit: features.blur.weightFit)
        var last = Candidate(
            label: .edge, score: edgeGate * edgeFit, fit: fits.edge,
            weightFit: max(features.first.weightFit, features.second.weightFit))
        if next.score > near.score { swap(&near, &next) }
        if last.score > next.score { swap(&next, &last) }
        if next.score > near.score { swap(&near, &next) }
        result.nearest = near.label
        result.secondNearest = next.label
        result.fit = near.fit
        result.weightFit = Double(near.weightFit)
        result.margin = near.fit - next.fit
        result.shape = KernelShape(features.spectralClass)
    }
}

/// First and second moments of a kernel's weights about its centre, x to the right and y down.
private struct Moments {
    private var x = 0.0
    private var y = 0.0
    private var xx = 0.0
    private var xy = 0.0
    private var yy = 0.0

    init(_ values: [Float], start: Int, size: Int) {
        let middle = Double(size - 1) / 2
        for row in 0..<size {
            for column in 0..<size {
                let w = Double(values[start + row * size + column])
                let (dx, dy) = (Double(column) - middle, Double(row) - middle)
                x += w * dx
                y += w * dy
                xx += w * dx * dx
                xy += w * dx * dy
                yy += w * dy * dy
            }
        }
    }

    /// The direction in which the weights rise, 0..<360 degrees.
    var gradientDegrees: Double {
        let angle = atan2(y, x) * 180 / .pi
        return angle < 0 ? angle + 360 : angle
    }

    /// The direction along which the weights of `sign` lie, 0..<180 degrees.
    func axisDegrees(sign: Double) -> Double {
        let angle = 0.5 * atan2(2 * xy * sign, (xx - yy) * sign) * 180 / .pi
        return angle < 0 ? angle + 180 : angle
    }
}
