import Classification
import Kernels

/// What the reader must know to read a grid of kernels.
struct KernelCaption {
    let bank: KernelBank
    let labels: [KernelLabel]?
    let options: KernelGridOptions
    let layout: KernelGridLayout
    /// Weights beyond the ends of the colours.
    let beyondCount: Int
    let marksSalience: Bool
    /// The unit of printed numbers, empty for plain ones; nil where none are printed.
    let numberUnit: String?
    /// Whether rows begin with channel numbers.
    let hasChannelNumbers: Bool
    /// Whether shapes stand above the grid.
    let hasShapes: Bool
    /// What the caption begins with.
    let findings: [String]

    /// All sentences.
    var text: String { Self.joined(findings + [shown, scale, sign, strips, order, shapes, channels, numbers, limits]) }

    /// Those that hold for this layer alone, where others of the page are drawn in the same way.
    var ownText: String { Self.joined(findings + [shown, strips, limits]) }

    private static func joined(_ sentences: [String]) -> String {
        sentences.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var shown: String {
        let count = layout.shownStrips * layout.request.strip
        guard count < bank.count else { return "" }
        return
            "Drawn are \(NumberText.grouped(count)) of \(NumberText.grouped(bank.count)) kernels, evenly spaced in this "
            + "order."
    }

    private var scale: String {
        switch options.scale {
        case .perFilter, .perKernel:
            let isFilter = options.scale == .perFilter && bank.layer.weightShape[1] > 1
            let faint = options.faintKernels == .asAuthors ? ", at least 5×10⁻⁶" : ""
            let zero =
                options.faintKernels == .neutral && labels?.contains(.zero) == true
                ? " Kernels labelled zero are on the layer's scale." : ""
            return "Each \(isFilter ? "filter" : "kernel") on its own scale ±max|w|\(faint)." + zero
        case .perLayer: return "All kernels on the layer's scale." + beyond
        case .shared: return "All kernels on one scale, shared with other layers." + beyond
        }
    }

    private var beyond: String {
        switch beyondCount {
        case 0: ""
        case 1: " 1 weight lies beyond it and has the end's colour."
        default: " \(NumberText.grouped(beyondCount)) weights lie beyond it and have the ends' colours."
        }
    }

    private var sign: String {
        options.sign == .centrePositive ? "Kernels with a negative centre are drawn negated." : ""
    }

    private var strips: String {
        let inputs = bank.layer.weightShape[1]
        if layout.request.strip > 1 {
            return "Each column is one filter, its input channels from top to bottom."
                + (marksSalience ? " Black outline: the filter's strongest slice." : "")
        }
        return inputs > 1
            ? "\(NumberText.grouped(inputs)) kernels for each output channel, one after the other."
                + (marksSalience ? " Black outline: the strongest of them." : "") : ""
    }

    private var order: String {
        switch options.order {
        case .channel: ""
        case .norm: "Largest norm first."
        case .label: labels == nil ? "" : "By label, then channel."
        case .similarity:
            "Each beside the one most like it (cosine), from the strongest on"
                + (bank.count / layout.request.strip > KernelOrdering.similarityLimit
                    ? "; after \(NumberText.grouped(KernelOrdering.similarityLimit)) in channel order." : ".")
        }
    }

    private var channels: String {
        hasChannelNumbers ? "Beside the rows: the output channel, from 0, of the first kernel." : ""
    }

    private var shapes: String { hasShapes ? "Above: the most typical kernel of each shape." : "" }

    private var numbers: String {
        guard options.showsNumbers else { return "" }
        guard let numberUnit else {
            return "Numbers are left out: the page would be more than three times as tall as wide."
        }
        return numberUnit.isEmpty ? "Numbers are the weights." : "Numbers are the weights in units of \(numberUnit)."
    }

    private var limits: String {
        Self.joined([bank.values.contains { !$0.isFinite } ? "Hatched: NaN or infinite." : "", options.leavesOut])
    }
}
