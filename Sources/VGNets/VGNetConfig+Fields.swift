extension VGNetConfig {
    /// The fields of a config file, in the order in which they are written; raw values are the keys.
    public enum Field: String, Sendable, CaseIterable, CodingKey {
        case name
        case channels
        case blocks
        case downsampling
        case gaussianSigma = "gaussian_sigma"
        case gaussianSigns = "gaussian_signs"
        case gaussianDecimals = "gaussian_decimals"
        case half
        case last
        case activation
        case squeezeExcite = "squeeze_excite"
        case squeezeExciteActivation = "squeeze_excite_activation"
        case dropout
        case classes
        case inputSize = "input_size"
        case inputChannels = "input_channels"
        case thumbnail
    }

    /// What a field may hold in a file.
    enum FieldValue: Equatable {
        case text(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        case integers([Int])
        case none
    }

    /// The fields that this design has, in order; those without meaning here are left out.
    public var fields: [Field] { Field.allCases.filter { value(of: $0) != nil } }

    /// A field's value as a config file has it ("28, 56, 112, 224, 368", "gaussian"); nil where it has no meaning in
    /// this design.
    public func text(of field: Field) -> String? {
        switch value(of: field) {
        case nil: nil
        case .text(let text): text
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .integers(let integers): integers.map(String.init).joined(separator: ", ")
        case .some(.none): "none"
        }
    }

    /// What is written for a field; nil where it has no meaning in this design.
    func value(of field: Field) -> FieldValue? {
        let gaussian: FixedGaussian? = if case .gaussian(let value) = downsampling { value } else { nil }
        return switch field {
        case .name: .text(name)
        case .channels: .integers(channels)
        case .blocks: .integers(blocks)
        case .downsampling: .text(gaussian == nil ? "learnable" : "gaussian")
        case .gaussianSigma: gaussian.map { .number($0.sigmaPixels) }
        case .gaussianSigns: gaussian.map { .text($0.signs.rawValue) }
        case .gaussianDecimals: gaussian.map { $0.decimals.map(FieldValue.integer) ?? .text("exact") }
        case .half: .text(half.text)
        case .last: .text(last.text)
        case .activation: .text(activation.rawValue)
        case .squeezeExcite: squeezeExcite.map { .number($0.ratio) } ?? FieldValue.none
        case .squeezeExciteActivation: squeezeExcite.map { .text($0.activation.rawValue) }
        case .dropout: .number(dropout)
        case .classes: .integer(classes)
        case .inputSize: .integer(inputSize)
        case .inputChannels: .integer(inputChannels)
        case .thumbnail: .boolean(isThumbnail)
        }
    }

    /// Builds a design from the fields of a file; `name` stands in where the file gives none.
    ///
    /// Throws ``Problem``.
    init(fields: [Field: FieldValue], name: String) throws {
        let reader = FieldReader(fields: fields)
        let isGaussian = try reader.choice(.downsampling, ["gaussian", "learnable"]) != "learnable"
        for field in [Field.gaussianSigma, .gaussianSigns, .gaussianDecimals]
        where !isGaussian && fields[field] != nil {
            throw Problem(
                field: field, found: "given, but downsampling is 'learnable'", expected: "no such field",
                advice: "Delete it, or set downsampling to 'gaussian'")
        }
        let paper = FixedGaussian.paper
        let gaussian = FixedGaussian(
            sigmaPixels: try reader.number(.gaussianSigma) ?? paper.sigmaPixels,
            signs: try reader.choice(.gaussianSigns, FixedGaussian.Signs.allCases.map(\.rawValue))
                .flatMap(FixedGaussian.Signs.init) ?? paper.signs,
            decimals: try reader.decimals(isPaperSigma: fields[.gaussianSigma] == nil))
        let ratio = try reader.ratio()
        if ratio == nil && fields[.squeezeExciteActivation] != nil {
            throw Problem(
                field: .squeezeExciteActivation, found: "given, but squeeze_excite is 'none'",
                expected: "no such field", advice: "Delete it, or set squeeze_excite to a ratio such as 0.25")
        }
        let inner = try reader.activation(.squeezeExciteActivation) ?? .relu
        self.name = try reader.text(.name) ?? name
        self.channels = try reader.required(.channels, reader.integers(.channels))
        self.blocks = try reader.required(.blocks, reader.integers(.blocks))
        self.downsampling = isGaussian ? .gaussian(gaussian) : .learnable
        self.half = try reader.half()
        self.last = try reader.last()
        self.activation = try reader.activation(.activation) ?? .relu
        self.squeezeExcite = ratio.map { SqueezeExcite(ratio: $0, activation: inner) }
        self.dropout = try reader.number(.dropout) ?? 0
        self.isThumbnail = try reader.boolean(.thumbnail) ?? false
        self.classes = try reader.integer(.classes) ?? 1000
        self.inputSize = try reader.integer(.inputSize) ?? (isThumbnail ? 32 : 224)
        self.inputChannels = try reader.integer(.inputChannels) ?? 3
        if let problem = firstProblem() { throw problem }
    }
}

extension HalfKernels {
    /// As written in a file: "learnable" or the bank's name.
    public var text: String {
        switch self {
        case .learnable: "learnable"
        case .bank(let bank): bank.rawValue
        }
    }
}

extension LastKernels {
    /// As written in a file: "shared8", "learnable" or the bank's name.
    public var text: String {
        switch self {
        case .shared(let groups): "shared\(groups)"
        case .learnable: "learnable"
        case .bank(let bank): bank.rawValue
        }
    }
}
