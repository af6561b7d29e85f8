import Glibc

/// The classes that a network believes in most for one image.
public enum TopClasses {
    /// One class and its softmax probability.
    public struct Guess: Sendable, Equatable, Codable {
        /// The index of the class in the network's output, from 0.
        public let index: Int
        /// The class's name where one is known.
        public let name: String?
        /// exp(z) / Σ exp(z), 0…1.
        public let probability: Double
    }

    /// The `count` most probable classes, most probable first; of equal ones the lower index first.
    ///
    /// - Parameters:
    ///   - count: How many, from 1.
    ///   - logits: One value per class; where one is not finite there are no probabilities, and the result is empty.
    ///   - names: The classes' names in output order; ignored unless their number agrees.
    public static func of(_ logits: [Float], names: [String]? = nil, count: Int = 5) -> [Guess] {
        guard let largest = logits.max(), logits.allSatisfy(\.isFinite) else { return [] }
        let exponentials = logits.map { exp(Double($0 - largest)) }
        let sum = exponentials.reduce(0, +)
        let order = logits.indices.sorted { logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1] }
        let usable = names.flatMap { $0.count == logits.count ? $0 : nil }
        return order.prefix(count).map {
            Guess(index: $0, name: usable?[$0], probability: exponentials[$0] / sum)
        }
    }
}
