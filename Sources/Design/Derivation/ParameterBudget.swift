import Diagnostics

/// How many learnable parameters a derived network may have.
public struct ParameterBudget: Sendable, Equatable {
    /// The wanted number of learnable parameters.
    public let parameters: Int
    /// Whether it was written as the published nets are named, in MP: 1.0MP is then the size of VGNetG-1.0MP.
    public let isSize: Bool

    /// Names the number itself.
    public init(parameters: Int) { (self.parameters, isSize) = (parameters, false) }

    /// Reads "1.0MP", "1.5M", "1500K" or "1500000".
    ///
    /// MP is a million learnable parameters, as in the names of the published nets, which hold up to 0.5 % more or less.
    /// Throws `derive.badBudget`.
    public init(parsing text: String) throws {
        guard let parameters = Self.number(text, units: [("mp", 1e6), ("m", 1e6), ("k", 1e3), ("", 1)]) else {
            throw KernelVizError(
                code: "derive.badBudget", subject: "--budget", found: "found '\(text)'",
                expected: "a number of learnable parameters such as 1.0MP, 1500K or 1500000")
        }
        (self.parameters, isSize) = (parameters, text.lowercased().hasSuffix("mp"))
    }

    /// The size that the published nets of so many millions of parameters have.
    init(size parameters: Int) { (self.parameters, isSize) = (parameters, true) }

    /// A positive whole number with a unit, at most 10¹²; nil for anything else.
    static func number(_ text: String, units: [(suffix: String, factor: Double)]) -> Int? {
        let lowered = text.lowercased()
        guard let unit = units.first(where: { lowered.hasSuffix($0.suffix) }),
            let number = Double(lowered.dropLast(unit.suffix.count)), number.isFinite, number > 0,
            number * unit.factor >= 1, number * unit.factor <= 1e12
        else { return nil }
        return Int((number * unit.factor).rounded())
    }
}
