import Diagnostics

/// What the vertical axis of a histogram counts.
public enum HistogramAxis: String, Sendable, Equatable, CaseIterable {
    /// The area is 1, as matplotlib's `density=True`.
    case density
    /// Values in each bin.
    case counts
}

/// Which weights a histogram spans.
public enum HistogramRange: String, Sendable, Equatable, CaseIterable {
    /// All but at most 0.5 % far outliers, which are counted beside it (``Histogram/ofBulk(_:bins:)``).
    case bulk
    /// From the smallest to the largest weight.
    case full
}

/// How a layer's kernels are drawn.
public struct KernelGridOptions: Sendable, Equatable {
    /// Which weight has the end of the colour map; every range is symmetric around 0.
    public enum Scale: Sendable, Equatable {
        /// Each filter's own largest |w| over all its slices, as the authors draw; filters of practically zero stay neutral.
        case perFilter
        /// Each slice's own largest |w|: shows the form of weak slices, hides how weak they are.
        case perKernel
        /// The layer's largest |w|.
        case perLayer
        /// This |w|, so that several layers can be compared; larger weights take the end's colour.
        case shared(Float)

        /// The name under which users ask for it.
        public static let names = ["filter", "kernel", "layer", "network"]
    }

    /// Whether kernels are drawn with the sign that they have.
    public enum Sign: String, Sendable, Equatable, CaseIterable {
        /// As in the checkpoint.
        case raw
        /// Negated where the centre is negative, as the authors draw.
        case centrePositive = "centre-positive"
    }

    /// The order of the kernels.
    public enum Order: String, Sendable, Equatable, CaseIterable {
        /// As in the checkpoint.
        case channel
        /// By label, then channel; channel order where no labels are given.
        case label
        /// The largest L2 norm first.
        case norm
        /// Each beside the one most like it by cosine, from the largest norm on.
        case similarity
    }

    /// How kernels without substance are drawn at ``Scale/perFilter`` and ``Scale/perKernel``.
    public enum FaintKernels: Sendable, Equatable {
        /// Neutral: weights under a thousandth of the layer's largest are not blown up, and kernels labelled zero are
        /// drawn on the layer's scale.
        case neutral
        /// As the authors' code, whose floor of 1e-5 on the range paints all-zero kernels in the lowest colour (Fig. 9).
        case asAuthors
    }

    /// The page's width in millimetres, 80…400.
    public var widthMillimetres = 170.0
    /// The page's greatest height in millimetres; nil for none. Cells shrink and, below 1 pt, kernels are sampled.
    public var maximumHeightMillimetres: Double?
    /// The colours of the weights.
    public var colorMap = ColorMap.rdBu
    /// Which weight has the end of the colour map.
    public var scale = Scale.perFilter
    /// Whether kernels are drawn with the sign that they have.
    public var sign = Sign.raw
    /// The order of the kernels.
    public var order = Order.channel
    /// How kernels without substance are drawn.
    public var faintKernels = FaintKernels.neutral
    /// Whether classified kernels have a bar in their label's colour and form below them.
    public var framesLabels = true
    /// Whether the most typical kernel of each shape stands above classified kernels.
    public var showsShapes = true
    /// Whether rows begin with the number of their first output channel.
    public var showsChannels = true
    /// Whether the weights are printed into the cells, where these are large enough.
    public var showsNumbers = false
    /// Whether the strongest slice of each filter is outlined where filters are drawn as strips.
    public var marksSalientSlices = true
    /// Whether the histogram of the weights stands below the grid.
    public var showsHistogram = true
    /// Whether the histogram spans all weights, as the authors', or leaves out the few that would squeeze it.
    public var histogramRange = HistogramRange.bulk
    /// What the histogram's vertical axis counts.
    public var histogramAxis = HistogramAxis.density
    /// The histogram's bins, at least 1; the authors use 100.
    public var histogramBins = 100

    /// What a low page does without, in a sentence; empty for nothing.
    var leavesOut = ""

    /// The paper's way of drawing, but for neutral zero kernels, raw signs and a histogram of the bulk.
    public init() {}

    /// Throws `figures.badWidth`, `figures.badBins` or `figures.sequentialColorMap` for what cannot be drawn.
    func check() throws {
        try Figure.check(widthMillimetres: widthMillimetres)
        guard !colorMap.isSequential else { throw ColorMap.sequential(colorMap.name) }
        guard Self.binRange.contains(histogramBins) else {
            throw KernelVizError(
                code: "figures.badBins", subject: "histogram", found: "\(histogramBins) bins",
                expected: "1 to 10,000", advice: "Pass another --bins")
        }
    }

    private static let binRange = 1...10_000

    /// The histogram that these options ask for.
    func histogram(of values: [Float]) -> Histogram {
        .ofWeights(values, bins: histogramBins, isWhole: histogramRange == .full)
    }
}
