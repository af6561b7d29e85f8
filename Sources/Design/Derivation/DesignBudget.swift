import Diagnostics

/// What a derived network may cost.
public enum DesignBudget: Sendable, Equatable {
    /// So many learnable parameters.
    case parameters(Int)
    /// So many multiply-accumulates for one image.
    case macs(Int)

    /// The number.
    public var amount: Int {
        switch self {
        case .parameters(let amount), .macs(let amount): amount
        }
    }

    /// The option that sets it.
    var flag: String { if case .macs = self { "--macs" } else { "--budget" } }
    /// What is counted.
    public var unit: String { if case .macs = self { "MACs" } else { "parameters" } }

    /// Reads a number of MACs such as 141M, 0.14G or 141300232; "MMAC" and "GMAC" are units too.
    ///
    /// Throws `derive.badBudget`.
    public init(macs text: String) throws {
        guard
            let macs = ParameterBudget.number(
                text,
                units: [
                    ("gmacs", 1e9), ("gmac", 1e9), ("mmacs", 1e6), ("mmac", 1e6), ("g", 1e9), ("m", 1e6), ("k", 1e3),
                    ("", 1),
                ])
        else {
            throw KernelVizError(
                code: "derive.badBudget", subject: "--macs", found: "found '\(text)'",
                expected: "a number of multiply-accumulates such as 141M, 0.3G or 141300232")
        }
        self = .macs(macs)
    }
}
