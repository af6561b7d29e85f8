import Architectures
import Diagnostics
import Files
import Kernels
import Statistics

extension PaperFigures {
    /// The layers that are drawn, with what the reader should know of those that are not the paper's.
    struct Choice {
        /// A layer at hand for one of the paper.
        struct Part {
            let wanted: PaperLayer
            let chosen: ChosenLayer
            let bank: KernelBank
            let layer: LayerStatistics
            let network: NetworkStatistics

            /// What stands above it.
            var title: String { "\(chosen.network.title) \(chosen.layer.label)" }
        }

        var parts: [Part] = []
        /// "MobileNetV2 #7 → …" for each stand-in.
        var stand: [String] = []
        /// The same without files and classes.
        var standShort: [String] = []
        /// The paper's layers for which nothing alike is at hand.
        var leftOut: [String] = []

        /// The same in few words, for figures of one column.
        var shortSentences: [String] {
            (stand.isEmpty ? [] : ["Stand-ins: \(standShort.joined(separator: "; "))."])
                + (leftOut.isEmpty ? [] : ["Left out, nothing alike at hand: \(leftOut.joined(separator: "; "))."])
        }

        /// What stands below the figure about both.
        var sentences: [String] {
            var sentences: [String] = []
            if !stand.isEmpty {
                sentences.append("Not at hand, the nearest drawn: \(stand.joined(separator: "; ")).")
                sentences.append("Who trained a stand-in, and on what, its file does not tell.")
            }
            if !leftOut.isEmpty {
                sentences.append(
                    "Left out, for no layer of the same kind is at hand: \(leftOut.joined(separator: "; ")).")
            }
            return sentences
        }
    }

    func choice(_ number: Int, zeros: [ChosenLayer]) throws -> Choice {
        guard !shelf.networks.isEmpty else { throw noWeights }
        var choice = Choice()
        var seen: Set<String> = []
        var analysed: [String: NetworkStatistics] = [:]
        for (place, wanted) in Self.layers(number).enumerated() {
            guard let chosen = place < zeros.count ? zeros[place] : ChosenLayer(wanted, among: shelf.networks),
                number != 5 || chosen.layer.kernelHeight == 3
            else {
                choice.leftOut.append("\(wanted.text) (\(wanted.kind.rawValue))")
                continue
            }
            let path = chosen.network.checkpoint.path
            let name = "\(chosen.network.title) \(chosen.layer.label)"
            if !chosen.isExact {
                let classes = chosen.network.classCount.map { "\($0) classes" } ?? "no classifier"
                choice.standShort.append("\(wanted.text) → \(chosen.network.title) #\(chosen.layer.number ?? 0)")
                choice.stand.append("\(wanted.text) → \(name) (\(FilePaths.name(of: path)), \(classes))")
            }
            // Two layers of the paper may have one stand-in.
            guard seen.insert(path + name).inserted else { continue }
            let statistics = try analysed[path] ?? NetworkStatistics.analyse(chosen.network)
            analysed[path] = statistics
            guard let layer = statistics.layers.first(where: { $0.layer.number == chosen.layer.number }) else {
                continue
            }
            choice.parts.append(
                Choice.Part(
                    wanted: wanted, chosen: chosen, bank: try KernelBanks.read(chosen.layer, of: chosen.network),
                    layer: layer, network: statistics))
        }
        guard !choice.parts.isEmpty else {
            throw KernelVizError(
                code: "gallery.nothingAlike", subject: "Fig. \(number)",
                found: "no layer like \(choice.leftOut.joined(separator: ", "))",
                expected: "a checkpoint with square kernels of the same kind",
                advice: "Name a folder of checkpoints with --weights")
        }
        return choice
    }
}
