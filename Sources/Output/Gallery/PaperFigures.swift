import Classification
import Derivation
import Diagnostics
import Evaluation
import Figures
import Kernels
import Statistics
import VGNets
import Checkpoints

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
    /// The greatest height of the figures that show kernels; nil for none.
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
    /// `gallery.nothingRuns` where no network at hand can be run, and what reading and drawing throw.
    public func figure(_ number: Int) throws -> Figure {
        precondition(Self.numbers.contains(number))
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

    /// Which layers a figure shows.
    static func layers(_ number: Int) -> [PaperLayer] {
        func mobileNetV2(_ number: Int, _ channels: Int, stride: Int = 1) -> PaperLayer {
            PaperLayer(
                family: "MobileNetV2", network: "MobileNetV2", place: .depthwise(number), channels: channels,
                stride: stride, depth: Double(number) / 17)
        }
        switch number {
        case 1:
            return [
                mobileNetV2(3, 144), mobileNetV2(7, 192, stride: 2), mobileNetV2(11, 384), mobileNetV2(16, 960),
                mobileNetV2(17, 960),
            ]
        case 2:
            return [
                PaperLayer(
                    family: "ResNet", network: "ResNet-RS 50", place: .spatial(18), channels: 512, stride: 2,
                    depth: 0.85
                ),
                PaperLayer(
                    family: "RegNet", network: "RegNetX-8GF", place: .spatial(24), channels: 1920, stride: 2,
                    depth: 0.95
                ),
                mobileNetV2(4, 144, stride: 2),
                PaperLayer(
                    family: "ShuffleNetV2", network: "ShuffleNetV2", place: .depthwise(6), channels: 116, stride: 2,
                    depth: 0.35),
                PaperLayer(
                    family: "EfficientNet", network: "EfficientNet-B0", place: .depthwise(12), size: 5, channels: 672,
                    stride: 2, depth: 0.75),
            ]
        case 3:
            return [
                mobileNetV2(11, 384),
                PaperLayer(
                    family: "MobileNetV3", network: "MobileNetV3-Small", place: .depthwise(7), size: 5, channels: 120,
                    depth: 0.65),
                PaperLayer(
                    family: "EfficientNet", network: "EfficientNet-B0", place: .depthwise(9), size: 5, channels: 480,
                    depth: 0.6),
                PaperLayer(
                    family: "EfficientNet", network: "EfficientNet-B7", place: .depthwise(29), size: 5, channels: 960,
                    depth: 0.55),
            ]
        case 4:
            return [
                PaperLayer(family: "MobileNetV2", network: "MobileNetV2", place: .last, channels: 960, depth: 1),
                PaperLayer(family: "ShuffleNetV2", network: "ShuffleNetV2", place: .last, channels: 232, depth: 1),
                PaperLayer(family: "RegNet", network: "RegNetX-800MF", place: .last, channels: 672, depth: 1),
            ]
        case 5:
            return [(8, 512, 1), (6, 256, 2)].map { number, channels, stride in
                PaperLayer(
                    family: "MobileNetV1", network: "MobileNetV1", place: .depthwise(number), channels: channels,
                    stride: stride, depth: Double(number) / 13)
            }
        default:
            return [(2, 64, 2), (3, 72, 1)].map { number, channels, stride in
                PaperLayer(
                    family: "MobileNetV3", network: "MobileNetV3-Large", place: .depthwise(number), channels: channels,
                    stride: stride, depth: Double(number) / 15)
            }
        }
    }

    private func panels(_ number: Int) throws -> Figure {
        guard !shelf.networks.isEmpty else { throw noWeights }
        var panels: [PanelsFigure.Panel] = []
        var stand: [String] = []
        var seen: Set<String> = []
        var analysed: [String: NetworkStatistics] = [:]
        let findings = PaperFindings(figure: number)
        let zeros = number == 9 ? layersWithZeros : []
        for (place, wanted) in Self.layers(number).enumerated() {
            guard let chosen = place < zeros.count ? zeros[place] : ChosenLayer(wanted, among: shelf.networks) else {
                continue
            }
            let name = "\(chosen.network.title) \(chosen.layer.label)"
            if !chosen.isExact { stand.append("\(wanted.text) → \(chosen.network.title) \(chosen.layer.label)") }
            // Two layers of the paper may have one stand-in.
            guard seen.insert(chosen.network.checkpoint.path + name).inserted else { continue }
            let path = chosen.network.checkpoint.path
            let statistics = try analysed[path] ?? NetworkStatistics.analyse(chosen.network)
            analysed[path] = statistics
            let bank = try KernelBanks.read(chosen.layer, of: chosen.network)
            guard let layer = statistics.layers.first(where: { $0.layer.number == chosen.layer.number }) else {
                continue
            }
            var options = KernelGridOptions()
            options.widthMillimetres = widthMillimetres
            options.sign = .centrePositive
            options.showsHistogram = number == 1
            let sentences = findings.sentences(layer, bank, statistics)
            if number == 9 {
                // With labels but without frames: laid out as the panel beside it.
                var authors = options
                authors.faintKernels = .asAuthors
                authors.framesLabels = false
                panels.append(
                    PanelsFigure.Panel(
                        title: name, bank: bank, classifications: layer.classifications, options: authors,
                        findings: ["As the authors' code draws them."] + sentences))
                options.sign = .raw
            }
            panels.append(
                PanelsFigure.Panel(
                    title: name, bank: bank, classifications: layer.classifications, options: options,
                    findings: number == 9 ? ["The same with raw signs; kernels labelled zero are neutral."] : sentences)
            )
        }
        var caption = [
            findings.claim, "Each filter on its own scale ±max|w|, kernels labelled zero on the layer's.",
            "Kernels with a negative centre are drawn negated, as in the paper.",
        ]
        if number == 9, zeros.isEmpty { caption.append("No kernel at hand is that small.") }
        if !stand.isEmpty { caption.append("Not at hand, the nearest drawn: \(stand.joined(separator: "; ")).") }
        return try PanelsFigure(
            title: "Fig. \(number)", subject: Self.subject(number),
            references: number == 5 ? Array(FixedKernels.fourEdge) : [], panels: panels, caption: caption
        ).figure(widthMillimetres: widthMillimetres, maximumHeightMillimetres: maximumHeightMillimetres)
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
            widthMillimetres: widthMillimetres)
    }

    private var noWeights: KernelVizError {
        KernelVizError(
            code: "gallery.noWeights", subject: "render paper", found: "no checkpoint of a known family",
            expected: "at least one", advice: "Name a folder of checkpoints with --weights")
    }
}
