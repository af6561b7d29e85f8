import Architectures
import Classification
import Diagnostics
import Figures
import Kernels
import Statistics

/// The kernels of a network as its page carries them.
///
/// A little-endian number of four bytes, so many bytes of JSON (`layers`, one object each), then each layer's columns of
/// `count` kernels: weights (single precision where `exact`; else signed bytes, 127 for the kernel's largest magnitude and
/// −128 for what is not finite, and the largest magnitudes in single precision), labels and shapes as places in the page's
/// lists, fits in hundredths (a byte each); widths σ in hundredths, below zero the bound that the width lies beyond;
/// probabilities in thousandths, −1 for none; 1000 · second label + its probability in thousandths, 0 for none (two bytes
/// each). Then, where `feeds` and `fedBy` name a layer, the places of its partners and their shares in signed thousandths
/// (two bytes each; ``HTMLPartners``); where `excited` is there, places and values of ``HTMLInputs/Columns``.
struct HTMLKernels {
    /// Bars of a histogram.
    static let bins = 80
    private var layers: [String] = []
    private var columns: [UInt8] = []

    /// A layer's partners on one side.
    struct Links {
        /// The other layer's place among the network's layers.
        let layer: Int
        let partners: HTMLPartners
    }

    /// Adds the next layer.
    mutating func add(
        _ statistics: LayerStatistics, bank: KernelBank, identifier: String, budget: HTMLBudget,
        feeds: Links? = nil, fedBy: Links? = nil, inputs: HTMLInputs? = nil
    ) {
        let count = min(bank.count, budget.kernelLimit)
        let layer = bank.layer
        var fields = [
            "\"id\":\"\(identifier)\"", "\"number\":\(layer.number.map(String.init) ?? "null")",
            "\"name\":\(JSONText.quoted(layer.name.printable))", "\"title\":\(JSONText.quoted(layer.label.printable))",
            "\"size\":\(bank.size)", "\"count\":\(count)",
            "\"inputs\":\(max(1, layer.weightShape[1]))", "\"exact\":\(budget.isExact)",
            "\"largest\":\(KernelColors.largest(of: bank.values))",
            "\"range\":\(KernelColors.range(of: bank.values))",
            "\"histogram\":\(Self.histogram(statistics, bank))",
        ]
        addWeights(bank, count: count, isExact: budget.isExact)
        addFacts(Array(statistics.classifications.prefix(count)))
        for (name, links) in [("feeds", feeds), ("fedBy", fedBy)] {
            guard let links else { continue }
            let partners = links.partners.prefix(count)
            fields.append("\"\(name)\":{\"layer\":\(links.layer),\"count\":\(partners.count)}")
            columns += partners.places.flatMap(Self.bytes) + partners.shares.flatMap(Self.bytes)
        }
        let channels = (count + max(1, layer.weightShape[1]) - 1) / max(1, layer.weightShape[1])
        if let excited = inputs?.columns(ofWeight: layer.tensorName, channels: channels) {
            fields.append("\"excited\":\(excited.geometry)")
            columns += excited.places.flatMap(Self.bytes) + excited.values.flatMap { Self.bytes($0.bitPattern) }
        }
        layers.append("{" + fields.joined(separator: ",") + "}")
    }

    /// The element that carries them.
    func element(id: String) -> String { HTMLPacked.element(bytes, id: id) }

    /// All bytes, not packed.
    var bytes: [UInt8] {
        let text = Array("{\"layers\":[\(layers.joined(separator: ","))]}".utf8)
        return Self.bytes(UInt32(text.count)) + text + columns
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        var rest = number
        return (0..<number.bitWidth / 8).map { _ in
            defer { rest >>= 8 }
            return UInt8(truncatingIfNeeded: rest)
        }
    }

    // MARK: Columns

    private mutating func addWeights(_ bank: KernelBank, count: Int, isExact: Bool) {
        let weights = bank.values.prefix(count * bank.size * bank.size)
        if isExact {
            columns += weights.flatMap { Self.bytes($0.bitPattern) }
            return
        }
        var largest: [Float] = []
        for index in 0..<count {
            let kernel = bank.kernel(index)
            let most = KernelColors.largest(of: kernel)
            columns += kernel.map { weight in
                guard weight.isFinite else { return UInt8(bitPattern: -128) }
                return UInt8(bitPattern: Int8((most > 0 ? weight / most * 127 : 0).rounded()))
            }
            largest.append(most)
        }
        columns += largest.flatMap { Self.bytes($0.bitPattern) }
    }

    private mutating func addFacts(_ kernels: [KernelClassification]) {
        let shapes = Dictionary(uniqueKeysWithValues: KernelShape.allCases.enumerated().map { ($1, UInt8($0)) })
        columns += kernels.map { UInt8(KernelLabel.allCases.firstIndex(of: $0.label) ?? 0) }
        columns += kernels.map { shapes[$0.shape] ?? 0 }
        columns += kernels.map { UInt8(Self.whole($0.fit * 100, to: 100)) }
        columns += kernels.flatMap { Self.bytes(Self.sigma($0)) }
        columns += kernels.flatMap { Self.bytes($0.probability.map(Self.thousandths) ?? -1) }
        columns += kernels.flatMap { Self.bytes(Self.second($0)) }
    }

    private static func sigma(_ kernel: KernelClassification) -> Int16 {
        func hundredths(_ pixels: Double) -> Int16 { Int16(whole(pixels * 100, to: 32_000)) }
        return kernel.sigmaPixels.map(hundredths) ?? kernel.sigmaBoundPixels.map { -hundredths($0) } ?? 0
    }

    private static func thousandths(_ share: Double) -> Int16 { Int16(whole(share * 1000, to: 1000)) }

    /// The nearest whole number from 0 to `most`; 0 for what is no number.
    private static func whole(_ value: Double, to most: Double) -> Int {
        value.isNaN ? 0 : Int(min(most, max(0, value)).rounded())
    }

    private static func second(_ kernel: KernelClassification) -> Int16 {
        guard let label = kernel.secondLabel, let share = kernel.secondProbability,
            let place = KernelLabel.allCases.firstIndex(of: label)
        else { return 0 }
        return Int16(1000 * place) + min(999, thousandths(share))
    }

    // MARK: Histogram

    /// Bars of the bulk of the weights: the axis' ends, and each label's counts.
    private static func histogram(_ statistics: LayerStatistics, _ bank: KernelBank) -> String {
        let whole = Histogram.ofBulk(bank.values, bins: bins)
        let range = whole.lowerBound...whole.upperBound
        let parts = KernelLabel.allCases.enumerated().compactMap { place, label -> String? in
            let values = statistics.classifications.indices.filter { statistics.classifications[$0].label == label }
                .flatMap { bank.kernel($0) }
            guard !values.isEmpty else { return nil }
            let counts = Histogram(values, bins: bins, range: range).counts
            return "[\(place),[\(counts.map(String.init).joined(separator: ","))]]"
        }
        return "{\"low\":\(whole.lowerBound),\"high\":\(whole.upperBound),\"parts\":[\(parts.joined(separator: ","))]}"
    }
}
