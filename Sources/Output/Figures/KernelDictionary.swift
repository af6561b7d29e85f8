import Classification
import Kernels

/// The mean kernel of each shape in each layer of a network, and how many kernels have it.
public struct KernelDictionary: Sendable, Equatable {
    /// A shape with the label that it belongs to.
    public struct Word: Sendable, Hashable {
        /// The label.
        public let label: KernelLabel
        /// The shape; unnamed for kernels without form, which have no mean.
        public let shape: KernelShape

        /// The name as printed.
        var name: String { shape == .unnamed ? "\(label.rawValue), no form" : shape.rawValue }
    }

    /// The kernels of one shape in one layer.
    public struct Entry: Sendable, Equatable {
        /// How many there are.
        public let count: Int
        /// The mean of the kernels, each divided by its norm and turned to the sign of the most typical one; N·N
        /// weights. Nil for kernels without form.
        public let mean: [Double]?
        /// The mean cosine of the kernels to ``mean``, 0…1; nil likewise.
        ///
        /// For unit vectors u and their mean m it is the norm of m: Σ u·m/‖m‖ / n = ‖m‖.
        public let likeness: Double?
    }

    /// One layer.
    public struct Layer: Sendable, Equatable {
        /// Its number or name.
        public let name: String
        /// N: rows and columns of its kernels.
        public let size: Int
        /// Whether it reduces the resolution.
        public let isStrided: Bool
        /// Its kernels.
        public let total: Int
        /// What each shape that occurs looks like.
        public let entries: [Word: Entry]
    }

    /// The layers in network order.
    public let layers: [Layer]
    /// The shapes that occur, by label and then as `KernelShape` has them.
    public let words: [Word]

    /// Sorts the kernels of `layers` by shape.
    public init(_ layers: [LabelledKernels]) { self.init(layers: layers.map(Self.layer)) }

    /// Joins layers that were sorted one by one, so that not all kernels are in memory at once.
    public init(layers: [Layer]) {
        self.layers = layers
        let found = layers.reduce(into: Set<Word>()) { $0.formUnion($1.entries.keys) }
        // Shapes of every label first, then what has no form.
        words = KernelLabel.allCases.flatMap { label in
            KernelShape.allCases.map { Word(label: label, shape: $0) }.filter(found.contains)
        }.sorted { ($0.shape == .unnamed ? 1 : 0) < ($1.shape == .unnamed ? 1 : 0) }
    }

    /// The largest share of a layer's kernels that one shape has; 0 without kernels.
    var largestShare: Double {
        layers.filter { $0.total > 0 }.flatMap { layer in
            layer.entries.values.map { Double($0.count) / Double(layer.total) }
        }.max() ?? 0
    }

    /// How many kernels have a shape, and the likeness of its kernels within their layers, each kernel counted alike.
    func total(_ word: Word) -> (count: Int, likeness: Double?) {
        let entries = layers.compactMap { $0.entries[word] }
        let count = entries.reduce(0) { $0 + $1.count }
        let sum = entries.reduce(0.0) { $0 + ($1.likeness ?? 0) * Double($1.count) }
        return (count, word.shape == .unnamed || count == 0 ? nil : sum / Double(count))
    }

    /// Sorts the kernels of one layer.
    public static func layer(_ kernels: LabelledKernels) -> Layer {
        var groups: [Word: [Int]] = [:]
        for (index, kernel) in kernels.classifications.enumerated() {
            let shape = ShapeStrip.hasForm(kernel) && kernels.unit(index) != nil ? kernel.shape : .unnamed
            groups[Word(label: kernel.label, shape: shape), default: []].append(index)
        }
        return Layer(
            name: kernels.shortName, size: kernels.bank.size, isStrided: kernels.bank.layer.isStrided,
            total: kernels.bank.count,
            entries: Dictionary(
                uniqueKeysWithValues: groups.map { word, indices in (word, entry(word, indices, of: kernels)) }))
    }

    private static func entry(_ word: Word, _ indices: [Int], of kernels: LabelledKernels) -> Entry {
        guard word.shape != .unnamed,
            let reference = kernels.unit(ShapeStrip.typical(of: indices, in: kernels.bank))
        else { return Entry(count: indices.count, mean: nil, likeness: nil) }
        var mean = [Double](repeating: 0, count: reference.count)
        for unit in indices.compactMap(kernels.unit) {
            let cosine = zip(unit, reference).reduce(0) { $0 + $1.0 * $1.1 }
            for cell in mean.indices { mean[cell] += (cosine < 0 ? -unit[cell] : unit[cell]) / Double(indices.count) }
        }
        return Entry(
            count: indices.count, mean: mean, likeness: mean.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }
}
