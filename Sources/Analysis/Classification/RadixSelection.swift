/// The middle of many numbers without sorting them.
enum RadixSelection {
    /// The element at place `count / 2` of the sorted values; they are 0 or more, finite, and not none.
    ///
    /// Numbers of one sign stand in the order of their bit patterns: eleven bits at a time are counted, and only the numbers
    /// that share those of the middle are looked at again.
    static func middle(_ values: [Float]) -> Float {
        precondition(!values.isEmpty)
        var rank = values.count / 2
        var rest = values
        for shift in [21, 10, 0] as [UInt32] where rest.count > 64 {
            let key = key(of: &rank, in: rest, shift: shift)
            rest = rest.filter { $0.bitPattern &>> shift & 2047 == key }
        }
        return rest.count > 64 ? rest[0] : rest.sorted()[rank]
    }

    /// The eleven bits of the number of `rank`, which becomes its rank among those that share them.
    private static func key(of rank: inout Int, in values: [Float], shift: UInt32) -> UInt32 {
        // Two counts in turn: neighbours often share their bits, and the second of two would wait for the first.
        var counts = [Int32](repeating: 0, count: 2 * 2048)
        var both = counts.mutableSpan
        for index in values.indices {
            both[Int(values[index].bitPattern &>> shift & 2047) &* 2 &+ index & 1] &+= 1
        }
        var key = 0
        while true {
            let count = Int(both[2 * key]) + Int(both[2 * key + 1])
            guard rank >= count else { return UInt32(key) }
            rank -= count
            key += 1
        }
    }
}
