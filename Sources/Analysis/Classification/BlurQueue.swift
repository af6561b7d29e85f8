import TemplateMatching

/// Kernels that turned out to be blurs, gathered until sixteen can be measured at once.
struct BlurQueue: Sendable {
    private let size: Int
    private let fit: BlurFit
    private let matching: TemplateMatcher
    /// Where the gathered kernels begin, and how many there are; the rest repeats the first.
    private var starts = [Int](repeating: 0, count: FeatureExtractor.width)
    private var count = 0
    /// The places of their classifications.
    private var places = [Int](repeating: 0, count: FeatureExtractor.width)
    /// What the loops find, one number a row, and the same one kernel an element.
    private var rows = [Lanes](repeating: .zero, count: 16)
    private var records = [Lanes](repeating: .zero, count: 16)
    private var scratch: [Lanes]

    init(size: Int, fit: BlurFit, matching: TemplateMatcher = .fastest) {
        (self.size, self.fit, self.matching) = (size, fit, matching)
        scratch = Array(repeating: .zero, count: fit.tables.scratchCount)
    }

    /// Adds the kernel at element `start` of `kernels`, described at `place` of `result`; when there are sixteen, describes
    /// them to their ends.
    mutating func add(_ kernels: [Float], start: Int, place: Int, _ result: inout [KernelClassification]) {
        starts[count] = start
        places[count] = place
        count += 1
        if count == FeatureExtractor.width { finish(kernels, &result) }
    }

    /// Describes those that are left to their ends.
    mutating func finish(_ kernels: [Float], _ result: inout [KernelClassification]) {
        guard count > 0 else { return }
        for place in count..<FeatureExtractor.width { starts[place] = starts[0] }
        matching.blurs(kernels, starts: starts, fit.tables, rows: &rows, scratch: &scratch)
        name()
        matching.transpose(rows, into: &records)
        for lane in 0..<count {
            let found = records[lane]
            result[places[lane]].setWidths(
                sigma: found[0], major: found[1], minor: found[2], angle: found[3], shape: Int(found[4]))
        }
        count = 0
    }

    /// From widths to shapes: flat boxes have no axes, round bumps no direction.
    private mutating func name() {
        let (sigma, major, minor) = (rows[0], rows[1], rows[2])
        let none = Lanes(repeating: KernelClassification.none)
        let isBox = sigma .> ShapeRules.boxHalfWidths * Double(size - 1) / 2
        let isBump = .!isBox .& (minor .> 0.0)
        let isDirectional = isBump .& (major .> minor * Float(ShapeRules.elongation))
        // Below zero: beyond the bound, whose magnitude stands there (``KernelClassification/sigmaBoundPixels``).
        let bound = Lanes(repeating: Float(KernelClassification.sigmaBound(size: size)))
        rows[0].replace(with: Lanes.zero - bound, where: sigma .>= bound)
        let length = major.replacing(with: Lanes.zero - bound, where: major .>= bound)
        rows[1] = none.replacing(with: length, where: isBump)
        rows[2] = none.replacing(with: minor, where: isBump)
        rows[3] = none.replacing(with: rows[3], where: isDirectional)
        rows[4] = Lanes(repeating: Float(KernelShape.gaussian.code))
            .replacing(with: Lanes(repeating: Float(KernelShape.directional.code)), where: isDirectional)
            .replacing(with: Lanes(repeating: Float(KernelShape.box.code)), where: isBox)
    }
}

extension KernelClassification {
    /// Adds what the loops found of a blur; rings keep their shape and have nothing but a width.
    fileprivate mutating func setWidths(sigma: Float, major: Float, minor: Float, angle: Float, shape: Int) {
        self[word: Word.sigma] = sigma
        guard shapeCode != KernelShape.ring.code else { return }
        self[word: Word.major] = major
        self[word: Word.minor] = minor
        self[word: Word.angle] = angle
        self.shapeCode = shape
    }
}
