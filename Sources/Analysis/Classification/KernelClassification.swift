/// One kernel's label with its evidence.
///
/// Kept in 64 bytes: numbers in single precision, names as codes, as sixteen lanes of the classifier write them.
public struct KernelClassification: Sendable, Equatable, BitwiseCopyable {
    /// One number a ``Word``.
    private var words: SIMD16<Float>

    /// The places of the numbers.
    enum Word {
        static var names: Int { 0 }
        static var fit: Int { 1 }
        static var weightFit: Int { 2 }
        static var margin: Int { 3 }
        static var nullProbability: Int { 4 }
        static var stability: Int { 5 }
        static var sigma: Int { 6 }
        static var major: Int { 7 }
        static var minor: Int { 8 }
        static var angle: Int { 9 }
        static var offsetX: Int { 10 }
        static var offsetY: Int { 11 }
        static var dcGain: Int { 12 }
        static var relativeSpread: Int { 13 }
        static var polarity: Int { 14 }
        static var reading: Int { 15 }
    }

    /// What stands for a number that there is none of.
    static let none = Float.infinity

    /// The names in one number: a sum of fields, each a code times its unit.
    enum Field {
        static var label: Names.Field { Names.Field(unit: 1, count: 8) }
        static var shape: Names.Field { Names.Field(unit: 8, count: 32) }
        static var spectral: Names.Field { Names.Field(unit: 256, count: 4) }
        static var chance: Names.Field { Names.Field(unit: 1024, count: 2) }
        static var nearest: Names.Field { Names.Field(unit: 2048, count: 8) }
        static var second: Names.Field { Names.Field(unit: 16384, count: 8) }
    }

    /// Whole numbers below 2¹⁷ in the significand of one number.
    struct Names {
        struct Field {
            var unit: Int
            var count: Int
        }

        /// The code that stands for no label.
        static let none = 7
        var sum: Int

        subscript(_ field: Field) -> Int {
            get { sum / field.unit % field.count }
            set { sum += (newValue - self[field]) * field.unit }
        }
    }

    /// What readers would say in one number: two probabilities in thousandths and the code of the second label.
    enum Reading {
        static var probability: Names.Field { Names.Field(unit: 8192, count: 1024) }
        static var second: Names.Field { Names.Field(unit: 8, count: 1024) }
        static var label: Names.Field { Names.Field(unit: 1, count: 8) }
    }

    private var reading: Names? {
        get { words[Word.reading] == Self.none ? nil : Names(sum: Int(words[Word.reading])) }
        set { words[Word.reading] = newValue.map { Float($0.sum) } ?? Self.none }
    }

    private var names: Names {
        get { Names(sum: Int(words[Word.names])) }
        set { words[Word.names] = Float(newValue.sum) }
    }

    /// The coarse label.
    public var label: KernelLabel {
        get { KernelLabel(code: names[Field.label]) }
        set { names[Field.label] = newValue.code }
    }
    /// What the kernel looks like, finer than the label.
    public var shape: KernelShape {
        get { KernelShape(code: names[Field.shape]) }
        set { names[Field.shape] = newValue.code }
    }
    /// How well the best template of the label fits, 0…1: input-weighted R² (``FunctionalSimilarity``).
    ///
    /// For edges the kernel's mean is removed first; for `other` it is the best fit of any label; 0 for zero kernels.
    public var fit: Double {
        get { Double(words[Word.fit]) }
        set { words[Word.fit] = Float(newValue) }
    }
    /// The same fit with every cell weighted alike: what the eye sees, 0…1.
    public var weightFit: Double {
        get { Double(words[Word.weightFit]) }
        set { words[Word.weightFit] = Float(newValue) }
    }
    /// ``fit`` minus that of the best template of another label; negative where precedence decided.
    public var margin: Double {
        get { Double(words[Word.margin]) }
        set { words[Word.margin] = Float(newValue) }
    }
    /// The share of random kernels of the size that look as much like the label's family, 0…1; 1 for zero and `other`.
    public var nullProbability: Double {
        get { Double(words[Word.nullProbability]) }
        set { words[Word.nullProbability] = Float(newValue) }
    }
    /// Whether the label also holds by the cut-offs that at most alpha of random kernels pass (``Thresholds``); false for
    /// `other`.
    ///
    /// A name without it rests on its layer: the layer is more than chance, and the kernel looks like its name.
    public var isBeyondChance: Bool {
        get { names[Field.chance] == 1 }
        set { names[Field.chance] = newValue ? 1 : 0 }
    }
    /// The share of noisy copies that keep the label, 0…1; nil where none were made.
    public var stability: Double? {
        get { number(Word.stability) }
        set { words[Word.stability] = newValue.map { Float($0) } ?? Self.none }
    }
    /// Fitted blur width in pixels, of the isotropic centred Gaussian; nil unless ``label`` is blur, and where the width
    /// lies beyond what a kernel of the size can show (``sigmaBoundPixels``).
    public var sigmaPixels: Double? {
        get { number(Word.sigma).flatMap { $0 < 0 ? nil : $0 } }
        set { words[Word.sigma] = newValue.map { Float($0) } ?? Self.none }
    }
    /// The width in pixels beyond which the blur's σ lies, where it cannot be told: of boxes, and of rings as wide.
    ///
    /// Three half widths of the kernel: 3 at 3×3, 6 at 5×5. nil of all other kernels.
    public var sigmaBoundPixels: Double? {
        get { number(Word.sigma).flatMap { $0 < 0 ? -$0 : nil } }
        set { words[Word.sigma] = newValue.map { -Float($0) } ?? Self.none }
    }
    /// The largest σ in pixels that N×N kernels can show.
    public static func sigmaBound(size: Int) -> Double { ShapeRules.boundHalfWidths * max(0.5, Double(size - 1) / 2) }
    /// The blur's widths along its long and its short axis in pixels, centre free; nil unless it is a bump.
    public var axes: BlurAxes? {
        get {
            number(Word.major).map {
                BlurAxes(major: abs($0), minor: Double(words[Word.minor]), isMajorAtBound: $0 < 0)
            }
        }
        set {
            words[Word.major] = newValue.map { Float($0.isMajorAtBound ? -$0.major : $0.major) } ?? Self.none
            words[Word.minor] = newValue.map { Float($0.minor) } ?? Self.none
        }
    }
    /// The direction in degrees, x to the right and y down.
    ///
    /// First derivatives: where the weights rise, 0…360. Lines and directional blurs: along the line, 0…180. Else nil.
    public var angleDegrees: Double? {
        get { number(Word.angle) }
        set { words[Word.angle] = newValue.map { Float($0) } ?? Self.none }
    }
    /// 1 where the carrying weights (peak, sum or centre) are positive, −1 where negative, 0 where there are none.
    public var polarity: Int {
        get { Int(words[Word.polarity]) }
        set { words[Word.polarity] = Float(newValue) }
    }
    /// The carrying cell's (identity) or the centroid's (blur) distance from the centre in pixels; nil for other labels.
    public var offset: SIMD2<Float>? {
        get { words[Word.offsetX] == Self.none ? nil : SIMD2(words[Word.offsetX], words[Word.offsetY]) }
        set {
            words[Word.offsetX] = newValue?.x ?? Self.none
            words[Word.offsetY] = newValue?.y ?? Self.none
        }
    }
    /// |Σw| / Σ|w|, 0…1: 1 for kernels of one sign, 0 for pure differences.
    public var dcGain: Double {
        get { Double(words[Word.dcGain]) }
        set { words[Word.dcGain] = Float(newValue) }
    }
    /// Which frequencies pass.
    public var spectralClass: SpectralClass {
        get { SpectralClass(code: names[Field.spectral]) }
        set { names[Field.spectral] = newValue.code }
    }
    /// The strength of the kernel's output under the prior, relative to the layer's median; 0 for a kernel of zeros.
    public var relativeSpread: Double {
        get { Double(words[Word.relativeSpread]) }
        set { words[Word.relativeSpread] = Float(newValue) }
    }
    /// The two labels that come nearest, for `other`; nil otherwise.
    public var nearest: KernelLabel? {
        get { label(Field.nearest) }
        set { names[Field.nearest] = newValue?.code ?? Names.none }
    }
    /// The second nearest, for `other`.
    public var secondNearest: KernelLabel? {
        get { label(Field.second) }
        set { names[Field.second] = newValue?.code ?? Names.none }
    }

    /// How probably a careful reader gives ``label``, 0…1 in thousandths, fitted on labelled kernels of other networks.
    ///
    /// nil where no reader was asked: for zero kernels, which their layer tells, for names that were taken back as chance,
    /// for kernels smaller than 3×3 or larger than 7×7. Setting it to nil takes the second label with it.
    public var probability: Double? {
        get { reading.map { Double($0[Reading.probability]) / 1000 } }
        set {
            guard let newValue else {
                reading = nil
                return
            }
            var changed = reading ?? Names(sum: KernelLabel.other.code)
            changed[Reading.probability] = Self.thousandths(newValue)
            reading = changed
        }
    }
    /// The label that a reader gives next, where it is near: of a probability of 0.2 and more; else nil.
    public var secondLabel: KernelLabel? { second?.label }
    /// How probable ``secondLabel`` is, 0…1.
    public var secondProbability: Double? { second?.probability }

    private var second: (label: KernelLabel, probability: Double)? {
        guard let reading else { return nil }
        let probability = Double(reading[Reading.second]) / 1000
        return reading[Reading.second] == 0
            ? nil : (KernelLabel(code: reading[Reading.label]), probability)
    }

    /// Sets the second label and its probability, none where it is not near; nothing without a ``probability``.
    mutating func setSecond(_ label: KernelLabel, probability: Double) {
        guard var changed = reading else { return }
        let near = Self.thousandths(probability)
        let isNear = near >= Int(ReaderModel.nearThousandths)
        changed[Reading.label] = isNear ? label.code : KernelLabel.other.code
        changed[Reading.second] = isNear ? near : 0
        reading = changed
    }

    private static func thousandths(_ share: Double) -> Int { Int((min(1, max(0, share)) * 1000).rounded()) }

    /// The finer name as printed ("gaussian", "sobel-x"); empty where there is none.
    public var subLabel: String { shape.rawValue }

    /// Below this ``probability`` a label is uncertain.
    public static var uncertainProbability: Double { ReaderModel.uncertainProbability }

    /// Whether readers may well say something else: ``probability`` is below 0.8.
    public var isUncertain: Bool { probability.map { $0 < ReaderModel.uncertainProbability } ?? false }

    /// Whether too few of the noisy copies keep the label (``ChanceRules/leastStability``).
    public var isUnstable: Bool { stability.map { $0 < ChanceRules.leastStability } ?? false }

    private func number(_ word: Int) -> Double? { words[word] == Self.none ? nil : Double(words[word]) }

    private func label(_ field: Names.Field) -> KernelLabel? {
        let code = names[field]
        return code == Names.none ? nil : KernelLabel(code: code)
    }

    /// Joins a label with its evidence; the other properties start at their defaults.
    public init(
        label: KernelLabel, shape: KernelShape, fit: Double, margin: Double, sigmaPixels: Double?, dcGain: Double
    ) {
        words = .zero
        for word in [Word.stability, Word.major, Word.minor, Word.angle, Word.offsetX, Word.offsetY, Word.reading] {
            words[word] = Self.none
        }
        nullProbability = 1
        spectralClass = .allPass
        (nearest, secondNearest) = (nil, nil)
        self.label = label
        self.shape = shape
        self.fit = fit
        self.margin = margin
        self.sigmaPixels = sigmaPixels
        self.dcGain = dcGain
    }

    /// The same, with the shape by its printed name; a name that is not one of ``KernelShape`` counts as none.
    public init(
        label: KernelLabel, subLabel: String, fit: Double, margin: Double, sigmaPixels: Double?, dcGain: Double
    ) {
        self.init(
            label: label, shape: KernelShape(rawValue: subLabel) ?? .unnamed, fit: fit, margin: margin,
            sigmaPixels: sigmaPixels, dcGain: dcGain)
    }

    /// Takes over what the lanes wrote.
    init(words: SIMD16<Float>) { self.words = words }

    /// One number as the lanes write it.
    subscript(word place: Int) -> Float {
        get { words[place] }
        set { words[place] = newValue }
    }

    /// ``KernelShape/code`` of the shape.
    var shapeCode: Int {
        get { names[Field.shape] }
        set { names[Field.shape] = newValue }
    }
}

/// The two widths of an elongated bump.
public struct BlurAxes: Sendable, Equatable, Codable {
    /// Standard deviation along the long axis in pixels; at least this where ``isMajorAtBound``.
    public var major: Double
    /// Standard deviation along the short axis in pixels.
    public var minor: Double

    /// Whether the long axis is longer than the kernel can show (``KernelClassification/sigmaBound(size:)``).
    public var isMajorAtBound: Bool

    /// Joins two widths.
    public init(major: Double, minor: Double, isMajorAtBound: Bool = false) {
        self.major = major
        self.minor = minor
        self.isMajorAtBound = isMajorAtBound
    }
}
