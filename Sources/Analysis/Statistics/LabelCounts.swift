import Classification

/// How many kernels carry each label.
public struct LabelCounts: Sendable, Equatable, Codable {
    private var counts: [Int]

    /// No kernels.
    public init() { counts = Array(repeating: 0, count: KernelLabel.allCases.count) }

    /// Counts the labels of `classifications`.
    public init(_ classifications: some Sequence<KernelClassification>) {
        self.init()
        for classification in classifications { self[classification.label] += 1 }
    }

    /// The number of kernels with `label`.
    public subscript(label: KernelLabel) -> Int {
        get { counts[Self.index(label)] }
        set { counts[Self.index(label)] = newValue }
    }

    /// All kernels counted.
    public var total: Int { counts.reduce(0, +) }

    /// The share of `label`, 0…1; 0 where nothing was counted.
    public func share(_ label: KernelLabel) -> Double { total == 0 ? 0 : Double(self[label]) / Double(total) }

    /// The counts of both.
    public static func + (a: LabelCounts, b: LabelCounts) -> LabelCounts {
        var sum = a
        for label in KernelLabel.allCases { sum[label] += b[label] }
        return sum
    }

    /// Reads what ``encode(to:)`` wrote; throws what decoding throws, `dataCorrupted` for a negative count.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let found = try container.decode([String: Int].self)
        self.init()
        for (name, count) in found {
            guard let label = KernelLabel(rawValue: name), count >= 0 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(count) of label '\(name)'")
            }
            self[label] = count
        }
    }

    /// Writes one number a label, by its name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: KernelLabel.allCases.map { ($0.rawValue, self[$0]) }))
    }

    private static func index(_ label: KernelLabel) -> Int { KernelLabel.allCases.firstIndex(of: label) ?? 0 }
}
