import Diagnostics

/// How two checkpoints differ: tensors that only one has, other shapes or types, other numbers.
public struct CheckpointDifference: Sendable {
    /// Two tensors of one name whose numbers, shapes or types differ.
    public struct Change: Sendable, Equatable {
        /// The names in the first and the second checkpoint.
        public let names: Pair
        /// "64×3×3×3 float32" in the first and the second.
        public let forms: Pair
        /// The largest absolute difference of finite elements; nil where the shapes differ.
        public let maximumDifference: Double?
        /// How many elements differ as numbers: not NaN beside NaN, nor zeros of either sign.
        public let differingCount: Int
    }

    /// A text about the first checkpoint and one about the second.
    public struct Pair: Sendable, Equatable {
        /// About the first.
        public let first: String
        /// About the second.
        public let second: String
    }

    /// Names in the first checkpoint alone, in file order.
    public let onlyInFirst: [String]
    /// Names in the second checkpoint alone, in file order.
    public let onlyInSecond: [String]
    /// What differs, in the first checkpoint's order.
    public let changes: [Change]
    /// How many tensors are equal in name, shape, type and every bit.
    public let equalCount: Int

    /// Whether nothing differs.
    public var isEmpty: Bool { onlyInFirst.isEmpty && onlyInSecond.isEmpty && changes.isEmpty }

    /// Compares tensor by tensor; memory holds one of each at a time.
    ///
    /// Tensors are the same by name, or by layer and parameter where formats join them differently ("a/weight",
    /// "a.weight"). Throws what reading throws, and what `progress` throws.
    public init(
        _ first: Checkpoint, _ second: Checkpoint,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let byKey = Dictionary(
            second.entries.map { (Self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
        var used: Set<String> = []
        var missing: [String] = []
        var changes: [Change] = []
        var equal = 0
        for (index, entry) in first.entries.enumerated() {
            if let other = second.entry(named: entry.name) ?? byKey[Self.key(entry)], used.insert(other.name).inserted {
                if let change = try Self.compare(entry, other, first, second) {
                    changes.append(change)
                } else {
                    equal += 1
                }
            } else {
                missing.append(entry.name)
            }
            try progress(index + 1, first.entries.count)
        }
        onlyInFirst = missing
        onlyInSecond = second.entries.map(\.name).filter { !used.contains($0) }
        self.changes = changes
        equalCount = equal
    }

    private static func key(_ entry: Checkpoint.Entry) -> String { "\(entry.module).\(entry.parameter)" }

    private static func compare(
        _ a: Checkpoint.Entry, _ b: Checkpoint.Entry, _ first: Checkpoint, _ second: Checkpoint
    ) throws -> Change? {
        let forms = Pair(first: "\(a.shape) \(a.dtype)", second: "\(b.shape) \(b.dtype)")
        let names = Pair(first: a.name, second: b.name)
        guard a.shape == b.shape else {
            return Change(
                names: names, forms: forms, maximumDifference: nil, differingCount: a.shape.elementCount)
        }
        let left = try first.bytes(named: a.name)
        let right = try second.bytes(named: b.name)
        if left == right { return nil }
        var largest = 0.0
        var count = 0
        for (x, y) in zip(left.type.doubles(left.bytes), right.type.doubles(right.bytes)) {
            if x == y || (x.isNaN && y.isNaN) { continue }
            count += 1
            let difference = abs(x - y)
            if difference.isFinite { largest = max(largest, difference) }
        }
        return Change(names: names, forms: forms, maximumDifference: largest, differingCount: count)
    }
}
