import Diagnostics
import Figures
import Files

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `eval --format json` wrote about one network, as far as pictures need it.
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
    /// Learnable parameters.
    public let parameters: Double
    /// Multiply-accumulates for one image.
    public let macs: Double
    /// Median milliseconds for one image; nil where it was not timed.
    public let latencyMilliseconds: Double?
    /// The share of pictures whose first guess is right, 0…1; nil where it was not measured.
    public let top1: Double?

    /// Reads such a file, or the results of a sweep: one network or several, in the file's order.
    ///
    /// Throws `evaluation.badJSON` and the file's own errors.
    public static func read(_ path: String) throws -> [EvaluatedNetwork] {
        let data = Data(try InputFile.text(path).utf8)
        let decoder = JSONDecoder()
        if let list = try? decoder.decode(List.self, from: data), !list.networks.isEmpty {
            return list.networks.map(EvaluatedNetwork.init)
        }
        do {
            return [EvaluatedNetwork(try decoder.decode(Document.self, from: data))]
        } catch {
            throw KernelVizError(
                code: "evaluation.badJSON", subject: path, found: "no evaluation of a network",
                expected: "the JSON that 'kernelviz eval --format json' or 'kernelviz sweep' writes",
                advice: "Run 'kernelviz eval NETWORK --format json -o \(FilePaths.name(of: path))'")
        }
    }

    private init(_ document: Document) {
        let images = Double(max(1, document.inputShape?.first ?? 1))
        name = document.network
        parameters = document.parameters
        macs = document.macs
        latencyMilliseconds = document.latencyMilliseconds.map { $0 / images }
        top1 = document.top1
    }

    /// The number that stands for `quantity` on its axis; NaN where it was not measured.
    public func value(_ quantity: Quantity) -> Double {
        switch quantity {
        case .parameters: parameters / 1e6
        case .macs: macs / 1e6
        case .latency: latencyMilliseconds ?? .nan
        case .accuracy: top1.map { $0 * 100 } ?? .nan
        }
    }

    /// The networks in the plane of two quantities; VGNets are emphasised.
    public static func scatter(
        _ networks: [EvaluatedNetwork], x: Quantity, y: Quantity, widthMillimetres: Double = 170
    ) throws -> Figure {
        let entries = networks.map { network in
            ScatterFigure.Entry(
                name: network.name, x: network.value(x), y: network.value(y),
                isEmphasised: ["vgnet", "derived"].contains { network.name.lowercased().hasPrefix($0) })
        }
        return try ScatterFigure.figure(
            of: entries, x: x.axis, y: y.axis, title: "\(y.title) against \(x.title)",
            widthMillimetres: widthMillimetres)
    }

    private struct List: Decodable { let networks: [Document] }

    private struct Document: Decodable {
        let network: String
        let parameters: Double
        let macs: Double
        let inputShape: [Int]?
        let latencyMilliseconds: Double?
        let top1: Double?
    }
}
