import Classification
import Derivation
import Diagnostics
import Evaluation
import Figures
import Kernels
import Statistics
import VGNets
import Architectures

/// The figures of the VGNet paper (arXiv 2207.10318), composed from the checkpoints at hand.
///
/// Each panel prints the statistic that supports the paper's claim; where the paper's network is not at hand the
/// nearest one is drawn and the caption says so.
public struct PaperFigures: Sendable {
    /// The numbers of the figures.
    public static let numbers = 1...9

    let shelf: CheckpointShelf
    let picture: String?
    let widthMillimetres: Double
    /// The greatest height of a figure; nil for none.
    let maximumHeightMillimetres: Double?

    /// Draws from `shelf`; `picture` is what Fig. 6 looks at.
    public init(
        shelf: CheckpointShelf, picture: String?, widthMillimetres: Double = 170,
        maximumHeightMillimetres: Double? = nil
    ) {
        (self.shelf, self.picture, self.widthMillimetres) = (shelf, picture, widthMillimetres)
        self.maximumHeightMillimetres = maximumHeightMillimetres
    }

    /// What a figure shows, in a few words.
    public static func subject(_ number: Int) -> String {
        switch number {
        case 1: "kernels from the front of a network to its back"
        case 2: "kernels of downsampling layers"
        case 3: "identity kernels in the middle of the network"
        case 4: "kernels of the last layer"
        case 5: "kernels like Sobel and Laplacian"
        case 6: "feature maps of adjacent layers"
        case 7: "the eight fixed kernels"
        case 8: "the blocks of a VGNet"
        default: "kernels of nearly nothing"
        }
    }

    /// Composes figure `number`.
    ///
    /// Throws `gallery.noWeights` where no network is at hand, `gallery.noPicture` for Fig. 6 without a picture,
    /// `gallery.nothingRuns` where no network at hand can be run, `figures.tooLow` where the height is too little, and
    /// what reading and drawing throw.
    public func figure(_ number: Int) throws -> Figure {
        precondition(Self.numbers.contains(number))
        return try FigurePages.page(drawn(number), maximumHeightMillimetres: maximumHeightMillimetres)[0]
    }

    private func drawn(_ number: Int) throws -> Figure {
        switch number {
        case 6: return try featureMaps()
        case 7:
            return try NamedKernelsFigure.figure(
                of: FixedKernels.sixEdgeTwoGaussian, title: "Fig. 7", subject: Self.subject(7),
                caption:
                    "The fixed kernels of VGNetF as the authors' code has them: six edge kernels, whose weights sum "
                    + "to 0, and two Gaussians, rounded to four decimals. Channel i uses kernel i mod 8.",
                widthMillimetres: widthMillimetres)
        case 8:
            return try NetworkDiagramFigure.figure(
                of: .published("vgnetg-1.0mp"), widthMillimetres: widthMillimetres)
        default: return try panels(number)
        }
    }

    // MARK: Kernels

    /// The figures that can be drawn for one column of a journal.
    public static let columnNumbers = 1...4

    /// Composes one of ``columnNumbers`` for one column, 89×45 mm as the paper's Fig. 1; see ``figure(_:)``.
    ///
    /// Throws `figures.tooLow` where the height is too little, and what ``figure(_:)`` throws.
    public func columnFigure(_ number: Int) throws -> Figure {
        precondition(Self.columnNumbers.contains(number))
        let choice = try choice(number, zeros: [])
        let panels = choice.parts.map { part -> ColumnFigure.Panel in
            var options = KernelGridOptions()
            options.sign = .centrePositive
            return ColumnFigure.Panel(
                network: part.chosen.network.title, bank: part.bank, classifications: part.layer.classifications,
                options: options, verdict: PaperFindings.shortVerdict(part.wanted.claim, part.network))
        }
        return try ColumnFigure(
            title: "Fig. \(number)", panels: panels,
            notes: ["Kernels with a negative centre: negated."] + choice.shortSentences
        ).figure(
            widthMillimetres: min(widthMillimetres, ColumnFigure.widthMillimetres),
            maximumHeightMillimetres: maximumHeightMillimetres ?? ColumnFigure.heightMillimetres)
    }

    private func panels(_ number: Int) throws -> Figure {
        let zeros = number == 9 ? layersWithZeros : []
        let choice = try choice(number, zeros: zeros)
        let findings = PaperFindings(figure: number)
        if number == 5 { return try matches(choice, findings) }
        var caption = [
            findings.claim, "Each filter on its own scale ±max|w|, kernels labelled zero on the layer's.",
            "Kernels with a negative centre are drawn negated, as in the paper.",
        ]
        if number == 9, zeros.isEmpty { caption.append("No kernel at hand is that small.") }
        return try PanelsFigure(
            title: "Fig. \(number)", subject: Self.subject(number),
            panels: choice.parts.flatMap { panels(of: $0, number, findings) }, caption: caption + choice.sentences
        ).figure(widthMillimetres: widthMillimetres, maximumHeightMillimetres: maximumHeightMillimetres)
    }

    /// A layer as it is drawn; for Fig. 9 twice.
    private func panels(
        of part: Choice.Part, _ number: Int, _ findings: PaperFindings
    ) -> [PanelsFigure.Panel] {
        var options = KernelGridOptions()
        options.widthMillimetres = widthMillimetres
        options.sign = .centrePositive
        options.showsHistogram = number == 1
        let sentences = findings.sentences(part.layer, part.bank, part.network)
        let verdict = PaperFindings.verdict(part.wanted.claim, part.network)
        func panel(_ options: KernelGridOptions, _ findings: [String]) -> PanelsFigure.Panel {
            PanelsFigure.Panel(
                title: part.title, bank: part.bank, classifications: part.layer.classifications, options: options,
                findings: findings, verdict: verdict)
        }
        guard number == 9 else { return [panel(options, sentences)] }
        // With labels but without bars: laid out as the panel beside it.
        var authors = options
        authors.faintKernels = .asAuthors
        authors.framesLabels = false
        options.sign = .raw
        return [
            panel(authors, ["As the authors' code draws them."] + sentences),
            panel(options, ["The same with raw signs; kernels labelled zero are neutral."]),
        ]
    }

    /// Fig. 5: the kernels that are most like the fixed ones.
    private func matches(_ choice: Choice, _ findings: PaperFindings) throws -> Figure {
        try MatchesFigure(
            title: "Fig. 5", subject: Self.subject(5), references: Array(FixedKernels.fourEdge),
            panels: choice.parts.map { part in
                MatchesFigure.Panel(
                    title: part.title, verdict: PaperFindings.verdict(part.wanted.claim, part.network),
                    bank: part.bank, findings: findings.sentences(part.layer, part.bank, part.network))
            }, caption: [findings.claim] + choice.sentences
        ).figure(widthMillimetres: widthMillimetres)
    }

    /// For Fig. 9, which is about zeros: the two layers with the largest shares of them, of MobileNetV3 where it has some,
    /// in network order; empty where no kernel at hand is that small.
    private var layersWithZeros: [ChosenLayer] {
        func ranked(_ networks: [ConvNetwork]) -> [(choice: ChosenLayer, share: Double)] {
            networks.map { network in
                let layers = network.spatialLayers.filter { $0.kernelHeight == $0.kernelWidth && $0.isDepthwise }
                return layers.compactMap { layer -> (choice: ChosenLayer, share: Double)? in
                    guard let bank = try? KernelBanks.read(layer, of: network) else { return nil }
                    let share = PaperFindings.faintShare(bank)
                    return share > 0
                        ? (ChosenLayer(network: network, layer: layer, isExact: false), share) : nil
                }.sorted { ($1.share, $0.choice.layer.number ?? 0) < ($0.share, $1.choice.layer.number ?? 0) }
            }.max { ($0.first?.share ?? 0) < ($1.first?.share ?? 0) } ?? []
        }
        let family = ranked(shelf.networks.filter { $0.family == "MobileNetV3" })
        let best = family.isEmpty ? ranked(shelf.networks) : family
        return best.prefix(2).map(\.choice).sorted { ($0.layer.number ?? 0) < ($1.layer.number ?? 0) }
    }

    // MARK: Feature maps

    private func featureMaps() throws -> Figure {
        guard !shelf.networks.isEmpty else { throw noWeights }
        guard let picture else {
            throw KernelVizError(
                code: "gallery.noPicture", subject: "Fig. 6", found: "no picture", expected: "a PNG or JPEG file",
                advice: "Name one with --input")
        }
        var drawn: [FeatureMapsPage.Part] = []
        var notes: [String] = []
        for (family, name) in [("MobileNetV1", "MobileNetV1"), ("RegNet", "RegNetX-400MF")] {
            let candidates = shelf.networks.filter { $0.family == family }
            var reason = "no checkpoint of the family is at hand"
            var isDrawn = false
            for network in candidates where !isDrawn {
                do {
                    let choice = try FeatureMapsChoice(network.checkpoint.path, picture: picture)
                    drawn.append(
                        FeatureMapsPage.Part(
                            title: "\(network.title), around \(choice.layer)", maps: choice.maps,
                            findings: choice.findings))
                    if !network.title.hasPrefix(name) { notes.append("\(network.title) stands for \(name).") }
                    isDrawn = true
                } catch let error as KernelVizError {
                    reason = "\(error)"
                }
            }
            if !isDrawn { notes.append("\(name) is not drawn: \(reason)\(reason.hasSuffix(".") ? "" : ".")") }
        }
        guard !drawn.isEmpty else {
            throw KernelVizError(
                code: "gallery.nothingRuns", subject: "Fig. 6", found: String(notes.joined(separator: " ").dropLast()),
                expected: "a MobileNetV1 or RegNet checkpoint that can be run")
        }
        return try FeatureMapsPage.figure(
            of: drawn, title: "Fig. 6", subject: Self.subject(6),
            caption: (["The paper's claim: many channels pass a layer nearly unchanged."] + notes).joined(
                separator: " "),
            widthMillimetres: widthMillimetres, maximumHeightMillimetres: maximumHeightMillimetres)
    }

    var noWeights: KernelVizError {
        KernelVizError(
            code: "gallery.noWeights", subject: "render paper", found: "no checkpoint of a known family",
            expected: "at least one", advice: "Name a folder of checkpoints with --weights")
    }
}
