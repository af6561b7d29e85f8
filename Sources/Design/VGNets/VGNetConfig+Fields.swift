extension VGNetConfig {
    /// The fields of a config file, in the order in which they are written; raw values are the keys.
    public enum Field: String, Sendable, CaseIterable, CodingKey {
        case name
        case channels
        case blocks
        case downsampling
        case gaussianShare = "gaussian_share"
        case gaussianSigma = "gaussian_sigma"
        case gaussianSigns = "gaussian_signs"
        case gaussianDecimals = "gaussian_decimals"
        case gaussianOffset = "gaussian_offset"
        case identity
        case half
        case kernelSize = "kernel_size"
        case last
        case depthwise
        case banks
        case activation
        case squeezeExcite = "squeeze_excite"
        case squeezeExciteActivation = "squeeze_excite_activation"
        case dropout
        case classes
        case inputSize = "input_size"
        case inputChannels = "input_channels"
        case thumbnail
    }

    /// The fields that this design has, in order; those without meaning here are left out.
    public var fields: [Field] { Field.allCases.filter { value(of: $0) != nil } }

    /// A field's value as a config file has it ("28, 56, 112, 224, 368", "gaussian"); nil where it has no meaning in
    /// this design.
    public func text(of field: Field) -> String? {
        value(of: field)?.text
    }

    /// What is written for a field; nil where it has no meaning in this design.
    func value(of field: Field) -> FieldValue? {
        func gaussian(_ part: (FixedGaussian) -> FieldValue) -> FieldValue? {
            .stages(downsampling.values.map { $0.gaussian.map(part) })
        }
        return switch field {
        case .name: .text(name)
        case .channels: .integers(channels)
        case .blocks: .integers(blocks)
        case .downsampling: .stages(downsampling.values.map { .text($0.text) })
        case .gaussianShare: .stages(downsampling.values.map { $0.share.map { .number($0) } })
        case .gaussianSigma: gaussian { .number($0.sigmaPixels) }
        case .gaussianSigns: gaussian { .text($0.signs.rawValue) }
        case .gaussianDecimals: gaussian { $0.decimals.map { .integer($0) } ?? .text("exact") }
        case .gaussianOffset:
            downsampling.values.contains { ($0.gaussian?.offsetPixels ?? 0) != 0 }
                ? gaussian { .number($0.offsetPixels) } : nil
        case .identity: .stages(identity.values.map { .number($0.ratio) })
        case .half: .stages(half.values.map { .text($0.text) })
        case .kernelSize: kernelSize.uniform == 3 ? nil : .stages(kernelSize.values.map { .integer($0) })
        case .last: .text(last.text)
        case .depthwise: depthwise == .plain ? nil : .text(depthwise.rawValue)
        case .banks: listedBanks.isEmpty ? nil : .mapping(listedBanks.map { Self.entry($0) })
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
        let downsampling = try reader.downsampling()
        let banks = try reader.banks()
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
        self.downsampling = downsampling
        self.identity = try reader.identity()
        self.half = try reader.half(banks)
        self.kernelSize = try reader.kernelSize()
        self.last = try reader.last(banks)
        self.depthwise =
            try reader.choice(.depthwise, DepthwiseForm.allCases.map(\.rawValue)).flatMap(DepthwiseForm.init) ?? .plain
        self.activation = try reader.activation(.activation) ?? .relu
        self.squeezeExcite = ratio.map { SqueezeExcite(ratio: $0, activation: inner) }
        self.dropout = try reader.number(.dropout) ?? 0
        self.isThumbnail = try reader.boolean(.thumbnail) ?? false
        self.classes = try reader.integer(.classes) ?? 1000
        self.inputSize = try reader.integer(.inputSize) ?? (isThumbnail ? 32 : 224)
        self.inputChannels = try reader.integer(.inputChannels) ?? 3
        if let unused = banks.first(where: { bank in !listedBanks.contains { $0.name == bank.name } }) {
            throw Problem(
                field: .banks, found: "'\(unused.name)' is used by neither half nor last", expected: nil,
                advice: "Delete it, or name it in half or last")
        }
        if let problem = firstProblem() { throw problem }
    }

    /// Float weights as the shortest decimals that read back equal.
    private static func entry(_ bank: ListedBank) -> FieldValue.Entry {
        FieldValue.Entry(
            name: bank.name,
            value: .list(bank.kernels.map { .list($0.map { .number(Double("\($0)") ?? Double($0)) }) }))
    }
}
