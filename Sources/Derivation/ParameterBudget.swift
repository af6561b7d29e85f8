import Diagnostics

/// How many learnable parameters a derived network may have.
public struct ParameterBudget: Sendable, Equatable {
    /// The wanted number of learnable parameters.
    public let parameters: Int

    /// Names the number itself.
    public init(parameters: Int) { self.parameters = parameters }

    /// Reads "1.0MP", "1.5M", "1500K" or "1500000".
    ///
    /// MP is a million learnable parameters, as in the names of the published nets. Throws `derive.badBudget`.
    public init(parsing text: String) throws {
        let units: [(suffix: String, factor: Double)] = [("mp", 1e6), ("m", 1e6), ("k", 1e3), ("", 1)]
        let lowered = text.lowercased()
        for (suffix, factor) in units where lowered.hasSuffix(suffix) {
            guard let number = Double(lowered.dropLast(suffix.count)), number.isFinite, number > 0,
                number * factor >= 1, number * factor <= 1e12
            else { break }
            self.init(parameters: Int((number * factor).rounded()))
            return
        }
        throw KernelVizError(
            code: "derive.badBudget", subject: "--budget", found: "found '\(text)'",
            expected: "a number of learnable parameters such as 1.0MP, 1500K or 1500000")
    }
}
