/// The middle of many numbers without sorting them.
enum RadixSelection {
    /// The element at place `count / 2` of the sorted values; they are 0 or more, finite, and not none.
    ///
    /// Numbers of one sign stand in the order of their bit patterns: the upper and then the lower halves are counted.
    static func middle(_ values: [Float]) -> Float {
        precondition(!values.isEmpty)
        var rank = values.count / 2
        let upper = place(of: &rank, in: values) { Int($0.bitPattern >> 16) }
        let lower = place(of: &rank, in: values) {
            Int($0.bitPattern >> 16) == upper ? Int($0.bitPattern & 0xFFFF) : nil
        }
        return Float(bitPattern: UInt32(upper) << 16 | UInt32(lower))
    }

    /// The key whose values hold the one of `rank`, which becomes its rank among them.
    @inline(__always)
    private static func place(of rank: inout Int, in values: [Float], key: (Float) -> Int?) -> Int {
        var counts = [Int32](repeating: 0, count: 1 << 16)
        for value in values { if let key = key(value) { counts[key] += 1 } }
        for (key, count) in counts.enumerated() {
            if rank < Int(count) { return key }
            rank -= Int(count)
        }
        return counts.count - 1
    }
}
