import Diagnostics

/// Turns the raw fields of a file into typed ones, with one sentence for every mistake.
struct FieldReader {
    typealias Field = VGNetConfig.Field
    typealias FieldValue = VGNetConfig.FieldValue
    typealias Problem = VGNetConfig.Problem

    let fields: [Field: FieldValue]

    func required<Value>(_ field: Field, _ value: Value?) throws -> Value {
        guard let value else {
            throw Problem(
                field: field, found: "is missing", expected: "a list of whole numbers", code: "vgnets.missingField")
        }
        return value
    }

    func text(_ field: Field) throws -> String? { try fields[field].map { try Self.text($0, field) } }

    func integer(_ field: Field) throws -> Int? {
        switch fields[field] {
        case nil: nil
        case .integer(let value): value
        case .some(let other): throw Self.wrongType(field, other, "a whole number")
        }
    }

    func number(_ field: Field) throws -> Double? { try fields[field].map { try Self.number($0, field) } }

    func boolean(_ field: Field) throws -> Bool? {
        switch fields[field] {
        case nil: nil
        case .boolean(let value): value
        case .some(let other): throw Self.wrongType(field, other, "true or false")
        }
    }

    func integers(_ field: Field) throws -> [Int]? {
        switch fields[field] {
        case nil: nil
        case .list(let values):
            try values.map { value in
                guard case .integer(let integer) = value else {
                    throw Self.wrongType(field, value, "a list of whole numbers")
                }
                return integer
            }
        case .some(let other): throw Self.wrongType(field, other, "a list of whole numbers")
        }
    }

    /// A text out of `choices`, letters' case ignored.
    func choice(_ field: Field, _ choices: [String]) throws -> String? {
        try fields[field].map { try Self.choice($0, field, choices) }
    }

    func activation(_ field: Field) throws -> Activation? {
        try choice(field, Activation.allCases.map(\.rawValue)).flatMap(Activation.init)
    }

    func ratio() throws -> Double? {
        switch fields[.squeezeExcite] {
        case nil, .some(.none): return nil
        case .number(let value): return value
        case .integer(let value): return Double(value)
        case .text(let text) where text.lowercased() == "none": return nil
        case .some(let other): throw Self.wrongType(.squeezeExcite, other, "'none' or a ratio such as 0.25")
        }
    }
}

// MARK: - One value

extension FieldReader {
    static func text(_ value: FieldValue, _ field: Field) throws -> String {
        switch value {
        case .text(let value): value
        case .integer(let value): String(value)
        case .number(let value): String(value)
        default: throw wrongType(field, value, "text")
        }
    }

    static func number(_ value: FieldValue, _ field: Field) throws -> Double {
        switch value {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: throw wrongType(field, value, "a number")
        }
    }

    static func choice(_ value: FieldValue, _ field: Field, _ choices: [String], or more: String = "") throws -> String
    {
        let raw = try text(value, field)
        guard choices.contains(raw.lowercased()) else {
            throw Problem(
                field: field, found: "'\(raw)'", expected: choices.map { "'\($0)'" }.joined(separator: " or ") + more,
                advice: NearestName.of(raw, among: choices).map { "The nearest name is '\($0)'" })
        }
        return raw.lowercased()
    }

    static func wrongType(_ field: Field, _ value: FieldValue, _ expected: String) -> Problem {
        Problem(field: field, found: value.found, expected: expected, code: "vgnets.wrongType")
    }
}

// MARK: - Stage by stage

extension FieldReader {
    /// The values of stages 1 to 4: one for all or a list of four, in which "none" stands for no value.
    func stages(_ field: Field) throws -> [FieldValue?] {
        switch fields[field] {
        case nil: return [nil, nil, nil, nil]
        case .list(let values):
            guard values.count == 4 else {
                throw Problem(
                    field: field, found: "has \(values.count) values",
                    expected: "one for all stages, or 4 (one a stage)")
            }
            return values.map { $0 == .none || $0 == .text("none") ? nil : $0 }
        case .some(let value): return Array(repeating: value, count: 4)
        }
    }

    func downsampling() throws -> PerStage<DownsamplingKernels> {
        let kinds = try stages(.downsampling).map {
            try $0.map { try Self.choice($0, .downsampling, ["gaussian", "hybrid", "learnable"]) } ?? "gaussian"
        }
        let shares = try reserved(.gaussianShare, kinds, for: ["hybrid"])
        let sigmas = try reserved(.gaussianSigma, kinds, for: ["gaussian", "hybrid"])
        let signs = try reserved(.gaussianSigns, kinds, for: ["gaussian", "hybrid"])
        let decimals = try reserved(.gaussianDecimals, kinds, for: ["gaussian", "hybrid"])
        let offsets = try reserved(.gaussianOffset, kinds, for: ["gaussian", "hybrid"])
        return PerStage(
            stages: try kinds.indices.map { index in
                if kinds[index] == "learnable" { return .learnable }
                let paper = FixedGaussian.paper
                let gaussian = FixedGaussian(
                    sigmaPixels: try sigmas[index].map { try Self.number($0, .gaussianSigma) } ?? paper.sigmaPixels,
                    signs: try signs[index].map {
                        try Self.choice($0, .gaussianSigns, FixedGaussian.Signs.allCases.map(\.rawValue))
                    }.flatMap(FixedGaussian.Signs.init) ?? paper.signs,
                    decimals: try Self.decimals(decimals[index], isPaperSigma: sigmas[index] == nil),
                    offsetPixels: try offsets[index].map { try Self.number($0, .gaussianOffset) } ?? 0)
                if kinds[index] == "gaussian" { return .gaussian(gaussian) }
                guard let share = shares[index] else {
                    throw Problem(
                        field: .gaussianShare, found: "is missing in stage \(index + 1)",
                        expected: "the share of channels that the Gaussian filters",
                        advice: "Write gaussian_share: 0.75, or set downsampling to 'gaussian'",
                        code: "vgnets.missingField")
                }
                return .hybrid(share: try Self.number(share, .gaussianShare), gaussian)
            })
    }

    /// The values of a field that has a meaning for some kinds of downsampling only; an error where it is given for
    /// others.
    private func reserved(_ field: Field, _ kinds: [String], for allowed: [String]) throws -> [FieldValue?] {
        let values = try stages(field)
        let isList = if case .list = fields[field] { true } else { false }
        let isUsed = kinds.contains { allowed.contains($0) }
        for (index, kind) in kinds.enumerated() where values[index] != nil && !allowed.contains(kind) {
            // One value for all stages may pass over those that have no use for it.
            if !isList && isUsed { continue }
            throw Problem(
                field: field,
                found: "given, but downsampling is '\(kind)'" + (isUsed ? " in stage \(index + 1)" : ""),
                expected: isUsed ? "'none' there" : "no such field",
                advice: isUsed
                    ? "Write none for stage \(index + 1)" : "Delete it, or set downsampling to '\(allowed[0])'")
        }
        return zip(values, kinds).map { allowed.contains($1) ? $0 : nil }
    }

    /// The rounding of the Gaussian: the paper's four decimals belong to the paper's σ, any other σ is exact.
    private static func decimals(_ value: FieldValue?, isPaperSigma: Bool) throws -> Int? {
        switch value {
        case nil: return isPaperSigma ? FixedGaussian.paper.decimals : nil
        case .integer(let value): return value
        case .text(let text) where text.lowercased() == "exact": return nil
        case .some(let other): throw wrongType(.gaussianDecimals, other, "a whole number or 'exact'")
        }
    }

    func kernelSize() throws -> PerStage<Int> {
        PerStage(
            stages: try stages(.kernelSize).map { value in
                switch value {
                case nil: 3
                case .integer(let size): size
                case .some(let other): throw Self.wrongType(.kernelSize, other, "3, 5 or 7, once or a stage")
                }
            })
    }

    func identity() throws -> PerStage<IdentityRatio> {
        PerStage(
            stages: try stages(.identity).map { value in
                guard let value else { return .half }
                let number = try Self.number(value, .identity)
                guard let ratio = IdentityRatio(number) else {
                    throw Problem(
                        field: .identity, found: "\(number)", expected: "a multiple of 0.125 from 0 to 0.875",
                        advice: "The paper's ratio is 0.5")
                }
                return ratio
            })
    }

    func half(_ banks: [ListedBank]) throws -> PerStage<HalfKernels> {
        PerStage(
            stages: try stages(.half).map { value in
                guard let value else { return .learnable }
                if let bank = try bank(value, .half, banks) { return .bank(bank) }
                _ = try Self.choice(value, .half, ["learnable"] + Self.names(banks), or: Self.orRandom)
                return .learnable
            })
    }

    func last(_ banks: [ListedBank]) throws -> LastKernels {
        guard let value = fields[.last] else { return .shared(groups: 8) }
        let lower = try Self.text(value, .last).lowercased()
        if lower.hasPrefix("shared"), let groups = Int(lower.dropFirst(6)) { return .shared(groups: groups) }
        if let bank = try bank(value, .last, banks) { return .bank(bank) }
        _ = try Self.choice(value, .last, ["learnable", "shared8"] + Self.names(banks), or: Self.orRandom)
        return .learnable
    }

    private static let orRandom = " or a random bank such as 'random8-seed1'"

    private static func names(_ banks: [ListedBank]) -> [String] {
        FixedBank.published.map(\.text) + banks.map(\.name)
    }

    private func bank(_ value: FieldValue, _ field: Field, _ banks: [ListedBank]) throws -> FixedBank? {
        let text = try Self.text(value, field).lowercased()
        return FixedBank(builtIn: text) ?? banks.first { $0.name == text }.map(FixedBank.listed)
    }

    /// The banks that the file lists.
    func banks() throws -> [ListedBank] {
        switch fields[.banks] {
        case nil, .some(.none): return []
        case .mapping(let entries):
            return try entries.map { entry in
                let expected = "a list of kernels, nine weights each"
                guard case .list(let kernels) = entry.value else {
                    throw Self.wrongType(.banks, entry.value, "\(expected), for '\(entry.name)'")
                }
                return ListedBank(
                    name: entry.name,
                    kernels: try kernels.map { kernel in
                        guard case .list(let weights) = kernel else {
                            throw Self.wrongType(.banks, kernel, "\(expected), for '\(entry.name)'")
                        }
                        return try weights.map { Float(try Self.number($0, .banks)) }
                    })
            }
        case .some(let other): throw Self.wrongType(.banks, other, "names with lists of kernels, nine weights each")
        }
    }
}
