import Diagnostics
import Evaluation
import Figures
import Files
import Sweeps

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `eval --format json` and `eval --data --format json` wrote about one network, as far as pictures need it.
public struct EvaluatedNetwork: Sendable, Equatable {
    /// A number by which networks are compared.
    public enum Quantity: String, Sendable, Equatable, CaseIterable {
        /// Learnable parameters.
        case parameters
        /// Multiply-accumulates for one image.
        case macs
        /// Median milliseconds for one image on one thread.
        case latency
        /// The share of pictures whose first guess is right, in per cent.
        case accuracy

        /// The quantity in words that begin a title.
        var title: String {
            switch self {
            case .parameters: "Parameters"
            case .macs: "MACs"
            case .latency: "Latency"
            case .accuracy: "Accuracy"
            }
        }

        /// The axis that shows it.
        public var axis: ScatterFigure.Axis {
            switch self {
            case .parameters:
                ScatterFigure.Axis(title: "learnable parameters (millions)", isLogarithmic: true, isMoreBetter: false)
            case .macs: ScatterFigure.Axis(title: "MACs (millions)", isLogarithmic: true, isMoreBetter: false)
            case .latency:
                ScatterFigure.Axis(title: "latency (ms, batch 1, 1 thread)", isLogarithmic: true, isMoreBetter: false)
            case .accuracy: ScatterFigure.Axis(title: "top-1 (%)", isLogarithmic: false, isMoreBetter: true)
            }
        }
    }

    /// The network's name.
    public let name: String
    /// Learnable parameters; nil where they were not counted.
    public let parameters: Double?
    /// Multiply-accumulates for one image; nil where they were not counted.
    public let macs: Double?
    /// Median milliseconds for one image; nil where it was not timed.
    public let latencyMilliseconds: Double?
    /// The share of pictures whose first guess is right, 0…1; nil where it was not measured.
    public let top1: Double?
    /// Between which ends ``top1`` lies: over trainings, or over images; nil where the file does not say.
    public let top1Spread: Spread?
    /// The middle four fifths of the runs that ``latencyMilliseconds`` is the median of; nil likewise.
    public let latencySpread: Spread?

    /// Joins what is known of a network.
    init(
        name: String, parameters: Double?, macs: Double?, latencyMilliseconds: Double?, top1: Double?,
        top1Spread: Spread? = nil, latencySpread: Spread? = nil
    ) {
        (self.name, self.parameters, self.macs) = (name, parameters, macs)
        (self.latencyMilliseconds, self.top1) = (latencyMilliseconds, top1)
        (self.top1Spread, self.latencySpread) = (top1Spread, latencySpread)
    }

    /// Reads such a file, one that `eval --data --format json` wrote, or the results of a sweep: one network or
    /// several, in the file's order.
    ///
    /// Throws `evaluation.badJSON` and the file's own errors.
    public static func read(_ path: String) throws -> [EvaluatedNetwork] {
        let data = Data(try InputFile.text(path).utf8)
        let decoder = JSONDecoder()
        do {
            if let list = try? decoder.decode(EvaluationListDocument.self, from: data), !list.networks.isEmpty {
                return try list.networks.map { try EvaluatedNetwork($0) }
            }
            if let sweep = try? decoder.decode(SweepDocument.self, from: data), !sweep.networks.isEmpty {
                return try sweep.networks.map { try EvaluatedNetwork($0) }
            }
            return [try EvaluatedNetwork(decoder.decode(EvaluationDocument.self, from: data))]
        } catch {
            throw KernelVizError(
                code: "evaluation.badJSON", subject: path, found: "no evaluation of a network",
                expected: "the JSON that 'kernelviz eval --format json' or 'kernelviz sweep' writes",
                advice: "Run 'kernelviz eval NETWORK --format json -o \(FilePaths.name(of: path))'")
        }
    }

    /// Reads such files and joins those of one network: counts and latency from one, accuracy from another.
    ///
    /// Networks come in the order in which they first appear; of two numbers for one thing the first holds.
    public static func read(_ paths: [String]) throws -> [EvaluatedNetwork] {
        var networks: [EvaluatedNetwork] = []
        for new in try paths.flatMap({ try read($0) }) {
            guard let place = networks.firstIndex(where: { $0.name == new.name }) else {
                networks.append(new)
                continue
            }
            let old = networks[place]
            networks[place] = EvaluatedNetwork(
                name: old.name, parameters: old.parameters ?? new.parameters, macs: old.macs ?? new.macs,
                latencyMilliseconds: old.latencyMilliseconds ?? new.latencyMilliseconds, top1: old.top1 ?? new.top1,
                top1Spread: old.top1 == nil ? new.top1Spread : old.top1Spread,
                latencySpread: old.latencyMilliseconds == nil ? new.latencySpread : old.latencySpread)
        }
        return networks
    }

    private init(_ document: EvaluationDocument) throws {
        let images = Double(max(1, document.inputShape?.first ?? 1))
        guard document.parameters != nil || document.top1 != nil else { throw Missing() }
        self.init(
            name: document.network, parameters: document.parameters.map(Double.init),
            macs: document.macs.map(Double.init), latencyMilliseconds: document.latencyMilliseconds.map { $0 / images },
            top1: document.top1, top1Spread: Self.accuracySpread(document),
            latencySpread: Self.latencySpread(document, images: images))
    }

    private init(_ row: SweepDocument.Network) throws {
        guard row.parameters != nil || row.top1 != nil else { throw Missing() }
        self.init(
            name: row.network, parameters: row.parameters.map(Double.init), macs: row.macs.map(Double.init),
            latencyMilliseconds: nil, top1: row.top1, top1Spread: Self.accuracySpread(row))
    }

    /// The interval that an evaluation over a data set wrote.
    private static func accuracySpread(_ document: EvaluationDocument) -> Spread? {
        guard document.top1 != nil, let ends = document.top1Interval, ends.count == 2, let images = document.images,
            ends.allSatisfy((0...1).contains)
        else { return nil }
        return Spread(low: ends[0], high: ends[1], count: images, meaning: "95 % interval over the images")
    }

    /// The 10th and the 90th percentile that an evaluation wrote, for one image.
    private static func latencySpread(_ document: EvaluationDocument, images: Double) -> Spread? {
        guard document.latencyMilliseconds != nil, let ends = document.latencySpreadMilliseconds, ends.count == 2,
            let runs = document.runs, ends[0] > 0
        else { return nil }
        return Spread(
            low: ends[0] / images, high: ends[1] / images, count: runs, meaning: "middle 80 % of the runs")
    }

    /// The interval of the mean over a net's trainings, from the trainings where they are listed.
    private static func accuracySpread(_ row: SweepDocument.Network) -> Spread? {
        let meaning = "95 % interval of the mean over trainings"
        let runs = (row.runs ?? []).compactMap(\.top1)
        if !runs.isEmpty { return Spread(meanOf: runs, within: 0...1, meaning: meaning) }
        guard let mean = row.top1, let deviation = row.top1StandardDeviation, let count = row.trainings else {
            return nil
        }
        return Spread(mean: mean, standardDeviation: deviation, count: count, within: 0...1, meaning: meaning)
    }

    /// The number that stands for `quantity` on its axis; NaN where it was not measured.
    public func value(_ quantity: Quantity) -> Double {
        switch quantity {
        case .parameters: parameters.map { $0 / 1e6 } ?? .nan
        case .macs: macs.map { $0 / 1e6 } ?? .nan
        case .latency: latencyMilliseconds ?? .nan
        case .accuracy: top1.map { $0 * 100 } ?? .nan
        }
    }

    /// Between which ends the number of ``value(_:)`` lies; nil where it is exact or was measured once.
    func spread(_ quantity: Quantity) -> Spread? {
        switch quantity {
        case .parameters, .macs: nil
        case .latency: latencySpread
        case .accuracy: top1Spread?.scaled(by: 100)
        }
    }

    /// The networks in the plane of two quantities, with discs whose areas show a third; VGNets are emphasised.
    ///
    /// Without `y` accuracy is shown where it was measured, else latency; without `size` latency, where it is on no axis
    /// and was measured for all networks.
    public static func scatter(
        _ networks: [EvaluatedNetwork], x: Quantity, y: Quantity? = nil, size: Quantity? = nil,
        widthMillimetres: Double = 170
    ) throws -> Figure {
        let y = y ?? (networks.contains { $0.top1 != nil } ? .accuracy : .latency)
        let isTimed = networks.allSatisfy { $0.latencyMilliseconds != nil }
        let size = size ?? (isTimed && x != .latency && y != .latency ? .latency : nil)
        let entries = networks.map { network in
            ScatterFigure.Entry(
                name: network.name, x: network.value(x), y: network.value(y),
                isEmphasised: ["vgnet", "derived"].contains { network.name.lowercased().hasPrefix($0) },
                area: size.map(network.value), xSpread: network.spread(x), ySpread: network.spread(y))
        }
        return try ScatterFigure.figure(
            of: entries, x: x.axis, y: y.axis, areaTitle: size?.axis.title ?? "",
            title: "\(y.title) against \(x == .macs ? x.title : x.title.lowercased())",
            widthMillimetres: widthMillimetres)
    }

    /// The errors of a sweep's nets as a distribution, the sweep's baseline (else its first net) set against the others.
    ///
    /// Throws `evaluation.badJSON`, `figures.noPoints` and the file's own errors.
    public static func distribution(ofSweep path: String, widthMillimetres: Double = 170) throws -> Figure {
        let networks = try read(path)
        let sweep = try? JSONDecoder().decode(SweepDocument.self, from: Data(try InputFile.text(path).utf8))
        let marked = networks.first { $0.name == sweep?.baseline } ?? networks[0]
        return try DistributionFigure.figure(
            of: networks.filter { $0.name != marked.name }.compactMap { network in
                network.top1.map { DistributionFigure.Design(error: 1 - $0, spread: network.errorSpread) }
            },
            against: marked.top1.map {
                DistributionFigure.Marked(name: marked.name, error: 1 - $0, spread: marked.errorSpread)
            },
            name: "other designs", title: sweep?.title ?? "Errors of \(networks.count) designs",
            widthMillimetres: widthMillimetres)
    }

    /// Between which ends the share of wrong guesses lies.
    private var errorSpread: Spread? {
        top1Spread.flatMap { Spread(low: 1 - $0.high, high: 1 - $0.low, count: $0.count, meaning: $0.meaning) }
    }

    private struct Missing: Error {}
}
