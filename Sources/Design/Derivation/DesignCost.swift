import VGNets

/// What a design costs to store and to run.
public struct DesignCost: Sendable, Equatable, Codable {
    /// Learnable parameters.
    public let parameters: Int
    /// Multiply-accumulates for one image of the design's own size.
    public let macs: Int

    /// Names both numbers.
    public init(parameters: Int, macs: Int) { (self.parameters, self.macs) = (parameters, macs) }

    /// The cost of a design as it runs when trained, normalisations folded into its kernels.
    public init(_ config: VGNetConfig) {
        let folded = config.folded
        let counts = folded.counts(inputHeight: folded.inputSize, inputWidth: folded.inputSize)
        self.init(parameters: counts.parameters.learnable, macs: counts.macs)
    }

    static func + (a: DesignCost, b: DesignCost) -> DesignCost {
        DesignCost(parameters: a.parameters + b.parameters, macs: a.macs + b.macs)
    }

    static func - (a: DesignCost, b: DesignCost) -> DesignCost {
        DesignCost(parameters: a.parameters - b.parameters, macs: a.macs - b.macs)
    }
}

/// Upper bounds of a design's cost.
public struct DesignBounds: Sendable, Equatable, Codable {
    /// A bound and who set it.
    public struct Bound: Sendable, Equatable, Codable {
        /// The largest number allowed.
        public let most: Int
        /// The option that set it ("--budget"), or the net whose cost it is ("vgnetg-1.0mp").
        public let origin: String

        /// Names both.
        public init(_ most: Int, from origin: String) { (self.most, self.origin) = (most, origin) }
    }

    /// Of the learnable parameters.
    public let parameters: Bound
    /// Of the multiply-accumulates; nil for any number.
    public let macs: Bound?

    /// Groups the bounds.
    public init(parameters: Bound, macs: Bound? = nil) { (self.parameters, self.macs) = (parameters, macs) }

    /// The same bounds times `factor`, at least 1.
    func scaled(by factor: Double) -> DesignBounds {
        func scaled(_ bound: Bound) -> Bound { Bound(max(1, Int(Double(bound.most) * factor)), from: bound.origin) }
        return DesignBounds(parameters: scaled(parameters), macs: macs.map(scaled))
    }

    /// The larger one of cost ÷ bound over parameters and multiply-accumulates: at most 1 within the bounds.
    public func utilisation(_ cost: DesignCost) -> Double {
        max(
            Double(cost.parameters) / Double(parameters.most),
            macs.map { Double(cost.macs) / Double($0.most) } ?? 0)
    }

    /// Whether a cost lies within the bounds.
    public func allow(_ cost: DesignCost) -> Bool {
        cost.parameters <= parameters.most && cost.macs <= macs?.most ?? .max
    }
}
