/// What a plan computes in bytes, and what stays in 32-bit floats.
public struct QuantizationSummary: Sendable, Equatable, Codable {
    /// How the ranges of results were chosen.
    public let method: Quantization.Method
    /// On how many images.
    public let images: Int
    /// Which images those were, in words.
    public let source: String
    /// Convolutions and linear layers in bytes.
    public let layersInBytes: Int
    /// Multiply-accumulates of one image in bytes.
    public let macsInBytes: Int
    /// The others in floats.
    public let macsInFloats: Int
    /// Nodes that are computed in floats, in network order.
    public let nodesInFloats: [String]

    /// The same in one sentence.
    public var sentence: String {
        let macs = macsInBytes + macsInFloats
        let share = macs == 0 ? 0 : 1000 * macsInBytes / macs
        let few = nodesInFloats.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        let rest = nodesInFloats.count - min(3, nodesInFloats.count)
        return "\(layersInBytes) layers in bytes (\(share / 10).\(share % 10) % of the MACs), in f32 "
            + (nodesInFloats.isEmpty ? "none" : few + (rest > 0 ? " and \(rest) more nodes" : ""))
            + "; ranges (\(method.rawValue)) of \(images) image\(images == 1 ? "" : "s"): \(source)"
    }
}

extension ExecutionPlan {
    /// What is computed in bytes; nil but in int8.
    public var quantizationSummary: QuantizationSummary? {
        guard let plan = integer, let quantization else { return nil }
        return QuantizationSummary(
            method: quantization.method, images: quantization.images, source: quantization.source,
            layersInBytes: plan.steps.count { $0.isInteger && $0.macs > 0 },
            macsInBytes: plan.steps.reduce(0) { $0 + ($1.isInteger ? $1.macs : 0) },
            macsInFloats: plan.steps.reduce(0) { $0 + ($1.isInteger ? 0 : $1.macs) },
            nodesInFloats: plan.steps.filter { !$0.isInteger }.map(\.name))
    }
}
