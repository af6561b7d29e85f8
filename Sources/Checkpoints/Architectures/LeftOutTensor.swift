import Tensors

/// A tensor that looks like the weight of a convolution and has no labels: which it is, and why.
public struct LeftOutTensor: Sendable, Equatable, Codable {
    /// Why a tensor is no layer of N×N kernels.
    public enum Reason: String, Sendable, Equatable, Codable, CaseIterable {
        /// The kernels of a 1-D convolution.
        case oneDimensional = "1-D kernels"
        /// The kernels of a 3-D convolution.
        case threeDimensional = "3-D kernels"
        /// k×1, 1×k or k×m.
        case rectangular = "rectangular kernels"
        /// Beyond the largest size that has labels.
        case tooLarge = "kernels larger than 31×31"
        /// Capsules, attention, embeddings, normalisation of maps.
        case notAConvolution = "not a convolution"
        /// What an optimiser keeps for each weight.
        case optimiserState = "optimiser state"
        /// A running mean of weights that are in the file as well.
        case averagedCopy = "averaged copy of weights that are counted"
        /// Integers without a scale.
        case integers = "integers without a scale"
    }

    /// The name in the file.
    public let name: String
    /// The lengths in the file's own axis order.
    public let shape: Shape
    /// Why it has no labels.
    public let reason: Reason
    /// Rows and columns of its kernels, or what there is of them: [7, 1], [3, 3, 3], [11]; empty where it has none.
    public let extents: [Int]
    /// How many kernels it would be; 0 for what is no convolution.
    public let kernels: Int

    /// Names a tensor; see the properties.
    package init(name: String, shape: Shape, reason: Reason, extents: [Int], kernels: Int) {
        self.name = name
        self.shape = shape
        self.reason = reason
        self.extents = extents
        self.kernels = kernels
    }

    /// "conv_2.weight (1×7)".
    public var summary: String {
        "\(name) (" + (extents.isEmpty ? shape.dimensions : extents).map(String.init).joined(separator: "×") + ")"
    }

    /// One phrase a reason with at most `limit` names each: "2 tensors of 1-D kernels (a.weight (11), b.weight (11))".
    public static func phrases(_ tensors: [LeftOutTensor], limit: Int = 4) -> [String] {
        Reason.allCases.compactMap { reason in
            let group = tensors.filter { $0.reason == reason }
            guard !group.isEmpty else { return nil }
            // Of what is there twice one name tells enough.
            let limit = [.optimiserState, .averagedCopy].contains(reason) ? min(1, limit) : limit
            let more = group.count > limit ? " and \(group.count - limit) more" : ""
            let names = group.prefix(limit).map(\.summary).joined(separator: ", ")
            let count = "\(group.count) \(group.count == 1 ? "tensor" : "tensors")"
            let kind =
                switch reason {
                case .oneDimensional, .threeDimensional, .rectangular, .tooLarge: "\(count) of \(reason.rawValue)"
                case .notAConvolution: "\(count) that \(group.count == 1 ? "is" : "are") no convolution"
                case .optimiserState, .averagedCopy, .integers: "\(count) (\(reason.rawValue))"
                }
            return "\(kind): \(names)\(more)"
        }
    }
}
