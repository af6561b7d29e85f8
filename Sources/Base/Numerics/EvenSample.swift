extension RandomAccessCollection {
    /// At most `limit` elements in their order, evenly spread from the first on: those at ⌊i · count / limit⌋.
    package func evenSample(_ limit: Int) -> [Element] {
        guard limit < count else { return Array(self) }
        return (0..<Swift.max(0, limit)).map { self[index(startIndex, offsetBy: $0 * count / limit)] }
    }
}
