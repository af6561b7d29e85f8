import Diagnostics

/// What the user allows a derived network to cost; whatever is not said is that of the published net of the size.
public struct DesignBudget: Sendable, Equatable {
    /// At most so many learnable parameters; nil for those of the published net.
    public var parameters: Int?
    /// At most so many multiply-accumulates for one image; nil for those of the published net.
    public var macs: Int?
    /// The published net that was named by its size, its index among ``NetworkShape/published``; nil for the nearest.
    public var sizeIndex: Int?
    /// At most so long for one image; nil where time decides nothing.
    public var latency: LatencyBound?

    /// Groups the parts; without any, the size is 1.0MP.
    public init(parameters: Int? = nil, macs: Int? = nil, sizeIndex: Int? = nil, latency: LatencyBound? = nil) {
        (self.parameters, self.macs, self.sizeIndex, self.latency) = (parameters, macs, sizeIndex, latency)
    }

    /// At most so many learnable parameters.
    public static func parameters(_ most: Int) -> DesignBudget { DesignBudget(parameters: most) }

    /// At most so many multiply-accumulates for one image.
    public static func macs(_ most: Int) -> DesignBudget { DesignBudget(macs: most) }

    /// A size such as 1.0MP: the published net's own numbers where there is one of that name, else so many parameters.
    public init(_ budget: ParameterBudget) {
        let index = budget.isSize ? NetworkShape.published.firstIndex { $0.size == budget.parameters } : nil
        self.init(parameters: index == nil ? budget.parameters : nil, sizeIndex: index)
    }

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
        self.init(macs: macs)
    }

    /// The name of a net of this budget behind "derived-".
    var name: String {
        if parameters == nil, macs == nil, case .milliseconds(let most) = latency { return "\(most)ms" }
        if let index = sizeIndex { return NetworkShape.published[index].name }
        if let parameters {
            return "\(NumberFormat.fixed(Double(parameters) / 1e6, parameters % 100_000 == 0 ? 1 : 3))mp"
        }
        if let macs { return "\(NumberFormat.fixed(Double(macs) / 1e6, macs % 1_000_000 == 0 ? 0 : 2))mmac" }
        return NetworkShape.published[0].name
    }
}
