import VGNets

extension Derivation {
    /// What the user decides; everything else follows from the evidence.
    public struct DesignOptions: Sendable, Equatable {
        /// Which kernels are fixed.
        public enum Form: String, Sendable, Equatable, CaseIterable {
            /// Those of the DownsamplingBlocks, as far as D1 says so (VGNetG).
            case g
            /// None (VGNetC).
            case c
            /// Those of the HalfIdentityBlocks too (VGNetF1, F3).
            case f
        }

        /// What the net may cost.
        public var budget: DesignBudget
        /// Stage widths are multiples of this.
        public var multiple = 8
        /// Which kernels are fixed.
        public var form = Form.g
        /// The rules in force.
        public var rules = RuleSet.standard
        /// How several networks vote.
        public var weighting = Weighting.network
        /// What stands around the learned depthwise kernels while the net trains; it folds into them. Nil is what D10
        /// says, the kernel alone where that is off.
        public var depthwise: DepthwiseForm?
        /// Rows and columns of the learned kernels of the half blocks, stage by stage: 3, 5 or 7.
        public var kernelSize = PerStage(3)
        /// Whether to add squeeze-and-excite.
        public var withSqueezeExcite = false
        /// The activation behind every pointwise convolution.
        public var activation = Activation.relu
        /// The number of classes.
        public var classes = 1000
        /// Rows and columns of the input images; nil for 224, or 32 with ``isThumbnail``.
        public var inputSize: Int?
        /// Whether stem and stage 1 keep the resolution.
        public var isThumbnail = false
        /// The name of the net; nil makes one from the budget.
        public var name: String?

        /// A target of `budget` and the paper's choices otherwise.
        public init(budget: DesignBudget) { self.budget = budget }

        /// A target of a size or of so many learnable parameters, and the paper's choices otherwise.
        public init(budget: ParameterBudget) { self.init(budget: DesignBudget(budget)) }
    }
}
