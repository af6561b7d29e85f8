import TemplateMatching

/// Turns kernels into features, sixteen at a time: one kernel per SIMD lane, no allocation per kernel.
struct FeatureExtractor: Sendable {
    /// How many kernels are worked on together.
    static let width = 16

    private let cells: Int
    private let matching: TemplateMatcher
    private let tables: MatchingTables
    /// What the loops write.
    private(set) var lanes: MatchingLanes
    /// The last kernels of a range with what is missing to sixteen as zeros.
    private var padded: [Float]

    init(families: TemplateFamilies, matching: TemplateMatcher = .fastest) {
        tables = families.tables
        self.matching = matching
        cells = tables.size * tables.size
        lanes = MatchingLanes(size: tables.size)
        padded = Array(repeating: 0, count: Self.width * cells)
    }

    /// The features of `count` (1…16) kernels that start at element `start` of `values`; lanes beyond `count` hold no kernel.
    mutating func features(_ values: [Float], start: Int, count: Int) -> KernelFeatures {
        extract(values, start: start, count: count)
        return KernelFeatures(lanes)
    }

    /// The same into the ``lanes``, with the shapes that descriptions need.
    mutating func extractShapes(_ values: [Float], start: Int, count: Int) {
        extract(values, start: start, count: count)
        matching.shapes(size: tables.size, into: &lanes)
    }

    private mutating func extract(_ values: [Float], start: Int, count: Int) {
        guard count < Self.width else { return matching.features(values, start: start, tables, into: &lanes) }
        for position in padded.indices {
            padded[position] = position < count * cells ? values[start + position] : 0
        }
        matching.features(padded, start: 0, tables, into: &lanes)
    }
}
