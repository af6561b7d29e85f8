import Diagnostics

/// Turns the raw fields of a file into typed ones, with one sentence for every mistake.
struct FieldReader {
    typealias Field = VGNetConfig.Field
    typealias Problem = VGNetConfig.Problem

    let fields: [Field: VGNetConfig.FieldValue]

    func required<Value>(_ field: Field, _ value: Value?) throws -> Value {
        guard let value else {
            throw Problem(
                field: field, found: "is missing", expected: "a list of whole numbers", code: "vgnets.missingField")
        }
        return value
    }

    func text(_ field: Field) throws -> String? {
        switch fields[field] {
        case nil: nil
        case .text(let value): value
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .some(let other): throw wrongType(field, other, "text")
        }
    }

    func integer(_ field: Field) throws -> Int? {
        switch fields[field] {
        case nil: nil
        case .integer(let value): value
        case .some(let other): throw wrongType(field, other, "a whole number")
        }
    }

    func number(_ field: Field) throws -> Double? {
        switch fields[field] {
        case nil: nil
        case .integer(let value): Double(value)
        case .number(let value): value
        case .some(let other): throw wrongType(field, other, "a number")
        }
    }

    func boolean(_ field: Field) throws -> Bool? {
        switch fields[field] {
        case nil: nil
        case .boolean(let value): value
        case .some(let other): throw wrongType(field, other, "true or false")
        }
    }

    func integers(_ field: Field) throws -> [Int]? {
        switch fields[field] {
        case nil: nil
        case .integers(let values): values
        case .some(let other): throw wrongType(field, other, "a list of whole numbers")
        }
    }

    /// A text out of `choices`, letters' case ignored.
    func choice(_ field: Field, _ choices: [String]) throws -> String? {
        guard let raw = try text(field) else { return nil }
        guard choices.contains(raw.lowercased()) else {
            throw Problem(
                field: field, found: "'\(raw)'", expected: choices.map { "'\($0)'" }.joined(separator: " or "),
                advice: NearestName.of(raw, among: choices).map { "The nearest name is '\($0)'" })
        }
        return raw.lowercased()
    }

    func activation(_ field: Field) throws -> Activation? {
        try choice(field, Activation.allCases.map(\.rawValue)).flatMap(Activation.init)
    }

    /// The rounding of the Gaussian: the paper's four decimals belong to the paper's σ, any other σ is exact.
    func decimals(isPaperSigma: Bool) throws -> Int? {
        switch fields[.gaussianDecimals] {
        case nil: return isPaperSigma ? FixedGaussian.paper.decimals : nil
        case .integer(let value): return value
        case .text(let text) where text.lowercased() == "exact": return nil
        case .some(let other): throw wrongType(.gaussianDecimals, other, "a whole number or 'exact'")
        }
    }

    func ratio() throws -> Double? {
        switch fields[.squeezeExcite] {
        case nil, .some(.none): return nil
        case .number(let value): return value
        case .integer(let value): return Double(value)
        case .text(let text) where text.lowercased() == "none": return nil
        case .some(let other): throw wrongType(.squeezeExcite, other, "'none' or a ratio such as 0.25")
        }
    }

    func half() throws -> HalfKernels {
        let banks = FixedBank.allCases.map(\.rawValue)
        guard let text = try choice(.half, ["learnable"] + banks) else { return .learnable }
        return FixedBank(rawValue: text).map(HalfKernels.bank) ?? .learnable
    }

    func last() throws -> LastKernels {
        guard let raw = try text(.last) else { return .shared(groups: 8) }
        let lower = raw.lowercased()
        if lower.hasPrefix("shared"), let groups = Int(lower.dropFirst(6)) { return .shared(groups: groups) }
        let text = try choice(.last, ["shared8", "learnable"] + FixedBank.allCases.map(\.rawValue))
        return text.flatMap(FixedBank.init).map(LastKernels.bank) ?? .learnable
    }

    private func wrongType(_ field: Field, _ value: VGNetConfig.FieldValue, _ expected: String) -> Problem {
        let found =
            switch value {
            case .text(let text): "'\(text)'"
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .boolean(let value): "\(value)"
            case .integers(let values): "a list of \(values.count) numbers"
            case .none: "nothing"
            }
        return Problem(field: field, found: found, expected: expected, code: "vgnets.wrongType")
    }
}
