import Architectures
import Diagnostics
import Foundation

/// What a checkpoint holds, as a tree for people and as JSON for programs.
public struct InspectionReport: Report {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.weights.rawValue

    private let inspection: CheckpointInspection

    /// A report on `inspection`.
    public init(_ inspection: CheckpointInspection) { self.inspection = inspection }

    /// The tensors with shape, stored type and the SHA-256 of their float32 little-endian bytes in the file's own axis
    /// order, so that they can be compared with what other libraries read.
    public var json: String {
        JSONText.of(
            Document(
                format: inspection.checkpoint.format, family: inspection.network?.family,
                conventions: inspection.network?.conventions ?? [],
                contradictions: inspection.network?.contradictions ?? [],
                notes: inspection.checkpoint.notes,
                setAside: inspection.checkpoint.setAside.map {
                    Document.SetAside(name: $0.name, shape: $0.shape.dimensions, dtype: $0.dtype)
                }, network: inspection.network.map(Document.Network.init), recognition: inspection.recognition,
                tensors: inspection.items.map { item in
                    Document.Tensor(
                        name: item.entry.name, shape: item.entry.shape.dimensions, dtype: item.entry.dtype,
                        sha256: item.statistics.sha256, note: item.entry.note)
                }))
    }

    /// A tree of the tensors with their statistics, then what network it is and why.
    public var table: String {
        let checkpoint = inspection.checkpoint
        let count = inspection.items.reduce(0) { $0 + $1.entry.shape.elementCount }
        var text = "\(checkpoint.path): \(checkpoint.format), \(inspection.items.count) tensors, "
        text += "\(NumberFormat.grouped(count)) numbers, SHA-256 \(checkpoint.sha256.prefix(16))…\n"
        var table = TextTable([
            .init("tensor", .left), .init("shape", .left), .init("type", .left), .init("min", .right),
            .init("max", .right), .init("mean", .right), .init("deviation", .right), .init("zero", .right),
        ])
        var path: [String] = []
        for item in inspection.items {
            let parts = item.entry.name.split { $0 == "/" || $0 == "." }.map(String.init)
            for depth in parts.indices.dropLast() where depth >= path.count || path[depth] != parts[depth] {
                path = Array(path.prefix(depth)) + [parts[depth]]
                table.add(Self.branch(String(repeating: "  ", count: depth) + parts[depth]))
            }
            path = Array(parts.dropLast())
            table.add(Self.row(item, indent: String(repeating: "  ", count: path.count) + (parts.last ?? "")))
        }
        text += table.text
        let notes = Dictionary(grouping: inspection.items.compactMap(\.entry.note)) { $0 }.mapValues(\.count)
        for (note, count) in notes.sorted(by: { $0.key < $1.key }) {
            text += "\(count) \(count == 1 ? "tensor is" : "tensors are") \(note).\n"
        }
        let nonFinite = inspection.items.filter { $0.statistics.nonFiniteCount > 0 }
        for item in nonFinite.prefix(5) {
            text += "\(item.entry.name): \(item.statistics.nonFiniteCount) elements are NaN or infinite.\n"
        }
        if nonFinite.count > 5 { text += "\(nonFinite.count - 5) further tensors hold NaN or infinity.\n" }
        for note in checkpoint.notes { text += "Note: \(note)\n" }
        return text + network
    }

    private var network: String {
        guard let network = inspection.network else { return "Network: none recognised (\(inspection.recognition))\n" }
        let spatial = network.spatialLayers
        let kernels = spatial.reduce(0) { $0 + $1.kernelCount }
        let norms = network.layers.count { $0.batchNorm != nil }
        var text =
            "Network: \(network.title), \(spatial.count) N×N \(spatial.count == 1 ? "layer" : "layers") with "
            + "\(NumberFormat.grouped(kernels)) kernels. \(network.recognition)\n"
        let unpaired = network.unpairedNorms
        if norms > 0 {
            text += "Batch normalisation: beside \(norms) of \(network.layers.count) convolutions.\n"
        } else if unpaired.isEmpty {
            text += "Batch normalisation: folded into the weights, or none.\n"
        }
        if !unpaired.isEmpty {
            let more = unpaired.count > 4 ? " and \(unpaired.count - 4) more" : ""
            text +=
                "\(unpaired.count) batch \(unpaired.count == 1 ? "normalisation" : "normalisations") in the file could not "
                + "be paired with a convolution: \(unpaired.prefix(4).joined(separator: ", "))\(more).\n"
        }
        let outside = spatial.filter(\.isOutsideFamily)
        if !outside.isEmpty {
            let outsideKernels = outside.reduce(0) { $0 + $1.kernelCount }
            text +=
                "Outside the family: \(outside.count) N×N layers with \(NumberFormat.grouped(outsideKernels)) kernels.\n"
        }
        let phrases = LeftOutTensor.phrases(network.leftOut)
        if !phrases.isEmpty { text += "Left out: \(phrases.joined(separator: "; ")).\n" }
        for norm in network.missingNorms.prefix(4) {
            let instead = norm.isFolded ? "; it may be folded into weights and bias" : ""
            let others = network.layers.contains { $0.batchNorm != nil } ? ", unlike the other layers" : ", nor a bias"
            text += "No '\(norm.tensor)' beside \(norm.layer)\(others)\(instead).\n"
        }
        if network.missingNorms.count > 4 { text += "Nor beside \(network.missingNorms.count - 4) more layers.\n" }
        for sentence in network.contradictions { text += "Contradiction: \(sentence)\n" }
        for line in [network.conventions.settings, network.conventions.assumptions].compactMap({ $0 }) {
            text += line + "\n"
        }
        if !network.missingTensors.isEmpty {
            text += "Missing: \(network.missingTensors.joined(separator: ", ")).\n"
        }
        return text.split(separator: "\n").map { $0.description.printable + "\n" }.joined()
    }

    private static func branch(_ name: String) -> [TextTable.Cell] {
        [.init(TextTable.shortened(name, to: 48))] + Array(repeating: .init(""), count: 7)
    }

    private static func row(_ item: CheckpointInspection.Item, indent: String) -> [TextTable.Cell] {
        let numbers = item.statistics
        let count = item.entry.shape.elementCount
        return [
            .init(TextTable.shortened(indent, to: 48)), .init(item.entry.shape.description), .init(item.entry.dtype),
            .init(significant(Double(numbers.minimum))), .init(significant(Double(numbers.maximum))),
            .init(significant(numbers.mean)), .init(significant(numbers.standardDeviation)),
            .init(count > 0 ? NumberFormat.percent(Double(numbers.zeroCount) / Double(count)) : "·"),
        ]
    }

    /// Four significant digits.
    private static func significant(_ value: Double) -> String { String(format: "%.4g", value) }

    private struct Document: Encodable {
        struct Tensor: Encodable {
            let name: String
            let shape: [Int]
            let dtype: String
            let sha256: String
            let note: String?
        }

        /// A tensor of a second copy of the weights.
        struct SetAside: Encodable {
            let name: String
            let shape: [Int]
            let dtype: String
        }

        /// What network the tensors are, as every other report has it.
        struct Network: Encodable {
            let title: String
            let layers: Int
            let kernels: Int
            let orderKnown: Bool
            let leftOut: [LeftOut]
            let missing: [String]
            let batchNormalised: Int
            let unpairedBatchNorms: [String]
            let missingBatchNorms: [ConvNetwork.MissingNorm]?

            init(_ network: ConvNetwork) {
                let spatial = network.spatialLayers
                title = network.title
                layers = spatial.count
                kernels = spatial.reduce(0) { $0 + $1.kernelCount }
                orderKnown = network.isOrderKnown
                leftOut = network.leftOut.map {
                    LeftOut(
                        name: $0.name, shape: $0.shape.dimensions, reason: $0.reason.rawValue, kernels: $0.kernels)
                }
                missing = network.missingTensors
                batchNormalised = network.layers.count { $0.batchNorm != nil }
                unpairedBatchNorms = network.unpairedNorms
                missingBatchNorms = network.missingNorms.isEmpty ? nil : network.missingNorms
            }
        }

        struct LeftOut: Encodable {
            let name: String
            let shape: [Int]
            let reason: String
            let kernels: Int
        }

        let schema = InspectionReport.schema
        let format: String
        let family: String?
        let conventions: [Convention]
        let contradictions: [String]
        let notes: [String]
        let setAside: [SetAside]
        let network: Network?
        let recognition: String
        let tensors: [Tensor]

        enum Keys: String, CodingKey {
            case schema, format, family, conventions, contradictions, notes, network, recognition, tensors
            case setAside = "set_aside"
        }

        /// Writes `null` where the family is unknown.
        func encode(to encoder: any Encoder) throws {
            var box = encoder.container(keyedBy: Keys.self)
            try box.encode(schema, forKey: .schema)
            try box.encode(format, forKey: .format)
            try box.encode(family, forKey: .family)
            try box.encode(conventions, forKey: .conventions)
            if !contradictions.isEmpty { try box.encode(contradictions, forKey: .contradictions) }
            try box.encode(notes, forKey: .notes)
            if !setAside.isEmpty { try box.encode(setAside, forKey: .setAside) }
            try box.encode(network, forKey: .network)
            try box.encode(recognition, forKey: .recognition)
            try box.encode(tensors, forKey: .tensors)
        }
    }
}
